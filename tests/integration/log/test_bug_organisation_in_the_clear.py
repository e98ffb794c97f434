"""Whatever stood in `source.organisation` was stored and shown in the clear, and told to whoever's code it came to be."""

import pytest

from adapters.log.messages import KEPT
from domain.checks import ORGANISATION_RULE
from tests.builders.service import Bench
from tests.integration.log.test_feedback import admitted, told


@pytest.mark.parametrize(
    "code", ["999 000 0018 Zebedee Quux", "urn-9 Zebedee", "urn-90\x1f0001", "urn-900001\n", "urn-900001 ", "urn-../x"]
)
def test_bug_what_is_no_code_is_kept_and_shown_nowhere(here: Bench, code: str) -> None:
    [kept] = here.record(admitted(1, organisation=code))
    assert (kept.outcome, kept.reason, kept.field) == (KEPT, "wrong_organisation", "source.organisation")
    assert kept.rule == ORGANISATION_RULE
    assert here.connection.execute("SELECT organisation, event_type FROM log.aside").fetchall() == [
        (None, "PupilAdmitted")
    ]
    assert here.connection.execute("SELECT organisation FROM log.feedback").fetchall() == [(None,)]


def test_bug_a_separator_in_a_code_does_not_make_it_anothers(here: Bench) -> None:
    here.record(admitted(1, organisation="urn-90\x1f0001"), admitted(2))
    assert told(here) == [("accepted", "adm-2")]
