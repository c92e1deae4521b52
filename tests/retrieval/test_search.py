from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.entries import write_entries
from retrieval.errors import OtherModel, QueryError, UnknownKey, UnknownName
from retrieval.filters import Filters
from retrieval.lexical import write_lexical
from retrieval.received import write_received
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from retrieval.results import Outcome
from retrieval.search import Searcher
from retrieval.snapshot import FORMAT, Counts, Manifest, publish, writing
from retrieval.vectors import VectorIndex
from tests.replay.invented import lords_question, question, statement

BUSES = "rural bus services funding shared out by population and mileage"


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def test_the_best_passage_of_an_answer_is_one_cited_hit(searcher: Searcher) -> None:
    result = searcher.search(BUSES)
    hit = result.hits[0]
    assert result.outcome is Outcome.FOUND
    assert hit.passage.text == (
        "Funding of £12 million is shared out by population and mileage. Councils decide which routes to support."
    )
    assert hit.passage.ordinal == 2
    assert hit.passage.before == "The Government is giving local councils powers to run bus services in rural areas."
    assert hit.passage.after is None
    span = hit.passage.answering_sentence
    assert span is not None
    assert hit.passage.text[span.start : span.end] == "Funding of £12 million is shared out by population and mileage."
    assert [h.rank for h in result.hits] == list(range(1, len(result.hits) + 1))


def test_the_same_answer_is_cited_as_the_newest_record_and_lists_the_others(searcher: Searcher) -> None:
    hit = searcher.search(BUSES).hits[0]
    assert hit.key == "commons-2025-01-13-205"
    assert hit.citation.uin == "205"
    assert [(other.uin, other.answered) for other in hit.also_given] == [
        ("101", date(2024, 9, 10)),
        ("102", date(2024, 9, 10)),
    ]
    assert hit.also_given[0].asker is not None
    assert hit.also_given[0].asker.name == "Ann Invented"


def test_a_hit_carries_its_citation_as_text_to_paste(searcher: Searcher) -> None:
    hit = searcher.search(BUSES).hits[0]
    assert hit.written == {
        "house": "205 [of Session 2024-26] on Bus Services: Rural Areas given on 20 January 2025",
        "member": "the Answer of 20 January 2025 to Question 205 on Bus Services: Rural Areas",
        "oscola": "HC Written Question 205, answered 20 January 2025 "
        "<https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205> "
        "accessed 21 November 2026",
    }
    assert "not in the source: minister's post" in hit.notes


def test_the_newest_record_is_the_newest_that_passes_the_filters(searcher: Searcher) -> None:
    hit = searcher.search(BUSES, Filters(answered_to=date(2024, 12, 31))).hits[0]
    # Of two given on one day, the one whose question is nearer.
    assert hit.key == "commons-2024-09-02-102"
    assert [other.uin for other in hit.also_given] == ["205", "101"]


