from __future__ import annotations

from datetime import date

import pytest

from retrieval.written_days import allowed_until, written_days


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 25 July 2023 to", [date(2023, 7, 25)]),
        ("on the 3rd of May 2024.", [date(2024, 5, 3)]),
        ("29 Nov 2024", [date(2024, 11, 29)]),
        ("of 4 and 11 November 2024", [date(2024, 11, 4), date(2024, 11, 11)]),
        ("July 29, 2024", [date(2024, 7, 29)]),
        ("on 30/07/24 and 1.8.2024", [date(2024, 7, 30), date(2024, 8, 1)]),
        ("7th December", [date(2024, 12, 7)]),
        ("12 January", [date(2025, 1, 12)]),
        ("May 2024, 1.5 March, £12 March, in 2024", []),
        ("31 June 2024", [None]),
        ("29 February", [date(2024, 2, 29)]),
    ],
)
def test_days_are_read_as_people_write_them(text: str, days: list[date | None]):
    assert [day.placed(date(2025, 1, 31)) for day in written_days(text)] == days


def test_a_day_without_its_year_is_the_last_one_and_never_one_to_come():
    (day,) = written_days("the answer of 7 December")
    assert day.placed(date(2024, 12, 7)) == date(2024, 12, 7)
    assert day.placed(date(2024, 12, 6)) == date(2023, 12, 7)
    assert day.placed(None) is None
    (leap,) = written_days("29 February")
    assert leap.placed(date(2023, 5, 1)) is None


def test_days_of_one_list_have_the_words_of_the_whole_list():
    text = "Answers of 4 and 11 November to"
    assert [text[day.start : day.end] for day in written_days(text)] == ["4 and 11 November"] * 2


def test_a_month_between_two_numbers_is_read_once():
    assert [day.placed(date(2025, 1, 1)) for day in written_days("3 May 12")] == [date(2024, 5, 3)]


def test_an_answer_of_an_unknown_day_can_name_days_up_to_four_months_after_it_was_due():
    assert allowed_until(date(2024, 1, 9), date(2024, 1, 5), None) == date(2024, 1, 9)
    assert allowed_until(None, date(2024, 1, 1), date(2023, 12, 1)) == date(2024, 4, 30)
    assert allowed_until(None, None, date(2024, 1, 1)) == date(2024, 4, 30)
    assert allowed_until(None, None, None) is None
