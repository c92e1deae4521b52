"""Several citations in one file: every entry is there, under a key of its own."""

import json
from dataclasses import replace
from datetime import date

import pytest
import rispy
from bibtexparser.entrypoint import parse_string

from retrieval.bibliography import bibliography
from retrieval.citations import CitationStyle, CitedAttachment, cite, written
from retrieval.records import AnswerKind, Block, BlockKind, House, Member, Provenance, Record

RECORD = Record(
    provenance=Provenance(reader="parliament-api", source="answers.jsonl", place=1, read_on=date(2026, 11, 21)),
    question="To ask the Secretary of State for Defence, how many letters his Department answered.",
    answer=(Block(BlockKind.PARAGRAPH, "The Department replied within twenty working days."),),
    house=House.COMMONS,
    uin="194793",
    heading="Ministry of Defence: Correspondence",
    answerer=Member(name="Andrew Murrison"),
    answering_body="Ministry of Defence",
    tabled=date(2023, 7, 18),
    answered=date(2023, 7, 25),
)
WHOLE = cite(RECORD, kind=AnswerKind.SUBSTANTIVE)
THIRD = cite(RECORD, kind=AnswerKind.SUBSTANTIVE, paragraph=3)
OTHER = cite(replace(RECORD, uin="194794", heading="Spirits"), kind=AnswerKind.SUBSTANTIVE)
FILED = cite(RECORD, kind=AnswerKind.SUBSTANTIVE, attachment=CitedAttachment("Table", "https://example.org/t.pdf"))
SHOUTED = cite(replace(RECORD, uin="A1"), kind=AnswerKind.SUBSTANTIVE)
CITATIONS = (WHOLE, THIRD, OTHER, WHOLE, FILED)
KEYS = ["commons-2023-07-18-194793", "commons-2023-07-18-194793-p3", "commons-2023-07-18-194794"]
KEYS.append("commons-2023-07-18-194793-2")


def keys_in(text: str, style: CitationStyle) -> list[str]:
    match style:
        case CitationStyle.BIBTEX:
            library = parse_string(text)
            assert not library.failed_blocks
            return [entry.key for entry in library.entries]
        case CitationStyle.RIS:
            return [entry["id"] for entry in rispy.loads(text)]
    return [item["id"] for item in json.loads(text)]


@pytest.mark.parametrize("style", [CitationStyle.BIBTEX, CitationStyle.RIS, CitationStyle.CSL_JSON])
def test_each_passage_is_one_entry_with_a_key_of_its_own(style):
    assert keys_in(bibliography(CITATIONS, style), style) == KEYS


@pytest.mark.parametrize("style", [CitationStyle.BIBTEX, CitationStyle.RIS, CitationStyle.CSL_JSON])
def test_keys_that_differ_in_capitals_alone_are_told_apart(style):
    lower = replace(SHOUTED, key=SHOUTED.key.lower())
    upper = replace(SHOUTED, key=SHOUTED.key.upper())
    numbered = replace(OTHER, key=f"{SHOUTED.key.lower()}-2")
    found = keys_in(bibliography([lower, numbered, upper], style), style)
    assert found == [lower.key, numbered.key, f"{upper.key}-3"]


def test_an_entry_among_others_is_written_as_it_is_alone():
    for style in (CitationStyle.BIBTEX, CitationStyle.RIS):
        text = bibliography([WHOLE, THIRD, OTHER], style)
        assert all(written(citation, style) in text for citation in (WHOLE, THIRD, OTHER))
    items = json.loads(bibliography([WHOLE, THIRD, OTHER], CitationStyle.CSL_JSON))
    alone = [json.loads(written(citation, CitationStyle.CSL_JSON)) for citation in (WHOLE, THIRD, OTHER)]
    assert [[item] for item in items] == alone


@pytest.mark.parametrize("style", [CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA])
def test_in_words_each_citation_is_one_line(style):
    lines = bibliography(CITATIONS, style).splitlines()
    assert lines == [written(citation, style) for citation in (WHOLE, THIRD, OTHER, FILED)]


@pytest.mark.parametrize("style", CitationStyle)
def test_without_citations_there_is_a_file_without_entries(style):
    assert bibliography([], style) == ("[]\n" if style is CitationStyle.CSL_JSON else "")
