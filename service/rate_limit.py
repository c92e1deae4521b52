"""How often one client may ask: a bucket of units for each, which fills again as time passes."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

WINDOW_SECONDS: Final = 60
"""An empty bucket is full again after this."""

MOST_BUCKETS: Final = 10_000
"""Some 3 MB of them, whoever asks."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client may still do.

    Attributes:
        is_granted: Whether this request may be answered; one that may not has used nothing.
        left: Whole units left.
        pace_seconds: Over so many seconds those are best spread: at that pace the bucket never runs dry.
        wait_seconds: After so many there is enough for a request that was not granted, and 0 for one that was.
    """

    is_granted: bool
    left: int
    pace_seconds: int
    wait_seconds: int


@dataclass(slots=True)
class _Bucket:
    units: float
    at: float


class RateLimiter:
    """A token bucket for each client, in this process alone; not for several threads.

    A bucket holds as many units as may be used in a minute, and fills at that pace. So a client that rested can use
    all of them at once, twice as many within that first minute, and no more than the limit in each minute after it. Of
    too many buckets the one that was used longest ago is forgotten, and its client begins with a full one again: the
    limit then lets through more than it should, and never less.

    Args:
        most_buckets: How many are kept.
        clock: Seconds that never go back.
    """

    def __init__(self, most_buckets: int = MOST_BUCKETS, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin without any bucket."""
        self._most = most_buckets
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._buckets)

    def take(self, who: str, cost: int, per_minute: int) -> Allowance:
        """Use up units of a client, if it has enough of them.

        Args:
            who: The client.
            cost: Units that the request costs; one that costs more than a whole bucket costs a whole one.
            per_minute: Units that the client may use in a minute, at least 1.
        """
        now, pace = self._clock(), per_minute / WINDOW_SECONDS
        bucket = self._buckets.pop(who, None) or _Bucket(per_minute, now)
        bucket.units = min(per_minute, bucket.units + (now - bucket.at) * pace)
        bucket.at = now
        needed = min(cost, per_minute)
        is_granted = bucket.units >= needed
        if is_granted:
            bucket.units -= needed
        self._buckets[who] = bucket
        self._forget(now)
        left = int(bucket.units)
        pace_seconds = max(1, math.ceil(left / pace))
        # Who is told to wait is not told to come before the seconds are over that the units left are for.
        wait = 0 if is_granted else max(pace_seconds, math.ceil((needed - bucket.units) / pace))
        return Allowance(is_granted, left, pace_seconds, wait)

    def _forget(self, now: float) -> None:
        """Let go of buckets that are full again, and of the oldest where there are too many; oldest come first."""
        while self._buckets:
            who, oldest = next(iter(self._buckets.items()))
            if now - oldest.at <= WINDOW_SECONDS and len(self._buckets) <= self._most:
                return
            del self._buckets[who]
