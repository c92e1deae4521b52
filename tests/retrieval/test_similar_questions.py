from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import QueryError, UnknownName
from retrieval.records import AnswerKind, Genre, House
from retrieval.results import Outcome
from retrieval.search import Searcher
from retrieval.similar_questions import MOST_WEAK
from retrieval.similar_results import Likeness, QuestionState, SimilarQuestions, TabledQuestion
from tests.replay.invented import statement

ASK = "To ask the Secretary of State for Transport, "
POTHOLES = "how many potholes were filled on rural roads in Mockham"
TODAY = date(2026, 7, 1)
FILLED = "<p>The council of Mockham filled 42 potholes on rural roads.</p>"
NOT_HELD = "<p>The information requested is not held centrally.</p>"
TOO_DEAR = "<p>This information could only be obtained at disproportionate cost.</p>"
HOLDING = (
    "<p>It will not be possible to answer this question within the usual time period. An answer is being prepared and "
    "will be provided as soon as it is available.</p>"
)
PROROGATION = (
    "<p>It has not proved possible to respond to the hon. Member in the time available before Prorogation.</p>"
)
WILL_WRITE = "<p>I will write to the hon. Member, and place a copy of my letter in the Library of the House.</p>"
POINTER = "<p>I refer the hon. Member to the answer given to Question {} on 8 June 2026.</p>"

Make = Callable[..., Searcher]


@pytest.fixture
def searcher_over(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> Make:
    """Build an index of questions, each given by its fields, and open it as of a day."""

    def made(*questions: dict[str, Any], today: date = TODAY) -> Searcher:
        raws = []
        for number, fields in enumerate(questions, 1):
            usual = {"dateTabled": "2026-06-01T00:00:00", "dateAnswered": "2026-06-08T00:00:00"}
            raws.append(invented.raw(number, **(usual | fields)))
        source = invented.file(tmp_path / "source.jsonl", raws)
        build([source], tmp_path / "data", toy_encoder, now=datetime(2026, 6, 30, tzinfo=UTC))
        return Searcher(Corpus.open(tmp_path / "data"), toy_encoder, tmp_path / "data", today=lambda: today)

    return made


def asking(text: str, **fields: Any) -> dict[str, Any]:
    return {"questionText": f"{ASK}{text}.", "heading": "Roads: Repairs", **fields}


def waiting(text: str, **fields: Any) -> dict[str, Any]:
    empty = {"answerText": None, "dateAnswered": None, "answeringMember": None, "answeringMemberId": None}
    return asking(text, dateForAnswer="2026-07-08T00:00:00", **(empty | fields))


OTHER = asking("what the price of lamp oil is in Testford", heading="Lamps: Oil", answerText="<p>Lamp oil is dear.</p>")


def only(found: SimilarQuestions) -> TabledQuestion:
    assert len(found.matches) == 1
    return found.matches[0]


def test_a_question_in_the_same_words_is_found_with_its_answer_and_age(searcher_over: Make):
    found = searcher_over(asking(POTHOLES, answerText=FILLED), OTHER).similar_questions(f"{ASK}{POTHOLES}.")
    match = only(found)
    assert (found.outcome, found.message) == (Outcome.FOUND, "A question in the same words has been tabled.")
    assert (match.rank, match.likeness, match.state) == (1, Likeness.SAME_WORDING, QuestionState.ANSWERED)
    assert match.score == 1.0
    assert match.key == "commons-2026-06-01-1001"
    assert match.state_told == "Answered on 8 June 2026."
    assert match.answer is not None
    assert match.answer.text == "The council of Mockham filled 42 potholes on rural roads."
    assert (match.answer.ordinal, match.answer.passages) == (1, 1)
    assert (match.answer.age.days, match.answer.age.told) == (23, "3 weeks ago")
    assert match.answer.age.is_under_three_months is True
    assert (match.answer.age.session, match.answer.age.is_same_session) == ("2026-27", True)
    assert "in the Commons a question already answered in it can't be repeated" in match.rule_told
    assert (
        match.cite_as
        == match.answer.written["member"]
        == "the Answer of 8 June 2026 to Question 1001 on Roads: Repairs"
    )
    assert match.url == "https://questions-statements.parliament.uk/written-questions/detail/2026-06-01/1001"
    assert (found.today, found.session_today, found.sessions_known_to) == (TODAY, "2026-27", date(2026, 9, 14))
    assert "Table Office" in found.advice
    assert "Lords practice differs" in found.advice
    assert found.licence.statement


def test_the_formula_makes_no_difference_to_what_is_found(searcher_over: Make):
    searcher = searcher_over(asking(POTHOLES), OTHER)
    with_formula, without = searcher.similar_questions(ASK + POTHOLES), searcher.similar_questions(POTHOLES)
    assert asdict(with_formula) | {"took_ms": 0} == asdict(without) | {"took_ms": 0}


def test_a_question_that_waits_is_found_and_says_when_it_is_due(searcher_over: Make):
    found = searcher_over(waiting(POTHOLES), OTHER).similar_questions(POTHOLES)
    match = only(found)
    assert (match.state, match.answer, match.leads_to) == (QuestionState.AWAITING, None, None)
    assert match.state_told == "Not answered yet: due 8 July 2026."
    assert match.due == date(2026, 7, 8)
    assert match.cite_as == (
        "HC Written Question 1001, tabled 1 June 2026, due 8 July 2026, not answered when read on 30 June 2026 "
        "<https://questions-statements.parliament.uk/written-questions/detail/2026-06-01/1001>"
    )
    assert (found.awaiting, found.searched.passed) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"dateForAnswer": "2026-06-08T00:00:00"}, "Not answered yet: it was due 8 June 2026."),
        ({"dateForAnswer": None}, "Not answered yet. The source does not say when the answer is due."),
        (
            {"dateHoldingAnswer": "2026-06-08T00:00:00"},
            "Not answered yet: due 8 July 2026. A holding answer was given on 8 June 2026.",
        ),
    ],
)
def test_what_is_known_of_the_day_due_is_told_and_no_more(searcher_over: Make, fields: dict[str, Any], told: str):
    found = searcher_over(waiting(POTHOLES) | fields, OTHER).similar_questions(POTHOLES)
    assert only(found).state_told == told


