"""What was withdrawn leaves the search, whatever copy of it is held, and is told of once; every record is invented."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from retrieval.build import build
from retrieval.checks import read_checks
from retrieval.received import ReceivedFile
from retrieval.records import Genre, House
from retrieval.snapshot import open_snapshot
from retrieval.sources.mapped_table import MappedTable
from retrieval.sources.table_mapping import TableMapping
from retrieval.sync.waiting import queue_whole
from tests.replay import invented

Start = Callable[..., Any]
FIRST, LAST = date(2026, 6, 1), date(2026, 6, 30)
KEY = "commons-2026-06-02-1"
MAPPING = """licence = "OPL-UK-3.0"
[columns]
uin = "n"
house = "h"
tabled_on = "t"
answered_on = "d"
question = "q"
answer = "a"
"""


def build_table(june: Any, folder: Path, *ids: int) -> None:
    """Build the data directory from a table of questions with House, day and UIN, and no id of the API."""
    (folder / "m.toml").write_text(MAPPING)
    lines = ["n,h,t,d,q,a"]
    for number in ids:
        one = invented.question(number)
        days = f"{one['dateTabled'][:10]},{one['dateAnswered'][:10]}"
        lines.append(f'{one["uin"]},{one["house"]},{days},"{one["questionText"]}",Words of an invented table {number}.')
    (folder / "t.csv").write_text("\n".join(lines) + "\n")
    readers = (MappedTable(TableMapping.read(str(folder / "m.toml"))),)
    build([str(folder / "t.csv")], june.data, june.encoder, readers=readers, now=june.now)


def tombstones(june: Any) -> frozenset[str]:
    return ReceivedFile(open_snapshot(june.data).received_file).tombstones()


def keys(june: Any) -> list[str]:
    return [row[0] for row in june.rows("SELECT key FROM records ORDER BY key")]


def test_a_copy_without_an_id_is_withdrawn_by_its_key(filling: Start, tmp_path: Path) -> None:
    june = filling(invented.question(1, isWithdrawn=True), invented.question(2))
    build_table(june, tmp_path, 1, 2)
    assert keys(june) == [KEY, "commons-2026-06-03-2"]
    report = june.sync()
    assert (keys(june), report.removed) == (["commons-2026-06-03-2"], 1)
    assert tombstones(june) == {KEY, "id-1"}


def test_a_copy_without_an_id_is_withdrawn_when_the_single_call_says_so(filling: Start, tmp_path: Path) -> None:
    june = filling(invented.question(1, isWithdrawn=True), invented.question(2), list_rows={1: invented.question(1)})
    build_table(june, tmp_path, 1, 2)
    june.sync()
    assert keys(june) == ["commons-2026-06-03-2"]


def test_a_withdrawal_of_what_is_not_held_is_told_once(filling: Start) -> None:
    june = filling(invented.question(1, isWithdrawn=True), invented.question(2))
    first = june.sync()
    assert tombstones(june) == {KEY, "id-1"}
    loaded = june.encoders
    assert june.sync().snapshot == first.snapshot
    assert (june.encoders, june.journal("SELECT count(*) FROM withdrawn")) == (loaded, [(0,)])


def test_another_question_under_the_key_of_a_withdrawn_one_stays(filling: Start) -> None:
    same = {"uin": "1", "dateTabled": "2026-06-02"}
    june = filling(invented.question(29, **same))
    june.sync()
    june.server.put(invented.question(1, isWithdrawn=True, **same))
    june.sync()
    assert june.ids() == [29]
    assert tombstones(june) == {"id-1"}


def test_a_question_that_is_back_is_no_longer_told_as_withdrawn(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2))
    june.sync()
    june.server.withdraw(2)
    june.sync()
    june.server.put(invented.question(2))
    assert june.sync().added == 1
    assert tombstones(june) == frozenset()


def test_a_holding_answer_that_could_not_be_fetched_again_is_counted_in_its_month(filling: Start) -> None:
    june = filling(invented.holding(3), invented.question(4))
    june.sync()
    june.server.fail_next("500", times=3, where="questions/3?")
    june.sync()
    failed = {(check.genre, check.house, check.month): check.failed for check in read_checks(june.data).months}
    assert failed[Genre.ANSWER, House.COMMONS, "2026-06"] == 1


def test_a_failure_from_a_file_is_counted_in_its_month_once_that_is_known(filling: Start) -> None:
    june = filling(invented.holding(3), invented.question(4))
    june.sync()
    queue_whole(june.data, [3], "cut short in a dump")
    june.server.fail_next("500", times=3, where="questions/3?")
    june.sync()
    assert june.journal("SELECT id, house, month FROM queue") == [(3, "Commons", "2026-06")]
    assert sum(check.failed for check in read_checks(june.data).months) == 1


def test_what_is_held_and_neither_listed_nor_withdrawn_is_counted_in_its_month(filling: Start) -> None:
    june = filling(invented.question(1), invented.question(2), invented.unanswered(3), invented.question(4))
    june.sync()
    june.server.vanish(2)
    june.server.vanish(3)
    june.server.withdraw(4)
    june.sync()
    surplus = {(check.genre, check.house): check.surplus for check in read_checks(june.data).months}
    assert surplus == {
        (Genre.ANSWER, House.COMMONS): 2,
        (Genre.ANSWER, House.LORDS): 0,
        (Genre.STATEMENT, House.COMMONS): 0,
        (Genre.STATEMENT, House.LORDS): 0,
    }


def test_a_last_day_far_ahead_costs_no_calls_for_months_to_come(filling: Start) -> None:
    june = filling(invented.question(1))
    june.sync(first=date(2026, 10, 1), last=date(2099, 12, 31), statements=False, houses=(House.COMMONS,))
    assert [(asked["tabledWhenFrom"], asked["tabledWhenTo"]) for asked in june.lists()] == [
        ("2026-11-01", "2026-11-30"),
        ("2026-10-01", "2026-10-31"),
    ]


def test_what_contradicts_itself_when_it_is_published_is_in_the_report_once(filling: Start) -> None:
    same = {"uin": "1", "dateTabled": "2026-06-02"}
    june = filling(invented.question(1, **same), invented.question(29, **same))
    (fault,) = june.sync().faults
    assert f"two questions with different ids have the key {KEY}" in fault
