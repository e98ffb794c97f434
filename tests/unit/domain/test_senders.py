"""What a sender may publish, and whose a message is that it may not."""

import pytest

from domain.errors import Rejected
from domain.senders import Sender

SCHOOL, OTHER = "urn-900001", "urn-900002"


def event(organisation: str = SCHOOL, **more: str) -> dict[str, object]:
    return {"source": {"organisation": organisation}, **more}


def refused(sender: Sender, body: dict[str, object], event_type: str, sector: str | None) -> str | None:
    with pytest.raises(Rejected) as error:
        sender.check(body, event_type, sector)
    assert error.value.reason == "wrong_organisation"
    return error.value.field


def test_a_sender_speaks_for_its_organisations_in_its_sectors() -> None:
    sender = Sender("s", frozenset({SCHOOL}), frozenset({"education"}))
    sender.check(event(), "PupilAdmitted", "education")
    sender.check(event(), "EventCorrected", None)
    assert refused(sender, event(OTHER), "PupilAdmitted", "education") == "source.organisation"
    assert refused(sender, event(SCHOOL.upper()), "PupilAdmitted", "education") == "source.organisation"
    assert refused(sender, event(), "ChildAllocated", "social_care") == "event_type"


def test_a_sender_of_some_types_corrects_and_reports_those() -> None:
    sender = Sender("s", frozenset({SCHOOL}), event_types=frozenset({"AttendanceMarked"}))
    for event_type, feed in (("AttendanceMarked", ""), ("EventRetracted", ""), ("FeedReported", "AttendanceMarked")):
        sender.check(event(feed=feed), event_type, None)
    assert refused(sender, event(), "PupilAdmitted", "education") == "event_type"
    assert refused(sender, event(), "IdentitySealed", None) == "event_type"
    assert refused(sender, event(feed="PupilAdmitted"), "FeedReported", None) == "feed"


def test_a_sender_that_is_no_more_may_publish_nothing() -> None:
    assert refused(Sender("s", frozenset()), event(), "PupilAdmitted", "education") == "source.organisation"


def test_what_is_written_in_anothers_name_is_never_the_others() -> None:
    one, several = Sender("s", frozenset({SCHOOL})), Sender("t", frozenset({SCHOOL, "urn-900003"}))
    assert [sender.answers_for(SCHOOL) for sender in (one, several)] == [SCHOOL, SCHOOL]
    assert [sender.answers_for(OTHER) for sender in (one, several)] == [SCHOOL, None]
    assert [sender.answers_for(None) for sender in (one, several)] == [None, None]
