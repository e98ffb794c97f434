"""People who ask: who they are, and what the log says of them, as a signed-in request would find out."""

from contextlib import nullcontext
from dataclasses import replace

from adapters.commands.granting import grant, read_worker
from adapters.questions.staff import Staff
from domain.access.viewer import Because, Channel, Opening, Role, Viewer
from tests.builders.service import Bench
from tools.demo.issuer import STRONG


def person(here: Bench, name: str) -> Viewer:
    """Somebody who has signed in, strongly, as a request finds them: their roles and teams are looked up in the log."""
    staff = Staff(here.service, lambda: nullcontext(here.connection))
    found = staff.viewer(name, name.encode().ljust(32, b"-"), Channel.PAGES)
    assert found is not None, f"{name} has left"
    return replace(found, acr=STRONG, signed_in_strongly=True)


def weakly(viewer: Viewer) -> Viewer:
    """The same, who has not signed in strongly, or not lately."""
    return replace(viewer, signed_in_strongly=False)


def saying_why(viewer: Viewer, reason: str = "A relative rang about this child.") -> Viewer:
    """The same, with a reason to look at others' children."""
    return replace(viewer, because=Because(Opening.CLAIM, reason))


def overriding(viewer: Viewer, reason: str = "The child is missing tonight.") -> Viewer:
    """The same, who sets a shield aside."""
    return replace(viewer, because=Because(Opening.OVERRIDE, reason))


def looking_for(viewer: Viewer, other: str, reason: str = "The hospice rang; they cannot sign in.") -> Viewer:
    """The same, who looks for somebody else."""
    return replace(viewer, because=Because(Opening.MEDIATION, reason, other))


def granted(here: Bench, name: str, role: Role, *, areas: tuple[str, ...] = (), teams: tuple[str, ...] = ()) -> None:
    """Grant somebody a role."""
    grant(here.service, read_worker(name), role, areas=areas, teams=teams)
