"""Questions that ask for now or name a time, and what that is worth for answers of each day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from retrieval.freshness import NO_PREFERENCE, Freshness, FreshnessKind, freshness_bonus, freshness_of

TODAY = date(2026, 11, 22)
RECENT = Freshness(FreshnessKind.RECENT, ("now",))


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("What is the current cap on bus fares?", ("current",)),
        ("Who currently funds village halls?", ("currently",)),
        ("the latest figures on dentists", ("the latest",)),
        ("most recent estimate of rough sleeping", ("most recent",)),
        ("the most recent assessment that ministers have made of trams", ("most recent",)),
        ("what recent discussions he has had on the current fares", ("current",)),
        ("recent meetings about trams", ("recent",)),
        ("How many hotels are used now?", ("now",)),
        ("today's rate of the allowance", ("today",)),
        ("returns so far this year", ("so far this year",)),
        ("up-to-date waiting times at present", ("up-to-date", "at present")),
        ("the current rate, compared with 2019", ("current",)),
        ("What is covered by current legislation?", ("current",)),
    ],
)
def test_a_question_that_asks_for_now_prefers_recent_answers(question: str, words: tuple[str, ...]) -> None:
    assert freshness_of(question, TODAY) == Freshness(FreshnessKind.RECENT, words)


@pytest.mark.parametrize(
    "question",
    [
        "safety of alternating current in railways",
        "tidal current turbines",
        "fees for current accounts",
        "BBC current affairs programmes",
        "spending in current prices",
        "pensions of current and former miners",
        "former or current employees of the Post Office",
        "what has been done until now",
        "returns to be filed by 31 January at the latest",
        "trends in recent years",
        "help for recently bereaved parents",
        "ocean currents",
        "knowledge of nowhere",
        "the Today programme",
        "the Companies Act 2006",
        "Budget 2024 and the spending review",
        "targets for 2030 and the plan to end sales by 2035",
        "may a landlord refuse a pet",
        "local elections in May",
        "the march for peace",
        "what recent discussions she has had with her counterpart in Wales on trams",
        "what recent assessment his Department has made of tram fares",
        "what recent estimate the Secretary of State for Trams has made of fares",
        "what recent meetings has he had on trams",
        "what recent meetings Ministers in his Department have had on trams",
        "what recent progress has been made on trams",
        "the report on trams published on 27 March 2024",
        "the statement made by the Minister for Trams on 27 March 2024",
        "the Answer of 27 March 2024 to Question 123 on trams, and the letter of 3 April 2024",
        "fires before 2020 and since 2022",
        "fires in May and June 2025",
    ],
)
def test_a_question_with_words_that_only_look_like_a_time_prefers_none(question: str) -> None:
    assert freshness_of(question, TODAY) == NO_PREFERENCE


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("How many nurses left in 2023?", ("in 2023",), date(2023, 1, 1), date(2023, 12, 31)),
        ("small boats since March 2026", ("since March 2026",), date(2026, 3, 1), None),
        ("homes built before 2020", ("before 2020",), None, date(2019, 12, 31)),
        ("deaths last year", ("last year",), date(2025, 1, 1), date(2025, 12, 31)),
        ("fires in 2020 and in 2022", ("in 2020", "in 2022"), date(2020, 1, 1), date(2022, 12, 31)),
        ("fires on 27 March 2024", ("on 27 March 2024",), date(2024, 3, 27), date(2024, 3, 27)),
        ("reports published in 2024", ("in 2024",), date(2024, 1, 1), date(2024, 12, 31)),
        ("fires in 2024 and 2022", ("in 2024", "2022"), date(2022, 1, 1), date(2024, 12, 31)),
        ("fires in 2021, 2022 or last year", ("in 2021", "2022", "last year"), date(2021, 1, 1), date(2025, 12, 31)),
        ("fires in 2021 and 2030", ("in 2021",), date(2021, 1, 1), date(2021, 12, 31)),
    ],
)
def test_a_question_that_names_a_time_prefers_answers_of_that_time(
    question: str, words: tuple[str, ...], first: date | None, last: date | None
) -> None:
    assert freshness_of(question, TODAY) == Freshness(FreshnessKind.PERIOD, words, first, last)


def test_recent_answers_gain_half_as_much_for_each_year_behind_the_newest() -> None:
    answered = np.array(["2026-03-01", "2025-03-01", "2023-03-02", "NaT"], dtype="datetime64[D]")
    bonus = freshness_bonus(RECENT, answered, date(2026, 3, 1))
    assert bonus.dtype == np.float32
    assert bonus.tolist() == pytest.approx([1.0, 0.5, 0.125, 0.0])


def test_an_answer_of_a_day_after_the_newest_gains_no_more_than_the_newest() -> None:
    assert freshness_bonus(RECENT, np.array(["2027-01-01"], dtype="datetime64[D]"), date(2026, 3, 1)).tolist() == [1.0]


@pytest.mark.parametrize(
    ("first", "last", "gained"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), [0.0, 1.0, 1.0, 0.0, 0.0]),
        (date(2025, 1, 1), None, [0.0, 1.0, 1.0, 1.0, 0.0]),
        (None, date(2025, 1, 1), [1.0, 1.0, 0.0, 0.0, 0.0]),
    ],
)
def test_an_answer_gains_all_within_the_period_and_nothing_outside(
    first: date | None, last: date | None, gained: list[float]
) -> None:
    days = ["2024-12-31", "2025-01-01", "2025-12-31", "2026-01-01", "NaT"]
    period = Freshness(FreshnessKind.PERIOD, ("in 2025",), first, last)
    assert freshness_bonus(period, np.array(days, dtype="datetime64[D]"), None).tolist() == gained


def test_nothing_is_gained_without_a_preference_or_a_newest_day() -> None:
    answered = np.array(["2026-03-01"], dtype="datetime64[D]")
    assert freshness_bonus(NO_PREFERENCE, answered, date(2026, 3, 1)).tolist() == [0.0]
    assert freshness_bonus(RECENT, answered, None).tolist() == [0.0]
