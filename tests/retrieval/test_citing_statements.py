"""Citations of written statements, every one of them invented: each form exactly, and nothing asked of a question."""

import json
from dataclasses import replace
from datetime import date

import pytest

from retrieval.citations import Citation, CitationStyle, cite, fact_name, notes, written
from retrieval.records import AnswerKind, Block, BlockKind, FindingName, Genre, House, Member, Provenance, Record

READ = Provenance("parliament-statements", "statements.jsonl", 1, date(2026, 11, 21))
COMMONS = Record(
    provenance=READ,
    question="",
    answer=(Block(BlockKind.PARAGRAPH, "The rivers are clean."),),
    genre=Genre.STATEMENT,
    statement_id=7,
    house=House.COMMONS,
    uin="HCWS123",
    heading="Rivers: Cleaning",
    answerer=Member(12, "Ann Minister", "Labour", "Anytown South", "Minister for Water"),
    answering_body="Department for Rivers",
    answered=date(2026, 9, 8),
)
LORDS = replace(
    COMMONS, house=House.LORDS, uin="HLWS123", answerer=Member(13, "Lord Example", post="Minister for Water")
)
BARE = Record(provenance=READ, question="", answer=COMMONS.answer, genre=Genre.STATEMENT, statement_id=7)
PROSE = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
SITE = "https://questions-statements.parliament.uk/written-statements/detail"


def cited(record: Record, **more) -> Citation:
    return cite(record, kind=AnswerKind.SUBSTANTIVE, **more)


def form(record: Record, style: CitationStyle) -> str:
    return written(cited(record), style)


def test_the_house_form_names_the_session_of_the_day_it_was_made():
    record = replace(COMMONS, answered=date(2024, 3, 5))
    assert form(record, CitationStyle.HOUSE) == (
        "HCWS123 [of Session 2023-24] on Rivers: Cleaning made on 5 March 2024"
    )
    assert form(BARE, CitationStyle.HOUSE) == (
        "Written Statement (no UIN, no title, no date made, no minister's name, no answering body in the source)"
    )
    assert form(replace(COMMONS, answered=None, heading=None), CitationStyle.HOUSE) == (
        "HCWS123 [session not known] (no title, no date made in the source)"
    )


def test_the_member_form_is_what_a_member_would_say():
    assert form(COMMONS, CitationStyle.MEMBER) == (
        "the Written Statement of 8 September 2026 on Rivers: Cleaning (HCWS123)"
    )
    assert form(replace(COMMONS, answered=None, heading=None, house=None), CitationStyle.MEMBER) == (
        "the Written Statement (HCWS123) (no House, no title, no date made in the source)"
    )


def test_the_member_form_of_a_lords_statement_names_the_lord():
    assert form(LORDS, CitationStyle.MEMBER) == "the Written Statement by Lord Example on 8 September 2026 (HLWS123)"
    assert form(replace(LORDS, answerer=None, answered=None), CitationStyle.MEMBER) == (
        "the Written Statement (HLWS123) (no date made, no minister's name in the source)"
    )


def test_the_oscola_form_ends_in_the_official_page_and_is_said_to_be_our_own():
    assert form(COMMONS, CitationStyle.OSCOLA) == (
        f"HC Written Statement HCWS123, made 8 September 2026 <{SITE}/2026-09-08/hcws123> accessed 21 November 2026"
    )
    assert form(LORDS, CitationStyle.OSCOLA) == (
        f"HL Written Statement HLWS123, made 8 September 2026 <{SITE}/2026-09-08/hlws123> accessed 21 November 2026"
    )
    assert form(replace(COMMONS, house=None, answered=None), CitationStyle.OSCOLA) == (
        "Written Statement HCWS123 (no House, no URL, no date made in the source)"
    )
    (note,) = notes(cited(COMMONS), CitationStyle.OSCOLA)
    assert note == (
        "Hansard prints written statements too, and OSCOLA 4 s 3.4.2 cites it by volume and column: "
        "the source gives neither, so this form is Despatch Box's own"
    )


def test_a_statement_printed_in_hansard_is_cited_by_its_column_and_only_the_volume_is_said_to_lack():
    record = replace(COMMONS, uin=None, answered=date(2006, 3, 14), hansard_column="83WS")
    citation = cited(record)
    assert written(citation, CitationStyle.OSCOLA) == "HC Deb 14 March 2006, col 83WS (no volume in the source)"
    said = notes(citation, CitationStyle.OSCOLA)
    assert "OSCOLA 4 s 3.4.2 cites Hansard by volume and column, and the source does not give the volume" in said
    assert not any("gives neither" in note for note in said)
    assert written(citation, CitationStyle.HOUSE).startswith("Written Statement from the Department for Rivers, ")


