"""Syncs of a directory that was filled before; every record is invented."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from retrieval.build import build
from retrieval.checks import read_checks
from retrieval.records import Genre, House
from retrieval.sync.request import Failure
from retrieval.sync.waiting import queue_whole
from tests.replay import invented

Start = Callable[..., Any]

FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)


def test_an_increment_fetches_exactly_what_is_new_or_changed(filling: Start) -> None:
    june = filling(*(invented.question(number) for number in range(1, 41)), invented.holding(50), invented.holding(51))
    june.sync()
    before = len(june.server.requests)
    june.server.put(invented.question(60))
    june.server.correct(7, "<p>Corrected, invented words.</p>", "2026-11-21")
    june.server.answer(50, "<p>The real answer, invented.</p>", "2026-11-21")
    june.server.withdraw(9)
    report = june.sync(quick=False)
    # 51 is still a holding answer, and is asked for again each time.
    assert june.singles(before) == [7, 50, 51, 60]
    assert (report.added, report.changed, report.corrected, report.removed, report.holding) == (1, 2, 1, 1, 1)
    assert june.text_of(7) == "Corrected, invented words."
    assert june.text_of(50) == "The real answer, invented."
    assert 9 not in june.ids()


def test_a_sync_without_options_goes_on_with_all_that_was_asked_for(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2, dateTabled="2026-04-10", dateAnswered="2026-04-12"))
    june.sync()
    june.sync(first=date(2026, 4, 1), last=date(2026, 4, 30))
    june.server.correct(1, "<p>One, corrected.</p>", "2026-11-21")
    june.server.correct(2, "<p>Two, corrected.</p>", "2026-11-21")
    assert june.sync(quick=False).corrected == 2


def test_nothing_new_publishes_nothing_and_loads_no_encoder(filling: Start) -> None:
    june = filling(invented.question(1), invented.unanswered(2), invented.holding(3))
    first = june.sync()
    loaded, before = june.encoders, len(june.server.requests)
    second = june.sync()
    assert second.snapshot == first.snapshot
    assert (june.encoders, june.singles(before)) == (loaded, [3])


def test_a_quick_sync_leaves_withdrawals_to_a_full_one(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.withdraw(2)
    assert june.sync(first=FIRST, last=LAST, quick=True).removed == 0
    assert june.ids() == [1, 2]
    assert june.sync().removed == 1
    assert june.ids() == [1]
    assert read_checks(june.data).months[0].withdrawn == 1


def test_a_withdrawn_question_that_waits_is_removed_too(filling: Start) -> None:
    june = filling(invented.question(1), invented.unanswered(2))
    june.sync()
    june.server.withdraw(2)
    assert june.sync().unanswered == 0


def test_a_question_that_is_back_is_added_again(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.withdraw(2)
    june.sync()
    june.server.put(invented.question(2))
    assert june.sync().added == 1
    assert june.ids() == [1, 2]


def test_a_quick_sync_finds_a_correction_long_after_the_answer(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.correct(1, "<p>Corrected months later, invented.</p>", "2026-11-22")
    june.now = datetime(2026, 11, 25, tzinfo=UTC)
    before = len(june.server.requests)
    assert june.sync(quick=True).corrected == 1
    assert june.singles(before) == [1]
    assert june.text_of(1) == "Corrected months later, invented."


def test_a_quick_sync_finds_a_new_answer_to_an_old_question(filling: Start) -> None:
    june = filling(invented.question(1), invented.unanswered(2))
    june.sync()
    june.server.answer(2, "<p>At last, invented.</p>", "2026-11-22")
    report = june.sync(quick=True)
    assert (report.added, report.unanswered) == (1, 0)


def test_recent_days_are_looked_at_again_a_week_back(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    before = len(june.server.requests)
    june.now = datetime(2026, 12, 1, tzinfo=UTC)
    june.sync(quick=True)
    spans = {
        (asked["answeredWhenFrom"], asked["answeredWhenTo"], asked["tabledWhenFrom"], asked["tabledWhenTo"])
        for asked in june.lists(before)
        if "answeredWhenFrom" in asked
    }
    assert spans == {
        ("2026-12-01", "2026-12-31", "2026-06-01", "2026-06-30"),
        ("2026-11-15", "2026-11-30", "2026-06-01", "2026-06-30"),
    }


def test_recent_lists_come_before_holding_answers_and_those_before_the_months(filling: Start) -> None:
    summer = filling(invented.holding(1), invented.question(2, dateTabled="2026-11-20", dateAnswered="2026-11-21"))
    summer.sync(first=FIRST, houses=(House.COMMONS,), statements=False)
    before = len(summer.server.requests)
    summer.sync(houses=(House.COMMONS,), statements=False)
    order = []
    for asked in summer.server.requests[before:]:
        if asked.path[-1].isdigit():
            order.append(asked.path.rsplit("/", 1)[1])
        elif asked.query["take"] != ["1"]:
            parameters = [name for name in ("answeredWhenFrom", "correctedWhenFrom") if name in asked.query]
            order.append((parameters or ["tabledWhenFrom"])[0] + " " + asked.query["tabledWhenFrom"][0])
    assert order == [
        "tabledWhenFrom 2026-11-15",
        "answeredWhenFrom 2026-06-01",
        "correctedWhenFrom 2026-06-01",
        "1",
        *(f"tabledWhenFrom 2026-{month:02}-01" for month in (11, 10, 9, 8, 7, 6)),
    ]


def test_the_full_walk_finds_a_change_without_a_date(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.put(invented.question(1, answerText="<p>Other invented words in silence.</p>"))
    assert june.sync(quick=True).changed == 0
    before = len(june.server.requests)
    assert june.sync().changed == 1
    assert june.singles(before) == [1]
    assert june.text_of(1) == "Other invented words in silence."


def test_a_changed_fact_of_a_waiting_question_needs_no_single_call(filling: Start) -> None:
    june = filling(invented.question(1), invented.unanswered(2))
    june.sync()
    june.server.put(invented.unanswered(2, dateForAnswer="2026-07-20"))
    before = len(june.server.requests)
    june.sync()
    assert june.singles(before) == []
    assert june.rows("SELECT due FROM unanswered") == [("2026-07-20",)]


def test_an_answer_that_is_taken_back_leaves_the_search(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.put(invented.unanswered(2))
    report = june.sync()
    assert report.unanswered == 1
    assert june.ids() == [1]


def test_a_record_that_vanished_is_counted_and_kept(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2), invented.unanswered(3))
    june.sync()
    june.server.vanish(2)
    june.server.vanish(3)
    report = june.sync()
    assert (report.vanished, report.removed) == (2, 0)
    assert june.ids() == [1, 2]


def test_a_single_call_behind_the_list_is_asked_again_next_time(filling: Start) -> None:
    fresh = invented.question(1, dateAnswered="2026-07-30")
    june = filling(invented.holding(1), invented.question(2), list_rows={1: fresh})
    for _ in range(2):
        report = june.sync()
        assert report.failed == (Failure(Genre.ANSWER, 1, "the single call gives an older state than the list"),)
        assert report.holding == 1
    june.server.put(fresh)
    report = june.sync()
    assert (report.failed, report.holding, report.changed) == ((), 0, 1)


def test_a_text_that_the_list_always_shows_otherwise_is_taken_as_settled(filling: Start) -> None:
    whole = invented.question(1)
    june = filling(whole, list_rows={1: whole | {"heading": "Another invented heading"}})
    asked = []
    for _ in range(5):
        before = len(june.server.requests)
        assert june.sync().failed == ()
        asked.append(june.singles(before))
    assert asked == [[1], [1], [1], [], []]
    # A change of the row is another matter.
    june.server.put(invented.question(1, heading="A third invented heading"))
    before = len(june.server.requests)
    assert june.sync().changed == 1
    assert june.singles(before) == [1]


def test_clipped_records_of_a_dump_are_fetched_whole_after_the_lists(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(70, dateTabled="2026-02-10"))
    june.data.mkdir()
    assert queue_whole(june.data, [70, 70], "cut short in a dump") == 1
    assert queue_whole(june.data, [70], "cut short in a dump") == 0
    june.sync()
    calls = [asked.path.rsplit("/", 1)[1] for asked in june.server.requests if asked.path[-1].isdigit()]
    assert calls == ["1", "70"]
    assert june.ids() == [1, 70]


def test_a_record_read_from_a_file_is_fetched_once_by_the_single_call(filling: Start, toy_encoder: Any) -> None:
    june = filling(invented.question(1), invented.question(2))
    file = june.data.with_name("dump.jsonl")
    june.data.mkdir()
    listed = invented.question(1, answerText="Invented words.")
    file.write_text(json.dumps({"value": listed, "links": []}) + "\n" + json.dumps(invented.question(2)) + "\n")
    build([file], june.data, toy_encoder, now=june.now)
    june.sync()
    assert june.singles() == [1, 2]
    before = len(june.server.requests)
    june.sync()
    assert june.singles(before) == []


def test_a_record_of_another_source_gives_way_to_the_service(filling: Start, toy_encoder: Any) -> None:
    june = filling(invented.question(1))
    file = june.data.with_name("table.jsonl")
    june.data.mkdir()
    cells = {
        "api_id": 1,
        "house": "Commons",
        "uin": "1",
        "tabled": "2026-06-02",
        "answered": "2026-06-09",
        "question": "To ask the Secretary of State for Invented Affairs, how.",
        "answer": "Somebody's invented copy.",
        "licence": "OPL-UK-3.0",
    }
    file.write_text(json.dumps(cells) + "\n")
    build([file], june.data, toy_encoder, now=june.now)
    assert june.sync().changed == 1
    assert june.text_of(1).startswith("The Department lit 13")
    june.sync()
    assert june.singles() == [1]


def test_a_second_scope_of_the_same_kind_is_joined_to_the_first(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync()
    june.sync(first=date(2026, 7, 1), last=date(2026, 7, 31))
    june.sync(first=date(2026, 6, 10), last=date(2026, 6, 20))
    assert june.journal("SELECT count(*) FROM scope") == [(1,)]


def test_a_quick_sync_of_a_wider_span_walks_the_months_that_are_new(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2, dateTabled="2026-05-10", dateAnswered="2026-05-12"))
    june.sync()
    june.sync(first=date(2026, 5, 1), last=LAST, quick=True)
    assert june.ids() == [1, 2]
