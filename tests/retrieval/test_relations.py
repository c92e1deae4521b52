"""References, pointers, threads and corrections between invented records, from their source to what is served."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.filters import Filters
from retrieval.hit_results import PointedFrom
from retrieval.records import AnswerKind, Genre, House
from retrieval.results import LeftOut
from retrieval.search import Searcher
from retrieval.verify import verify
from tests.replay.invented import correcting_statement, lords_question, pointer, pursuant, question, statement

Make = Callable[..., Searcher]
SITE = "https://questions-statements.parliament.uk/written-questions/detail"


@pytest.fixture
def made(tmp_path: Path, toy_encoder: Encoder) -> Make:
    """Give a function that indexes records of the API and finds the snapshot sound."""

    def make(*records: dict[str, Any]) -> Searcher:
        questions = [one for one in records if "questionText" in one]
        statements = [one for one in records if "memberRole" in one]
        sources = []
        for name, listed in (("questions", questions), ("statements", statements)):
            path = tmp_path / f"{name}.jsonl"
            path.write_text("".join(json.dumps({"value": one}) + "\n" for one in listed), encoding="utf-8")
            sources += [str(path)] if listed else []
        build(sources, tmp_path / "data", toy_encoder)
        assert verify(tmp_path / "data").discrepancies == ()
        return Searcher.open(tmp_path / "data", toy_encoder)

    return make


def asked(id: int, tabled: str, answered: str, **more: Any) -> dict[str, Any]:
    return question(id, **({"dateTabled": tabled, "dateAnswered": answered} | more))


def to(id: int, target: dict[str, Any], tabled: str, answered: str, **more: Any) -> dict[str, Any]:
    return pointer(id, target, **({"dateTabled": tabled, "dateAnswered": answered} | more))


def after(id: int, target: dict[str, Any], tabled: str, answered: str, **more: Any) -> dict[str, Any]:
    return pursuant(id, target, **({"dateTabled": tabled, "dateAnswered": answered} | more))


def key(record: dict[str, Any]) -> str:
    return f"{record['house']}-{record['dateTabled'][:10]}-{record['uin']}".lower()


def number(searcher: Searcher, record: dict[str, Any]) -> int:
    return searcher.corpus.store.number_of(key(record))


def pointed(corpus: Corpus, record: dict[str, Any]) -> list[str]:
    return [one.key for one in corpus.answer(key(record)).pointed_to_by]


MOATS = "<p>The Department dug nine moats around the castles of Barset, each of them forty feet wide.</p>"
TARGET = asked(
    501, "2024-02-20", "2024-02-29", answerText=MOATS, heading="Castles: Moats", questionText="How many moats are dug?"
)
POINTER = to(502, TARGET, "2024-03-04", "2024-03-11", questionText="How wide are the moats that were dug?")
ABSENT = {"uin": "15306", "dateAnswered": "2024-02-28"}
LOST = to(503, ABSENT, "2024-03-05", "2024-03-12", questionText="How deep are village ponds?", heading="Ponds")
ABOUT_MOATS = "nine moats around the castles of Barset forty feet wide"


def test_a_resolved_pointer_is_found_through_its_target_and_nowhere_else(made: Make) -> None:
    searcher = made(TARGET, POINTER)
    for query in (ABOUT_MOATS, "How wide are the moats that were dug? I refer the hon. Member to the answer"):
        result = searcher.search(query)
        assert [hit.key for hit in result.hits + result.near_misses] == [key(TARGET)]
        assert result.left_out == ()
    hit = searcher.search(ABOUT_MOATS).hits[0]
    assert hit.pointed_to_by == (
        PointedFrom(
            key="commons-2024-03-04-502",
            uin="502",
            house=House.COMMONS,
            asker=hit.pointed_to_by[0].asker,
            minister=hit.pointed_to_by[0].minister,
            tabled=date(2024, 3, 4),
            answered=date(2024, 3, 11),
            question="How wide are the moats that were dug?",
            cite_as="502 [of Session 2023-24] on Invented Lanterns: District 502 given on 11 March 2024",
        ),
    )


def test_a_resolved_pointer_stays_citable_and_says_where_it_leads(made: Make) -> None:
    corpus = made(TARGET, POINTER).corpus
    answer = corpus.answer(key(POINTER))
    assert answer.kind is AnswerKind.POINTER
    assert (answer.citation.uin, answer.citation.answered) == ("502", date(2024, 3, 11))
    (where,) = answer.refers_to
    assert (where.role, where.genre, where.uin, where.answered) == (
        "refers_to",
        Genre.ANSWER,
        "501",
        date(2024, 2, 29),
    )
    assert (where.key, where.reason) == (key(TARGET), "by_date")
    assert where.label == "refers to Question 501 of 29 February 2024"
    assert corpus.answer(key(TARGET)).refers_to == ()


def test_pointers_are_shown_as_hits_where_they_are_asked_for(made: Make) -> None:
    searcher = made(TARGET, POINTER)
    result = searcher.search("How wide are the moats that were dug?", Filters(kind=(AnswerKind.POINTER,)))
    assert [hit.key for hit in result.hits] == [key(POINTER)]
    assert [where.key for where in result.hits[0].refers_to] == [key(TARGET)]


def test_an_unresolved_pointer_is_left_out_and_counted_and_shown_on_request_with_its_label(made: Make) -> None:
    searcher = made(TARGET, POINTER, LOST)
    query = "How deep are village ponds? I refer the hon. Member to the answer given to Question UIN 15306"
    result = searcher.search(query)
    assert key(LOST) not in [hit.key for hit in result.hits + result.near_misses]
    assert result.left_out == (LeftOut(AnswerKind.POINTER, None, 1, "kind=pointer"),)
    shown = searcher.search(query, Filters(kind=(AnswerKind.POINTER,)))
    assert shown.hits[0].key == key(LOST)
    (where,) = shown.hits[0].refers_to
    assert (where.key, where.reason) == (None, "not_in_corpus")
    assert where.label == "refers to Question 15306 of 28 February 2024, not in this corpus"
    # The day tabled is not in the words, so no address of an official page can be made.
    assert where.url is None


def test_an_unresolved_pointer_with_a_link_leads_to_the_official_page(made: Make) -> None:
    page = f"{SITE}/2024-02-21/15306"
    text = f'<p>I refer the hon. Member to the answer given to <a href="{page}">Question 15306</a>.</p>'
    corpus = made(TARGET, LOST | {"answerText": text}).corpus
    (where,) = corpus.answer(key(LOST)).refers_to
    assert (where.key, where.url) == (None, page)
    assert where.label == "refers to Question 15306, not in this corpus"


def test_an_unresolved_pointer_that_gives_the_day_tabled_leads_to_the_official_page(made: Make) -> None:
    text = "<p>I refer the hon. Member to the answer given to Question UIN 15306, tabled on 21 February 2024.</p>"
    corpus = made(TARGET, LOST | {"answerText": text}).corpus
    (where,) = corpus.answer(key(LOST)).refers_to
    assert (where.key, where.answered, where.url) == (None, None, f"{SITE}/2024-02-21/15306")


def test_a_link_that_resolves_leads_to_the_record(made: Make) -> None:
    text = f'<p>I refer the hon. Member to <a href="{SITE}/2024-02-20/501">the answer given to Question 501</a>.</p>'
    corpus = made(TARGET, POINTER | {"answerText": text}).corpus
    (where,) = corpus.answer(key(POINTER)).refers_to
    assert (where.key, where.reason) == (key(TARGET), "resolved_by_link")
    assert pointed(corpus, TARGET) == [key(POINTER)]


def test_pointers_are_listed_in_order_of_their_day(made: Make) -> None:
    third = to(510, TARGET, "2024-05-01", "2024-05-09")
    second = to(590, TARGET, "2024-04-01", "2024-04-09")
    first = lords_question(
        511,
        dateTabled="2024-03-25",
        dateAnswered="2024-04-02",
        answerText="<p>I refer the noble Lord to the answer given to House of Commons Question UIN 501 on 29 February "
        "2024.</p>",
    )
    assert pointed(made(third, second, first, TARGET).corpus, TARGET) == [key(first), key(second), key(third)]


def test_a_pointer_to_a_pointer_is_found_at_the_end_of_the_chain(made: Make) -> None:
    chained = to(504, POINTER, "2024-04-02", "2024-04-10")
    searcher = made(TARGET, POINTER, chained)
    corpus = searcher.corpus
    assert pointed(corpus, TARGET) == [key(POINTER), key(chained)]
    # It is the first pointer that it names, but nothing is found there.
    assert [where.key for where in corpus.answer(key(chained)).refers_to] == [key(POINTER)]
    assert pointed(corpus, POINTER) == []
    assert corpus.coverage().pointers_resolved == 2


def test_a_chain_that_ends_outside_the_corpus_resolves_nothing(made: Make) -> None:
    chained = to(504, LOST, "2024-04-02", "2024-04-10", questionText="How deep are village ponds in winter?")
    searcher = made(TARGET, LOST, chained)
    assert searcher.corpus.coverage().pointers == 2
    assert searcher.corpus.coverage().pointers_resolved == 0
    query = "How deep are village ponds? I refer the hon. Member to the answer given to Question UIN on March 2024"
    assert [(left.filter, left.count) for left in searcher.search(query).left_out] == [("kind=pointer", 2)]


def test_pointers_in_a_loop_lead_nowhere_and_are_counted_as_left_out(made: Make) -> None:
    one = to(505, {"uin": "506", "dateAnswered": "2024-04-12"}, "2024-04-03", "2024-04-11", questionText="Why owls?")
    two = to(506, {"uin": "505", "dateAnswered": "2024-04-11"}, "2024-04-04", "2024-04-12", questionText="Why owls?")
    searcher = made(TARGET, one, two)
    corpus = searcher.corpus
    assert [where.key for where in corpus.answer(key(one)).refers_to] == [key(two)]
    assert [where.key for where in corpus.answer(key(two)).refers_to] == [key(one)]
    assert (pointed(corpus, one), pointed(corpus, two)) == ([], [])
    assert (corpus.coverage().pointers, corpus.coverage().pointers_resolved) == (2, 0)
    query = "Why owls? I refer the hon. Member to the answer given to Question UIN on April 2024"
    assert [(left.filter, left.count) for left in searcher.search(query).left_out] == [("kind=pointer", 2)]


def test_a_loop_with_a_way_out_leads_there(made: Make) -> None:
    both = (
        "<p>I refer the hon. Member to the answers given to Question 506 on 12 April 2024 and Question 501 "
        "on 29 February 2024.</p>"
    )
    one = to(505, TARGET, "2024-04-03", "2024-04-11", answerText=both)
    two = to(506, {"uin": "505", "dateAnswered": "2024-04-11"}, "2024-04-04", "2024-04-12")
    corpus = made(TARGET, one, two).corpus
    assert [where.key for where in corpus.answer(key(one)).refers_to] == [key(two), key(TARGET)]
    assert pointed(corpus, TARGET) == [key(one), key(two)]


def test_an_answer_that_points_and_says_something_of_its_own_is_an_answer(made: Make) -> None:
    own = to(507, TARGET, "2024-04-05", "2024-04-13")
    own["answerText"] += "<p>Since then two more drawbridges were built over the rivers of Loamshire.</p>"
    searcher = made(TARGET, own)
    corpus = searcher.corpus
    assert corpus.answer(key(own)).kind is AnswerKind.SUBSTANTIVE
    assert [where.key for where in corpus.answer(key(own)).refers_to] == [key(TARGET)]
    assert pointed(corpus, TARGET) == []
    hits = searcher.search("two more drawbridges were built over the rivers of Loamshire").hits
    assert hits[0].key == key(own)
    assert [where.key for where in hits[0].refers_to] == [key(TARGET)]


def test_a_pointer_to_an_older_copy_of_the_answer_is_shown_with_the_copy_that_is_cited(made: Make) -> None:
    # The same answer was given twice; a search cites the newest, and the pointer names the older.
    again = TARGET | {
        "id": 520,
        "uin": "520",
        "dateTabled": "2024-05-01T00:00:00",
        "dateAnswered": "2024-05-09T00:00:00",
    }
    searcher = made(TARGET, POINTER, again)
    result = searcher.search(ABOUT_MOATS)
    assert [hit.key for hit in result.hits] == [key(again)]
    assert [one.key for one in result.hits[0].pointed_to_by] == [key(POINTER)]


def test_two_pointers_to_one_answer_given_twice_are_each_listed_once(made: Make) -> None:
    again = TARGET | {
        "id": 520,
        "uin": "520",
        "dateTabled": "2024-05-01T00:00:00",
        "dateAnswered": "2024-05-09T00:00:00",
    }
    text = (
        "<p>I refer the hon. Member to the answers given to Question 501 on 29 February 2024 and Question 520 "
        "on 9 May 2024.</p>"
    )
    doubled = to(521, again, "2024-06-01", "2024-06-09", answerText=text)
    searcher = made(TARGET, POINTER, again, doubled)
    assert [one.key for one in searcher.search(ABOUT_MOATS).hits[0].pointed_to_by] == [key(POINTER), key(doubled)]


@pytest.mark.parametrize(
    "filters", [Filters(answered_from=date(2024, 3, 1)), Filters(tabled_from=date(2024, 3, 1)), Filters(asker=("77",))]
)
def test_a_pointer_whose_target_the_filters_leave_out_is_counted(made: Make, filters: Filters) -> None:
    searcher = made(TARGET, POINTER | {"askingMemberId": 77})
    query = "How wide are the moats that were dug? I refer the hon. Member to the answer given to Question UIN 501"
    assert searcher.search(query).left_out == ()
    result = searcher.search(query, filters)
    assert result.hits == ()
    assert result.left_out == (LeftOut(AnswerKind.POINTER, None, 1, "kind=pointer"),)


def test_a_pointer_to_an_answer_that_is_held_back_itself_is_held_back_with_it(made: Make) -> None:
    refusal = TARGET | {"answerText": "<p>The information requested is not held centrally.</p>"}
    searcher = made(refusal, POINTER)
    shown, held = searcher.corpus.admitted(Filters()), searcher.corpus.admitted(Filters(), held_back=True)
    assert (len(shown), list(held)) == (0, [0, 1])


def test_of_a_number_that_the_corpus_has_no_one_says_that_it_is_not_there(made: Make) -> None:
    bare = to(530, TARGET, "2024-04-02", "2024-04-10", answerText="<p>I refer the hon. Member to Question 501.</p>")
    wrong_day = to(531, TARGET | {"dateAnswered": "2024-02-28"}, "2024-04-02", "2024-04-10")
    corpus = made(TARGET, bare, wrong_day).corpus
    (undated,) = corpus.answer(key(bare)).refers_to
    assert (undated.key, undated.reason) == (None, "no_date")
    assert undated.label.startswith("refers to Question 501")
    assert "not in this corpus" not in undated.label
    (disagreeing,) = corpus.answer(key(wrong_day)).refers_to
    assert (disagreeing.key, disagreeing.reason) == (None, "date_disagrees")
    assert "not in this corpus" not in disagreeing.label


def test_a_reference_without_a_number_says_so(made: Make) -> None:
    text = "<p>I refer the hon. Member to the answer given on 29 February 2024.</p>"
    corpus = made(TARGET, POINTER | {"answerText": text}).corpus
    (where,) = corpus.answer(key(POINTER)).refers_to
    assert (where.uin, where.key, where.url) == (None, None, None)
    assert where.label == "refers to an answer of 29 February 2024 whose number is not given"


def test_a_number_of_another_session_leads_to_the_answer_of_its_own_day(made: Make) -> None:
    older = TARGET | {"id": 540, "dateTabled": "2022-06-01T00:00:00", "dateAnswered": "2022-06-09T00:00:00"}
    older["answerText"] = "<p>There were six moats then.</p>"
    corpus = made(older, TARGET, POINTER).corpus
    assert [where.key for where in corpus.answer(key(POINTER)).refers_to] == [key(TARGET)]
    assert pointed(corpus, older) == []


def test_a_pointer_can_lead_to_a_statement(made: Make) -> None:
    paper = statement(700, uin="HCWS77", dateMade="2024-03-01", text="<p>Today I open the moats to swimmers.</p>")
    text = "<p>I refer the hon. Member to the Written Statement HCWS77 of 1 March 2024.</p>"
    corpus = made(TARGET, paper, POINTER | {"answerText": text}).corpus
    (where,) = corpus.answer(key(POINTER)).refers_to
    assert (where.genre, where.key) == (Genre.STATEMENT, "commons-2024-03-01-hcws77")
    assert where.label == "refers to Written Statement HCWS77 of 1 March 2024"
    assert [one.key for one in corpus.answer("commons-2024-03-01-hcws77").pointed_to_by] == [key(POINTER)]


FIRST = after(550, TARGET, "2024-03-06", "2024-03-13")
SECOND = after(551, TARGET, "2024-03-07", "2024-03-14")
LATER = after(552, FIRST, "2024-04-08", "2024-04-15")


def test_a_thread_is_in_order_with_what_each_question_follows(made: Make) -> None:
    corpus = made(LATER, SECOND, FIRST, TARGET).corpus
    thread = corpus.thread(key(FIRST))
    assert thread.key == key(FIRST)
    assert [(item.key, item.follows, item.is_asked_for) for item in thread.items] == [
        (key(TARGET), (), False),
        (key(FIRST), (key(TARGET),), True),
        (key(LATER), (key(FIRST),), False),
    ]
    assert thread.not_found == ()
    assert thread.snapshot == corpus.manifest.name
    assert thread.items[0].cite_as == "501 [of Session 2023-24] on Castles: Moats given on 29 February 2024"


def test_two_follow_ups_of_one_answer_are_both_in_its_thread_and_not_in_each_others(made: Make) -> None:
    corpus = made(LATER, SECOND, FIRST, TARGET).corpus
    assert [(item.key, item.follows) for item in corpus.thread("501").items] == [
        (key(TARGET), ()),
        (key(FIRST), (key(TARGET),)),
        (key(SECOND), (key(TARGET),)),
        (key(LATER), (key(FIRST),)),
    ]
    assert [item.key for item in corpus.thread(key(SECOND)).items] == [key(TARGET), key(SECOND)]
    assert [item.key for item in corpus.thread(key(LATER)).items] == [key(TARGET), key(FIRST), key(LATER)]


def test_a_follow_up_is_no_pointer_and_a_pointer_no_follow_up(made: Make) -> None:
    corpus = made(TARGET, FIRST, POINTER).corpus
    assert pointed(corpus, TARGET) == [key(POINTER)]
    assert [item.key for item in corpus.thread("501").items] == [key(TARGET), key(FIRST)]
    (followed,) = corpus.answer(key(FIRST)).refers_to
    assert (followed.role, followed.key) == ("follows", key(TARGET))
    assert followed.label == "follows Question 501 of 29 February 2024"


def test_what_a_thread_names_and_the_corpus_does_not_hold_is_told(made: Make) -> None:
    orphan = after(553, ABSENT | {"heading": "Ponds"}, "2024-03-08", "2024-03-15")
    thread = made(TARGET, orphan).corpus.thread(key(orphan))
    assert [item.key for item in thread.items] == [key(orphan)]
    assert [(where.uin, where.key, where.reason) for where in thread.not_found] == [("15306", None, "not_in_corpus")]
    assert thread.not_found[0].label == "follows Question 15306 of 28 February 2024, not in this corpus"


def test_what_a_far_end_of_a_thread_names_is_told_too(made: Make) -> None:
    start = after(554, ABSENT | {"heading": "Ponds"}, "2024-03-08", "2024-03-15", heading="Lakes")
    follow = after(555, start, "2024-03-20", "2024-03-27")
    thread = made(TARGET, start, follow).corpus.thread(key(follow))
    assert [item.key for item in thread.items] == [key(start), key(follow)]
    assert [where.uin for where in thread.not_found] == ["15306"]


def test_questions_that_name_each_other_are_a_thread_of_two(made: Make) -> None:
    one = after(556, {"uin": "557", "dateAnswered": "2024-04-12", "heading": "Owls"}, "2024-04-03", "2024-04-12")
    two = after(557, {"uin": "556", "dateAnswered": "2024-04-12", "heading": "Owls"}, "2024-04-03", "2024-04-12")
    corpus = made(TARGET, one, two).corpus
    assert [item.key for item in corpus.thread(key(two)).items] == [key(one), key(two)]


def test_a_question_without_follow_ups_is_a_thread_of_one(made: Make) -> None:
    thread = made(TARGET, POINTER).corpus.thread(key(TARGET))
    assert [(item.key, item.kind, item.follows) for item in thread.items] == [(key(TARGET), AnswerKind.SUBSTANTIVE, ())]


def test_a_statement_linked_as_a_corrected_answer_is_attached_to_it(made: Make) -> None:
    second = correcting_statement(702, 501, uin="HCWS82", dateMade="2024-05-02")
    first = correcting_statement(701, 501, uin="HCWS81", dateMade="2024-04-02")
    unlinked = statement(703, uin="HCWS83", dateMade="2024-04-03")
    joint = correcting_statement(704, 501, uin="HCWS84", dateMade="2024-04-04")
    joint["linkedStatements"][0]["linkType"] = "JointStatement"
    other = correcting_statement(705, 502, uin="HCWS85", dateMade="2024-04-05")
    corpus = made(TARGET, POINTER, second, first, unlinked, joint, other).corpus
    assert corpus.answer(key(TARGET)).corrections == ("commons-2024-04-02-hcws81", "commons-2024-05-02-hcws82")
    assert corpus.answer(key(POINTER)).corrections == ("commons-2024-04-05-hcws85",)
    (link,) = corpus.answer("commons-2024-04-02-hcws81").linked
    assert (link.id, link.link, link.made) == (501, "CorrectedAnswer", date(2024, 4, 2))
    # A statement whose own id is that of the question is not corrected by it.
    assert corpus.answer("commons-2024-04-03-hcws83").corrections == ()


def test_what_a_pointer_was_asked_leads_to_the_answer_it_points_to(made: Make) -> None:
    asked = (
        "To ask the Secretary of State for Invented Affairs, how many violet zeppelins moored at the quay of Barset."
    )
    target = question(501)
    corpus = made(target, question(601), question(602), pointer(502, target, questionText=asked))
    (hit, *others) = corpus.search("how many violet zeppelins moored at the quay of Barset").hits
    assert hit.key == key(target)
    assert [one.question for one in hit.pointed_to_by] == [asked]
    assert hit.passage.text in corpus.corpus.answer(hit.key).text
    assert all(other.score < hit.score for other in others)
    # Only an answer that passes the filters is led to.
    late = corpus.search(
        "how many violet zeppelins moored at the quay of Barset", Filters(answered_from=date(2031, 1, 1))
    )
    assert late.hits == ()


def test_a_linked_number_that_is_a_questions_by_chance_corrects_nothing(made: Make) -> None:
    earlier = correcting_statement(701, 501, uin="HCWS81", dateMade="2019-04-02")
    of_lords = correcting_statement(702, 501, uin="HLWS82", house="Lords", dateMade="2024-05-02")
    elsewhere = correcting_statement(
        703, 501, uin="HCWS83", dateMade="2024-05-03", answeringBodyId=987, answeringBodyName="Invented Elsewhere"
    )
    assert made(TARGET, earlier, of_lords, elsewhere).corpus.answer(key(TARGET)).corrections == ()


def test_ids_of_questions_and_of_statements_are_not_mixed_up(made: Make) -> None:
    paper = statement(501, uin="HCWS90", dateMade="2024-04-03")
    correcting = correcting_statement(706, 501, uin="HCWS91", dateMade="2024-04-09")
    corpus = made(TARGET, paper, correcting).corpus
    assert corpus.answer("commons-2024-04-03-hcws90").corrections == ()
    assert corpus.answer("501").key == key(TARGET)
    assert corpus.answer("501").corrections == ("commons-2024-04-09-hcws91",)


def test_a_pointer_that_comes_before_its_target_is_resolved_once_the_target_is_added(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    for name, record in (("pointer", POINTER), ("own", FIRST), ("target", TARGET)):
        (tmp_path / f"{name}.jsonl").write_text(json.dumps({"value": record}) + "\n", encoding="utf-8")
    build([str(tmp_path / "pointer.jsonl"), str(tmp_path / "own.jsonl")], tmp_path / "data", toy_encoder)
    before = Corpus.open(tmp_path / "data")
    assert [where.reason for where in before.answer(key(POINTER)).refers_to] == ["not_in_corpus"]
    assert before.coverage().pointers_resolved == 0
    build([str(tmp_path / "target.jsonl")], tmp_path / "data", toy_encoder, add=True)
    now = Corpus.open(tmp_path / "data")
    assert pointed(now, TARGET) == [key(POINTER)]
    assert [item.key for item in now.thread("501").items] == [key(TARGET), key(FIRST)]
    # And led nowhere again, once it is gone.
    build([str(tmp_path / "pointer.jsonl"), str(tmp_path / "own.jsonl")], tmp_path / "data", toy_encoder)
    again = Corpus.open(tmp_path / "data")
    assert [where.key for where in again.answer(key(POINTER)).refers_to] == [None]
    assert [item.key for item in again.thread(key(FIRST)).items] == [key(FIRST)]
