"""Plans without a lead (`child_in_need_without_lead`, `child_protection_without_lead`)

A child with a plan, and nobody leads. Off until the authority sets how many working days may pass, since a plan has a
social worker of its own: some authorities want a lead beside it, others do not.
"""

from tests.spec.words import happened


def test_off(given, asked):
    """Off until a threshold is set"""
    given(
        happened("ChildInNeedStarted", "A", on="2025-09-03", worker="W1"),
        happened("ChildProtectionStarted", "B", on="2025-09-03", worker="W1"),
    )
    asked(at="2025-12-01").gaps("A").shows_nothing()
    asked(at="2025-12-01").gaps("B").shows_nothing()