@pytest.mark.parametrize(
    ("answer", "state", "told"),
    [
        (NOT_HELD, QuestionState.REFUSED, "Answered on 8 June 2026, but only to say that the information is not held."),
        (
            TOO_DEAR,
            QuestionState.REFUSED,
            "Answered on 8 June 2026, but only to say that finding out would cost too much.",
        ),
        (HOLDING, QuestionState.HOLDING, "Only a holding answer was given on 8 June 2026. It is not a reply."),
        (
            PROROGATION,
            QuestionState.PROROGATION,
            "No reply: Parliament was prorogued or dissolved first. Said on 8 June 2026.",
        ),
        (WILL_WRITE, QuestionState.WILL_WRITE, "Answered on 8 June 2026 only with a promise to write."),
        (
            POINTER.format(9999),
            QuestionState.POINTER,
            "Answered on 8 June 2026 only by pointing to another answer, which is not here or not certain.",
        ),
    ],
)
def test_a_match_held_in_another_state_than_answered_says_so(
    searcher_over: Make, answer: str, state: QuestionState, told: str
):
    match = only(searcher_over(asking(POTHOLES, answerText=answer), OTHER).similar_questions(POTHOLES))
    assert (match.state, match.state_told, match.leads_to) == (state, told, None)
    assert match.answer is not None


def test_a_corrected_answer_says_when_it_was_corrected(searcher_over: Make):
    corrected = asking(POTHOLES, answerText=FILLED, answerIsCorrection=True, dateAnswerCorrected="2026-06-20T00:00:00")
    match = only(searcher_over(corrected, OTHER).similar_questions(POTHOLES))
    assert match.state_told == "Answered on 8 June 2026, corrected on 20 June 2026."


def test_a_pointer_is_shown_with_the_answer_that_it_leads_to(searcher_over: Make):
    target = asking("what the council of Mockham did about tar", answerText=FILLED, heading="Tar")
    pointing = asking(POTHOLES, answerText=POINTER.format(1001), dateAnswered="2026-06-15T00:00:00")
    match = searcher_over(target, pointing).similar_questions(POTHOLES).matches[0]
    assert match.state is QuestionState.POINTER
    assert (
        match.state_told == "Answered on 15 June 2026 by pointing to the answer of 8 June 2026 that is shown with it."
    )
    assert match.leads_to is not None
    assert (match.leads_to.key, match.leads_to.age.days) == ("commons-2026-06-01-1001", 23)
    assert match.leads_to.text == "The council of Mockham filled 42 potholes on rural roads."


