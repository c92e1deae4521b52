"""Times in questions have the first and the last day that a reader would give them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.time_phrases import time_at, time_goes_on, time_phrases

TODAY = date(2026, 11, 22)  # A Sunday.


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("since March 2026", "2026-03-01", None),
        ("since March", "2026-03-01", None),
        ("since December", "2025-12-01", None),
        ("since Sept. 2025", "2025-09-01", None),
        ("since 2026-03-05", "2026-03-05", None),
        ("since 5 March", "2026-03-05", None),
        ("since the start of 2025", "2025-01-01", None),
        ("since last year", "2025-01-01", None),
        ("since last May", "2026-05-01", None),
        ("from 2024 onwards", "2024-01-01", None),
        ("from 2019 to 2023", "2019-01-01", "2023-12-31"),
        ("from November to February 2026", "2025-11-01", "2026-02-28"),
        ("between March and June 2025", "2025-03-01", "2025-06-30"),
        ("between 4 March 2025 and 6 June 2025", "2025-03-04", "2025-06-06"),
        ("from 3 March to 5 June 2025", "2025-03-03", "2025-06-05"),
        ("from 5 November to 3 February 2026", "2025-11-05", "2026-02-03"),
        ("between 3 March 2025 and 5 June", "2025-03-03", "2025-06-05"),
        ("between 5 November 2024 and 3 February", "2024-11-05", "2025-02-03"),
        ("from March 2025 to June", "2025-03-01", "2025-06-30"),
        ("from 2024 to March", "2024-01-01", "2026-03-31"),
        ("from November to February", "2025-11-01", "2026-02-28"),
        ("after March 2025", "2025-04-01", None),
        ("after 31 December 2024", "2025-01-01", None),
        ("before 2024", None, "2023-12-31"),
        ("until February 2024", None, "2024-02-29"),
        ("up to 2020", None, "2020-12-31"),
        ("in May 2025", "2025-05-01", "2025-05-31"),
        ("in December", "2025-12-01", "2025-12-31"),
        ("in 2024-25", "2024-04-01", "2025-03-31"),
        ("during 2023", "2023-01-01", "2023-12-31"),
        ("on 5 March 2025", "2025-03-05", "2025-03-05"),
        ("last year", "2025-01-01", "2025-12-31"),
        ("this year", "2026-01-01", "2026-12-31"),
        ("last month", "2026-10-01", "2026-10-31"),
        ("last November", "2025-11-01", "2025-11-30"),
        ("last week", "2026-11-09", "2026-11-15"),
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("in the last six months", "2026-05-22", None),
        ("over the past 10 days", "2026-11-12", None),
        ("within the last year", "2025-11-22", None),
    ],
)
def test_a_time_has_its_first_and_last_day(words: str, first: str | None, last: str | None) -> None:
    found = time_at(f"said {words} about roads", 5, TODAY)
    assert found is not None
    assert (found.start, found.end) == (5, 5 + len(words))
    assert found.first == (date.fromisoformat(first) if first else None)
    assert found.last == (date.fromisoformat(last) if last else None)


@pytest.mark.parametrize(
    "words",
    [
        *("in 2030", "until 2030", "since January 2027", "in 2,019 cases", "in 2019% of", "in 2024-26", "on 2019"),
        *("since 31 February 2025", "between 2023 and 2019", "at 2024", "2024", "March 2024", "since the Act"),
        "from 2023 to 2019",
        *("in the last few years", "in the last 9999 years", "since 2025-13-01", "may 2025", "in marches"),
    ],
)
def test_what_is_no_time_that_is_past_has_no_days(words: str) -> None:
    assert time_at(words, 0, TODAY) is None


def test_six_months_before_the_end_of_august_is_the_end_of_february() -> None:
    found = time_at("in the last six months", 0, date(2026, 8, 31))
    assert found is not None
    assert found.first == date(2026, 2, 28)


def test_the_times_of_a_text_are_found_in_its_order_and_none_within_another() -> None:
    text = "between 2019 and 2021, in March 2024 and since last year"
    found = [text[one.start : one.end] for one in time_phrases(text, TODAY)]
    assert found == ["between 2019 and 2021", "in March 2024", "since last year"]


def test_a_month_without_a_year_is_not_dated() -> None:
    assert [one.is_dated for one in time_phrases("in May or in May 2025", TODAY)] == [False, True]


@pytest.mark.parametrize(
    ("words", "goes_on"),
    [
        *(("in 2024 and 2025", True), ("in 2024, May 2025", True), ("in 2024 or in 2030", True)),
        *(("in 2024 and since", True), ("in 2024 and roads", False), ("in 2024", False), ("in 2024 to MPs", False)),
    ],
)
def test_a_time_goes_on_where_another_is_joined_to_it(words: str, goes_on: bool) -> None:
    assert time_goes_on(words, len("in 2024"), TODAY) is goes_on


def test_only_a_time_that_goes_on_reaches_today() -> None:
    reaching = {one: found.reaches(TODAY) for one in _SOME if (found := time_at(one, 0, TODAY))}
    assert reaching == {"since 2024": True, "this year": True, "in 2025": False, "before 2024": False}


_SOME = ("since 2024", "this year", "in 2025", "before 2024")


@given(
    st.sampled_from(("since", "in", "from", "last", "between", "until", "over the last", "on")),
    st.text(alphabet="0123456789 -/.maybrchon,", max_size=20),
    st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31)),
)
def test_a_time_never_ends_before_it_begins_nor_begins_after_today(word: str, rest: str, today: date) -> None:
    for found in time_phrases(f"{word} {rest}", today):
        assert found.first is None or found.last is None or found.first <= found.last
        assert found.first is None or found.first <= today


@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                "since before until between and last this year month week 31 February 2025 2024-25".split()
            ),
            st.text(max_size=8),
        ),
        max_size=10,
    ).map(" ".join),
    st.dates(min_value=date(1990, 1, 1), max_value=date(2090, 12, 31)),
)
def test_of_any_text_the_times_are_spans_of_it_in_order(text: str, today: date) -> None:
    end = 0
    for found in time_phrases(text, today):
        assert end <= found.start < found.end <= len(text)
        assert found.first is None or found.last is None or found.first <= found.last
        end = found.end
