"""A first fill of an empty directory; every record is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from retrieval.checks import read_checks
from retrieval.errors import QueryError
from retrieval.records import Genre, House
from retrieval.sync.request import SyncRequest
from tests.replay import invented

Start = Callable[..., Any]


def test_a_first_fill_fetches_every_answered_question_of_both_houses_whole(filling: Start) -> None:
    long = "<p>" + "Invented words without end. " * 30 + "</p><p>And more.</p>"
    june = filling(
        invented.question(1), invented.question(2, answerText=long), invented.lords_question(3), invented.unanswered(4)
    )
    report = june.sync()
    assert june.ids() == [1, 2, 3]
    assert june.singles() == [1, 2, 3]
    assert june.text_of(2).endswith("And more.")
    assert june.rows("SELECT api_id FROM unanswered") == [(4,)]
    assert (report.added, report.fetched, report.unanswered, report.failed) == (3, 3, 1, ())
    assert report.requests == len(june.server.requests)
    assert report.snapshot


def test_statements_of_both_houses_come_with_the_questions(filling: Start) -> None:
    june = filling(
        invented.question(1), statements=[invented.statement(1), invented.lords_statement(2), invented.statement(3)]
    )
    report = june.sync()
    assert report.added == 4
    assert june.rows("SELECT statement_id, house FROM records WHERE genre = 'statement' ORDER BY 1") == [
        (1, "Commons"),
        (2, "Lords"),
        (3, "Commons"),
    ]


def test_statements_are_left_out_on_demand(filling: Start) -> None:
    june = filling(invented.question(1), statements=[invented.statement(1)])
    assert june.sync(first=date(2026, 6, 1), last=date(2026, 6, 30), statements=False).added == 1
    assert not any("writtenstatements" in asked.path for asked in june.server.requests)


def test_the_newest_month_comes_first(filling: Start) -> None:
    june = filling(
        invented.question(1, dateTabled="2026-04-10"),
        invented.question(2, dateTabled="2026-06-10"),
        invented.question(3, dateTabled="2026-05-10"),
    )
    june.sync(first=date(2026, 4, 1), last=date(2026, 6, 30), houses=(House.COMMONS,), statements=False)
    assert [asked["tabledWhenFrom"] for asked in june.lists()] == ["2026-06-01", "2026-05-01", "2026-04-01"]
    calls = [asked.path.rsplit("/", 1)[1] for asked in june.server.requests if asked.path[-1].isdigit()]
    assert calls == ["2", "3", "1"]


def test_only_the_houses_and_bodies_asked_for_are_fetched(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 7)), invented.lords_question(9))
    body = invented.question(1)["answeringBodyId"]
    june.sync(first=date(2026, 6, 1), last=date(2026, 6, 30), houses=(House.COMMONS,), bodies=(body,))
    assert june.ids() == [1, 4]


def test_every_list_call_asks_for_all_sessions_members_and_withdrawn_ones(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    for asked in june.lists():
        assert (asked["sessionStatus"], asked["expandMember"]) == ("Any", "true")
        assert asked["path"] == "statements" or asked["includeWithdrawn"] == "true"


def test_a_withdrawn_question_is_never_fetched(filling: Start) -> None:
    june = filling(invented.question(1), invented.withdrawn(2), invented.question(3, isWithdrawn=True))
    june.sync()
    assert june.singles() == [1]
    assert june.ids() == [1]


def test_each_whole_month_is_checked_against_the_total(filling: Start) -> None:
    june = filling(
        invented.question(1), invented.withdrawn(2), invented.unanswered(3), statements=[invented.statement(1)]
    )
    june.sync()
    found = {
        (check.genre, check.house): (check.month, check.listed, check.withdrawn, check.failed, check.checked_at)
        for check in read_checks(june.data).months
    }
    assert found == {
        (Genre.ANSWER, House.COMMONS): ("2026-06", 3, 1, 0, june.now),
        (Genre.ANSWER, House.LORDS): ("2026-06", 0, 0, 0, june.now),
        (Genre.STATEMENT, House.COMMONS): ("2026-06", 1, 0, 0, june.now),
        (Genre.STATEMENT, House.LORDS): ("2026-06", 0, 0, 0, june.now),
    }


def test_a_part_of_a_month_is_not_checked(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync(first=date(2026, 6, 2), last=date(2026, 6, 30))
    assert read_checks(june.data).months == ()


def test_a_check_of_some_bodies_does_not_hide_one_of_all(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    body = invented.question(1)["answeringBodyId"]
    some = {"first": date(2026, 6, 1), "last": date(2026, 6, 30), "bodies": (body,), "houses": (House.COMMONS,)}
    june.sync(**some)
    assert [check.bodies for check in read_checks(june.data).months] == [(body,)] * 2
    june.sync()
    june.sync(**some)
    assert {check.bodies for check in read_checks(june.data).months} == {()}


def test_the_plan_is_told_before_anything_is_fetched(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 31)), invented.unanswered(40))
    june.sync()
    assert [plan.record_calls for plan in june.plans] == [30]
    assert june.fetched_when_planned == [0]


def test_a_plan_counts_calls_minutes_and_disk(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 31)))
    june.sync(june.service(requests_per_second=1000.0, page_size=10, overlap=0))
    (plan,) = june.plans
    # Four windows of June, one page each, and three more pages for thirty questions.
    assert (plan.list_calls, plan.record_calls) == (7, 30)
    assert plan.minutes == pytest.approx(37 / 1000 / 60)
    assert plan.disk_bytes > 30 * 1000


def test_enough_records_are_published_before_the_last_one_is_fetched(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 261)))
    june.sync(june.service(page_size=500))
    published = [place for place, told in enumerate(june.progress) if told == ("Publishing", 1, 1)]
    assert len(published) == 2
    assert june.progress[published[0] :].count(("Fetching", 260, 260)) == 1
    assert june.encoders == 1
    assert june.ids() == list(range(1, 261))


def test_nothing_answered_means_no_snapshot_yet_and_the_next_sync_has_it(filling: Start) -> None:
    june = filling(invented.unanswered(1))
    report = june.sync()
    assert (report.snapshot, june.encoders) == ("", 0)
    june.server.answer(1, "<p>Yes, invented.</p>", "2026-06-20")
    assert june.sync().added == 1
    assert june.ids() == [1]


def test_a_first_sync_has_to_say_from_when(filling: Start) -> None:
    june = filling()
    with pytest.raises(QueryError, match="say from when"):
        june.go(SyncRequest())


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(1999, 1, 1), None, "nothing from before 2010-01-01"),
        (date(2026, 6, 2), date(2026, 6, 1), "after the last day.*, 2026-06-01"),
        (date(2026, 12, 1), None, "after the last day.*, 2026-11-30"),
    ],
)
def test_days_that_cannot_be_are_refused(filling: Start, first: date, last: date | None, words: str) -> None:
    with pytest.raises(QueryError, match=words):
        filling().go(SyncRequest(first=first, last=last))
