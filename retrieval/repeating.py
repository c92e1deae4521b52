"""What the age of an answer means for asking again: its session, and the three months of practice.

Two things are kept apart. A rule: in the Commons a question is out of order if it repeats one that was answered, or
refused an answer, in the same session (Erskine May, paragraph 22.19). A practice: departments may refer back to an
answer that is under about three months old. Neither is decided here: facts are given, and the Table Office decides.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Final

from retrieval.citations import long_date
from retrieval.records import House
from retrieval.sessions import session_on, sessions
from retrieval.similar_results import AnswerAge, QuestionState

ADVICE: Final = (
    "The Table Office has the last word on whether a question is in order. In the Commons a question can't repeat one "
    "that was answered, or refused an answer, in the same session (Erskine May 22.19). Lords practice differs. "
    "Departments may also refer back to an answer under about three months old: that is practice, not a rule."
)
PRACTICE_MONTHS: Final = 3
"""Age in months up to which departments may refer back to an answer: practice, with no rule behind it."""

_WEEKS_FROM, _MONTHS_FROM, _YEARS_FROM = 14, 8 * 7, 24
_NO_DAY: Final = "on a day that is not known"
_NO_REPLY: Final = frozenset({QuestionState.HOLDING, QuestionState.PROROGATION, QuestionState.WILL_WRITE})


def age_of(answered: date | None, today: date) -> AnswerAge:
    """Return how long ago an answer was given, and whether that was in the session of today.

    Args:
        answered: The day it was given; None is not known.
        today: The day to reckon from.
    """
    if answered is None:
        return AnswerAge(None, _NO_DAY, None, None, None)
    session = session_on(answered)
    name = session.name if session else None
    if answered > today:
        return AnswerAge(None, f"on {long_date(answered)}, which is after today", None, name, None)
    return AnswerAge(
        days=(today - answered).days,
        told=_ago(answered, today),
        is_under_three_months=today < months_after(answered, PRACTICE_MONTHS),
        session=name,
        is_same_session=is_same_session(answered, today),
    )


def is_same_session(day: date, today: date) -> bool | None:
    """Return whether `day`, which is not after `today`, is in the session of `today`.

    Returns:
        True where the table has both in one session, False where a session began after `day` and not after `today`;
        None where neither is certain: the table ends before `today`, or both days lie between two sessions.
    """
    if any(day < session.first_day <= today for session in sessions()):
        return False
    here, now = session_on(day), session_on(today)
    return True if here and here == now else None


def sessions_known_to() -> date:
    """Return the last day that the table of sessions vouches for."""
    return sessions()[-1].last_day


def months_after(day: date, months: int) -> date:
    """Return the same day of a later month, or the last of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def rule_told(state: QuestionState, house: House | None, age: AnswerAge | None, today: date) -> str:
    """Return what a tabled question means for the rule against repeats, in plain words.

    Args:
        state: What the question has got.
        house: Where it was tabled; None is not known.
        age: Of what it has got; None while it waits.
        today: The day that its age is reckoned to.
    """
    if house is House.LORDS:
        return "Tabled in the Lords: the Commons rule against repeats is not theirs, and their practice differs."
    if state is QuestionState.AWAITING or age is None:
        return "It still waits for its answer. The rule against repeats speaks of questions answered or refused."
    where = "" if house else " The source does not say in which House it was tabled."
    return _by_session(state, age, today) + where


def _by_session(state: QuestionState, age: AnswerAge, today: date) -> str:
    named = f" ({age.session})" if age.session else ""
    if state in _NO_REPLY:
        return "It got no full reply: whether it may be asked again in the same session is for the Table Office."
    if age.is_same_session is None:
        return f"{_not_known(age, today)} If it was, the Commons rule against repeats applies."
    if not age.is_same_session:
        return f"That was in an earlier session{named} than today's: the rule against repeats is about one session."
    verb = "refused an answer" if state is QuestionState.REFUSED else "answered"
    return f"That was in the session of today{named}: in the Commons a question already {verb} in it can't be repeated."


def _not_known(age: AnswerAge, today: date) -> str:
    """Return why it is not known whether an answer was given in the session of today."""
    unknown = "Whether that was in the session of today is not known"
    if age.days is None:
        # Its age tells a day after today; of one that is not known there is none to tell.
        is_later = age.told != _NO_DAY
        return f"{unknown}, as {'it is dated after today' if is_later else 'the day is not'}."
    if today > sessions_known_to():
        return f"{unknown} here: the table of sessions ends on {long_date(sessions_known_to())}."
    if today < sessions()[0].first_day:
        return f"{unknown} here: the table of sessions begins on {long_date(sessions()[0].first_day)}."
    when = f"in the session of {age.session}, which is over" if age.session else "between two sessions too"
    return f"{unknown}: today, {long_date(today)}, is between two sessions, and that was {when}."


def _ago(day: date, today: date) -> str:
    days = (today - day).days
    if days < _WEEKS_FROM:
        return {0: "today", 1: "1 day ago"}.get(days, f"{days} days ago")
    if days < _MONTHS_FROM:
        return f"{days // 7} weeks ago"
    months = (today.year - day.year) * 12 + today.month - day.month
    if months_after(day, months) > today:
        months -= 1
    if months < _YEARS_FROM:
        return f"{months} month{'' if months == 1 else 's'} ago"
    return f"{months // 12} years ago"
