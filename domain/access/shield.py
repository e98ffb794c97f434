"""What may be told of a shielded child: nothing that says where it is (design D9; domain.md E4). Who is shielded: `shielded`."""

from domain.identifiers import AGENCY, NHS, UPN

SHIELD = "shield"
_AUTHORITY = "la-"


def may_be_told(scheme: str) -> bool:
    """Whether an answer about a shielded child may say that it is known under a scheme: any agency's own names a provider."""
    return scheme in (NHS, UPN)


def finds(scheme: str, organisation: str | None = None) -> bool:
    """Whether a number of a scheme finds a shielded child: a national one, or one of the searcher's own organisation.

    Whoever types another agency's number would learn that this agency knows the child. `organisation` None: the operator of an
    authority's own machine, who may type its own.
    """
    own = _AUTHORITY if organisation is None else f"{organisation}:"
    return scheme in (NHS, UPN) or scheme.startswith(f"{AGENCY}:{own}")


def placeless(code: str | None) -> str | None:
    """An organisation, or a worker of one, as it may be shown of a shielded child: a school or a practice tells a place."""
    return code if code is not None and code.startswith(_AUTHORITY) else None
