"""Results in a notebook: HTML that shows the passage with its citation, and can do nothing."""

from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.answer_results import AnswerPassage, AttachmentReading
from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.hit_results import Hit, Span
from retrieval.notebook import answer_html, hit_html, search_html
from retrieval.results import SearchResult
from retrieval.search import Searcher

HARMLESS = {"p", "blockquote", "mark", "br", "details", "summary", "cite", "a", "ul", "li"}
BAD = '<script>alert("x")</script><img src=x onerror=y>&amp;'


class Read(HTMLParser):
    """Reads HTML: which tags and addresses it has, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ended: list[str] = []
        self.addresses: list[str | None] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert {name for name, _ in attrs} <= {"href", "rel", "open"}
        self.addresses += [value for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self.ended.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def corpus(built_once: Path) -> Corpus:
    return Corpus.open(built_once)


@pytest.fixture
def result(built_once: Path, toy_encoder: Encoder, three_topics: str) -> SearchResult:
    return Searcher.open(built_once, toy_encoder).search(three_topics)


def test_a_hit_is_a_quotation_with_its_citation(result: SearchResult):
    html = result.hits[0]._repr_html_()
    passage = "The Government is giving local councils powers to run bus services in rural areas."
    assert html.startswith(f"<blockquote><mark>{passage}</mark></blockquote>")
    cited = "205 [of Session 2024-26] on Bus Services: Rural Areas given on 20 January 2025"
    url = "https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205"
    assert f'<p><a href="{url}" rel="noreferrer"><cite>{cited}</cite></a></p>' in html
    assert (
        "<p>1. Eve Placeholder, Department for Transport, 20 January 2025. substantive; also given to 2 more.</p>"
        in html
    )
    assert "<li>not in the source: minister&#x27;s post</li>" in html


def test_a_search_shows_what_came_of_it_and_what_was_searched(result: SearchResult, three_topics: str):
    read = Read(result._repr_html_())
    assert read.text.startswith(f"{three_topics}: {result.message}")
    assert "Searched 6 of 12 records." in read.text
    assert "More may have been said than is indexed." in read.text
    assert read.tags.count("blockquote") == 3
    assert "Contains Parliamentary information" in read.text
    nothing = replace(result, hits=(), near_misses=result.hits[:1], searched=replace(result.searched, complete=True))
    read = Read(search_html(nothing))
    assert "Not close enough, but nearest:" in read.text
    assert "More may" not in read.text


def test_what_is_left_out_is_counted(built_once: Path, toy_encoder: Encoder):
    found = Searcher.open(built_once, toy_encoder).search("has not proved possible", match=Match.EXACT)
    assert "Left out: 2 (kind=holding, kind=prorogation)." in Read(found._repr_html_()).text


def test_the_words_that_were_found_are_marked(built_once: Path, toy_encoder: Encoder):
    (hit,) = Searcher.open(built_once, toy_encoder).search("rural areas", match=Match.EXACT).hits
    assert "bus services in <mark>rural areas</mark>.</blockquote>" in hit_html(hit)


def test_an_answer_shows_its_question_and_every_passage(corpus: Corpus):
    answer = corpus.answer("10")
    read = Read(answer._repr_html_())
    assert all(line in read.text for passage in answer.passages for line in passage.text.splitlines())
    assert "Answered 11 March 2025. Kind: substantive." in read.text
    assert "corrected on 25 March 2025" in read.text
    undated = replace(answer, heading=None, citation=replace(answer.citation, answered=None))
    assert "Answered on a day not in the source." in Read(answer_html(undated)).text
    assert Read(answer_html(undated)).text.startswith("No heading in the source")


def test_what_was_read_of_an_attachment_stands_apart(corpus: Corpus):
    answer = corpus.answer("10")
    passage = AnswerPassage(9, "1,000 patients", "Region", "0" * 16)
    day = answer.provenance.read_on
    reading = AttachmentReading(1, "Annex A", "https://example.org/a", None, day, "", "x", None, None, (passage,))
    empty = replace(reading, title="Annex B", passages=())
    html = answer_html(replace(answer, attachment_texts=(reading, empty)))
    wanted = "<p>From the attachment: Annex A. Rights: not known.</p><blockquote><p>Region</p><p>1,000 patients</p>"
    assert wanted in html
    assert "Annex B" not in html


def _poisoned(hit: Hit, text: str) -> Hit:
    source = replace(hit.passage, text=text, context=text, answering_sentence=Span(0, min(3, len(text))), matched=())
    citation = replace(hit.citation, url=f"javascript:{text}", answering_body=text)
    written = dict.fromkeys(hit.written, text)
    return replace(hit, passage=source, question=text, citation=citation, written=written, notes=(text,))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text() | st.just(BAD))
def test_nothing_from_outside_becomes_markup(result: SearchResult, corpus: Corpus, text: str):
    hit = _poisoned(result.hits[0], text)
    read = Read(search_html(replace(result, query=text, hits=(hit,))))
    assert set(read.tags) <= HARMLESS
    assert read.addresses == []
    answer = corpus.answer("10")
    passages = tuple(replace(passage, text=text, context=text) for passage in answer.passages)
    poisoned = replace(answer, heading=text, question=text, passages=passages)
    assert set(Read(answer_html(poisoned)).tags) <= HARMLESS
