"""Calls to a server on loopback; every record is invented."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from retrieval.errors import QueryError, ServiceUnreachable, UnexpectedResponse
from retrieval.sync.client import OFFICIAL_URL, ParliamentService, Patience
from retrieval.sync.collection import QUESTIONS
from tests.replay import invented

Start = Callable[..., Any]

QUICK = Patience(attempts=2, timeout_seconds=2.0, first_wait_seconds=0.0, longest_wait_seconds=0.2, jitter_seconds=0)


def _service(url: str, **settings: Any) -> ParliamentService:
    return ParliamentService(url, requests_per_second=1000.0, patience=QUICK, **settings)


def test_it_says_who_calls_and_how_to_reach_them(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync(june.service(contact="mailto:someone@example.org"))
    june.sync()
    names = {asked.headers["user-agent"] for asked in june.server.requests}
    assert names == {"despatch-box/0.1.0 (+mailto:someone@example.org)", "despatch-box/0.1.0"}


def test_requests_of_all_threads_together_keep_to_the_rate(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 9)))
    june.sync(june.service(requests_per_second=50.0))
    begun = [asked.at for asked in june.server.requests]
    # Each start is at least 20 ms after the one before; how long one takes to arrive may vary.
    assert begun[-1] - begun[0] >= 0.02 * (len(begun) - 1) * 0.9


def test_a_record_comes_as_it_was_sent(filling: Start) -> None:
    june = filling(invented.question(1))
    with _service(june.server.url) as service:
        raw = service.record(QUESTIONS, 1)
        assert raw is not None
        assert raw.startswith(b'{"value":{"id":1,')
        assert service.record(QUESTIONS, 2) is None
        assert service.requests_made == 2


def test_another_address_of_the_same_keepers_can_be_called(filling: Start) -> None:
    june = filling(invented.question(1))
    with _service(june.server.url) as service:
        found = service.get(f"{june.server.members_url}/Members/History?ids=900100&ids=900301")
        assert found is not None
        assert found.startswith(b"[")
        assert service.get(june.server.members_url + "/Nobody") is None


def test_a_page_that_is_no_list_is_told(canned: Start, response: Any) -> None:
    with (
        _service(canned(response(b'{"totalResults": "many"}'))) as service,
        pytest.raises(UnexpectedResponse, match="no list"),
    ):
        service.page(QUESTIONS, (), 0, 1)


def test_a_status_that_is_no_success_is_told_and_not_tried_again(canned: Start, response: Any) -> None:
    moved = response(b"", 302, (("Location", "https://example.org"),))
    with _service(canned(moved)) as service:
        with pytest.raises(UnexpectedResponse, match="the status 302"):
            service.record(QUESTIONS, 1)
        assert service.requests_made == 1


@pytest.mark.parametrize("in_seconds", [3600, -3600])
def test_retry_after_can_be_a_date(canned: Start, response: Any, in_seconds: int) -> None:
    when = format_datetime(datetime.now(UTC) + timedelta(seconds=in_seconds), usegmt=True)
    url = canned(response(b"", 429, (("Retry-After", when),)), response(b"{}"))
    with _service(url) as service:
        assert service.record(QUESTIONS, 1) == b"{}"


def test_a_retry_after_that_means_nothing_is_passed_over(canned: Start, response: Any) -> None:
    with _service(canned(response(b"", 503, (("Retry-After", "soon"),)), response(b"{}"))) as service:
        assert service.record(QUESTIONS, 1) == b"{}"


def test_text_that_is_not_utf_8_is_broken_json(canned: Start, response: Any) -> None:
    with _service(canned(response(b'{"status": "\xff"}'), response(b"{}"))) as service:
        assert service.record(QUESTIONS, 1) == b"{}"


def test_a_client_told_to_stop_tries_nothing_again(canned: Start, response: Any) -> None:
    with _service(canned(response(b"", 500))) as service:
        service.stop()
        with pytest.raises(ServiceUnreachable):
            service.record(QUESTIONS, 1)
        assert service.requests_made == 1
        service.resume()
        with pytest.raises(ServiceUnreachable):
            service.record(QUESTIONS, 1)
        assert service.requests_made == 3


def test_a_retry_is_not_printed(canned: Start, response: Any, capfd: pytest.CaptureFixture[str]) -> None:
    with _service(canned(response(b"", 500), response(b"{}"))) as service:
        service.record(QUESTIONS, 1)
    assert capfd.readouterr().err == ""
    assert any(isinstance(one, logging.NullHandler) for one in logging.getLogger("stamina").handlers)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"url": "questions"}, "no address on the web"),
        ({"url": "ftp://example.org"}, "no address on the web"),
        ({"url": "http://[::1"}, "no address"),
        ({"requests_per_second": 0.0}, "must be above 0"),
        ({"requests_per_second": 10.5}, "at most 10.0 for questions-statements-api.parliament.uk"),
        ({"in_flight": 0}, "at least 1"),
        ({"contact": "me\r\nX: y"}, "plain letters"),
        ({"page_size": 10, "overlap": 10}, "less than the page size"),
        ({"page_size": 10, "overlap": -1}, "from 0"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(QueryError, match=words):
        ParliamentService(**({"url": OFFICIAL_URL} | settings))


def test_a_file_comes_whatever_it_holds_and_a_call_of_the_api_is_json(filling: Start) -> None:
    june = filling(invented.question(1))
    june.server.fail_next("not-json", times=3)
    with _service(june.server.url) as service:
        page = service.file(f"{june.server.url}/writtenquestions/questions/1")
        assert page is not None
        assert not page.startswith(b"{")
        with pytest.raises(ServiceUnreachable):
            service.record(QUESTIONS, 1)
        assert service.file(f"{june.server.url}/nothing.pdf") is None


def test_a_service_that_is_not_there_is_told_with_the_cause_first_and_the_address_last() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with _service(f"http://127.0.0.1:{port}") as service, pytest.raises(ServiceUnreachable) as told:
        service.record(QUESTIONS, 1)
    assert str(told.value) == (
        "Parliament's service at 127.0.0.1 did not answer (connection refused), tried 2 times: see whether the network "
        f"and the service are up; what was fetched is kept (http://127.0.0.1:{port}/writtenquestions/questions/1"
        "?expandMember=true)"
    )


def test_a_silence_and_an_address_that_nobody_knows_are_told_apart() -> None:
    patience = Patience(1, 0.2, 0, 0, 0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with ParliamentService(url, patience=patience) as service, pytest.raises(ServiceUnreachable) as told:
            service.record(QUESTIONS, 1)
    assert "did not answer (no word for too long), tried once" in str(told.value)
    with (
        ParliamentService("http://nowhere.invalid", patience=patience) as service,
        pytest.raises(ServiceUnreachable, match=r"at nowhere\.invalid did not answer \("),
    ):
        service.record(QUESTIONS, 1)


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"{}", 500, "at 127.0.0.1 answered with the status 500, tried 2 times"),
        (b'{"status": 500}', 200, r"at 127.0.0.1 sent what can't be used \(status 500 in the body\)"),
    ],
)
def test_an_error_of_the_service_is_told_as_one(
    canned: Start, response: Any, body: bytes, status: int, words: str
) -> None:
    with _service(canned(response(body, status))) as service, pytest.raises(ServiceUnreachable, match=words):
        service.record(QUESTIONS, 1)


def test_who_waits_hears_of_each_try_but_the_first(canned: Start, response: Any) -> None:
    heard: list[tuple[int, int]] = []
    with _service(
        canned(response(b"", 500), response(b"{}")),
        retrying=lambda attempt, attempts: heard.append((attempt, attempts)),
    ) as service:
        service.record(QUESTIONS, 1)
        service.record(QUESTIONS, 1)
    assert heard == [(2, 2)]


def test_a_client_told_to_stop_says_nothing_of_another_try(canned: Start, response: Any) -> None:
    heard: list[int] = []
    with _service(canned(response(b"", 500)), retrying=lambda attempt, attempts: heard.append(attempt)) as service:
        service.stop()
        with pytest.raises(ServiceUnreachable, match="tried once"):
            service.record(QUESTIONS, 1)
    assert heard == []
