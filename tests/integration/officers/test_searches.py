"""Officers' questions about searches: a case that must be found, and one beside it that must not."""

from domain.questions.about import ShowChild
from tests.builders.desk import ANNA, BEN, Desk, identifier
from tests.builders.viewers import saying_why


def test_searches_that_opened_nothing(desk: Desk) -> None:
    desk.helped("Ada", born="2015-03-01")
    ben = saying_why(desk.person(BEN))
    left = desk.search(ben)
    carl = saying_why(desk.person("la-808:W4"))
    desk.search(carl)
    desk.look("Ada", carl)
    desk.search(saying_why(desk.person("la-808:W5")), family="Nobody")
    [row] = desk.rows("searches-without-opening")
    assert (row["entry"], row["viewer"], row["found"]) == (left, BEN, 1)


def test_a_search_was_not_opened_by_who_opens_another_child(desk: Desk) -> None:
    desk.helped("Ada", born="2015-03-01")
    desk.helped("Bob")
    ben = saying_why(desk.person(BEN))
    left = desk.search(ben)
    desk.look("Bob", ben)
    assert desk.entries("searches-without-opening") == [left]


def test_searches_that_found_nobody(desk: Desk) -> None:
    desk.helped("Ada", born="2015-03-01")
    ben, carl = saying_why(desk.person(BEN)), saying_why(desk.person("la-808:W4"))
    searches = [desk.search(ben, family=family) for family in ("Nobody", "Nobody", "Noone")]
    desk.search(carl, family="Nobody")
    for _ in range(3):
        desk.search(carl)
    [row] = desk.rows("searches-that-found-nobody")
    assert (row["viewer"], row["times"], row["different"], row["entry"]) == (BEN, 3, 2, searches[-1])
    assert len(desk.rows("searches-that-found-nobody", least=1)) == 2


def test_the_same_search_again_and_again_whoever_makes_it_and_however_it_is_typed(desk: Desk) -> None:
    desk.helped("Ada", born="2015-03-01")
    people = [saying_why(desk.person(f"la-808:W{n}")) for n in range(4, 8)]
    for viewer, family in zip(people, ("Example", "EXAMPLE", "example", "Exampel"), strict=True):
        desk.search(viewer, family=family)
    [row] = desk.rows("repeated-probes")
    assert (row["times"], row["people"], row["viewers"]) == (3, 3, "la-808:W4, la-808:W5, la-808:W6")
    assert "xample" not in str(row)


def test_looks_by_a_number_are_marked_as_searches_by_it_are(desk: Desk) -> None:
    desk.helped("Ada")
    for _ in range(2):
        desk.look("Ada", ANNA)
    assert desk.rows("repeated-probes") == []
    desk.ask(ShowChild(identifier=identifier("Ada").replace(":", ": ")), saying_why(desk.person(BEN)))
    assert [(row["times"], row["people"]) for row in desk.rows("repeated-probes")] == [(3, 2)]
