from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from retrieval.encoders import Encoder
from retrieval.expansion import Expansion
from retrieval.results import Outcome, SearchResult
from retrieval.search import Searcher
from service.web.facet_view import SHOWN
from service.web.search_form import SearchForm, read_form
from service.web.search_view import SearchView, Way, counted, search_view, titled

COUNCILS = "local councils powers to run bus services in rural areas"
SAID = f"what has the Department for Transport said about {COUNCILS}"


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


def found(searcher: Searcher, *given: tuple[str, str]) -> tuple[SearchResult, SearchForm]:
    form = read_form(given)
    assert form.parameters is not None
    return form.parameters.request().model_copy(update={"facets": SHOWN}).answered_by(searcher), form


def viewed(searcher: Searcher, *given: tuple[str, str]) -> SearchView:
    return search_view(*found(searcher, *given))


def query(href: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(href).query)


def labels(ways: tuple[Way, ...]) -> dict[str, str]:
    return {one.label: one.href for one in ways}


def test_close_answers_are_counted_and_so_is_what_the_facets_count(searcher: Searcher):
    result, form = found(searcher, ("q", COUNCILS))
    assert (counted(result), titled(result)) == ("1 close answer", f"1 close answer: {COUNCILS}")
    assert search_view(result, form).counted_of == "Counts are of the 1 close answer."
    many = replace(result, at_least=200, at_least_is_all=False)
    assert counted(many) == "At least 200 close answers"
    assert search_view(many, form).counted_of == "Counts are of the closest 200 answers; there are more."
    assert counted(replace(result, at_least=None)) == "1 close answer"
    assert counted(replace(result, outcome=Outcome.WEAK, at_least=3, at_least_is_all=True)) == "3 weak matches"


def test_answers_that_have_words_are_counted_exactly(searcher: Searcher):
    result, form = found(searcher, ("q", "bus services"), ("match", "exact"))
    assert counted(result) == "1 answer"
    assert search_view(result, form).counted_of == "Counts are of the one answer found."
    assert search_view(replace(result, total=43), form).counted_of == "Counts are of all 43 answers found."
    assert search_view(replace(result, facets={}), form).counted_of == ""


def test_a_filter_given_is_a_chip_that_searches_without_it(searcher: Searcher):
    view = viewed(searcher, ("q", COUNCILS), ("house", "commons"), ("answered_from", "2024-07-05"))
    assert [(one.label, one.value, one.words, one.href) for one in view.chips] == [
        (
            "House",
            "Commons",
            "",
            "/?q=local+councils+powers+to+run+bus+services+in+rural+areas&answered_from=2024-07-05",
        ),
        (
            "Answered from",
            "5 July 2024",
            "",
            "/?q=local+councils+powers+to+run+bus+services+in+rural+areas&house=commons",
        ),
    ]
    assert query(view.clear) == [("q", COUNCILS)]


def test_a_filter_understood_is_a_chip_that_says_from_which_words(searcher: Searcher):
    view = viewed(searcher, ("q", SAID), ("house", "Commons"))
    chip = view.chips[0]
    assert (chip.label, chip.value) == ("Department", "Department for Transport")
    assert chip.words == "has the Department for Transport said"
    assert query(chip.href) == [("q", COUNCILS), ("house", "Commons"), ("understand", "false")]
    assert query(view.clear) == [("q", COUNCILS), ("understand", "false")]


def test_without_one_of_two_understood_filters_the_other_stays_as_if_it_were_given(searcher: Searcher):
    asked = f"what has the Department for Transport said since March 2024 about {COUNCILS}"
    view = viewed(searcher, ("q", asked))
    hrefs = {chip.label: query(chip.href) for chip in view.chips}
    assert hrefs["Department"][1:] == [("understand", "false"), ("answered_from", "2024-03-01")]
    assert hrefs["Answered from"][1:] == [
        ("understand", "false"),
        ("answering_body", "Department for Transport"),
    ]


def test_a_name_taken_for_misspelt_says_how_it_was_read(searcher: Searcher):
    result, form = found(searcher, ("q", SAID))
    misspelt = replace(result.understood[0], name_given="Department of Transport", words="said by DoT")
    view = search_view(replace(result, understood=(misspelt,)), form)
    assert view.chips[0].words == "said by DoT\u201d, read as \u201cDepartment for Transport"


def test_filters_that_left_nothing_are_told_and_are_no_chips(searcher: Searcher):
    asked = "what has the Department for Transport said about how many patients are waiting for an NHS dentist"
    view = viewed(searcher, ("q", asked))
    assert view.chips == ()
    assert view.not_understood is not None
    assert view.not_understood.text == (
        "Read in your question, but they would leave nothing: Department Department for Transport."
    )
    assert query(view.not_understood.href)[-1] == ("understand", "false")
    assert view.clear == ""


def test_what_is_left_out_is_told_with_the_search_that_shows_it(searcher: Searcher):
    view = viewed(searcher, ("q", "patients OR information OR answer"), ("match", "words"))
    assert view.message.endswith("\u201cEvery kind\u201d shows them too.")
    assert [(one.text, one.label, query(one.href)[-1]) for one in view.left_out] == [
        ("Left out:", "2 answers (says information is not held)", ("finding", "not_held")),
        ("Left out:", "1 answer (holding answer, not a reply)", ("kind", "holding")),
        ("Left out:", "1 answer (points to another answer)", ("kind", "pointer")),
    ]


