"""How many connections are open, in all and from each address, and which is one too many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from service.client_networks import LOOPBACK, Proxies, network_of
from service.metrics import Refusal


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of a connection.

    Attributes:
        network: Whom it counts for; None where it counts for nobody, as that of a proxy.
        refusal: Why it is one too many; None where it is not.
        is_told: Whether one that is too many is told so, or closed without a word.
    """

    network: str | None
    refusal: Refusal | None = None
    is_told: bool = True


class Doors:
    """Lets connections in while there is room; not for several threads.

    No more than twice `most` are held: as many again as are let in wait to be told that they are not.

    Args:
        most: How many may be open at once.
        most_of_one: How many of them from one address, or one network of IPv6 of 64 bits; 0 is without limit, as this
            machine itself is.
        proxies: Speak for many clients, so that only `most` counts for them.
    """

    def __init__(self, most: int, most_of_one: int = 0, proxies: Proxies | None = None) -> None:
        """Begin without any connection."""
        self._most = most
        self._most_of_one = most_of_one
        self._proxies = proxies or Proxies()
        self._inside = 0
        self._turned_away = 0
        self._of: Counter[str] = Counter()

    def enter(self, host: str | None) -> Entry:
        """Take note of a new connection.

        Args:
            host: The address that it comes from; None where it has none.
        """
        network = None
        if host and self._most_of_one and host not in self._proxies:
            network = network_of(host)
        if network == LOOPBACK:
            # As with the limits of requests: whoever is on this machine has other ways to keep it busy.
            network = None
        refusal = None
        if network and self._of[network] >= self._most_of_one:
            refusal = Refusal.TOO_MANY_FROM_ADDRESS
        elif self._inside >= self._most:
            refusal = Refusal.TOO_MANY_CONNECTIONS
        if refusal:
            self._turned_away += 1
            return Entry(network, refusal, is_told=self._turned_away <= self._most)
        self._inside += 1
        if network:
            self._of[network] += 1
        return Entry(network)

    def leave(self, entry: Entry) -> None:
        """Take note that a connection ended."""
        if entry.refusal:
            self._turned_away -= 1
            return
        self._inside -= 1
        if entry.network:
            self._of[entry.network] -= 1
            if not self._of[entry.network]:
                del self._of[entry.network]
