"""A new top-level package was in the wheel and not in the image, whose command then could not start."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"][
    "wheel"
]


@pytest.mark.parametrize("package", WHEEL["packages"])
def test_every_package_of_the_wheel_is_copied_into_the_image(package: str) -> None:
    assert f"COPY {package} {package}" in (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    assert f"!{package}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_the_command_is_in_one_of_them() -> None:
    script = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]["icr"]
    assert script.partition(".")[0] in WHEEL["packages"]
