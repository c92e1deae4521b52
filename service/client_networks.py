"""Which requests and connections count as one client's: those from one address, or from one network of IPv6."""

from __future__ import annotations

import ipaddress
from typing import Final

LOOPBACK: Final = "loopback"
"""This machine itself, by whichever of its addresses."""

UNKNOWN: Final = "unknown"
"""What is no address, such as a proxy says of a client that it does not name."""

_CUSTOMER_BITS: Final = 64
"""Of an IPv6 address, those of the network that one customer gets."""


def network_of(host: str) -> str:
    """Return what a host counts as: an IPv4 address, a network of IPv6, `LOOPBACK` or `UNKNOWN`.

    Args:
        host: An address; an IPv4 address that is mapped to IPv6 counts as itself.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is None:
            network = ipaddress.IPv6Address(int(address) >> _CUSTOMER_BITS << _CUSTOMER_BITS)
            return LOOPBACK if address.is_loopback else f"{network}/{_CUSTOMER_BITS}"
        address = address.ipv4_mapped
    return LOOPBACK if address.is_loopback else str(address)


class Proxies:
    """The proxies whose word is taken.

    Args:
        named: Their addresses, or networks such as 10.0.0.0/8.
    """

    def __init__(self, named: tuple[str, ...] = ()) -> None:
        """Read them."""
        self._networks = tuple(ipaddress.ip_network(one) for one in named)

    def __contains__(self, host: str) -> bool:
        """Return whether a host is one of them; what is no address is none."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._networks)
