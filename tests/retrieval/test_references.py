"""References read back by others: what reference managers are told, parsed by a maintained reader of each format."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import rispy
from bibtexparser import middlewares as bibtex_steps
from bibtexparser.entrypoint import parse_string
from citeproc.source import DateBase
from citeproc.source.json import CiteProcJSON
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.bibliography import bibliography
from retrieval.citations import Citation, CitationStyle, CitedAttachment, cite, reference_of
from retrieval.records import AnswerKind, Block, BlockKind, Genre, House, Member, Provenance, Record
from retrieval.references import Reference, one_line
from retrieval.sources.walk import ReadReport, read_sources

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

DAYS = ("issued", "submitted", "accessed")

FULL = Record(
    provenance=Provenance(reader="parlparse-xml", source="answers.xml", place=1, read_on=date(2026, 11, 21)),
    question="To ask the Secretary of State for Defence, how many letters his Department answered.",
    answer=(Block(BlockKind.PARAGRAPH, "The Department replied within twenty working days."),),
    house=House.COMMONS,
    uin="194793",
    heading="Ministry of Defence: Correspondence",
    asker=Member(name="John Healey"),
    answerer=Member(name="Andrew Murrison", post="Parliamentary Under-Secretary (Ministry of Defence)"),
    answering_body="Ministry of Defence",
    tabled=date(2023, 7, 18),
    answered=date(2023, 7, 25),
    corrected=date(2023, 9, 1),
    corrected_by=Member(name="Ann Corrector"),
    from_register=("asker.name",),
    hansard_column="1624W",
)

# What a heading, a body or a name may come with, and a reader of one of the formats may stumble over.
AWKWARD = (
    "Zoë Garbett: Ynys Môn — £5m, ½ of 10°, “smart” ‘quotes’ and 中文",
    "A & B: 5% of $3 #1 a_b ~ \\end \\'e \\url{x} $x$",
    "{Braces} and {{more}} {of {them}}",
    "a } lone brace {",
    "<i>Not markup</i> &amp; &lt;",
    "2022--23 --- ``quoted'' ?` !` ,, << >>",
    "'single' \"double\" `back`",
    "Spirits\nER  - \nTY  - BOOK",
    "line one\r\nline two\tand a tab",
    "Spirits}, note = {forged},\n}\n@book{forged,",
    "TI  - Spirits",
    "@string{x = 1} @comment % not a comment",
    "ends in a backslash \\",
    "de la Warr, Jr and van de Weyer, III and others",
    "Baroness Smith of Basildon, O'Neill & D'Souza",
    "A very long heading " + "of many words, and more " * 200,
    "decomposed e\u0301 and \ufb01 and \u00a0 spaces",
    "a # b # c",
    "1 January 2024",
    "null",
    ", leading comma",
    "None",
)


def read_bibtex(text: str) -> list[Reference]:
    """Read a BibTeX file as a stranger would, with what the parser has to make plain text of TeX."""
    steps = [bibtex_steps.LatexDecodingMiddleware()]
    library, plain = parse_string(text), parse_string(text, append_middleware=steps)
    assert not library.failed_blocks
    assert not plain.failed_blocks
    assert len(plain.entries) == len(plain.blocks)
    found = []
    for entry, verbatim in zip(plain.entries, library.entries, strict=True):
        # The parser's table of TeX has a look-alike for the circumflex.
        fields = {field.key: str(field.value).replace("\u02c6", "^") for field in entry.fields}
        number, house, body = (fields.get(name) for name in ("number", "publisher", "institution"))
        head, *rest = fields["howpublished"].split(", ", 1)
        assert rest == [", ".join(filter(None, (house, body)))][: bool(house or body)]
        issued = None
        if "year" in fields:
            month = _MONTHS.index(fields["month"]) + 1
            issued = date(int(fields["year"]), month, int(fields["day"]))
        found.append(
            Reference(
                key=entry.key,
                paper=head.removesuffix(f" {number}") if number and "," not in number else head,
                title=fields["title"],
                author=fields.get("author"),
                authority=body,
                publisher=house,
                number=number,
                issued=issued,
                submitted=_tabled(fields["note"]),
                accessed=date.fromisoformat(fields["urldate"]),
                # As BibLaTeX does: what stands in an address is no TeX.
                url=str(verbatim.fields_dict["url"].value) if "url" in fields else None,
                note=fields["note"],
            )
        )
    return found


def read_ris(text: str) -> list[Reference]:
    """Read an RIS file; nothing in it may be left over."""
    found = []
    for entry in rispy.loads(text):
        assert entry.pop("type_of_reference") == "GOVDOC"
        number, issued, (note,) = entry.pop("number", None), entry.pop("date", None), entry.pop("notes")
        assert entry.pop("issn", None) == number
        assert entry.pop("year", None) == (issued and issued.split("/", 1)[0])
        one = Reference(
            key=entry.pop("id"),
            paper=entry.pop("type_of_work"),
            title=entry.pop("title"),
            author=_only(entry.pop("authors", [])),
            authority=_only(entry.pop("secondary_authors", [])),
            publisher=entry.pop("publisher", None),
            number=number,
            issued=issued and _slashed(issued),
            submitted=_tabled(note),
            accessed=_slashed(entry.pop("access_date")),
            url=_only(entry.pop("urls", [])),
            note=note,
        )
        assert not entry
        found.append(one)
    return found


def read_csl_json(text: str) -> list[Reference]:
    """Read a CSL-JSON file."""
    found = []
    for key, entry in CiteProcJSON(json.loads(text)).items():
        authors = [str(name["literal"]) for name in entry.pop("author", [])]
        fields = {name: str(value) for name, value in entry.items() if name not in DAYS}
        assert fields["type"] == "document"
        issued, submitted, accessed = (_day(entry.get(name)) for name in DAYS)
        assert accessed
        found.append(
            Reference(
                key=key,
                paper=fields["genre"],
                title=fields["title"],
                author=_only(authors),
                authority=fields.get("authority"),
                publisher=fields.get("publisher"),
                number=fields.get("number"),
                issued=issued,
                submitted=submitted,
                accessed=accessed,
                url=fields.get("URL"),
                note=fields["note"],
            )
        )
    return found


def _only(values: list[str]) -> str | None:
    assert len(values) < 2
    return values[0] if values else None


def _slashed(text: str) -> date:
    found = re.fullmatch(r"(\d{4})/(\d\d)/(\d\d)/", text)
    assert found
    return date(*map(int, found.groups()))


def _tabled(note: str) -> date | None:
    found = re.search(r"\. Tabled (\d+) (\w{3})\w* (\d{4})\.", note)
    return date(int(found[3]), _MONTHS.index(found[2].lower()) + 1, int(found[1])) if found else None


def _day(value: DateBase | None) -> date | None:
    return date(value.year, value.month, value.day) if value else None


READERS: dict[CitationStyle, Callable[[str], list[Reference]]] = {
    CitationStyle.BIBTEX: read_bibtex,
    CitationStyle.RIS: read_ris,
    CitationStyle.CSL_JSON: read_csl_json,
}


def expected(citation: Citation) -> Reference:
    reference = reference_of(citation)
    return replace(reference, title=one_line(reference.title))


def check_read_back(citations: list[Citation], style: CitationStyle) -> None:
    read = READERS[style](bibliography(citations, style))
    assert [replace(one, key="") for one in read] == [
        replace(expected(one), key="") for one in dict.fromkeys(citations)
    ]


@pytest.fixture(scope="module")
def records(small_source: str, seeds: str, sources: str) -> list[Record]:
    """Give every answer and statement of the small records, the seeds and one file of each kind of source."""
    read = read_sources([small_source, seeds, sources], ReadReport(), read_on=date(2026, 11, 21))
    return [record for _, record in read if record.answer]


@pytest.mark.parametrize("style", READERS)
def test_every_record_is_read_back_with_nothing_lost(style, records):
    assert len(records) == 44
    citations = [cite(record, kind=kind) for record, kind in zip(records, [*AnswerKind] * 20, strict=False)]
    assert len(citations) == len(records)
    check_read_back(citations, style)


@pytest.mark.parametrize("style", READERS)
def test_passages_and_attachments_are_read_back(style, records):
    attached = CitedAttachment("Table & chart {1}", "https://example.org/a_b%20c.pdf?x=1&y=~2", "page 3")
    passages = [cite(record, kind=AnswerKind.SUBSTANTIVE, paragraph=2) for record in records]
    files = [cite(record, kind=AnswerKind.SUBSTANTIVE, attachment=attached) for record in records]
    check_read_back(passages + files, style)


@pytest.mark.parametrize("style", READERS)
@pytest.mark.parametrize("genre", Genre)
@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_texts_are_read_back_in_every_place(style, text, genre):
    record = replace(
        FULL,
        genre=genre,
        heading=text,
        answering_body=text,
        answerer=Member(name=text, post=text),
        asker=Member(name=text),
    )
    check_read_back([cite(record, kind=AnswerKind.SUBSTANTIVE)], style)


@pytest.mark.parametrize("style", READERS)
@pytest.mark.parametrize(
    "lacking", ["house", "uin", "heading", "answerer", "answering_body", "tabled", "answered", "asker", "question"]
)
def test_a_fact_that_the_source_does_not_give_stays_away_and_is_named(style, lacking):
    lacks: dict[str, Any] = {lacking: "" if lacking == "question" else None}
    record = replace(FULL, **lacks)
    citation = cite(record, kind=AnswerKind.SUBSTANTIVE)
    check_read_back([citation], style)
    (read,) = READERS[style](bibliography([citation], style))
    assert ("Not in the source" in read.note) is (lacking != "question")


@pytest.mark.parametrize("style", READERS)
def test_each_fact_has_its_own_place_and_the_others_are_in_the_note(style):
    (read,) = READERS[style](bibliography([cite(FULL, kind=AnswerKind.HOLDING, paragraph=2)], style))
    assert replace(read, note="") == Reference(
        key="commons-2023-07-18-194793-p2",
        paper="Written question",
        title="Ministry of Defence: Correspondence",
        author="Andrew Murrison",
        authority="Ministry of Defence",
        publisher="House of Commons",
        number="194793",
        issued=date(2023, 7, 25),
        submitted=date(2023, 7, 18),
        accessed=date(2026, 11, 21),
        url="https://questions-statements.parliament.uk/written-questions/detail/2023-07-18/194793",
        note="",
    )
    assert read.note == (
        "Holding answer, not a reply. Corrected on 1 September 2023 by Ann Corrector. Tabled 18 July 2023. "
        "Session 2022-23. Hansard column 1624W. Asked by John Healey. "
        "Answered as Parliamentary Under-Secretary (Ministry of Defence). "
        "Answered under an earlier government (Sunak Conservative Government). Passage 2 of the answer. "
        "Asker's name from the member register. "
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0. "
        "XML by mySociety's parlparse (TheyWorkForYou), which states CC BY-SA 3.0 for its own work."
    )


@settings(deadline=None)
@given(texts=st.lists(st.text(max_size=40), min_size=3, max_size=3), house=st.none() | st.sampled_from(House))
@pytest.mark.parametrize("style", READERS)
def test_any_text_is_read_back(style, texts, house):
    heading, body, name = texts
    record = replace(FULL, heading=heading, answering_body=body, answerer=Member(name=name), house=house)
    check_read_back([cite(record, kind=AnswerKind.SUBSTANTIVE)], style)
