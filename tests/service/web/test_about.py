"""The pages about the service say what the code says, so that they cannot drift."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

import pytest
from fastapi.testclient import TestClient

from retrieval.answer_results import Coverage
from retrieval.choices import Match
from retrieval.completeness import Gap, MonthCoverage
from retrieval.corpus import Corpus
from retrieval.records import AnswerKind, FindingName, Genre, House
from retrieval.results import Outcome
from service.phrases import FINDINGS, KINDS, capital
from service.web.coverage_view import MONTHS_SHOWN, coverage_view
from service.web.help_view import help_view


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.fixture
def coverage(pages_once) -> Coverage:
    return Corpus.open(pages_once).coverage()


def month(number: int, house: House = House.COMMONS, **facts: object) -> MonthCoverage:
    known: dict[str, object] = {
        "listed": 10,
        "withdrawn": 1,
        "held": 8,
        "unanswered": 1,
        "failed": 0,
        "checked_at": datetime(2026, 11, 20, 8, tzinfo=UTC),
        "bodies": (),
    }
    name = f"{2020 + number // 12}-{number % 12 + 1:02}"
    return MonthCoverage.of(Genre.ANSWER, house, name, **(known | facts))  # type: ignore[arg-type]


def test_the_summary_says_what_is_held(coverage: Coverage):
    view = coverage_view(coverage)
    assert view.summary[0] == f"{coverage.records - 2} answered questions and 2 written statements, Commons."
    assert "2 answers do nothing but point to another; of these, 1 to one that is here." in view.summary
    assert "1 question without an answer: kept, and not searched." in view.summary
    assert view.completeness == "May be incomplete: what is indexed was never compared with Parliament's own lists."
    assert view.gaps == ()


def test_several_gaps_are_a_list_and_one_is_a_sentence(coverage: Coverage):
    gaps = (Gap("not asked for", Genre.ANSWER, House.LORDS), Gap("some listed records are not here yet"))
    view = coverage_view(replace(coverage, gaps=gaps))
    assert view.gaps == ("Lords questions: not asked for.", "Some listed records are not here yet.")
    assert view.completeness == ""


def test_months_stand_newest_first_and_the_earlier_ones_are_apart(coverage: Coverage):
    months = [month(number, house) for number in range(20) for house in House]
    [table] = coverage_view(replace(coverage, months=tuple(months))).months
    assert table.title == "Questions by the month tabled"
    assert (len(table.newest), len(table.earlier)) == (MONTHS_SHOWN, 40 - MONTHS_SHOWN)
    assert [(row.month, row.house) for row in table.newest[:2]] == [
        ("August 2021", "Commons"),
        ("August 2021", "Lords"),
    ]
    assert table.newest[0].numbers == ("10", "8", "1", "1", "0")
    assert (table.newest[0].complete, table.newest[0].checked) == ("Yes", "20 November 2026")


def test_a_month_that_was_never_compared_says_so(coverage: Coverage):
    never = month(1, listed=None, checked_at=None)
    [table] = coverage_view(replace(coverage, months=(never,))).months
    assert table.newest[0].numbers[0] == "not asked"
    assert (table.newest[0].complete, table.newest[0].checked) == ("No: not compared with Parliament's list", "never")


def test_counts_stand_largest_first_under_the_words_that_badges_use(coverage: Coverage):
    kinds, *_ = coverage_view(coverage).counts
    assert kinds.title == "What the answers are"
    numbers = [int(number) for _, number in kinds.rows]
    assert numbers == sorted(numbers, reverse=True)
    assert dict(kinds.rows)["Points to another answer"] == "2"


def test_what_is_empty_has_no_table(coverage: Coverage):
    titles = [one.title for one in coverage_view(coverage).counts]
    assert "Facts worked out: filters take them and citations leave them out" not in titles
    inferred = coverage_view(replace(coverage, inferred_facts={"house": 3})).counts[-2]
    assert inferred.rows == (("House", "3"),)


def test_a_corpus_with_nothing_to_add_says_no_more(coverage: Coverage):
    bare = replace(coverage, bare=1, pointers=0, unanswered=0, houses=())
    assert coverage_view(bare).summary[0].endswith("House not known.")
    assert coverage_view(bare).summary[3:] == (
        "1 answer with nothing but a refusal: not shown unless you ask for them.",
    )


def test_the_page_of_coverage_has_all_of_it(pages_client: TestClient, coverage: Coverage):
    page = pages_client.get("/coverage")
    told = text_of(page.text)
    assert page.status_code == 200
    for name, number in coverage.by_answering_body.items():
        assert f"{name} {number}" in told
    assert coverage.snapshot in told
    assert coverage.model.name in told


def test_help_explains_every_kind_finding_outcome_and_match():
    view = help_view()
    assert [term.name for term in view.kinds] == [capital(KINDS[kind]) for kind in AnswerKind]
    assert [term.name for term in view.findings] == [capital(FINDINGS[name]) for name in FindingName]
    assert len(view.outcomes) == len(Outcome)
    assert len(view.matches) == len(Match)


def test_help_shows_citations_as_they_are_written():
    assert [term.meaning for term in help_view().forms] == [
        "194793 [of Session 2022-23] on Ministry of Defence: Correspondence given on 25 July 2023",
        "the Answer of 25 July 2023 to Question 194793 on Ministry of Defence: Correspondence",
        "HC Written Question 194793, answered 25 July 2023 "
        "<https://questions-statements.parliament.uk/written-questions/detail/2023-07-18/194793> "
        "accessed 21 November 2026",
    ]


@pytest.mark.parametrize(
    ("path", "heading", "told"),
    [
        ("/help", "Help", "It does not mean that ministers have never said it."),
        ("/accessibility", "Accessibility statement", "screen readers, such as NVDA, JAWS, VoiceOver and TalkBack"),
    ],
)
def test_help_and_the_statement_are_there_before_anything_is_indexed(
    pages_client: TestClient, path: str, heading: str, told: str
):
    page = pages_client.get(path)
    assert f"<h1>{heading}</h1>" in page.text
    assert told in text_of(page.text)
    assert pages_client.get(path, headers={"Accept": "application/json"}).text == page.text