def test_the_same_words_of_two_departments_are_two_hits(searcher: Searcher) -> None:
    result = searcher.search(
        "swimming pool information requested is not held centrally", Filters(finding=(FindingName.NOT_HELD,))
    )
    held = [hit for hit in result.hits + result.near_misses if hit.passage.text.startswith("The information requested")]
    assert {hit.citation.answering_body for hit in held} == {
        "Department for Education",
        "Department of Health and Social Care",
    }


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        (Filters(house=(House.LORDS,)), {"lords-2025-02-03-hl77"}),
        (Filters(answering_body=("treasury",)), {"commons-2025-04-07-640"}),
        (Filters(minister=("Pretend",)), {"lords-2025-02-03-hl77"}),
        (Filters(asker=("Lord Invented of Nowhere",)), {"lords-2025-02-03-hl77"}),
        (Filters(party=("crossbench",)), {"lords-2025-02-03-hl77"}),
        (Filters(heading=("CAFE tax",)), {"commons-2025-04-07-640"}),
        (Filters(heading=("ax",)), set()),
        (Filters(tabled_from=date(2025, 4, 7), tabled_to=date(2025, 4, 7)), {"commons-2025-04-07-640"}),
        (Filters(answered_from=date(2025, 4, 15), answered_to=date(2025, 4, 15)), {"commons-2025-04-07-640"}),
        (Filters(kind=(AnswerKind.HOLDING,)), {"commons-2024-11-04-412"}),
        (
            Filters(kind=(AnswerKind.PROROGATION, AnswerKind.WILL_WRITE)),
            {"commons-2024-05-20-999", "commons-2025-04-07-641"},
        ),
        (Filters(finding=(FindingName.CORRECTED,)), {"commons-2025-03-03-520"}),
        (Filters(answering_body=("60", "Treasury")), {"commons-2025-04-07-640"}),
    ],
)
def test_a_filter_admits_exactly_the_records_that_have_the_fact(
    searcher: Searcher, filters: Filters, keys: set[str]
) -> None:
    store = searcher.corpus.store
    assert {store.record(int(number)).key for number in searcher.corpus.admitted(filters)} == keys
    ranked = searcher.rank("anything at all", filters)
    assert {store.record(int(store.record_of_row[one.row])).key for one in ranked} == keys


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    first=st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    last=st.dates(date(2024, 1, 1), date(2025, 12, 31)),
    houses=st.sets(st.sampled_from(House)),
    kinds=st.sets(st.sampled_from(AnswerKind)),
)
def test_what_a_filter_admits_satisfies_it_and_it_only_removes(
    built_once: Path, first: date, last: date, houses: set[House], kinds: set[AnswerKind]
) -> None:
    corpus = Corpus.open(built_once)
    first, last = min(first, last), max(first, last)
    filters = Filters(answered_from=first, answered_to=last, house=tuple(houses), kind=tuple(kinds))
    admitted = corpus.admitted(filters)
    for number in admitted:
        record = corpus.store.record(int(number))
        assert record.answered is not None
        assert first <= record.answered <= last
        assert not houses or record.house in houses
        assert not kinds or corpus.store.status(int(number)).kind in kinds
    if not kinds:
        assert set(admitted) <= set(corpus.admitted(Filters()))


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words=st.lists(st.sampled_from([*BUSES.split(), "veterans", "dentist", "tax"]), min_size=1),
    limit=st.integers(1, 6),
)
def test_a_larger_limit_extends_a_smaller_one(
    built_once: Path, toy_encoder: Encoder, words: list[str], limit: int
) -> None:
    searcher = Searcher.open(built_once, toy_encoder)
    query = " ".join(words)
    assert searcher.search(query, limit=limit + 3).hits[:limit] == searcher.search(query, limit=limit).hits


def test_answers_of_other_kinds_are_left_out_counted_and_shown_on_request(searcher: Searcher) -> None:
    query = "how many police officers patrol on bicycles: I will write to the hon. Member"
    result = searcher.search(query)
    assert [(left.kind, left.count, left.filter) for left in result.left_out] == [
        (AnswerKind.WILL_WRITE, 1, "kind=will_write")
    ]
    shown = searcher.search(query, Filters(kind=(AnswerKind.WILL_WRITE,)))
    assert [hit.key for hit in shown.hits] == ["commons-2025-04-07-641"]
    assert shown.left_out == ()


def test_a_pointer_is_found_through_the_answer_it_points_to_even_where_a_newer_copy_is_cited(
    searcher: Searcher,
) -> None:
    query = "rural bus services: I refer the hon. Member to the answer given, funding shared out by population"
    result = searcher.search(query)
    assert AnswerKind.POINTER not in [left.kind for left in result.left_out]
    assert result.hits[0].key == "commons-2025-01-13-205"
    assert [one.key for one in result.hits[0].pointed_to_by] == ["commons-2024-11-04-413"]
    shown = searcher.search("how much her Department spends on rural bus services", Filters(kind=(AnswerKind.POINTER,)))
    assert [hit.key for hit in shown.hits] == ["commons-2024-11-04-413"]
    assert [where.key for where in shown.hits[0].refers_to] == ["commons-2024-09-02-101"]
    assert shown.left_out == ()


