"""How often a client may ask: a bucket each, held against an exact account, and no more of them than told."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from service.rate_limit import WINDOW_SECONDS, RateLimiter


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_bucket_gives_what_it_holds_and_then_what_drips_in():
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    assert [limiter.take("a", 1, 60).is_granted for _ in range(61)] == [True] * 60 + [False]
    clock.now += 1
    assert [limiter.take("a", 1, 60).is_granted for _ in range(2)] == [True, False]
    clock.now += 3_600
    assert [limiter.take("a", 1, 60).is_granted for _ in range(61)] == [True] * 60 + [False]


def test_clients_do_not_share_a_bucket():
    limiter = RateLimiter(clock=Clock())
    assert limiter.take("a", 10, 10).is_granted
    assert not limiter.take("a", 1, 10).is_granted
    assert limiter.take("b", 10, 10).is_granted


def test_who_is_refused_uses_nothing_and_is_told_when_there_will_be_enough():
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    limiter.take("a", 55, 60)
    refused = limiter.take("a", 10, 60)
    assert (refused.is_granted, refused.left, refused.wait_seconds) == (False, 5, 5)
    clock.now += refused.wait_seconds
    assert limiter.take("a", 10, 60).is_granted


def test_what_costs_more_than_a_whole_bucket_takes_a_whole_one():
    limiter = RateLimiter(clock=Clock())
    assert limiter.take("a", 100, 5).is_granted
    assert not limiter.take("a", 1, 5).is_granted


def test_what_is_left_comes_with_the_seconds_in_which_it_keeps_to_the_limit():
    limiter = RateLimiter(clock=Clock())
    found = limiter.take("a", 10, 60)
    assert (found.left, found.pace_seconds, found.wait_seconds) == (50, 50, 0)


def test_no_more_buckets_are_kept_than_told_and_the_one_used_last_stays():
    limiter = RateLimiter(most_buckets=3, clock=Clock())
    for who in "abcadef":
        limiter.take(who, 1, 2)
    assert len(limiter) == 3
    assert [limiter.take(who, 2, 2).is_granted for who in "def"] == [False] * 3
    assert limiter.take("a", 2, 2).is_granted


def test_a_bucket_that_is_full_again_is_not_kept():
    clock = Clock()
    limiter = RateLimiter(clock=clock)
    for number in range(100):
        limiter.take(f"address {number}", 1, 600)
    assert len(limiter) == 100
    clock.now += WINDOW_SECONDS + 1
    limiter.take("another", 1, 600)
    assert len(limiter) == 1


@given(
    per_minute=st.integers(1, 200),
    steps=st.lists(st.tuples(st.integers(0, 90), st.integers(1, 120)), max_size=30),
)
def test_what_is_granted_is_what_an_exact_account_grants(per_minute: int, steps: list[tuple[int, int]]):
    clock, units = Clock(), Fraction(per_minute)
    limiter = RateLimiter(clock=clock)
    for seconds, cost in steps:
        clock.now += seconds
        units = min(Fraction(per_minute), units + Fraction(per_minute * seconds, WINDOW_SECONDS))
        needed = min(cost, per_minute)
        found = limiter.take("a", cost, per_minute)
        # Where the exact account is on the very edge, a rounding of floats may fall to either side of it.
        if abs(units - needed) > Fraction(1, 10**6):
            assert found.is_granted == (units >= needed)
        if found.is_granted:
            units -= needed
            assert found.wait_seconds == 0
        else:
            assert found.wait_seconds >= found.pace_seconds >= 1
        assert 0 <= found.left <= per_minute
