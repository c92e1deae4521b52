import pytest

from retrieval.choices import Match
from retrieval.errors import QueryError, UnknownName
from retrieval.records import AnswererKind, AnswerKind, FindingName, Genre, House
from service.schemas import Limits, SearchParameters
from service.web.filter_names import CHOICES, LABELS, value_name
from service.web.search_form import FILTERS, read_form


def test_empty_fields_count_as_not_given():
    form = read_form([("q", " buses "), ("answered_from", ""), ("house", " "), ("kind", "")])
    assert form.address.pairs == (("q", "buses"),)
    assert form.errors == ()
    assert form.parameters is not None
    assert form.parameters.answered_from is None


def test_filters_are_read_from_the_question_unless_that_is_switched_off():
    for given, expected in [((), True), ((("understand", "false"),), False), ((("understand", "true"),), True)]:
        parameters = read_form([("q", "buses"), *given]).parameters
        assert parameters is not None
        assert parameters.understand is expected


def test_a_form_without_a_question_asks_nothing_and_keeps_what_was_typed():
    form = read_form([("q", "  "), ("house", "Lords")])
    assert (form.parameters, form.errors, form.was_sent) == (None, (), True)
    assert form.values("house") == ("Lords",)
    assert not read_form([]).was_sent


def test_parameters_that_are_not_known_are_left_out_and_named():
    form = read_form([("q", "buses"), ("utm_source", "a"), ("utm_source", "b"), ("x" * 100, "c")])
    assert form.strangers == ("utm_source", "x" * 39 + "…")
    assert form.address.pairs == (("q", "buses"),)
    assert form.parameters is not None


@pytest.mark.parametrize(
    ("given", "field", "message"),
    [
        (("answered_from", "2024-13-01"), "answered_from", "Answered from: '2024-13-01' is not a date that exists."),
        (("house", "Upper"), "house", "House: 'Upper' is not one of Commons, Lords."),
        (("limit", "0"), "limit", "Answers on a page: '0' is too small: at least 1 is needed."),
        (("match", "telepathy"), "match", "How to search: 'telepathy' is not one of meaning, words, exact."),
    ],
)
def test_a_value_at_fault_is_told_in_the_words_of_the_page_and_kept_as_typed(
    given: tuple[str, str], field: str, message: str
):
    form = read_form([("q", "buses"), given])
    assert form.parameters is None
    assert [(one.field, one.message) for one in form.errors] == [(field, message)]
    assert form.value(field) == given[1]
    assert form.error(field) == form.errors[0]
    assert form.error("q") is None
    assert form.is_open


def test_a_span_that_ends_before_it_begins_is_told_by_the_names_on_the_page():
    form = read_form([("q", "buses"), ("answered_from", "2025-02-01"), ("answered_to", "2025-01-01")])
    assert [one.message for one in form.errors] == [
        "Answered to: 2025-01-01 is before \u201cAnswered from\u201d 2025-02-01: "
        "give the earlier date as \u201cAnswered from\u201d."
    ]


def test_a_value_given_twice_where_one_counts_is_no_guess():
    form = read_form([("q", "buses"), ("q", "trains"), ("house", "Lords"), ("house", "Commons")])
    assert [one.message for one in form.errors] == ["Question: it is given 2 times: give it once."]
    assert not form.is_open


def test_a_name_that_is_not_there_comes_with_the_searches_for_the_nearest():
    form = read_form([("q", "buses"), ("minister", "Dee Placehold"), ("house", "Lords")])
    failed = form.failing(UnknownName("minister", "'Dee Placehold' is not here", ("Dee Placeholder",)))
    assert failed.parameters is None
    assert failed.errors[0].fixes == (("Dee Placeholder", "/?q=buses&house=Lords&minister=Dee+Placeholder"),)


def test_a_fault_of_the_question_is_that_of_the_box():
    failed = read_form([("q", "AND"), ("match", "words")]).failing(QueryError("query", "it has no word"))
    assert [(one.field, one.message) for one in failed.errors] == [("q", "Question: it has no word.")]
    assert not failed.is_open


def test_a_box_is_ticked_in_any_case():
    form = read_form([("q", "buses"), ("house", "lOrds")])
    assert form.has("house", "Lords")
    assert not form.has("house", "Commons")
    assert form.parameters is not None
    assert form.parameters.house == (House.LORDS,)
    assert form.parameters.match is Match.MEANING


def test_every_parameter_and_every_value_has_a_name_on_the_page():
    assert set(LABELS) == set(SearchParameters.model_fields) - {"facets"}
    assert set(FILTERS) == set(Limits.model_fields)
    assert set(CHOICES["kind"]) == {*map(str, AnswerKind), "all"}
    assert set(CHOICES["finding"]) == set(map(str, FindingName))
    assert set(CHOICES["house"]) == set(map(str, House))
    assert set(CHOICES["genre"]) == set(map(str, Genre))
    assert set(CHOICES["answerer"]) == set(map(str, AnswererKind))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("house", "commons", "Commons"),
        ("kind", "holding", "Holding answer, not a reply"),
        ("kind", "all", "Every kind"),
        ("answered_from", "2024-07-05", "5 July 2024"),
        ("answered_from", "soon", "soon"),
        ("minister", "Dee Placeholder", "Dee Placeholder"),
        ("finding", "novel", "novel"),
    ],
)
def test_a_value_is_told_as_readers_call_it(name: str, value: str, expected: str):
    assert value_name(name, value) == expected
