"""Who may speak the protocol over HTTP: only requests for a name of this service, from no page of another's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")
_ANY_ADDRESS: Final = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 - listened on, these are no name of a service
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?", re.ASCII)
_ORIGIN: Final = re.compile(r"https?://(.+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gate:
    """The names that a request may give for this service.

    A page in a browser can have its own name resolve to this machine, and then read what a service on it answers; its
    requests still name its own host, and that gives them away.

    Attributes:
        allowed: Hosts, in lower case, with a port or for any port.
    """

    allowed: frozenset[str]

    @classmethod
    def of(cls, listening: str, allowed_hosts: Sequence[str]) -> Gate:
        """Return a gate that lets through what names this machine from itself, and the hosts named.

        Args:
            listening: The address that is listened on; unless it stands for all of them, it is a name too.
            allowed_hosts: Names under which others reach the service, with a port or for any port.
        """
        address = f"[{listening}]" if ":" in listening else listening
        own = () if listening in _ANY_ADDRESS else (address,)
        return cls(frozenset(host.lower() for host in (*_LOOPBACK, *own, *allowed_hosts)))

    def takes_host(self, host: str | None) -> bool:
        """Return whether the header Host names this service."""
        found = _HOST.fullmatch((host or "").lower())
        return bool(found and (found[1] in self.allowed or found[0] in self.allowed))

    def takes_origin(self, origin: str | None) -> bool:
        """Return whether the header Origin is absent, as with all that is no browser, or names this service."""
        if origin is None:
            return True
        found = _ORIGIN.fullmatch(origin.lower())
        return bool(found and self.takes_host(found[1]))


def is_host(text: str) -> bool:
    """Return whether `text` is a host as a request names it: a name or an address, with a port or without."""
    return bool(_HOST.fullmatch(text.lower()))
