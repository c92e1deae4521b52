from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.citations import long_date
from retrieval.records import House
from retrieval.repeating import age_of, is_same_session, months_after, rule_told, sessions_known_to
from retrieval.sessions import sessions
from retrieval.similar_results import QuestionState

IN_SESSION, LATER = date(2026, 5, 20), date(2026, 7, 1)
DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1))


def test_two_days_of_one_session_are_in_the_same_session():
    assert is_same_session(IN_SESSION, LATER) is True


def test_a_day_before_the_session_of_today_began_is_in_an_earlier_one():
    assert is_same_session(date(2026, 4, 20), LATER) is False
    assert is_same_session(date(1990, 4, 20), LATER) is False


def test_after_the_table_ends_an_earlier_session_is_still_certain_and_the_same_one_is_not():
    today = sessions_known_to() + timedelta(days=1)
    assert is_same_session(date(2026, 4, 20), today) is False
    assert is_same_session(IN_SESSION, today) is None
    assert is_same_session(today, today) is None


def test_two_days_between_sessions_are_in_none():
    ended = next(one for one in sessions() if one.is_over and one.name == "2024-26")
    between = ended.last_day + timedelta(days=2)
    assert is_same_session(between, between + timedelta(days=1)) is None


@given(DAYS, DAYS)
def test_a_session_is_the_same_only_where_the_table_has_both_days_in_one(one: date, other: date):
    day, today = sorted((one, other))
    expected = [s for s in sessions() if s.first_day <= day and today <= s.last_day]
    assert (is_same_session(day, today) is True) == bool(expected)


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 1, 15), date(2026, 4, 15)),
        (date(2025, 11, 30), date(2026, 2, 28)),
        (date(2023, 11, 30), date(2024, 2, 29)),
        (date(2026, 12, 31), date(2027, 3, 31)),
    ],
)
def test_three_months_after_a_day_is_the_same_day_or_the_last_of_a_shorter_month(day: date, later: date):
    assert months_after(day, 3) == later
    assert age_of(day, later).is_under_three_months is False
    assert age_of(day, later - timedelta(days=1)).is_under_three_months is True


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (0, "today"),
        (1, "1 day ago"),
        (13, "13 days ago"),
        (14, "2 weeks ago"),
        (55, "7 weeks ago"),
        (56, "1 month ago"),
        (62, "2 months ago"),
        (364, "11 months ago"),
        (729, "23 months ago"),
        (731, "2 years ago"),
        (1095, "2 years ago"),
        (1096, "3 years ago"),
    ],
)
def test_an_age_is_told_in_days_then_weeks_then_months_then_years(days: int, told: str):
    day = date(2022, 5, 15)
    found = age_of(day, day + timedelta(days=days))
    assert (found.days, found.told) == (days, told)


def test_the_age_of_an_answer_whose_day_is_not_known_is_not_known():
    found = age_of(None, LATER)
    assert (found.days, found.is_under_three_months, found.session, found.is_same_session) == (None,) * 4
    assert found.told == "on a day that is not known"


def test_an_answer_dated_after_today_has_no_age():
    found = age_of(LATER, IN_SESSION)
    assert (found.days, found.is_under_three_months, found.session, found.is_same_session) == (
        *(None, None),
        *("2026-27", None),
    )
    assert found.told == "on 1 July 2026, which is after today"


def test_an_answer_of_this_session_says_that_the_question_cannot_be_repeated():
    told = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(IN_SESSION, LATER), LATER)
    assert told == (
        "That was in the session of today (2026-27): in the Commons a question already answered in it can't be "
        "repeated."
    )
    refused = rule_told(QuestionState.REFUSED, House.COMMONS, age_of(IN_SESSION, LATER), LATER)
    assert "already refused an answer in it can't be repeated" in refused


def test_an_answer_of_an_earlier_session_says_so():
    told = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(date(2026, 4, 20), LATER), LATER)
    assert (
        told == "That was in an earlier session (2024-26) than today's: the rule against repeats is about one session."
    )
    before = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(date(1990, 4, 20), LATER), LATER)
    assert before.startswith("That was in an earlier session than today's")


def test_a_session_that_the_table_does_not_know_is_said_to_be_not_known():
    told = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(IN_SESSION, date(2026, 11, 22)), date(2026, 11, 22))
    assert told == (
        "Whether that was in the session of today is not known here: the table of sessions ends on 14 September 2026. "
        "If it was, the Commons rule against repeats applies."
    )
    undated = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(None, LATER), LATER)
    assert (
        undated == "Whether that was in the session of today is not known, as the day is not. "
        "If it was, the Commons rule against repeats applies."
    )
    later = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(LATER, IN_SESSION), IN_SESSION)
    assert "is not known, as it is dated after today." in later


def test_a_day_between_two_sessions_of_the_table_is_not_told_to_be_after_its_end():
    ended = next(one for one in sessions() if one.is_over and one.name == "2024-26")
    today = ended.last_day + timedelta(days=2)
    within = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(date(2026, 4, 20), today), today)
    assert f"today, {long_date(today)}, is between two sessions, and that was in the session of 2024-26" in within
    between = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(today, today), today)
    assert "is between two sessions, and that was between two sessions too." in between
    assert "the table of sessions" not in within + between
    before = sessions()[0].first_day - timedelta(days=5)
    early = rule_told(QuestionState.ANSWERED, House.COMMONS, age_of(before, before), before)
    assert f"the table of sessions begins on {long_date(sessions()[0].first_day)}" in early


@pytest.mark.parametrize("state", [QuestionState.HOLDING, QuestionState.PROROGATION, QuestionState.WILL_WRITE])
def test_what_is_no_reply_is_left_to_the_table_office(state: QuestionState):
    told = rule_told(state, House.COMMONS, age_of(IN_SESSION, LATER), LATER)
    assert told == "It got no full reply: whether it may be asked again in the same session is for the Table Office."


def test_a_question_that_waits_is_neither_answered_nor_refused():
    told = rule_told(QuestionState.AWAITING, House.COMMONS, None, LATER)
    assert told == "It still waits for its answer. The rule against repeats speaks of questions answered or refused."


def test_the_commons_rule_is_not_told_of_the_lords_nor_of_a_house_that_is_not_known_as_if_it_were():
    lords = rule_told(QuestionState.ANSWERED, House.LORDS, age_of(IN_SESSION, LATER), LATER)
    assert lords == "Tabled in the Lords: the Commons rule against repeats is not theirs, and their practice differs."
    unknown = rule_told(QuestionState.ANSWERED, None, age_of(IN_SESSION, LATER), LATER)
    assert unknown.endswith("can't be repeated. The source does not say in which House it was tabled.")
