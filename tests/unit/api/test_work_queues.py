"""Queues of work, rates and the memory for bodies, without a server."""

import threading
import time
from collections.abc import Callable
from typing import Any

import anyio
import pytest

from adapters.api.callers import Bodies, Caller
from adapters.api.problems import Refused
from adapters.api.rates import LOOPBACK_FACTOR, Rates
from adapters.api.work_queues import WorkQueue


def run(work: Callable[[], Any]) -> Any:
    return anyio.run(work)


def test_at_most_so_many_work_and_wait_and_the_rest_are_told() -> None:
    at_once = most = 0
    lock = threading.Lock()

    def work() -> str:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.05)
        with lock:
            at_once -= 1
        return "done"

    said: list[str] = []

    async def one(queue: WorkQueue) -> None:
        try:
            said.append(await queue.run(work))
        except Refused as refused:
            said.append(str(int(refused.status)))

    async def flood() -> None:
        queue = WorkQueue(slots=2, places=3)
        async with anyio.create_task_group() as group:
            for _ in range(10):
                group.start_soon(one, queue)

    run(flood)
    assert (most, sorted(said)) == (2, ["503"] * 5 + ["done"] * 5)


def test_who_leaves_the_queue_is_not_worked_for_and_blocks_nobody() -> None:
    done: list[int] = []

    async def flood() -> None:
        queue = WorkQueue(slots=1, places=10)
        async with anyio.create_task_group() as group:
            group.start_soon(queue.run, lambda: time.sleep(0.1))
            await anyio.sleep(0.02)
            async with anyio.create_task_group() as leaving:
                for n in range(5):
                    leaving.start_soon(queue.run, lambda n=n: done.append(n))  # type: ignore[misc]
                await anyio.sleep(0.02)
                leaving.cancel_scope.cancel()
            await queue.run(lambda: done.append(100))

    run(flood)
    assert done == [100]


def test_who_waits_too_long_is_told() -> None:
    async def flood() -> None:
        queue = WorkQueue(slots=1, places=10, patience=0.05)
        async with anyio.create_task_group() as group:
            group.start_soon(queue.run, lambda: time.sleep(0.3))
            await anyio.sleep(0.02)
            with pytest.raises(Refused, match=r"503"):
                await queue.run(lambda: None)

    run(flood)


def test_a_queue_that_closes_refuses_who_waits_and_lets_work_end() -> None:
    done: list[str] = []

    async def flood() -> None:
        queue = WorkQueue(slots=1, places=10)

        async def wait() -> None:
            with pytest.raises(Refused):
                await queue.run(lambda: done.append("never"))

        def work() -> None:
            time.sleep(0.1)
            done.append("work")

        async with anyio.create_task_group() as group:
            group.start_soon(queue.run, work)
            await anyio.sleep(0.02)
            group.start_soon(wait)
            await anyio.sleep(0.02)
            queue.close()
        with pytest.raises(Refused):
            await queue.run(lambda: None)

    run(flood)
    assert done == ["work"]


def test_an_error_of_the_work_is_passed_on_and_gives_the_place_back() -> None:
    async def twice() -> None:
        queue = WorkQueue(slots=1, places=0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                await queue.run(lambda: 1 / 0)  # type: ignore[arg-type]

    run(twice)


class Time:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_client_has_its_burst_and_then_its_rate() -> None:
    clock = Time()
    rates = Rates(2, 5, now=clock)
    assert [rates.wait("192.0.2.1") for _ in range(5)] == [0] * 5
    assert rates.wait("192.0.2.1") == pytest.approx(0.5)
    assert rates.wait("192.0.2.2") == 0, "another client"
    clock.now += 0.5
    assert [rates.wait("192.0.2.1") == 0 for _ in range(2)] == [True, False]
    clock.now += 1e6
    assert [rates.wait("192.0.2.1") == 0 for _ in range(6)] == [True] * 5 + [False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("127.0.0.1", "127.0.0.2", True),
        ("127.0.0.1", "::1", True),
        ("fe80::1%eth0", "fe80::2", True),
        ("", "192.0.2.1", False),
    ],
)
def test_which_addresses_are_one_client(one: str, other: str, same: bool) -> None:
    rates = Rates(0.001, 1, now=Time())
    for _ in range(LOOPBACK_FACTOR):
        rates.wait(one)
    assert (rates.wait(other) > 0) == same


def test_a_bounded_number_of_addresses_is_remembered() -> None:
    rates = Rates(0.001, 1, most=100, now=Time())
    for n in range(10_000):
        assert rates.wait(f"2001:db8:{n:x}::1") == 0
        assert rates.wait("192.0.2.1") == 0 or n, "who asks all the time is not forgotten for those who ask once"
    assert len(rates._left) == 100


def test_bodies_are_held_up_to_a_bound_and_given_back() -> None:
    async def nothing() -> dict[str, Any]:
        return {}

    async def hold() -> None:
        bodies = Bodies(100)
        one, other = (Caller(nothing, bodies, has_body=True) for _ in range(2))
        assert one.hold(60)
        assert not other.hold(60)
        assert other.hold(40)
        one.end()
        one.end()
        assert other.hold(60)
        assert not one.hold(1)

    run(hold)
