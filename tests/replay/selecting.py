"""Parameters of the two list calls, turned into what they select.

Names and values are those of the service's own description, https://questions-statements-api.parliament.uk/swagger/v1/swagger.json.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from retrieval.sessions import Session, sessions
from tests.replay.clipping import without_tags
from tests.replay.query import Query
from tests.replay.shelf import Entry, Selection

Test = Callable[[Entry], bool]

_HOUSES = ("Bicameral", "Commons", "Lords")
_SESSIONS = ("Current", "Any")


def current_session(today: date) -> Session:
    """Return the session that `today` falls in, or after which it falls: the latest one begun."""
    begun = [session for session in sessions() if session.first_day <= today]
    return begun[-1]


def question_selection(query: Query, today: date) -> Selection:
    """Return what a call for the list of questions asks for.

    Raises:
        BadParameterError: If a value is of the wrong kind.
    """
    tests = [
        *_day_tests(query, "answeredWhen", "dateAnswered"),
        *_day_tests(query, "correctedWhen", "dateAnswerCorrected"),
        *_day_tests(query, "dateForAnswerWhen", "dateForAnswer"),
        *_answered_tests(query),
        *_member_tests(query),
        *_shared_tests(query, ("askingMemberId", "answeringMemberId"), ("questionText", "answerText", "heading")),
    ]
    if not query.flag("includeWithdrawn"):
        tests.append(lambda entry: not entry.whole["isWithdrawn"])
    return _between(query, today, "tabledWhen", tests)


def statement_selection(query: Query, today: date) -> Selection:
    """Return what a call for the list of statements asks for.

    Raises:
        BadParameterError: If a value is of the wrong kind.
    """
    return _between(query, today, "madeWhen", _shared_tests(query, ("memberId",), ("title", "text")))


def _between(query: Query, today: date, parameter: str, tests: list[Test]) -> Selection:
    """Return a selection of the days asked for; without `sessionStatus=Any`, of those in the current session."""
    first, last = query.day(f"{parameter}From") or "", query.day(f"{parameter}To") or "9999-12-31"
    if query.choice("sessionStatus", _SESSIONS) != "Any":
        session = current_session(today)
        first = max(first, session.first_day.isoformat())
        last = min(last, session.last_day.isoformat()) if session.is_over else last
    return Selection(name=query.name, first=first, last=last, tests=tuple(tests))


def _day_tests(query: Query, parameter: str, field: str) -> list[Test]:
    first, last = query.day(f"{parameter}From"), query.day(f"{parameter}To")
    if first is None and last is None:
        return []
    low, high = first or "", last or "9999-12-31"
    return [lambda entry: (day := entry.whole[field]) is not None and low <= day[:10] <= high]


def _answered_tests(query: Query) -> list[Test]:
    """Return the tests of `answered` and `questionStatus`.

    Assumed: that a holding answer counts as an answer, since the source gives its day as `dateAnswered`.
    """
    answered = query.choice("answered", ("Any", "Answered", "Unanswered"))
    status = query.choice("questionStatus", ("NotAnswered", "AnsweredOnly", "AllQuestions"))
    tests: list[Test] = []
    if answered == "Answered" or status == "AnsweredOnly":
        tests.append(lambda entry: entry.whole["dateAnswered"] is not None)
    if answered == "Unanswered" or status == "NotAnswered":
        tests.append(lambda entry: entry.whole["dateAnswered"] is None)
    return tests


def _member_tests(query: Query) -> list[Test]:
    tests: list[Test] = []
    for name in ("askingMemberId", "answeringMemberId"):
        if ids := query.numbers(name):
            tests.append(_is(name, ids[0]))
    return tests


def _is(field: str, wanted: int) -> Test:
    return lambda entry: entry.whole[field] == wanted


def _shared_tests(query: Query, member_fields: tuple[str, ...], text_fields: tuple[str, ...]) -> list[Test]:
    """Return the tests of the parameters that both lists have."""
    tests: list[Test] = []
    house = query.choice("house", _HOUSES)
    if house in ("Commons", "Lords"):
        tests.append(lambda entry: entry.whole["house"] == house)
    if uin := query.text("uIN"):
        tests.append(lambda entry: entry.whole["uin"].lower() == uin.strip().lower())
    if bodies := frozenset(query.numbers("answeringBodies")):
        tests.append(lambda entry: entry.whole["answeringBodyId"] in bodies)
    if members := frozenset(query.numbers("members")):
        tests.append(lambda entry: any(entry.whole[field] in members for field in member_fields))
    if term := query.text("searchTerm"):
        # Assumed: how the service cuts a search into words is not known; here it is looked for as it stands.
        sought = term.strip().casefold()
        tests.append(
            lambda entry: any(sought in without_tags(entry.whole[field] or "", " ").casefold() for field in text_fields)
        )
    return tests
