"""Special educational needs: support by the school, and plans of the authority. Shares and lengths are assumed."""

from collections.abc import Iterator
from datetime import date

from tools.simulator.support import Script, choose, scripted
from tools.simulator.world import Fact, Step, World

REQUESTED_BY = {"parent": 45, "school": 45, "health": 10}
ISSUED = 0.8  # of those requested
WEEKS_TO_ISSUE = 20  # by regulation 13(2), SI 2014/1530
CEASED = {"needs_met": 60, "moved": 20, "other": 20}


def sen_support(world: World, day: date) -> Iterator[Step]:
    """A school supports a pupil with special needs, for some terms, or until the pupil leaves it."""
    child = world.pick_child(day, "school")
    if child is None:
        return
    case = {"school": child.school, "reference": f"SEN-{world.number('reference')}"}
    yield Fact("sen_started", child, day, case)
    end = world.later(day, 90, 500)
    yield end
    yield Fact("sen_ended", child, end, case)


def ehcp(world: World, day: date) -> Iterator[Step]:
    """An education, health and care plan is requested, and mostly issued."""
    child = world.pick_child(day, "school")
    if child is None:
        return
    issued = world.later(day, 7 * WEEKS_TO_ISSUE - 20, 7 * WEEKS_TO_ISSUE + 20)
    case = {"reference": f"EHCP-{world.number('reference')}"}
    script: Script = [(day, "ehcp_requested", {"requested_by": choose(world, REQUESTED_BY)})]
    if world.chance(ISSUED):
        script.append((issued, "ehcp_issued", case))
    yield from scripted(child, script)


def ehcp_for_a_time(world: World, day: date) -> Iterator[Step]:
    """A plan that ceases at an annual review."""
    child = world.pick_child(day, "school")
    if child is None:
        return
    case = {"reference": f"EHCP-{world.number('reference')}"}
    ends = {**case, "reason": choose(world, CEASED)}
    yield from scripted(child, [(day, "ehcp_issued", case), (world.later(day, 300, 400), "ehcp_ceased", ends)])
