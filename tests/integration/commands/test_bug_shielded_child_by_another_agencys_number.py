"""Who typed a refuge's number into a command learnt that the refuge knows a child, shielded or not."""

from datetime import date
from pathlib import Path

import pytest

from adapters.commands.decided import Commands
from adapters.commands.offered import command_of
from domain.errors import NothingKnown
from tests.builders.service import bench
from tests.spec.words import gp_registered, happened

BORN = "2015-03-01"
REFUGES_OWN = {"scheme": "agency:org-refuge:cases", "value": "R77"}


def test_nothing_is_known_under_it(any_database_url: str, tmp_path: Path) -> None:
    here = bench(any_database_url, tmp_path)
    commands = Commands(here.service)
    asks = command_of("la-808:W1", date(2025, 10, 1), {"role": "lead_practitioner", "scope": "child"})
    refuge = happened("InvolvementStarted", "A", on="2025-09-01", by="org-refuge", service="support", provision="additional",
                      born=BORN).wire(2)  # fmt: skip
    refuge["subject"]["identifiers"].insert(0, REFUGES_OWN)
    here.record(gp_registered("A", practice="Z90001", on="2025-01-01", born=BORN).wire(1), refuge)
    try:
        assert commands.carry_out("nominate", "agency:org-refuge:cases:R77", asks)["event_type"] == "LeadNominated"
        here.record(happened("ShieldApplied", "A", on="2025-09-20").wire(3))
        for number in ("R77", "R78"):
            with pytest.raises(NothingKnown):
                commands.carry_out("accept", f"agency:org-refuge:cases:{number}", asks)
        nhs = ":".join(refuge["subject"]["identifiers"][1].values())
        assert commands.carry_out("accept", nhs, asks)["event_type"] == "LeadAccepted"
    finally:
        commands.close()
        here.close()