def test_a_question_asked_again_in_the_same_words_is_one_row_with_who_else_asked(searcher_over: Make):
    later = asking(
        POTHOLES,
        answerText=FILLED,
        dateTabled="2026-06-10T00:00:00",
        dateAnswered="2026-06-17T00:00:00",
        askingMemberId=9002,
        askingMember={"id": 9002, "name": "Bo Invented", "party": "Labour", "memberFrom": "Testford"},
    )
    found = searcher_over(asking(POTHOLES, answerText=FILLED), later, OTHER).similar_questions(POTHOLES)
    match = only(found)
    assert match.key == "commons-2026-06-10-1002"
    assert [(one.key, one.uin, one.answered) for one in match.also_asked] == [
        ("commons-2026-06-01-1001", "1001", date(2026, 6, 8))
    ]
    assert match.answer is not None
    assert match.answer.also_given == 1


def test_the_same_words_with_another_answer_are_another_row(searcher_over: Make):
    again = asking(
        POTHOLES, answerText="<p>None were filled in Mockham at all.</p>", dateAnswered="2026-06-20T00:00:00"
    )
    found = searcher_over(asking(POTHOLES, answerText=FILLED), again, waiting(POTHOLES), waiting(POTHOLES))
    matches = found.similar_questions(POTHOLES).matches
    assert [match.state for match in matches].count(QuestionState.AWAITING) == 1
    assert len(matches) == 3
    assert [len(match.also_asked) for match in matches if match.state is QuestionState.AWAITING] == [1]
    assert {match.likeness for match in matches} == {Likeness.SAME_WORDING}


def test_the_same_words_come_before_a_name_that_differs(searcher_over: Make):
    searcher = searcher_over(
        asking(POTHOLES.replace("Mockham", "Testford"), answerText=FILLED), asking(POTHOLES, answerText=NOT_HELD), OTHER
    )
    same, other = searcher.similar_questions(POTHOLES).matches
    assert (same.likeness, other.likeness) == (Likeness.SAME_WORDING, Likeness.SIMILAR)
    assert [other.question[span.start : span.end] for span in other.differing] == ["Testford"]


def test_less_close_questions_are_shown_only_where_nothing_is_closer(searcher_over: Make):
    vague = [
        asking(f"how many potholes {word} in Mockham since the {word} of tar, gravel and salt", heading=word)
        for word in ("spring", "summer", "autumn", "winter")
    ]
    searcher = searcher_over(*vague, OTHER)
    found = searcher.similar_questions("how many rural potholes does anyone in Mockham know of")
    assert found.outcome is Outcome.WEAK
    assert found.message == "No question clearly like it in what is indexed. The nearest are less close."
    assert [match.likeness for match in found.matches] == [Likeness.WEAK] * MOST_WEAK


def test_nothing_like_the_draft_is_said_to_be_nothing_in_what_is_indexed(searcher_over: Make):
    found = searcher_over(OTHER).similar_questions("whether zebras yodel")
    assert (found.outcome, found.matches) == (Outcome.NOTHING_CLOSE, ())
    assert found.message == "No question like it in what is indexed. That does not mean that it was never asked."
    assert found.searched.complete is False
    assert found.searched.gaps


def test_statements_are_no_questions(tmp_path: Path, invented: Any, toy_encoder: Encoder):
    text = f"I have asked {POTHOLES}, and of the council in Testford too."
    made = statement(50, title="Potholes", text=f"<p>{text}</p>")
    sources = {"statements.jsonl": json.dumps(made).encode(), "questions.jsonl": invented.raw(1, **OTHER)}
    build([invented.file(tmp_path / name, [raw]) for name, raw in sources.items()], tmp_path / "data", toy_encoder)
    searcher = Searcher.open(tmp_path / "data", toy_encoder)
    assert searcher.search(text).hits[0].genre is Genre.STATEMENT
    found = searcher.similar_questions(text)
    assert (found.matches, found.searched.passed) == ((), 1)


def test_filters_limit_what_is_compared_and_say_where_they_leave_out_what_is_like_it(searcher_over: Make):
    body = {"answeringBodyId": 11, "answeringBodyName": "Ministry of Defence"}
    searcher = searcher_over(
        asking(POTHOLES, answerText=FILLED), OTHER | body, waiting("whether soldiers yodel", **body), OTHER
    )
    found = searcher.similar_questions(POTHOLES, answering_body=("ministry of defence",))
    assert (found.outcome, found.matches) == (Outcome.FILTERED_OUT, ())
    assert (found.searched.passed, found.awaiting) == (1, 1)
    assert found.filters == {"answering_body": ["ministry of defence"]}
    lords = searcher.similar_questions(POTHOLES, house=(House.LORDS,))
    assert (lords.outcome, lords.searched.passed, lords.awaiting) == (Outcome.FILTERED_OUT, 0, 0)
    assert searcher.similar_questions(POTHOLES, house=(House.COMMONS,)).outcome is Outcome.FOUND


