from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from retrieval.micro_batches import MicroBatches


class Slow:
    """Doubles numbers, and holds its first batch until it is told to go on."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.has_begun = threading.Event()
        self.may_end = threading.Event()

    def __call__(self, numbers: list[int]) -> list[int]:
        self.batches.append(numbers)
        self.has_begun.set()
        assert self.may_end.wait(10)
        if -1 in numbers:
            raise ZeroDivisionError("minus one")
        return [2 * one for one in numbers]


def while_one_is_under_way(
    slow: Slow, batches: MicroBatches[int, int], others: list[list[int]]
) -> list[Future[object]]:
    """Ask for 1, then for the others, one by one while that is under way; return what comes of all."""
    with ThreadPoolExecutor(len(others) + 1) as pool:
        asked: list[Future[object]] = [pool.submit(batches, [1])]
        assert slow.has_begun.wait(10)
        for number, other in enumerate(others, 1):
            asked.append(pool.submit(batches, other))
            wait_until(lambda number=number: waiting(batches) == number)  # type: ignore[misc]
        slow.may_end.set()
    return asked


def waiting(batches: MicroBatches[int, int]) -> int:
    return len(batches._waiting)


def wait_until(is_so: Callable[[], bool]) -> None:
    for _ in range(1000):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not come to pass")


def test_what_is_asked_while_a_batch_is_under_way_is_done_in_one_go() -> None:
    slow = Slow()
    batches = MicroBatches(slow, threading.Lock(), most=5)
    asked = while_one_is_under_way(slow, batches, [[2, 3], [4], [], [5, 6, 7], [8]])
    assert [one.result() for one in asked] == [[2], [4, 6], [8], [], [10, 12, 14], [16]]
    assert slow.batches == [[1], [2, 3, 4], [5, 6, 7, 8]]


def test_a_request_larger_than_a_batch_is_done_alone() -> None:
    slow = Slow()
    batches = MicroBatches(slow, threading.Lock(), most=2)
    asked = while_one_is_under_way(slow, batches, [[2, 3, 4], [5]])
    assert [one.result() for one in asked] == [[2], [4, 6, 8], [10]]
    assert slow.batches == [[1], [2, 3, 4], [5]]


def test_a_fault_is_told_to_the_one_who_asked_for_it_and_to_nobody_else() -> None:
    slow = Slow()
    batches = MicroBatches(slow, threading.Lock(), most=9)
    asked = while_one_is_under_way(slow, batches, [[2], [-1], [3]])
    assert asked[1].result() == [4]
    with pytest.raises(ZeroDivisionError, match="minus one"):
        asked[2].result()
    assert asked[3].result() == [6]
    assert batches([4]) == [8]


def test_a_thread_that_is_told_to_end_takes_no_other_with_it() -> None:
    slow = Slow()
    calls: list[list[int]] = []

    def work(numbers: list[int]) -> list[int]:
        calls.append(numbers)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return slow(numbers)

    batches: MicroBatches[int, int] = MicroBatches(work, threading.Lock(), most=9)
    asked = while_one_is_under_way(slow, batches, [[2], [3], [4]])
    ended = [one for one in asked if isinstance(one.exception(), KeyboardInterrupt)]
    assert len(ended) == 1
    assert [one.result() for one in asked if one not in ended] == [
        [2 * number] for number, one in enumerate(asked, 1) if one not in ended
    ]
    assert batches([5]) == [10]


def test_many_threads_each_get_their_own() -> None:
    batches: MicroBatches[int, int] = MicroBatches(lambda all_: [one * one for one in all_], threading.Lock(), most=4)
    with ThreadPoolExecutor(16) as pool:
        asked = [[number, number + 1] for number in range(400)]
        assert list(pool.map(batches, asked)) == [[one * one for one in pair] for pair in asked]
