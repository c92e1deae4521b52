"""What is looked for beside the words of a question."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.acronyms import Acronym, Acronyms, LongForm
from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.expansion import Expander, Expansion
from retrieval.search import Searcher
from tests.replay.invented import question

EXPANDER = Expander(
    Acronyms(
        (
            Acronym("GLOW", (LongForm("Glass Lantern Office Warden", 5),), capitals=True),
            Acronym("GP", (LongForm("glass painter", 9), LongForm("glass practice", 3)), capitals=True),
            Acronym("ILB", (LongForm("Invented Lantern Board", 8),), capitals=False),
            Acronym("ILBA", (LongForm("Invented Lantern Board Act", 3),), capitals=False),
            Acronym("IvLB", (LongForm("Invented Lantern Board", 2),), capitals=False),
            Acronym("L&G", (LongForm("lamps and glass", 4),), capitals=True),
        )
    )
)


def added(asked: str) -> list[tuple[str, str]]:
    return [(one.words, one.added) for one in EXPANDER.expansions(asked)]


@pytest.mark.parametrize(
    ("asked", "expansions"),
    [
        ("what did ilb pay", [("ilb", "Invented Lantern Board")]),
        ("the ILB's lanterns", [("ILB", "Invented Lantern Board")]),
        ("non-ILB lanterns", [("ILB", "Invented Lantern Board")]),
        ("all ILBs?", [("ILBs", "Invented Lantern Board")]),
        ("ILB or ILB", [("ILB", "Invented Lantern Board")]),
        ("what glow do GPs see", [("GPs", "glass painter"), ("GPs", "glass practice")]),
        ("gp rates", []),
        ("who is a GLOW", [("GLOW", "Glass Lantern Office Warden")]),
        ("WHY DO ILB LANTERNS GLOW", [("ILB", "Invented Lantern Board")]),
        ("is a glow kept", []),
        ("silb or ilbo", []),
        ("rules of L&G", [("L&G", "lamps and glass")]),
        ("lamps and glass", []),
    ],
)
def test_a_short_form_brings_its_long_forms(asked: str, expansions: list[tuple[str, str]]) -> None:
    assert added(asked) == expansions


@pytest.mark.parametrize(
    ("asked", "expansions"),
    [
        ("invented lantern boards", [("invented lantern boards", "ILB")]),
        ("the Invented Lantern-Board's pay", [("Invented Lantern-Board", "ILB")]),
        ("under the Invented Lantern Board Act 1900", [("Invented Lantern Board Act", "ILBA")]),
        ("invented the lantern board", [("invented the lantern board", "ILB")]),
        ("the invented lantern", []),
        ("Invented Lantern Board (ILB)", []),
    ],
)
def test_a_long_form_in_either_number_brings_its_short_form(asked: str, expansions: list[tuple[str, str]]) -> None:
    assert added(asked) == expansions


@pytest.mark.parametrize("asked", ['what is "ILB"', "“invented lantern board” pay", 'invented "lantern" board'])
def test_nothing_is_added_for_what_stands_in_quotes(asked: str) -> None:
    assert added(asked) == []


def test_beside_quotes_the_same_words_still_count() -> None:
    assert EXPANDER.expansions('does "ILB" mean ILB') == (Expansion("ILB", "Invented Lantern Board", 16, 19),)


@given(st.lists(st.sampled_from(["ILB", "glow", "GPs", "the", "invented lantern board", '"', "“", "”", "L&G,"])))
def test_what_is_added_is_placed_in_order_and_once(words: list[str]) -> None:
    asked = " ".join(words)
    found = EXPANDER.expansions(asked)
    assert all(asked[one.start : one.end] == one.words for one in found)
    assert [one.start for one in found] == sorted(one.start for one in found)
    assert len({one.added for one in found}) == len(found)


@given(st.text())
def test_a_corpus_that_explains_nothing_adds_nothing(asked: str) -> None:
    assert Expander(Acronyms()).expansions(asked) == ()


@pytest.fixture
def lanterns(tmp_path: Path, toy_encoder: Encoder) -> Path:
    """Build two answers that explain a short form, and one that has only the long one."""
    texts = [
        "The Invented Lantern Board (ILB) met on the matter of oil in May.",
        "Ministers wrote to the Invented Lantern Board (ILB) of their wish for candles.",
        "The Invented Lantern Board pays each keeper a wage that rises with the years served.",
        "The Ministry pays each bellringer a wage that rises with the years served.",
    ]
    lines = [
        json.dumps(question(n, heading="Wages", questionText="To ask the Minister, what is paid.", answerText=text))
        for n, text in enumerate(texts, start=1)
    ]
    (tmp_path / "lanterns.jsonl").write_text("\n".join(lines), encoding="utf-8")
    build([str(tmp_path / "lanterns.jsonl")], tmp_path / "data", toy_encoder)
    return tmp_path / "data"


def test_an_answer_with_the_long_form_alone_gains_from_the_short_one(lanterns: Path, toy_encoder: Encoder) -> None:
    searcher = Searcher.open(lanterns, toy_encoder)
    asked = "wage of an ILB keeper, rising with the years served"
    with_it, without = searcher.search(asked), searcher.search(asked, expand=False)
    assert with_it.expanded == (Expansion("ILB", "Invented Lantern Board", 11, 14),)
    assert without.expanded == ()

    def lead(hits: list[tuple[str | None, float]]) -> float:
        score = dict(hits)
        return score["3"] - score["4"]

    assert lead([(hit.citation.uin, hit.score) for hit in with_it.hits]) > lead(
        [(hit.citation.uin, hit.score) for hit in without.hits]
    )
    assert with_it.query == asked


def test_the_order_that_is_measured_is_the_one_that_is_served(lanterns: Path, toy_encoder: Encoder) -> None:
    searcher = Searcher.open(lanterns, toy_encoder)
    asked = "wage of an ILB keeper, rising with the years served"
    for expand in (True, False):
        ranked = searcher.rank(asked, expand=expand)
        hits = searcher.search(asked, expand=expand, group=False).hits
        assert [hit.score for hit in hits] == [pytest.approx(one.score, abs=1e-4) for one in ranked[: len(hits)]]


def test_words_that_became_a_filter_are_not_looked_for(lanterns: Path, toy_encoder: Encoder) -> None:
    searcher = Searcher.open(lanterns, toy_encoder)
    acronyms = Acronyms((Acronym("MIW", (LongForm("Ministry of Imaginary Works", 2),), capitals=False),))
    searcher.corpus.expander = Expander(acronyms)
    asked = "what has the Ministry of Imaginary Works said about a wage that rises with the years served"
    plain, limited = searcher.search(asked), searcher.search(asked, understand=True)
    assert [one.added for one in plain.expanded] == ["MIW"]
    assert [one.field for one in limited.understood if one.applied] == ["answering_body"]
    assert limited.expanded == ()


def test_a_snapshot_of_before_there_was_a_table_adds_nothing(lanterns: Path) -> None:
    corpus = Corpus.open(lanterns)
    assert [one.added for one in corpus.expander.expansions("ILB pay")] == ["Invented Lantern Board"]
    corpus.expander = Expander(Acronyms.read(lanterns / "expansions.json"))
    assert corpus.expander.expansions("ILB pay") == ()