def test_an_answer_with_nothing_but_a_finding_is_left_out_under_that_finding(searcher: Searcher) -> None:
    result = searcher.search("how many schools have a swimming pool: the information requested is not held centrally")
    assert ("finding=not_held", FindingName.NOT_HELD) in [(left.filter, left.finding) for left in result.left_out]
    assert result.outcome is Outcome.FILTERED_OUT
    assert result.hits == ()


def test_nothing_close_says_so_and_near_misses_stand_apart(searcher: Searcher) -> None:
    result = searcher.search("volcanic eruptions on distant moons of Saturn")
    assert result.outcome is Outcome.NOTHING_CLOSE
    assert result.message == "No close match in what is indexed."
    assert result.hits == ()
    assert all(hit.score < 0.45 for hit in result.near_misses)


def test_a_weak_hit_says_so_and_what_came_near_it_stands_apart(searcher: Searcher) -> None:
    result = searcher.search("what support they provide to homeless veterans, what plans for village bus services")
    assert result.outcome is Outcome.WEAK
    assert result.hits
    assert result.near_misses
    assert [near.rank for near in result.near_misses] == list(range(1, len(result.near_misses) + 1))
    assert {near.key for near in result.near_misses}.isdisjoint(hit.key for hit in result.hits)


def test_close_matches_outside_the_filters_are_told(searcher: Searcher) -> None:
    result = searcher.search(BUSES, Filters(answering_body=("Ministry of Defence",)))
    assert result.outcome is Outcome.FILTERED_OUT
    assert result.hits == ()
    assert result.searched.passed == 1


@pytest.mark.parametrize(
    "filters", [Filters(answering_body=("Ministry of Defence",)), Filters(kind=(AnswerKind.HOLDING,))]
)
def test_close_matches_that_the_default_would_hold_back_count_as_filtered_out_too(
    searcher: Searcher, filters: Filters
) -> None:
    question = "how many schools have a swimming pool: the information requested is not held centrally"
    assert searcher.search(question, filters).outcome is Outcome.FILTERED_OUT