def test_a_body_that_has_answered_nothing_yet_can_be_named(searcher_over: Make):
    body = {"answeringBodyId": 99, "answeringBodyName": "Office for Fictional Zebras"}
    searcher = searcher_over(OTHER, waiting("whether zebras yodel", **body))
    match = only(searcher.similar_questions("whether zebras yodel", answering_body=("zebras",)))
    assert match.answering_body == "Office for Fictional Zebras"
    with pytest.raises(UnknownName):
        searcher.similar_questions("whether zebras yodel", answering_body=("Office of Giraffes",))


@pytest.mark.parametrize("draft", ["", " \n", "\x00", "x" * 4001])
def test_a_draft_that_is_empty_or_too_long_is_refused_without_repeating_it(searcher_over: Make, draft: str):
    with pytest.raises(QueryError) as refused:
        searcher_over(OTHER).similar_questions(draft)
    assert refused.value.field == "text"
    assert "xxx" not in str(refused.value)


@pytest.mark.parametrize("limit", [0, 201])
def test_a_limit_out_of_bounds_is_refused(searcher_over: Make, limit: int):
    with pytest.raises(QueryError, match="between 1 and 200"):
        searcher_over(OTHER).similar_questions(POTHOLES, limit=limit)


def test_a_larger_limit_goes_on_where_a_smaller_one_ends(searcher_over: Make):
    places = [POTHOLES.replace("Mockham", place) for place in ("Aford", "Beford", "Ceford", "Deford")]
    searcher = searcher_over(*(asking(one, answerText=f"<p>{n} were filled.</p>") for n, one in enumerate(places)))
    two = [match.key for match in searcher.similar_questions(POTHOLES, limit=2).matches]
    four = [match.key for match in searcher.similar_questions(POTHOLES, limit=4).matches]
    assert len(four) == 4
    assert four[:2] == two


def test_each_part_of_the_draft_is_told_to_be_answered_here_or_not(searcher_over: Make):
    searcher = searcher_over(
        asking("what he has done about (a) potholes and (b) zebras in Mockham", answerText=FILLED), OTHER
    )
    found = searcher.similar_questions("what he has done about (a) potholes and (b) zebras in Mockham")
    potholes, zebras = found.parts
    assert (potholes.label, potholes.text, potholes.is_answered) == ("(a)", "potholes", True)
    assert potholes.told == "An answer of 8 June 2026 seems to speak of part (a). Read it to be sure."
    assert potholes.nearest is not None
    assert potholes.nearest.text == "The council of Mockham filled 42 potholes on rural roads."
    assert (zebras.label, zebras.is_answered) == ("(b)", False)
    assert zebras.told == "No answer found here to part (b). The nearest one is shown."


def test_what_is_no_reply_answers_no_part(searcher_over: Make):
    text = "how many (a) potholes and (b) zebras there are"
    found = searcher_over(asking(text, answerText=HOLDING)).similar_questions(text)
    assert [part.is_answered for part in found.parts] == [False, False]
    assert found.parts[0].told == "No answer found here to part (a)."
    assert found.parts[0].nearest is None


def test_a_draft_without_lettered_parts_has_none(searcher_over: Make):
    assert searcher_over(OTHER).similar_questions(POTHOLES).parts == ()


def test_many_threads_at_once_make_one_index_of_the_questions_that_wait(searcher_over: Make):
    searcher = searcher_over(waiting(POTHOLES), OTHER)
    found: list[str] = []
    threads = [
        threading.Thread(target=lambda: found.append(only(searcher.similar_questions(POTHOLES)).key)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["commons-2026-06-01-1001"] * 8


def test_a_question_in_the_lords_says_that_the_rule_is_not_theirs(searcher_over: Make):
    lords = asking(POTHOLES, house="Lords", uin="HL77", answerText=FILLED)
    match = only(searcher_over(lords, OTHER).similar_questions(POTHOLES))
    assert match.rule_told.startswith("Tabled in the Lords")
    assert match.answer is not None
    assert match.answer.kind is AnswerKind.SUBSTANTIVE


def test_the_session_of_today_is_not_guessed_after_the_table_ends(searcher_over: Make):
    searcher = searcher_over(asking(POTHOLES, answerText=FILLED), OTHER, today=date(2026, 11, 22))
    found = searcher.similar_questions(POTHOLES)
    assert found.session_today is None
    assert "is not known here: the table of sessions ends on 14 September 2026" in only(found).rule_told
