"""Governments and Parliaments: a day tells its own, or that it is not known."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from retrieval.governments import (
    government_on,
    governments,
    is_earlier_government,
    parliament_on,
    parliaments,
)
from retrieval.sessions import sessions

COALITION = "Cameron Conservative and Liberal Democrat Coalition Government"


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1997, 5, 2), "Blair Labour Government"),
        (date(2007, 6, 26), "Blair Labour Government"),
        (date(2007, 6, 27), "Brown Labour Government"),
        (date(2010, 5, 10), "Brown Labour Government"),
        (date(2010, 5, 11), COALITION),
        (date(2015, 3, 3), COALITION),
        (date(2015, 5, 8), "Cameron Conservative Government"),
        (date(2016, 7, 13), "May Conservative Government"),
        (date(2019, 7, 24), "Johnson Conservative Government"),
        (date(2022, 9, 6), "Truss Conservative Government"),
        (date(2022, 10, 24), "Truss Conservative Government"),
        (date(2022, 10, 25), "Sunak Conservative Government"),
        (date(2024, 7, 4), "Sunak Conservative Government"),
        (date(2024, 7, 5), "Starmer Labour Government"),
        (date(2026, 7, 19), "Starmer Labour Government"),
        (date(2026, 7, 20), "Burnham Labour Government"),
        (date(2026, 10, 8), "Burnham Labour Government"),
    ],
)
def test_a_day_falls_under_its_government_and_a_handover_under_the_incoming_one(day: date, name: str) -> None:
    found = government_on(day)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("day", [date(1997, 5, 1), date(2026, 10, 9), date(2031, 1, 1)])
def test_a_day_outside_the_table_has_no_known_government(day: date) -> None:
    assert government_on(day) is None
    assert is_earlier_government(day) is None


@pytest.mark.parametrize(
    ("day", "prime_minister", "parties"),
    [
        (date(2023, 12, 18), "Rishi Sunak", ("Conservative",)),
        (date(2014, 10, 20), "David Cameron", ("Conservative", "Liberal Democrat")),
        (date(2025, 1, 15), "Sir Keir Starmer", ("Labour",)),
    ],
)
def test_an_answer_by_an_earlier_government_can_say_so(
    day: date, prime_minister: str, parties: tuple[str, ...]
) -> None:
    found = is_earlier_government(day)
    assert found is not None
    assert (found.prime_minister, found.parties) == (prime_minister, parties)


@pytest.mark.parametrize("day", [date(2026, 7, 20), date(2026, 9, 1)])
def test_an_answer_of_the_latest_government_is_not_called_an_earlier_one_s(day: date) -> None:
    assert is_earlier_government(day) is None


def test_governments_follow_one_another_without_a_gap() -> None:
    table = governments()
    assert len({each.name for each in table}) == len(table) == 10
    for earlier, later in pairwise(table):
        assert earlier.first_day < earlier.last_day
        assert later.first_day - earlier.last_day == timedelta(days=1)
    assert [each.name for each in table if not each.is_over] == ["Burnham Labour Government"]


def test_a_government_is_named_after_who_led_it_and_its_parties() -> None:
    for each in governments():
        assert each.name.startswith(each.prime_minister.split()[-1])
        assert all(party in each.name for party in each.parties)


@pytest.mark.parametrize(
    ("day", "number"),
    [
        (date(1997, 5, 7), 52),
        (date(2010, 4, 12), 54),
        (date(2010, 5, 18), 55),
        (date(2015, 3, 30), 55),
        (date(2017, 5, 3), 56),
        (date(2019, 11, 5), 57),
        (date(2023, 12, 18), 58),
        (date(2024, 5, 30), 58),
        (date(2024, 7, 9), 59),
        (date(2026, 9, 14), 59),
    ],
)
def test_a_day_falls_in_its_parliament(day: date, number: int) -> None:
    found = parliament_on(day)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    "day",
    [date(1997, 5, 6), date(2010, 4, 13), date(2019, 11, 6), date(2024, 6, 15), date(2024, 7, 8), date(2026, 9, 15)],
)
def test_a_day_between_parliaments_or_outside_the_table_has_none(day: date) -> None:
    assert parliament_on(day) is None


def test_parliaments_follow_one_another_and_only_the_last_is_not_over() -> None:
    table = parliaments()
    assert [each.number for each in table] == list(range(52, 60))
    for earlier, later in pairwise(table):
        assert earlier.first_day < earlier.last_day
        assert timedelta(days=20) < later.first_day - earlier.last_day < timedelta(days=60)
    assert [each.number for each in table if not each.is_over] == [59]


def test_every_session_falls_in_one_parliament_and_begins_with_it_or_inside_it() -> None:
    for session in sessions():
        first, last = parliament_on(session.first_day), parliament_on(session.last_day)
        assert first is not None, session.name
        assert first == last, session.name


def test_a_parliament_can_see_several_governments_and_a_government_several_parliaments() -> None:
    assert {government_on(day) for day in (date(2022, 7, 1), date(2022, 10, 1), date(2023, 1, 9))} == set(
        governments()[5:8]
    )
    assert {parliament_on(day) for day in (date(1998, 1, 1), date(2002, 1, 1), date(2006, 1, 1))} == set(
        parliaments()[:3]
    )