def test_a_row_that_occurs_in_two_tables_is_cited_with_the_headers_it_was_found_under(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    def table(of: str) -> str:
        rows = "".join(
            f"<tr><td>{region}</td><td>{number}</td></tr>" for region, number in (("London", 12), ("Leeds", 7))
        )
        return f"<table><tr><td>Region</td><td>{of}</td></tr>{rows}</table>"

    answer = table("Buses ordered") + table("Trams scrapped")
    (tmp_path / "two.jsonl").write_text(
        record_line(1, "2025-02-01", "How many trams were scrapped in London?", answer)
        + record_line(2, "2025-03-01", "Anything else?", answer),
        encoding="utf-8",
    )
    build([str(tmp_path / "two.jsonl")], tmp_path / "data", toy_encoder)
    hit = Searcher.open(tmp_path / "data", toy_encoder).search("how many trams were scrapped in London?").hits[0]
    assert (hit.key, hit.passage.text) == ("commons-2025-01-01-2", "London\t12")
    assert hit.passage.context == "Region | Trams scrapped"
    assert hit.citation.paragraph == hit.passage.ordinal == 3


def test_a_record_without_the_fact_fails_the_filter_and_is_counted(
    tmp_path: Path, seeds: str, toy_encoder: Encoder
) -> None:
    build([seeds], tmp_path / "data", toy_encoder)
    searcher = Searcher.open(tmp_path / "data", toy_encoder)
    result = searcher.search("returns of foreign national offenders", Filters(answered_from=date(2026, 1, 1)))
    assert result.searched.lacking == {"answered": 10}
    ministers = searcher.search("returns of foreign national offenders", Filters(minister=("Phillips", "Norris")))
    assert ministers.searched.lacking == {"minister": 0}
    assert result.searched.passed == 1


def test_an_unknown_body_is_an_error_and_not_zero_hits(searcher: Searcher) -> None:
    with pytest.raises(UnknownName) as caught:
        searcher.search(BUSES, Filters(answering_body=("Ministry of Defense",)))
    assert caught.value.nearest[0] == "Ministry of Defence"


@pytest.mark.parametrize("query", ["", "   \n", "x" * 4001])
def test_a_question_that_is_empty_or_too_long_is_refused(searcher: Searcher, query: str) -> None:
    with pytest.raises(QueryError, match="query"):
        searcher.search(query)


@pytest.mark.parametrize("limit", [0, -1, 201, 10_000])
def test_a_limit_out_of_bounds_is_refused(searcher: Searcher, limit: int) -> None:
    with pytest.raises(QueryError, match="between 1 and 200"):
        searcher.search(BUSES, limit=limit)


def test_a_span_of_dates_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(QueryError, match="answered_to"):
        Filters(answered_from=date(2025, 1, 2), answered_to=date(2025, 1, 1))


def test_a_snapshot_of_another_model_is_refused(built_once: Path, other_encoder: Encoder) -> None:
    with pytest.raises(OtherModel, match="--model another"):
        Searcher.open(built_once, other_encoder)


def test_the_response_says_what_was_searched_and_under_which_licence(searcher: Searcher) -> None:
    result = searcher.search(BUSES, Filters(answered_from=date(2024, 1, 1), party=("Labour",)))
    assert result.filters == {"answered_from": "2024-01-01", "party": ["Labour"]}
    assert result.searched.records == 12
    assert result.searched.houses == (House.COMMONS, House.LORDS)
    assert (result.searched.first_answered, result.searched.last_answered) == (
        date(2024, 5, 24),
        date(2025, 4, 16),
    )
    assert result.searched.complete is False
    assert result.licence.spdx == "OPL-UK-3.0"
    assert result.snapshot == searcher.corpus.manifest.name


def test_a_table_row_is_quoted_as_the_row_with_its_headers_beside_it(searcher: Searcher) -> None:
    hit = searcher.search("patients waiting for an NHS dentist in South West 2,417 2,266").hits[0]
    assert hit.passage.text == "South West\t2,417\t2,266"
    assert hit.passage.context is not None
    assert "Region" in hit.passage.context
    assert FindingName.CORRECTED in hit.findings
    assert hit.citation.corrected == date(2025, 3, 25)


def test_every_marked_sentence_lies_in_its_passage(searcher: Searcher) -> None:
    result = searcher.search("government funding support for services", limit=200)
    for hit in result.hits + result.near_misses:
        span = hit.passage.answering_sentence
        assert span is not None
        assert 0 <= span.start < span.end <= len(hit.passage.text)


def test_ranking_goes_on_without_a_threshold(searcher: Searcher) -> None:
    ranked = searcher.rank("volcanic eruptions on distant moons of Saturn")
    assert len(ranked) == 4
    assert ranked[0].score < 0.45


def record_line(number: int, answered: str, question: str, answer: str) -> str:
    value = {
        "id": number,
        "house": "Commons",
        "uin": str(number),
        "dateTabled": "2025-01-01T00:00:00",
        "dateAnswered": f"{answered}T00:00:00",
        "answeringBodyName": "Department for Transport",
        "questionText": question,
        "answerText": answer,
    }
    return json.dumps(value) + "\n"


def test_the_same_words_marked_up_otherwise_are_quoted_from_the_record_that_is_cited(
    tmp_path: Path, toy_encoder: Encoder
) -> None:
    # As a list, the answer is one passage; as paragraphs, it is three.
    parts = [
        "Councils receive a grant for buses in rural areas each April, paid by the Department.",
        "Operators receive a grant for the fuel that their buses use, whatever the route may be.",
        "Passengers over the state pension age travel free on every local bus after half past nine.",
    ]
    listed = "<ul>" + "".join(f"<li>{part}</li>" for part in parts) + "</ul>"
    paragraphs = "".join(f"<p>{part}</p>" for part in parts)
    (tmp_path / "two.jsonl").write_text(
        record_line(1, "2025-02-01", "What help is there with fuel for operators of buses?", paragraphs)
        + record_line(2, "2025-03-01", "Anything else?", listed),
        encoding="utf-8",
    )
    build([str(tmp_path / "two.jsonl")], tmp_path / "data", toy_encoder)
    searcher = Searcher.open(tmp_path / "data", toy_encoder)
    result = searcher.search("grant for the fuel that operators of buses use")
    assert [hit.key for hit in result.hits] == ["commons-2025-01-01-2"]
    assert result.hits[0].passage.text == "\n".join(parts)
    span = result.hits[0].passage.answering_sentence
    assert span is not None
    assert result.hits[0].passage.text[span.start : span.end] == parts[1]


def test_a_corpus_without_a_record_says_that_it_is_empty(tmp_path: Path, toy_encoder: Encoder) -> None:
    manifest = Manifest(
        format=FORMAT,
        name="empty",
        created=datetime(2026, 11, 21, tzinfo=UTC),
        version="0",
        precision="exact",
        model=toy_encoder.identity,
        counts=Counts(0, 0, 0),
        sources=(),
        files={},
    )

    def write_files(folder: Path) -> None:
        write_received(folder / "received.sqlite", [], {})
        write_entries(folder / "records.sqlite", [], [], [], [])
        VectorIndex.of(np.empty((0, 256), dtype=np.float32)).write(folder / "vectors.faiss")
        write_lexical(folder / "lexical", [])

    with writing(tmp_path):
        publish(tmp_path, manifest, write_files)
    result = Searcher.open(tmp_path, toy_encoder).search("buses")
    assert (result.outcome, result.hits, result.message) == (Outcome.CORPUS_EMPTY, (), "Nothing is indexed yet.")
    assert result.licence.spdx == "OPL-UK-3.0"


# Departments, genres and who answers, on records that are all invented.

HOUSING = "Ministry of Housing, Communities and Local Government"
LEVELLING = "Department for Levelling Up, Housing and Communities"
ROOFS = "roofs of thatch on cottages in each village"


def of_body(id: int, body_id: int | None, body: str | None, answered: str, **more: Any) -> dict[str, Any]:
    facts = {
        "answeringBodyId": body_id,
        "answeringBodyName": body,
        "dateTabled": answered,
        "dateAnswered": answered,
        "questionText": f"To ask the Secretary of State, how many roofs of thatch there are in village {id}.",
        "answerText": f"<p>There are {id} roofs of thatch on cottages in village number {id}.</p>",
    }
    return question(id, **(facts | more))


BODIES = [
    of_body(801, 7, HOUSING, "2020-03-02"),
    of_body(802, 211, LEVELLING, "2023-03-02"),
    of_body(803, 7, HOUSING, "2025-03-02"),
    # The source names it as it is called now.
    of_body(804, 211, HOUSING, "2023-03-03"),
    of_body(805, 9, "Church Commissioners", "2026-08-03"),
    of_body(806, None, "Guild of Thatchers", "2026-09-03"),
    of_body(807, None, None, "2026-09-04"),
    lords_question(
        808,
        answeringBodyId=1,
        answeringBodyName="Home Office",
        dateTabled="2026-09-07",
        dateAnswered="2026-09-14",
        answerText="<p>There are 808 roofs of thatch on cottages in the village of my noble friend.</p>",
    ),
]
PAPER = statement(
    809,
    answeringBodyId=1,
    answeringBodyName="Home Office",
    dateMade="2024-07-04",
    text="<p>I have today counted the roofs of thatch on cottages in each village.</p>",
)


@pytest.fixture
def thatched(tmp_path: Path, toy_encoder: Encoder) -> Searcher:
    folder = tmp_path
    lines = "".join(json.dumps({"value": one}) + "\n" for one in BODIES)
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    (folder / "statements.jsonl").write_text(json.dumps({"value": PAPER}) + "\n", encoding="utf-8")
    build([str(folder / "questions.jsonl"), str(folder / "statements.jsonl")], folder / "data", toy_encoder)
    return Searcher.open(folder / "data", toy_encoder)


def found(searcher: Searcher, **filters: Any) -> set[int | None]:
    """Return the ids of the records that pass."""
    store = searcher.corpus.store
    records = [store.record(int(number)) for number in searcher.corpus.admitted(Filters(**filters))]
    ranked = searcher.rank(ROOFS, Filters(**filters))
    assert {store.record(int(store.record_of_row[one.row])).key for one in ranked} == {one.key for one in records}
    return {one.api_id or one.statement_id for one in records}


def test_all_of_them_are_found_without_a_filter(thatched: Searcher) -> None:
    assert found(thatched) == {801, 802, 803, 804, 805, 806, 807, 808, 809}


@pytest.mark.parametrize(
    ("asked", "ids"),
    [
        (("MHCLG",), {801, 802, 803, 804}),
        ((HOUSING,), {801, 802, 803, 804}),
        (("7",), {801, 803}),
        (("211",), {802, 804}),
        (("Home Office",), {808, 809}),
        (("guild",), {806}),
        (("Church Commissioners", "Home Office"), {805, 808, 809}),
    ],
)
def test_a_filter_by_a_body_finds_its_predecessors_too(
    thatched: Searcher, asked: tuple[str, ...], ids: set[int]
) -> None:
    assert found(thatched, answering_body=asked) == ids


def test_an_older_department_does_not_find_its_successor_of_the_same_name(thatched: Searcher) -> None:
    ids = found(thatched, answering_body=("DLUHC",))
    assert {801, 802} <= ids
    assert 803 not in ids


def test_a_department_is_left_out_by_no_other_filter_beside_it(thatched: Searcher) -> None:
    assert found(thatched, answering_body=("MHCLG",), answered_from=date(2023, 3, 3)) == {803, 804}
    assert found(thatched, answering_body=("Home Office",), house=(House.LORDS,)) == {808}
    assert found(thatched, answering_body=("Home Office",), genre=(Genre.STATEMENT,)) == {809}


def test_records_without_a_body_fail_the_filter_and_are_counted(thatched: Searcher) -> None:
    result = thatched.search(ROOFS, Filters(answering_body=("MHCLG",)))
    assert result.searched.lacking == {"answering_body": 1}
    assert result.searched.passed == 4
    assert result.filters == {"answering_body": ["MHCLG"]}


def test_answers_and_statements_can_be_told_apart(thatched: Searcher) -> None:
    assert found(thatched, genre=(Genre.STATEMENT,)) == {809}
    assert found(thatched, genre=(Genre.ANSWER,)) == {801, 802, 803, 804, 805, 806, 807, 808}
    assert found(thatched, genre=(Genre.ANSWER, Genre.STATEMENT)) == found(thatched)
    assert thatched.search(ROOFS, Filters(genre=(Genre.STATEMENT,))).searched.lacking == {"genre": 0}


def test_a_statement_is_a_hit_with_its_minister_and_no_question(thatched: Searcher) -> None:
    hit = thatched.search("I have today counted the roofs of thatch on cottages in each village").hits[0]
    assert (hit.key, hit.genre, hit.question) == ("commons-2024-07-04-hcws809", Genre.STATEMENT, "")
    assert hit.answerer is AnswererKind.MINISTER
    assert hit.citation.minister is not None
    assert hit.citation.minister.post == "Secretary of State for Invented Affairs"
    assert hit.citation.url == "https://questions-statements.parliament.uk/written-statements/detail/2024-07-04/hcws809"


def test_a_statement_was_tabled_on_no_day_and_fails_a_filter_that_asks_for_one(thatched: Searcher) -> None:
    result = thatched.search(ROOFS, Filters(tabled_from=date(2020, 1, 1)))
    assert result.searched.lacking == {"tabled": 1}
    assert 809 not in found(thatched, tabled_from=date(2020, 1, 1))


def test_those_who_answer_as_ministers_and_those_who_do_not_are_told_apart(thatched: Searcher) -> None:
    assert found(thatched, answerer=(AnswererKind.NON_MINISTER,)) == {805}
    assert found(thatched, answerer=(AnswererKind.MINISTER,)) == {801, 802, 803, 808, 809} | (
        # A name and an id of two bodies of one line are both ministerial.
        {804}
    )
    # A body that the table of bodies does not have, or none at all, is neither, and is counted.
    for kind in AnswererKind:
        searched = thatched.search(ROOFS, Filters(answerer=(kind,))).searched
        assert searched.lacking == {"answerer": 2}


def test_a_hit_says_whether_a_minister_answered(thatched: Searcher) -> None:
    hits = thatched.search(ROOFS, limit=20, group=False).hits
    told = {hit.citation.uin: hit.answerer for hit in hits}
    assert told["805"] is AnswererKind.NON_MINISTER
    assert told["801"] is AnswererKind.MINISTER
    assert told["806"] is None
    assert told["807"] is None


@pytest.mark.parametrize(
    ("uin", "name"),
    [
        ("801", HOUSING),
        ("802", LEVELLING),
        ("803", HOUSING),
        ("804", LEVELLING),
        ("806", "Guild of Thatchers"),
        ("807", None),
    ],
)
def test_a_citation_gives_the_name_that_the_body_had_on_the_day(thatched: Searcher, uin: str, name: str | None) -> None:
    citation = next(
        hit.citation for hit in thatched.search(ROOFS, limit=20, group=False).hits if hit.citation.uin == uin
    )
    assert citation.answering_body == name
    assert ("answering_body" in citation.missing) == (name is None)


@pytest.mark.parametrize(
    ("uin", "government"),
    [
        ("801", "Johnson Conservative Government"),
        ("802", "Sunak Conservative Government"),
        ("803", "Starmer Labour Government"),
        ("805", None),
        ("HL808", None),
        ("HCWS809", "Sunak Conservative Government"),
    ],
)
def test_an_answer_by_an_earlier_government_says_so(thatched: Searcher, uin: str, government: str | None) -> None:
    hit = next(hit for hit in thatched.search(ROOFS, limit=20, group=False).hits if hit.citation.uin == uin)
    assert hit.earlier_government == government
    assert thatched.corpus.answer(hit.key).earlier_government == government
    assert any(government in note for note in hit.notes) if government else True


def test_a_question_that_waits_for_its_answer_is_never_found(tmp_path: Path, toy_encoder: Encoder) -> None:
    waiting = of_body(810, 7, HOUSING, "2026-09-09", dateAnswered=None, answerText=None)
    lines = "".join(json.dumps({"value": one}) + "\n" for one in (BODIES[0], waiting))
    (tmp_path / "q.jsonl").write_text(lines, encoding="utf-8")
    build([str(tmp_path / "q.jsonl")], tmp_path / "data", toy_encoder)
    searcher = Searcher.open(tmp_path / "data", toy_encoder)
    result = searcher.search("how many roofs of thatch there are in village 810")
    assert [hit.citation.uin for hit in result.hits + result.near_misses] == ["801"]
    assert result.left_out == ()
    assert (result.searched.records, searcher.corpus.coverage().unanswered) == (1, 1)
    with pytest.raises(UnknownKey):
        searcher.corpus.answer("commons-2026-09-09-810")