def test_what_was_added_to_the_question_is_told_with_the_search_without_it(searcher: Searcher):
    result, form = found(searcher, ("q", f"current {COUNCILS}"))
    added = replace(result, expanded=(Expansion("NHS", "National Health Service", 0, 3),))
    near = replace(added, hits=(replace(result.hits[0], near_duplicates_total=2),))
    remarks = search_view(near, form).remarks
    assert [one.text for one in remarks] == [
        "Recent answers are preferred (\u201ccurrent\u201d).",
        "Also looked for: National Health Service (NHS).",
        "Answers that say nearly the same share one place.",
    ]
    assert [query(one.href)[-1] for one in remarks] == [("fresh", "off"), ("expand", "off"), ("group", "off")]


def test_what_is_switched_off_can_be_switched_on_again(searcher: Searcher):
    off = (("understand", "false"), ("fresh", "off"), ("expand", "off"), ("group", "off"))
    view = viewed(searcher, ("q", COUNCILS), *off)
    assert [one.label for one in view.remarks] == [
        "Read them",
        "Prefer the time it names",
        "Look for long and short forms too",
        "Group them",
    ]
    assert query(view.remarks[0].href) == [("q", COUNCILS), *off[1:]]
    assert viewed(searcher, ("q", "bus"), ("match", "exact"), *off).remarks == ()


def test_what_was_searched_is_one_sentence_with_more_behind_it(searcher: Searcher):
    view = viewed(searcher, ("q", COUNCILS))
    assert view.searched == (
        "Searched 6 of 12 records, answered 24 May 2024 to 16 April 2025; what is indexed may be incomplete."
    )
    assert view.details[0].startswith("Searched 6 of 12 records; the others are not a reply")
    result, form = found(searcher, ("q", COUNCILS))
    whole = replace(result.searched, complete=True, passed=12, first_answered=None)
    assert search_view(replace(result, searched=whole), form).searched == (
        "Searched 12 records, without a known date; complete by Parliament's own lists."
    )
    nothing = replace(result.searched, records=0)
    assert search_view(replace(result, searched=nothing), form).searched == "Nothing is indexed yet."


def test_orders_and_ways_to_match_are_links_and_the_chosen_one_is_known(searcher: Searcher):
    view = viewed(searcher, ("q", COUNCILS), ("sort", "newest"))
    assert [(one.label, one.is_chosen) for one in view.sorts] == [
        ("Relevance", False),
        ("Newest", True),
        ("Oldest", False),
        ("Standing line", False),
    ]
    assert query(view.sorts[0].href) == [("q", COUNCILS)]
    assert query(view.sorts[3].href)[-1] == ("sort", "standing")
    # An order of one way to match may not be one of another.
    assert query(view.matches[2].href) == [("q", COUNCILS), ("match", "exact")]
    worded = viewed(searcher, ("q", "bus"), ("match", "words"))
    assert [one.label for one in worded.sorts if one.is_chosen] == ["Newest"]
    assert worded.sorts[0].label == "Newest"


def test_a_page_leads_to_the_next_and_back_to_the_first(searcher: Searcher):
    given = (("q", "the"), ("match", "words"), ("limit", "1"))
    result, form = found(searcher, *given)
    assert result.total == 4
    first = search_view(result, form)
    assert (first.shown, first.first) == ("Shown here: 1 to 1.", "")
    assert result.next_cursor
    second = viewed(searcher, *given, ("cursor", result.next_cursor))
    assert second.shown == "Shown here: 2 to 2."
    assert query(first.more) == [*given, ("cursor", result.next_cursor)]
    assert query(second.first) == list(given)
    # A filter, an order or a chip leads to the beginning of another set.
    assert "cursor" not in second.sorts[0].href + second.facets[0].first[0].href


def test_the_same_search_is_offered_elsewhere_with_what_was_understood_given(searcher: Searcher):
    ways = labels(viewed(searcher, ("q", SAID), ("limit", "5")).ways)
    filters = [("q", SAID), ("answering_body", "Department for Transport")]
    assert query(ways["How this changed over time"]) == filters
    assert ways["How this changed over time"].startswith("/timeline?")
    assert query(ways["Feed of new answers (Atom)"]) == [("q", SAID), ("understand", "true")]
    assert ways["Feed of new answers (Atom)"].startswith("/v1/feed.atom?")
    assert query(ways["As JSON"]) == [("q", SAID), ("limit", "5"), ("understand", "true")]


def test_a_set_of_words_can_be_downloaded_and_followed(searcher: Searcher):
    view = viewed(searcher, ("q", "bus"), ("match", "words"), ("understand", "false"), ("house", "Commons"))
    ways = labels(view.ways)
    asked = [("q", "bus"), ("house", "Commons"), ("match", "words")]
    assert query(ways["Download as CSV"]) == [*asked, ("sort", "newest")]
    assert query(ways["As JSON"])[2] == ("understand", "false")
    assert query(view.feed) == asked
    switched_off = viewed(searcher, ("q", COUNCILS), ("understand", "false"), ("expand", "off"))
    assert query(switched_off.feed) == [("q", COUNCILS), ("understand", "false"), ("expand", "off")]


@pytest.mark.parametrize(
    ("given", "outcome", "title"),
    [
        ((("q", "zebra moon"),), "nothing_close", "No close match: zebra moon"),
        (
            (("q", "bus services in rural areas"), ("house", "Lords")),
            "filtered_out",
            "Left out by the filters: bus services in rural areas",
        ),
    ],
)
def test_a_search_without_an_answer_has_a_title_that_says_so(
    searcher: Searcher, given: tuple[tuple[str, str], ...], outcome: str, title: str
):
    result, form = found(searcher, *given)
    assert (search_view(result, form).outcome, titled(result)) == (outcome, title)
    assert titled(replace(result, outcome=Outcome.CORPUS_EMPTY)).startswith("Nothing is indexed yet: ")
