"""What a search may be asked, and how its results are written."""

import json
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from retrieval.answer_results import Answer, Coverage
from retrieval.choices import Match
from retrieval.filters import EVERY_KIND, Filters
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from retrieval.results import SearchResult
from retrieval.search import Searcher
from service.faults import faults, shown
from service.schemas import SearchParameters, SearchRequest, to_data, to_json
from service.values import KindAsked


def test_only_the_question_must_be_given():
    request = SearchRequest(query="buses")
    assert (request.limit, request.match, request.filters()) == (10, Match.MEANING, Filters())


def test_every_filter_reaches_the_library():
    request = SearchRequest.model_validate(
        {
            "query": "buses",
            "answered_from": "2024-01-01",
            "answered_to": date(2024, 1, 31),
            "tabled_from": "2023-12-01",
            "tabled_to": "2023-12-31",
            "house": ["lords"],
            "answering_body": [" Home Office "],
            "minister": ["a"],
            "asker": ["b"],
            "party": ["c"],
            "kind": ["HOLDING"],
            "finding": ["corrected"],
            "heading": ["d"],
            "genre": ["statement"],
            "answerer": ["non_minister"],
        }
    )
    assert request.filters() == Filters(
        answered_from=date(2024, 1, 1),
        answered_to=date(2024, 1, 31),
        tabled_from=date(2023, 12, 1),
        tabled_to=date(2023, 12, 31),
        house=(House.LORDS,),
        answering_body=("Home Office",),
        minister=("a",),
        asker=("b",),
        party=("c",),
        kind=(AnswerKind.HOLDING,),
        finding=(FindingName.CORRECTED,),
        heading=("d",),
        genre=(Genre.STATEMENT,),
        answerer=(AnswererKind.NON_MINISTER,),
    )


def test_a_request_has_a_field_for_every_filter_and_no_other():
    fields = set(SearchRequest.model_fields)
    own = {"query", "limit", "match", "sort", "cursor", "mode", "understand", "fresh", "group", "expand", "facets"}
    assert fields - own == set(Filters.__dataclass_fields__)
    assert set(SearchParameters.model_fields) - {"q"} == fields - {"query"}


def test_a_time_is_not_a_day():
    with pytest.raises(ValidationError, match="write it as YYYY-MM-DD"):
        SearchRequest.model_validate({"query": "buses", "answered_from": datetime(2024, 1, 1)})


def test_parameters_of_a_url_stand_for_the_same_request():
    given_by_url = SearchParameters.model_validate({"q": "buses", "house": ["Lords"], "answered_to": "2024-01-31"})
    request = SearchRequest.model_validate({"query": "buses", "house": ["Lords"], "answered_to": "2024-01-31"})
    assert given_by_url.request() == request
    assert SearchParameters.lists() == {
        *("house", "answering_body", "minister", "asker", "party", "kind", "finding", "heading"),
        *("genre", "answerer", "facets"),
    }


@given(st.dates(min_value=date(1000, 1, 1)))
def test_any_day_written_plainly_is_read_back(day):
    assert SearchRequest.model_validate({"query": "x", "tabled_to": day.isoformat()}).tabled_to == day


@given(
    st.text(),
    st.sampled_from(["answered_from", "house", "kind", "match", "limit", "sort", "cursor", "party", "nothing"]),
)
def test_whatever_is_wrong_can_be_told_in_a_short_line(value, name):
    try:
        SearchRequest.model_validate(
            {"query": "x", name: value if name in ("match", "limit", "sort", "cursor") else [value]}
        )
    except ValidationError as error:
        fault = faults(error.errors(include_url=False), SearchRequest.model_fields)[0]
        assert fault.field == name
        assert 0 < len(fault.reason) < 500


def test_a_brace_in_a_value_is_only_a_brace():
    with pytest.raises(ValidationError) as raised:
        SearchRequest.model_validate({"query": "x", "kind": ["{values}{seen}"]})
    told = faults(raised.value.errors(include_url=False), SearchRequest.model_fields)[0]
    assert told.reason.startswith("'{values}{seen}' is not one of substantive, holding")


def test_an_error_that_has_no_words_of_its_own_keeps_pydantics():
    assert faults([{"type": "other", "loc": (), "msg": "Input should be other"}], ())[0].reason == (
        "Input should be other"
    )


def test_a_long_value_is_shown_by_its_beginning():
    assert shown("a" * 1000) == "'" + "a" * 79 + "…'"
    assert shown(7) == "'7'"


def test_results_are_written_on_one_line_and_read_back_equal(built_once, toy_encoder):
    searcher = Searcher.open(built_once, toy_encoder)
    results = [
        (SearchResult, searcher.search("bus services in rural areas")),
        (Answer, searcher.corpus.answer("9")),
        (Coverage, searcher.corpus.coverage()),
    ]
    for kind, result in results:
        written = to_json(result)
        assert b"\n" not in written
        assert to_data(result) == json.loads(written)
        assert TypeAdapter(kind).validate_json(written) == result
    assert "£12 million" in to_json(searcher.corpus.answer("1")).decode()


def test_every_kind_can_be_asked_for_and_all_of_them_in_one_word():
    assert {kind.value for kind in KindAsked} == {*AnswerKind, "all"}
    request = SearchRequest.model_validate({"query": "x", "kind": ["ALL", "holding"]})
    assert request.filters() == Filters(kind=EVERY_KIND)
    assert set(EVERY_KIND) == set(AnswerKind)
