"""The command `icr` as it is installed: the commands of the service, and those of the tools beside them."""

import sys
from collections.abc import Sequence
from typing import Final, NoReturn

from adapters.cli import main as service

COMMANDS: Final[service.Commands] = {
    "demo": ("tools.commands.demo", "demo", "icr demo --no-serve"),
    **service.COMMANDS,
    "simulate": ("tools.commands.simulate", "simulate_area", "icr simulate --children 500 --out /tmp/area"),
    "verify-log": ("tools.commands.verify_log", "verify_log", "icr verify-log --events"),
    "bench": ("tools.commands.bench", "app", None),
}
app: Final = service.command_line(COMMANDS)


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit code."""
    return service.main(arguments, COMMANDS)


def run() -> NoReturn:
    """The console script."""
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
