"""placeholder"""


def demo() -> None:
    """X"""
