"""What Parliament's lists were last seen to hold is kept whole, and damage to it is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.checks import CHECKS_FILE, Checks, MonthCheck, read_checks, write_checks
from retrieval.errors import PublishFailed, SnapshotDamaged
from retrieval.records import Genre, House

AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MARCH = MonthCheck(Genre.ANSWER, House.COMMONS, "2024-03", listed=120, withdrawn=3, failed=1, checked_at=AT)
FIELDS = {
    "genre": "answer",
    "house": "Commons",
    "month": "2024-03",
    "listed": 120,
    "withdrawn": 3,
    "failed": 1,
    "checked_at": "2026-11-21T09:30:00Z",
}


def test_a_directory_that_was_never_filled_has_no_checks(tmp_path: Path) -> None:
    assert read_checks(tmp_path) == Checks()


def test_checks_are_kept_by_genre_house_and_month(tmp_path: Path) -> None:
    lords = MonthCheck(Genre.ANSWER, House.LORDS, "2023-01", 9, 0, 0, AT, bodies=(7, 17))
    statements = MonthCheck(Genre.STATEMENT, House.COMMONS, "2022-12", 4, 0, 0, AT)
    february = MonthCheck(Genre.ANSWER, House.COMMONS, "2024-02", 80, 0, 0, AT)
    write_checks(tmp_path, Checks((statements, lords, MARCH, february)))
    assert read_checks(tmp_path) == Checks((february, MARCH, lords, statements))


def test_the_file_can_be_read_by_anyone_and_by_a_person(tmp_path: Path) -> None:
    write_checks(tmp_path, Checks((MARCH,)))
    text = (tmp_path / CHECKS_FILE).read_text(encoding="utf-8")
    assert json.loads(text) == {"months": [FIELDS | {"bodies": [], "surplus": 0}]}
    assert text.endswith("}\n")
    assert len(text.splitlines()) > len(FIELDS)


def test_new_checks_replace_the_old_ones_whole_and_leave_nothing_beside_them(tmp_path: Path) -> None:
    write_checks(tmp_path, Checks((MARCH, MonthCheck(Genre.ANSWER, House.LORDS, "2024-03", 9, 0, 0, AT))))
    write_checks(tmp_path, Checks((MARCH,)))
    assert read_checks(tmp_path) == Checks((MARCH,))
    assert [path.name for path in tmp_path.iterdir()] == [CHECKS_FILE]


def damaged(**fields: object) -> bytes:
    return json.dumps({"months": [FIELDS | fields]}).encode()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"months": 3}',
        damaged(genre="poem"),
        damaged(house="Senate"),
        damaged(listed="many"),
        damaged(checked_at="yesterday"),
        damaged(month=None),
        damaged(month="March"),
        damaged(month="2024-3"),
        damaged(month="2024-13"),
    ],
)
def test_a_damaged_file_is_told_with_the_next_step(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / CHECKS_FILE).write_bytes(raw)
    with pytest.raises(SnapshotDamaged, match=r"checks\.json can't be read .*remove it and run `despatch sync` again"):
        read_checks(tmp_path)


def test_something_else_in_the_files_place_is_told(tmp_path: Path) -> None:
    (tmp_path / CHECKS_FILE).mkdir()
    with pytest.raises(SnapshotDamaged, match=r"checks\.json can't be read"):
        read_checks(tmp_path)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.builds(
            MonthCheck,
            genre=st.sampled_from(Genre),
            house=st.sampled_from(House),
            month=st.builds("{:04}-{:02}".format, st.integers(1900, 2100), st.integers(1, 12)),
            listed=st.integers(0, 10**6),
            withdrawn=st.integers(0, 10**4),
            failed=st.integers(0, 10**4),
            checked_at=st.builds(lambda minutes: AT + timedelta(minutes=minutes), st.integers(0, 10**6)),
            bodies=st.lists(st.integers(1, 300), max_size=3).map(tuple),
        ),
        unique_by=lambda check: (check.genre, check.house, check.month),
    )
)
def test_what_is_written_is_read_back_in_one_order(tmp_path: Path, listed: list[MonthCheck]) -> None:
    write_checks(tmp_path, Checks(tuple(listed)))
    raw = (tmp_path / CHECKS_FILE).read_bytes()
    found = read_checks(tmp_path)
    assert set(found.months) == set(listed)
    assert [(check.genre, check.house, check.month) for check in found.months] == sorted(
        (check.genre, check.house, check.month) for check in listed
    )
    write_checks(tmp_path, Checks(tuple(reversed(listed))))
    assert (tmp_path / CHECKS_FILE).read_bytes() == raw


def test_checks_of_before_surplus_was_counted_can_be_read(tmp_path: Path) -> None:
    write_checks(tmp_path, Checks((MARCH,)))
    raw = (tmp_path / CHECKS_FILE).read_text()
    assert '"surplus": 0' in raw
    (tmp_path / CHECKS_FILE).write_text(re.sub(r',\s*"surplus": 0', "", raw))
    assert "surplus" not in (tmp_path / CHECKS_FILE).read_text()
    assert read_checks(tmp_path).months == (MARCH,)


def test_a_full_disk_is_told_and_the_old_checks_stand(
    tmp_path: Path, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    write_checks(tmp_path, Checks((MARCH,)))
    with disk_of(10), pytest.raises(PublishFailed, match=r"checks\.json could not be written .* stands as it was"):
        write_checks(tmp_path, Checks())
    assert read_checks(tmp_path).months == (MARCH,)
