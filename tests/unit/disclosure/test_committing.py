"""Entries that wait are committed together: who comes first writes, who comes meanwhile is written by the next one."""

import threading
import time
from collections.abc import Callable, Sequence

import pytest

from adapters.disclosure.committing import MOST_TOGETHER, MOST_WAITING, Committing, Waiting
from domain.errors import Misuse, Unreachable


class Store:
    """What was written, group by group; a group waits until it is let go on."""

    def __init__(self) -> None:
        self.groups: list[list[Waiting]] = []
        self.begun = threading.Semaphore(0)
        self.go_on = threading.Semaphore(0)
        self.raises: list[BaseException | None] = []

    def write(self, group: Sequence[Waiting]) -> None:
        self.groups.append(list(group))
        self.begun.release()
        assert self.go_on.acquire(timeout=10)
        if self.raises and (error := self.raises.pop(0)) is not None:
            raise error


class Threads:
    """Threads that commit, and what became of each."""

    def __init__(self, committing: Committing[Waiting]) -> None:
        self.committing = committing
        self.ended: list[tuple[Waiting, BaseException | None]] = []
        self._threads: list[threading.Thread] = []

    def commit(self, one: Waiting) -> Waiting:
        thread = threading.Thread(target=self._run, args=(one,))
        self._threads.append(thread)
        thread.start()
        return one

    def _run(self, one: Waiting) -> None:
        try:
            self.committing.commit(one)
        except BaseException as error:  # noqa: BLE001
            self.ended.append((one, error))
        else:
            self.ended.append((one, None))

    def join(self) -> dict[Waiting, BaseException | None]:
        for thread in self._threads:
            thread.join(10)
        assert len(self.ended) == len(self._threads)
        return dict(self.ended)


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.001)


@pytest.fixture
def store() -> Store:
    return Store()


def begun(
    store: Store, patience: float = 10, raises: BaseException | None = None
) -> tuple[Committing[Waiting], Threads]:
    """One that is writing, and the threads to come."""
    store.raises = [raises]
    committing = Committing(store.write, patience)
    threads = Threads(committing)
    threads.commit(Waiting())
    assert store.begun.acquire(timeout=10)
    return committing, threads


def wait_with(committing: Committing[Waiting], threads: Threads, count: int) -> list[Waiting]:
    """So many more, one after another, all of whom wait."""
    made = []
    for number in range(count):
        made.append(threads.commit(Waiting()))
        until(lambda number=number: len(committing._waiting) == number + 1)  # type: ignore[misc]
    return made


def test_alone_it_is_written_at_once(store: Store) -> None:
    store.go_on.release()
    one = Waiting()
    Committing(store.write).commit(one)
    assert (store.groups, one.together) == ([[one]], 1)


def test_whoever_comes_meanwhile_is_written_together(store: Store) -> None:
    committing, threads = begun(store)
    later = wait_with(committing, threads, 7)
    store.go_on.release(2)
    assert set(threads.join().values()) == {None}
    assert store.groups[1:] == [later]


def test_a_group_has_an_end(store: Store) -> None:
    committing, threads = begun(store)
    later = wait_with(committing, threads, MOST_TOGETHER + 3)
    store.go_on.release(3)
    threads.join()
    assert store.groups[1:] == [later[:MOST_TOGETHER], later[MOST_TOGETHER:]]


def test_of_too_many_the_last_are_refused_and_not_written(store: Store) -> None:
    committing, threads = begun(store)
    wait_with(committing, threads, MOST_WAITING)
    with pytest.raises(Unreachable, match="too many answers wait"):
        committing.commit(refused := Waiting())
    store.go_on.release(10)
    threads.join()
    assert all(refused not in group for group in store.groups)


def test_whose_turn_does_not_come_is_refused_and_not_written_later(store: Store) -> None:
    committing, threads = begun(store, patience=0.05)
    with pytest.raises(Unreachable, match="too many answers wait"):
        committing.commit(late := Waiting())
    store.go_on.release(2)
    committing.commit(Waiting())
    threads.join()
    assert all(late not in group for group in store.groups)


def test_what_fails_fails_for_all_who_were_written_together(store: Store) -> None:
    committing, threads = begun(store)
    store.raises = [None, OSError("disk")]
    later = wait_with(committing, threads, 3)
    store.go_on.release(2)
    ended = threads.join()
    assert [isinstance(ended[one], OSError) for one in later] == [True] * 3
    assert [one.together for one in later] == [3] * 3


def test_one_that_cannot_be_written_fails_alone(store: Store) -> None:
    def write(group: Sequence[Waiting]) -> None:
        store.write(group)
        for one in group[:1]:
            one.failed = Misuse("too long") if len(group) > 1 else None

    committing: Committing[Waiting] = Committing(write)
    threads = Threads(committing)
    threads.commit(Waiting())
    assert store.begun.acquire(timeout=10)
    later = wait_with(committing, threads, 3)
    store.go_on.release(2)
    ended = threads.join()
    assert [ended[one] is None for one in later] == [False, True, True]


def test_who_writes_and_is_told_to_end_ends_alone_and_somebody_else_goes_on(store: Store) -> None:
    committing, threads = begun(store)
    store.raises = [None, KeyboardInterrupt()]
    first, *others = wait_with(committing, threads, 3)
    store.go_on.release(2)
    ended = threads.join()
    assert isinstance(ended[first], KeyboardInterrupt)
    assert all(isinstance(ended[one], Unreachable) for one in others)
    store.go_on.release()
    committing.commit(Waiting())


def test_what_is_to_be_alone_is_alone_and_keeps_nobody_up(store: Store) -> None:
    committing, threads = begun(store)
    first = wait_with(committing, threads, 1)
    alone = threads.commit(Waiting(alone=True))
    until(lambda: len(committing._waiting) == 2)
    last = threads.commit(Waiting())
    until(lambda: len(committing._waiting) == 3)
    store.go_on.release(3)
    threads.join()
    assert store.groups[1:] == [[*first, last], [alone]]
