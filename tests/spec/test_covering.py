"""Covering for a lead who is away

A cover is for a role, whoever leads in it. It ends by itself when the lead ends, or when it is ended.
"""

from tests.spec.words import happened, lead_accepted, lead_nominated

ROLE = {"role": "lead_practitioner"}


def led(by):
    """A worker leads."""
    return [lead_nominated("A", by, on="2025-09-03"), lead_accepted("A", by, on="2025-09-03")]


def covered(by, on):
    """A worker covers."""
    return happened("LeadCoverStarted", "A", on, role="lead_practitioner", worker=by)


def test_covered(given, asked):
    """A colleague covers, and ends the cover"""
    given(led("W1"))
    asked(at="2025-10-01").to("cover", "A", "W2", **ROLE).becomes("LeadCoverStarted")
    asked(at="2025-10-20").to("end-cover", "A", "W2", **ROLE).becomes("LeadCoverEnded")
    asked(at="2025-10-21").to("end-cover", "A", "W2", **ROLE).is_refused(
        "not_so", "worker", "this worker has nothing open here that could be confirmed or ended"
    )


def test_nobody_to_cover_for(given, asked):
    """There is nobody to cover for until a lead is accepted"""
    given(lead_nominated("A", "W1", on="2025-09-03"))
    asked(at="2025-10-01").to("cover", "A", "W2", **ROLE).is_refused(
        "not_so", "role", "nobody leads in this role, so there is nobody to cover for"
    )


def test_own_cover(given, asked):
    """Nobody covers for themselves, or twice"""
    given(led("W1"), covered("W2", "2025-10-01"))
    asked(at="2025-10-02").to("cover", "A", "W1", **ROLE).is_refused(
        "already_so", "worker", "this worker leads, and cannot cover for themselves"
    )
    asked(at="2025-10-02").to("cover", "A", "W2", **ROLE).is_refused(
        "already_so", "worker", "this worker covers already"
    )


def test_whose_cover(given, asked):
    """Where two colleagues cover, an end could be of either

    It names the role and the organisation, not the worker: the organisation's own system says whose is meant.
    """
    given(led("W1"), covered("W2", "2025-10-01"), covered("W3", "2025-10-01"))
    asked(at="2025-10-02").to("end-cover", "A", "W2", **ROLE).is_refused(
        "not_so",
        "worker",
        "colleagues of this worker have the same open: only their organisation's own system can say whose is meant",
    )