@pytest.mark.parametrize("style", PROSE)
def test_without_a_uin_every_form_in_words_is_the_same_sentence(style):
    assert form(replace(COMMONS, uin=None), style) == (
        "Written Statement from the Department for Rivers, 'Rivers: Cleaning', "
        "made by Ann Minister, 8 September 2026 (no UIN in the source)"
    )


def test_nothing_is_asked_of_a_statement_that_only_a_question_has():
    citation = cited(COMMONS)
    assert (citation.genre, citation.missing) == (Genre.STATEMENT, ())
    assert (citation.tabled, citation.asker, citation.question_opening) == (None, None, None)
    assert cited(BARE).missing == (
        *("house", "uin", "url", "heading", "answered", "minister", "post", "answering_body", "session"),
    )
    assert notes(cited(BARE), CitationStyle.MEMBER) == (
        "not in the source: House, UIN, URL, title, date made, minister's name, minister's post, answering body, "
        "session",
    )


def test_the_post_is_the_one_that_the_source_gives():
    assert cited(COMMONS).minister == Member(12, "Ann Minister", "Labour", "Anytown South", "Minister for Water")


def test_facts_are_called_as_a_statement_calls_them():
    assert fact_name("answered", Genre.STATEMENT) == "date made"
    assert fact_name("answered", Genre.ANSWER) == "date answered"
    assert fact_name("uin", Genre.STATEMENT) == "UIN"


@pytest.mark.parametrize("kind", AnswerKind)
def test_a_statement_is_never_warned_of_as_if_it_were_an_answer(kind):
    citation = cite(COMMONS, kind=kind)
    assert notes(citation, CitationStyle.MEMBER) == ()
    assert json.loads(written(citation, CitationStyle.CSL_JSON))[0]["note"].startswith("Written statement. ")


def test_a_statement_by_an_earlier_government_says_so():
    citation = cited(replace(COMMONS, answered=date(2024, 3, 5)))
    assert notes(citation, CitationStyle.MEMBER) == (
        "made under an earlier government (Sunak Conservative Government)",
    )
    assert "Made under an earlier government (Sunak Conservative Government)." in written(citation, CitationStyle.RIS)


def test_the_session_and_the_passage_are_told_as_of_a_statement():
    assert notes(cited(replace(COMMONS, answered=date(2026, 9, 14)), paragraph=2), CitationStyle.HOUSE) == (
        "session 2026-27 was not over on 14 September 2026: its name may change",
        "the passage meant is number 2 of the statement, by Despatch Box's count",
    )


@pytest.mark.parametrize("style", CitationStyle)
def test_a_corrected_statement_says_so_in_every_style(style):
    assert "orrected on a day not in the source" in written(cited(COMMONS, findings=[FindingName.CORRECTED]), style)


def test_csl_json_is_a_list_of_one_document_made_by_its_minister():
    (item,) = json.loads(form(LORDS, CitationStyle.CSL_JSON))
    assert item == {
        "id": "lords-2026-09-08-hlws123",
        "type": "document",
        "genre": "Written statement",
        "title": "Rivers: Cleaning",
        "author": [{"literal": "Lord Example"}],
        "authority": "Department for Rivers",
        "publisher": "House of Lords",
        "number": "HLWS123",
        "URL": f"{SITE}/2026-09-08/hlws123",
        "issued": {"date-parts": [[2026, 9, 8]]},
        "accessed": {"date-parts": [[2026, 11, 21]]},
        "note": "Written statement. Session 2026-27. Made as Minister for Water. "
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
    }


def test_bibtex_and_ris_call_it_a_written_statement():
    assert "  howpublished = {Written statement HCWS123, House of Commons, Department for Rivers}," in form(
        COMMONS, CitationStyle.BIBTEX
    )
    assert (
        "N1  - Written statement. Session 2026-27. Made as Minister for Water. Passage 2 of the statement. "
        in written(cited(COMMONS, paragraph=2), CitationStyle.RIS)
    )
    assert "TI  - Written statement HCWS123\r\n" in form(replace(COMMONS, heading=None), CitationStyle.RIS)
    assert "TI  - Written statement\r\n" in form(BARE, CitationStyle.RIS)


def test_a_title_about_written_questions_keeps_its_words_in_every_export():
    title = 'Written question","genre": "Written question'
    record = replace(COMMONS, heading=title)
    assert json.loads(form(record, CitationStyle.CSL_JSON))[0]["title"] == title
    assert f"  title = {{{{{title}}}}}," in form(record, CitationStyle.BIBTEX)
