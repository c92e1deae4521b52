"""A call that is tried again is told once, however many calls are under way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

from service.retries import Retries
from service.terminal import Terminal


def seconds(*times: float) -> Callable[[], float]:
    passing: Iterator[float] = iter(times)
    return lambda: next(passing)


def test_calls_that_fail_together_are_told_once_and_a_later_one_again():
    file = io.StringIO()
    retries = Retries(Terminal(file, terminal=False), clock=seconds(100, 101, 102, 103, 140))
    for attempt in (2, 2, 3, 2, 2):
        retries(attempt, 6)
    assert [line[-8:] for line in file.getvalue().splitlines()] == ["(2 of 6)", "(3 of 6)", "(2 of 6)"]


def test_a_log_that_has_a_line_for_each_round_hears_nothing_of_it():
    file = io.StringIO()
    Retries(Terminal(file, terminal=False), only_seen=True)(2, 6)
    assert file.getvalue() == ""
    Retries(Terminal(file, terminal=True, width=120), only_seen=True)(2, 6)
    assert "trying again (2 of 6)" in file.getvalue()
