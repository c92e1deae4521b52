"""Which addresses count as one client, and which are a proxy's."""

from __future__ import annotations

import pytest

from service.client_networks import LOOPBACK, UNKNOWN, Proxies, network_of


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:ffff::9", "2001:db8:1:2::/64"),
        ("127.9.9.9", LOOPBACK),
        ("::1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK),
        ("_hidden", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_an_address_counts_for_itself_or_for_its_network(host: str, network: str) -> None:
    assert network_of(host) == network


def test_a_proxy_is_named_by_its_address_or_its_network_and_is_never_what_is_no_address() -> None:
    proxies = Proxies(("127.0.0.1", "10.0.0.0/8", "2001:db8::/32"))
    found = [one in proxies for one in ("127.0.0.1", "10.1.2.3", "2001:db8::1", "127.0.0.2", "::1", "testclient")]
    assert found == [True, True, True, False, False, False]
    assert "127.0.0.1" not in Proxies()
