"""What a sync does when the service errs, lies or is not there; every record is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from retrieval.checks import read_checks
from retrieval.errors import DirectoryBusy, FilterIgnored, PublishFailed, ServiceUnreachable, UnexpectedResponse
from retrieval.records import House
from retrieval.snapshot import writing
from retrieval.sync.client import Patience
from retrieval.sync.waiting import queue_whole
from tests.replay import invented

Start = Callable[..., Any]

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
LIST, SINGLE = "take=10", "questions/2"


@pytest.mark.parametrize("where", [LIST, SINGLE])
@pytest.mark.parametrize("how", ["429", "500", "503", "body-500", "timeout", "truncated", "drop", "not-json"])
def test_trouble_that_passes_is_survived(filling: Start, how: str, where: str) -> None:
    june = filling(invented.question(1), invented.question(2), invented.question(3))
    june.server.fail_next(how, times=2, where=where)
    report = june.sync(june.service(patience=Patience(3, 0.3, 0.01, 0.05, 0)))
    assert (report.added, report.failed, report.incomplete) == (3, (), ())
    assert june.ids() == [1, 2, 3]


def test_retry_after_is_honoured_up_to_the_longest_wait(filling: Start) -> None:
    june = filling(invented.question(2))
    june.server.fail_next("429", times=1, where=SINGLE, retry_after=3600)
    june.sync(june.service(patience=Patience(2, 2.0, 0.001, 0.3, 0)))
    first, second = [asked.at for asked in june.server.requests if asked.path.endswith(SINGLE)]
    assert second - first >= 0.3


def test_one_bad_record_is_counted_and_asked_for_again_next_time(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 6)))
    june.server.fail_next("500", times=3, where="questions/2?")
    report = june.sync()
    assert june.ids() == [1, 3, 4, 5]
    assert [(failure.id, "status 500" in failure.reason) for failure in report.failed] == [(2, True)]
    assert june.sync(quick=True).failed == ()
    assert june.ids() == [1, 2, 3, 4, 5]


def test_a_failure_is_counted_in_its_month_until_it_comes_right(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.server.fail_next("500", times=3, where="questions/2?")
    june.sync()
    assert [check.failed for check in read_checks(june.data).months] == [1, 0, 0, 0]
    june.sync(first=FIRST, last=LAST, quick=True)
    assert [check.failed for check in read_checks(june.data).months] == [0, 0, 0, 0]


def test_a_service_that_is_down_ends_the_sync_and_what_came_is_kept(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 6)))
    service = june.service(in_flight=1)
    june.server.fail_next("500", times=1000, where="questions/3?")
    june.server.fail_next("500", times=1000, where="take=1&")
    june.server.fail_next("500", times=1000, where="?skip=0&take=1")
    with pytest.raises(ServiceUnreachable, match="what was fetched is kept"):
        june.sync(service)
    kept = [row[0] for row in june.journal("SELECT id FROM pending")]
    assert kept
    assert 3 not in kept
    assert {row[0] for row in june.journal("SELECT id FROM queue")} == {1, 2, 3, 4, 5} - set(kept)


def test_a_service_that_is_not_there_is_named(filling: Start) -> None:
    june = filling()
    with pytest.raises(ServiceUnreachable, match=r"http://127\.0\.0\.1:9/api/writtenquestions/questions"):
        june.sync(june.service(url="http://127.0.0.1:9/api"))


def test_a_wrong_address_is_told(filling: Start) -> None:
    june = filling()
    with pytest.raises(UnexpectedResponse, match=r"404.*check the address"):
        june.sync(june.service(url=june.server.url + "/v2"))


@pytest.mark.parametrize(
    ("parameter", "request_for"),
    [
        ("tabledWhenFrom", {"first": date(2026, 6, 20), "last": LAST}),
        ("tabledWhenTo", {"first": FIRST, "last": date(2026, 6, 20)}),
        ("house", {"first": FIRST, "last": LAST, "houses": (House.LORDS,)}),
        ("answeringBodies", {"first": FIRST, "last": LAST, "bodies": (900201,)}),
        ("take", {"first": FIRST, "last": LAST}),
        ("skip", {"first": FIRST, "last": LAST}),
    ],
)
def test_an_ignored_parameter_is_refused_before_anything_is_used(
    filling: Start, parameter: str, request_for: dict[str, Any]
) -> None:
    june = filling(*(invented.question(number) for number in range(1, 29)))
    june.server.ignore = {parameter}
    with pytest.raises(FilterIgnored, match=parameter.removesuffix("From").removesuffix("To")):
        june.sync(june.service(page_size=6, overlap=2), **request_for)
    # The newest come first, so a first day that is ignored shows on a later page only; so does what is skipped.
    assert june.journal("SELECT count(*) FROM queue") == [(6 if parameter in ("tabledWhenFrom", "skip") else 0,)]
    assert june.singles() == []


def test_another_date_that_is_ignored_is_refused_too(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    june.server.ignore = {"answeredWhenFrom"}
    with pytest.raises(FilterIgnored, match="answeredWhenFrom/To"):
        june.sync(first=FIRST, last=LAST, quick=True)


def test_a_single_call_for_a_record_that_is_gone_is_a_failure(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.fail_next("500", times=3, where="questions/1?")
    june.server.correct(1, "<p>Changed, invented.</p>", "2026-11-21")
    june.sync()
    june.server.vanish(1)
    report = june.sync(first=FIRST, last=LAST, quick=True)
    assert [(failure.id, failure.reason) for failure in report.failed] == [
        (1, "the service has no record with this id (status 404)")
    ]
    assert june.ids() == [1, 2]


def test_a_record_withdrawn_between_list_and_single_call_is_not_kept(filling: Start) -> None:
    whole = invented.question(1, isWithdrawn=True)
    june = filling(invented.question(2), whole, list_rows={1: invented.question(1)})
    report = june.sync()
    assert (june.ids(), report.failed) == ([2], ())


def test_a_single_call_that_gives_another_record_is_a_failure(filling: Start, canned: Start, response: Any) -> None:
    june = filling()
    queue_whole(june.data, [1], "cut short in a dump")
    other = json.dumps({"value": invented.question(2)}).encode()
    url = canned(by_path=lambda path: response(b'{"totalResults":0,"results":[]}' if "take=" in path else other))
    (failure,) = june.sync(june.service(url=url)).failed
    assert failure.reason == f"{url}/writtenquestions/questions/1 gave record 2"


def test_a_record_that_cannot_be_read_is_a_failure_with_its_reason(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2, uin="not a uin"))
    (failure,) = june.sync().failed
    assert (failure.id, "UIN" in failure.reason) == (2, True)
    assert june.ids() == [1]


def test_a_response_that_is_too_long_is_refused(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 29)))
    with pytest.raises(UnexpectedResponse, match="more than 2,000 bytes"):
        june.sync(june.service(max_bytes=2000, page_size=100))


def test_two_syncs_of_one_directory_do_not_meet(filling: Start) -> None:
    june = filling(invented.question(1))
    june.data.mkdir()
    with FileLock(june.data / ".sync.lock"), pytest.raises(DirectoryBusy, match="another sync"):
        june.sync()


def test_another_build_at_the_end_costs_nothing_but_time(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 261)))
    service = june.service(page_size=500)
    with writing(june.data), pytest.raises(DirectoryBusy):
        june.sync(service)
    before = len(june.server.requests)
    report = june.sync(service)
    assert (report.added, june.singles(before), june.lists(before)) == (260, [], [])


def test_a_data_directory_that_cannot_be_made_is_told(filling: Start, tmp_path: Path) -> None:
    june = filling()
    (tmp_path / "file").write_text("in the way")
    june.data = tmp_path / "file" / "data"
    with pytest.raises(PublishFailed, match="choose another"):
        june.sync()
