"""Which hosts and origins a request to /mcp may name."""

from __future__ import annotations

import pytest

from retrieval.errors import QueryError
from service.mcp_gate import Gate, is_host
from service.settings import Settings, read_settings


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:8000", "localhost:1", "[::1]:8000", "LocalHost"])
@pytest.mark.parametrize("listening", ["127.0.0.1", "0.0.0.0", "::", "192.0.2.7"])
def test_this_machine_may_always_name_itself(host, listening):
    assert Gate.of(listening, ()).takes_host(host)


@pytest.mark.parametrize(
    "host", [None, "", "evil.example", "127.0.0.1.evil.example", "localhost.", "[::1", "a b", "a/b"]
)
def test_no_other_name_is_taken(host):
    assert not Gate.of("127.0.0.1", ()).takes_host(host)


def test_the_address_that_is_listened_on_is_a_name_unless_it_stands_for_all():
    assert Gate.of("192.0.2.7", ()).takes_host("192.0.2.7:8000")
    assert Gate.of("2001:db8::7", ()).takes_host("[2001:db8::7]:8000")
    for everything in ("0.0.0.0", "::"):
        assert not Gate.of(everything, ()).takes_host("0.0.0.0:8000")
        assert not Gate.of(everything, ()).takes_host("[::]:8000")


def test_a_host_named_with_a_port_is_taken_with_that_port_alone():
    gate = Gate.of("127.0.0.1", ("answers.example.org:8443",))
    assert gate.takes_host("answers.example.org:8443")
    assert not gate.takes_host("answers.example.org")
    assert not gate.takes_host("answers.example.org:8444")


def test_a_page_is_taken_by_its_host_whatever_its_scheme():
    gate = Gate.of("127.0.0.1", ("answers.example.org",))
    assert gate.takes_origin(None)
    assert gate.takes_origin("https://answers.example.org")
    assert gate.takes_origin("http://localhost:5173")
    for foreign in ("null", "", "https://evil.example", "https://answers.example.org.evil.example", "file://localhost"):
        assert not gate.takes_origin(foreign)


def test_hosts_come_from_the_environment_parted_by_commas(monkeypatch):
    monkeypatch.setenv("DESPATCH_ALLOWED_HOSTS", "answers.example.org, 192.0.2.7:8443,[2001:db8::7]")
    assert read_settings().allowed_hosts == ("answers.example.org", "192.0.2.7:8443", "[2001:db8::7]")


def test_no_host_is_named_unless_somebody_does(monkeypatch):
    assert Settings().allowed_hosts == ()
    monkeypatch.setenv("DESPATCH_ALLOWED_HOSTS", "")
    assert read_settings().allowed_hosts == ()


@pytest.mark.parametrize("given", ["https://answers.example.org", "*", "answers.example.org/mcp", "ok.example,a?b"])
def test_what_is_no_host_is_refused_at_the_start(monkeypatch, given):
    monkeypatch.setenv("DESPATCH_ALLOWED_HOSTS", given)
    with pytest.raises(QueryError) as raised:
        read_settings()
    assert raised.value.field == "allowed_hosts"
    assert "is not a host: write its name or address" in raised.value.reason
    assert raised.value.reason.endswith("(set DESPATCH_ALLOWED_HOSTS to another value)")


def test_a_host_may_have_a_port():
    assert is_host("answers.example.org:8443")
    assert is_host("[::1]")
    assert not is_host("answers example")
