"""Citations: each written form exactly, what is missing said, and exports that no heading can break."""

import json
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.citations import Citation, CitationStyle, CitedAttachment, cite, notes, style_named, written
from retrieval.citing import body_of_the_day
from retrieval.errors import QueryError, UnknownSource
from retrieval.licences import OPEN_PARLIAMENT_LICENCE, licence_of
from retrieval.records import AnswerKind, Block, BlockKind, FindingName, Genre, House, Member, Provenance, Record
from retrieval.references import one_line

API = Provenance(reader="parliament-api", source="answers.jsonl", place=1, read_on=date(2026, 11, 21))
PAGE = Provenance(reader="saved-page", source="page.txt", place=1, read_on=date(2026, 11, 21))
ANSWER = (Block(BlockKind.PARAGRAPH, "The Department replied within twenty working days."),)
PROSE = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
EXPORTS = (CitationStyle.BIBTEX, CitationStyle.RIS, CitationStyle.CSL_JSON)

COMMONS = Record(
    provenance=API,
    question="To ask the Secretary of State for Defence, how many letters from Members his Department "
    "answered in each month of 2023.",
    answer=ANSWER,
    api_id=1655901,
    house=House.COMMONS,
    uin="194793",
    heading="Ministry of Defence: Correspondence",
    asker=Member(id=4267, name="John Healey", party="Labour", seat="Wentworth and Dearne"),
    answerer=Member(id=1591, name="Andrew Murrison", post="Parliamentary Under-Secretary (Ministry of Defence)"),
    answering_body="Ministry of Defence",
    tabled=date(2023, 7, 18),
    answered=date(2023, 7, 25),
)
SPIRITS = replace(
    COMMONS,
    uin="225322",
    heading="Spirits",
    answering_body="Treasury",
    tabled=date(2015, 2, 25),
    answered=date(2015, 3, 3),
)
LORDS = replace(
    COMMONS,
    house=House.LORDS,
    uin="HL1234",
    heading="Rivers: Pollution",
    answerer=Member(name="Lord Example"),
    tabled=date(2026, 4, 27),
    answered=date(2026, 5, 11),
)
# Under the government in office when the table of governments was made.
RECENT = replace(COMMONS, tabled=date(2026, 9, 1), answered=date(2026, 9, 8))
SUNAK = "answered under an earlier government (Sunak Conservative Government)"
SAVED = Record(
    provenance=PAGE,
    question="To ask the Secretary of State for the Home Department, if her Department will publish all of",
    answer=ANSWER,
    house=House.COMMONS,
    heading="Offences against Children: Undocumented Migrants",
    answerer=Member(name="Jess Phillips", post="Parliamentary Under-Secretary (Home Office)"),
    answering_body="Home Office",
    tabled=date(2026, 2, 5),
    answered=date(2026, 2, 16),
    inferred=("house",),
)


def cited(record: Record, kind: AnswerKind = AnswerKind.SUBSTANTIVE, **more) -> Citation:
    return cite(record, kind=kind, **more)


def form(record: Record, style: CitationStyle) -> str:
    return written(cited(record), style)


def ris_fields(text: str) -> list[tuple[str, str]]:
    """Read RIS back: every line must be a tag and a value."""
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    found = [re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line) for line in lines]
    return [(match[1], match[2]) for match in found if match] if all(found) else []


def bibtex_fields(text: str) -> dict[str, str]:
    """Read BibTeX back as BibTeX does: braces are counted, whatever stands before them."""
    opening = re.match(r"@misc\{([A-Za-z0-9-]+),\n", text)
    assert opening
    fields, depth, name, value = {"key": opening[1]}, 0, "", ""
    for character in text[opening.end() :]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            break
        if depth == 0 and character == ",":
            left, _, right = (name + value).partition(" = ")
            fields[left.strip()] = right
            name = value = ""
        else:
            value += character
    assert depth == -1
    assert text.endswith("}\n")
    assert not value.strip()
    return fields


def test_the_house_form_names_the_session_by_the_day_tabled():
    assert form(SPIRITS, CitationStyle.HOUSE) == "225322 [of Session 2014-15] on Spirits given on 3 March 2015"


def test_the_house_form_says_when_the_session_is_not_known():
    record = replace(SPIRITS, tabled=None)
    assert form(record, CitationStyle.HOUSE) == "225322 [session not known] on Spirits given on 3 March 2015"


def test_the_member_form_is_what_a_member_pastes_into_a_question():
    expected = "the Answer of 25 July 2023 to Question 194793 on Ministry of Defence: Correspondence"
    assert form(COMMONS, CitationStyle.MEMBER) == expected


def test_the_member_form_of_a_lords_answer_names_the_lord():
    expected = "the Written Answer by Lord Example on 11 May 2026 (HL1234)"
    assert form(LORDS, CitationStyle.MEMBER) == expected


def test_a_lords_answer_without_name_or_date_says_so():
    record = replace(LORDS, answerer=Member(id=4), answered=None)
    expected = "the Written Answer (HL1234) (no date answered, no minister's name in the source)"
    assert form(record, CitationStyle.MEMBER) == expected


def test_the_oscola_form_ends_in_the_official_page_and_the_day_it_was_read():
    page = "https://questions-statements.parliament.uk/written-questions/detail"
    assert form(COMMONS, CitationStyle.OSCOLA) == (
        f"HC Written Question 194793, answered 25 July 2023 <{page}/2023-07-18/194793> accessed 21 November 2026"
    )
    assert form(LORDS, CitationStyle.OSCOLA) == (
        f"HL Written Question HL1234, answered 11 May 2026 <{page}/2026-04-27/hl1234> accessed 21 November 2026"
    )


def test_the_oscola_form_is_said_to_be_our_own():
    said = notes(cited(RECENT), CitationStyle.OSCOLA)
    assert said == ("OSCOLA has no rule for written answers published with a UIN: this form is Despatch Box's own",)


def test_an_answer_of_hansard_times_gets_no_page_and_no_invented_column():
    record = replace(COMMONS, uin="12345", tabled=date(1998, 6, 30), answered=date(1998, 7, 6))
    citation = cited(record)
    assert citation.url is None
    assert citation.missing == ("url",)
    assert citation.session == "1997-98"
    assert written(citation, CitationStyle.OSCOLA) == (
        "HC Written Question 12345, answered 6 July 1998 (no URL in the source)"
    )
    under, ours, _ = notes(citation, CitationStyle.OSCOLA)
    assert under == "answered under an earlier government (Blair Labour Government)"
    assert "cites by volume and column: the source gives neither" in ours


@pytest.mark.parametrize(
    ("house", "answered", "has_page"),
    [
        (House.COMMONS, date(2014, 9, 30), False),
        (House.COMMONS, date(2014, 10, 1), True),
        (House.LORDS, date(2014, 12, 31), False),
        (House.LORDS, date(2015, 1, 1), True),
    ],
)
def test_each_house_left_hansard_on_its_own_day(house, answered, has_page):
    record = replace(COMMONS, house=house, tabled=date(2014, 9, 5), answered=answered)
    assert (cited(record).url is not None) is has_page


@pytest.mark.parametrize("style", PROSE)
def test_without_a_uin_every_form_in_words_is_the_same_sentence(style):
    assert form(SAVED, style) == (
        "Written Question to the Home Office, 'Offences against Children: Undocumented Migrants', "
        "answered by Jess Phillips, 16 February 2026 (no UIN in the source)"
    )


def test_without_uin_heading_or_dates_the_questions_first_words_stand_in():
    record = replace(SAVED, heading=None, tabled=None, answered=None)
    assert form(record, CitationStyle.HOUSE) == (
        "Written Question to the Home Office, "
        "'… if her Department will publish all of', answered by Jess Phillips "
        "(no UIN, no heading, no dates in the source)"
    )


def test_without_a_uin_or_a_name_the_date_still_says_answered():
    record = replace(SAVED, answerer=None, answering_body=None)
    assert form(record, CitationStyle.MEMBER) == (
        "Written Question, 'Offences against Children: Undocumented Migrants', answered 16 February 2026 "
        "(no UIN, no minister's name, no answering body in the source)"
    )


def test_a_record_that_gives_nothing_is_cited_as_giving_nothing():
    record = Record(provenance=API, question="\u200b", answer=ANSWER)
    assert form(record, CitationStyle.HOUSE) == (
        "Written Question (no UIN, no heading, no dates, no minister's name, no answering body in the source)"
    )
    assert json.loads(form(record, CitationStyle.CSL_JSON))[0]["title"] == "Written question"


@pytest.mark.parametrize(
    ("body", "addressed"),
    [
        ("Home Office", "the Home Office"),
        ("HM Treasury", "HM Treasury"),
        ("The National Archives", "The National Archives"),
        ("Women and Equalities", "Women and Equalities"),
    ],
)
def test_a_body_is_addressed_with_its_article(body, addressed):
    assert form(replace(SAVED, answering_body=body), CitationStyle.HOUSE).startswith(
        f"Written Question to {addressed}, "
    )


def test_a_form_names_in_brackets_only_what_it_would_have_said():
    record = replace(COMMONS, heading=None, answered=None, question="How many?")
    assert form(record, CitationStyle.HOUSE) == (
        "194793 [of Session 2022-23] on 'How many?' (no heading, no date answered in the source)"
    )
    assert form(replace(record, house=None, question=""), CitationStyle.MEMBER) == (
        "the Answer to Question 194793 (no House, no heading, no date answered in the source)"
    )
    assert form(replace(record, house=None, tabled=None), CitationStyle.OSCOLA) == (
        "Written Question 194793 (no House, no URL, no dates in the source)"
    )


def test_facts_that_the_source_does_not_give_are_missing_in_a_fixed_order():
    assert cited(COMMONS).missing == ()
    bare = cited(Record(provenance=API, question="Why?", answer=ANSWER))
    assert bare.missing == (
        *("house", "uin", "url", "heading", "tabled", "answered", "minister", "post"),
        *("answering_body", "asker", "session"),
    )


def test_members_known_by_id_alone_have_their_names_missing():
    record = replace(COMMONS, answerer=Member(id=1591), asker=Member(id=4267))
    citation = cited(record)
    assert citation.minister == Member(id=1591)
    assert citation.asker == Member(id=4267)
    assert citation.missing == ("minister", "post", "asker")
    item = json.loads(written(citation, CitationStyle.CSL_JSON))[0]
    assert "author" not in item
    assert "Not in the source: minister's name, minister's post, asker's name." in item["note"]


def test_a_house_that_was_worked_out_is_not_cited():
    citation = cited(SAVED)
    assert citation.house is None
    assert citation.inferred == ("house: Commons",)
    assert citation.missing == ("house", "uin", "url", "asker")
    assert citation.session == "2024-26"
    assert notes(citation, CitationStyle.HOUSE) == (
        "answered under an earlier government (Starmer Labour Government)",
        "not in the source: House, UIN, URL, asker's name",
        "worked out, not given, and so left out: house: Commons",
        "saved web page; the republishing site is not named in it",
    )


def test_whatever_was_worked_out_is_left_out_and_shown():
    record = replace(COMMONS, inferred=("answered", "answerer", "tabled", "kind"))
    citation = cited(record)
    assert (citation.answered, citation.minister, citation.tabled, citation.url) == (None, None, None, None)
    assert citation.inferred == (
        *("answered: 25 July 2023", "answerer: Andrew Murrison", "tabled: 18 July 2023", "kind"),
    )
    assert citation.key == record.key


@pytest.mark.parametrize("style", CitationStyle)
def test_every_style_says_when_an_answer_was_corrected(style):
    assert "orrected on 1 September 2023" in form(replace(COMMONS, corrected=date(2023, 9, 1)), style)
    assert "orrected" not in form(COMMONS, style)


def test_a_correction_stands_beside_the_date_of_the_answer():
    record = replace(SPIRITS, corrected=date(2015, 3, 20))
    assert form(record, CitationStyle.HOUSE) == (
        "225322 [of Session 2014-15] on Spirits given on 3 March 2015, corrected on 20 March 2015"
    )
    assert form(record, CitationStyle.MEMBER) == (
        "the Answer of 3 March 2015 to Question 225322 on Spirits, corrected on 20 March 2015"
    )


@pytest.mark.parametrize("style", CitationStyle)
def test_a_correction_without_a_day_is_said_to_have_none(style):
    flagged = cited(replace(COMMONS, flagged_correction=True))
    found = cited(COMMONS, findings=[FindingName.CORRECTED])
    assert flagged == found
    assert flagged.findings == (FindingName.CORRECTED,)
    assert "orrected on a day not in the source" in written(flagged, style)


def test_findings_come_in_one_order():
    citation = cited(COMMONS, findings=[FindingName.REFERS_ELSEWHERE, FindingName.NOT_HELD])
    assert citation.findings == (FindingName.NOT_HELD, FindingName.REFERS_ELSEWHERE)


@pytest.mark.parametrize("style", CitationStyle)
@pytest.mark.parametrize(
    ("kind", "warning"),
    [
        (AnswerKind.HOLDING, "holding answer"),
        (AnswerKind.POINTER, "points to another"),
        (AnswerKind.PROROGATION, "before prorogation or dissolution"),
        (AnswerKind.WILL_WRITE, "promises to write"),
    ],
)
def test_an_answer_that_is_no_full_reply_is_never_cited_without_saying_so(style, kind, warning):
    assert warning in notes(cited(COMMONS, kind), style)[0]


@pytest.mark.parametrize("style", EXPORTS)
def test_the_kind_of_answer_goes_into_every_export(style):
    assert "Holding answer, not a reply" in written(cited(COMMONS, AnswerKind.HOLDING), style)


def test_a_full_reply_with_every_fact_needs_no_notes():
    assert notes(cited(RECENT), CitationStyle.MEMBER) == ()


@pytest.mark.parametrize("style", CitationStyle)
def test_an_answer_by_an_earlier_government_says_so(style):
    citation = cited(COMMONS)
    assert citation.earlier_government == "Sunak Conservative Government"
    assert notes(citation, style)[0] == SUNAK
    recent = cited(RECENT)
    assert recent.earlier_government is None
    assert not any("government" in note for note in notes(recent, style))


def test_the_warning_that_an_answer_is_no_reply_comes_before_its_government():
    warning, under = notes(cited(COMMONS, AnswerKind.HOLDING), CitationStyle.MEMBER)
    assert (warning[:24], under) == ("this is a holding answer", SUNAK)


def test_a_day_that_was_worked_out_still_warns_of_an_earlier_government_unless_the_day_tabled_denies_it():
    record = replace(COMMONS, inferred=("answered",))
    assert notes(cited(record), CitationStyle.MEMBER)[0] == SUNAK
    assert cited(replace(record, tabled=None)).earlier_government == "Sunak Conservative Government"
    both = replace(record, inferred=("answered", "tabled"))
    assert cited(both).earlier_government == "Sunak Conservative Government"
    across = replace(record, tabled=date(2022, 10, 20), answered=date(2022, 10, 27))
    assert cited(across).earlier_government is None
    assert cited(replace(across, inferred=())).earlier_government == "Sunak Conservative Government"


def test_without_the_day_of_the_answer_no_government_is_named():
    assert cited(replace(COMMONS, answered=None)).earlier_government is None
    assert cited(replace(COMMONS, answered=date(1950, 3, 1))).earlier_government is None


@pytest.mark.parametrize("style", EXPORTS)
def test_the_earlier_government_goes_into_every_export(style):
    assert "Answered under an earlier government (Sunak Conservative Government)." in form(COMMONS, style)
    assert "government" not in form(RECENT, style)


def test_who_corrected_an_answer_is_among_the_facts_the_notes_and_the_exports():
    corrector = Member(id=9, name="Ann Corrector", post="Minister")
    citation = cited(replace(RECENT, corrected=date(2026, 9, 21), corrected_by=corrector))
    assert citation.corrected_by == corrector
    assert notes(citation, CitationStyle.MEMBER) == ("corrected by Ann Corrector on 21 September 2026",)
    assert "Corrected on 21 September 2026 by Ann Corrector." in written(citation, CitationStyle.RIS)


def test_a_corrector_known_by_id_alone_is_called_that():
    citation = cited(replace(RECENT, corrected=date(2026, 9, 21), corrected_by=Member(id=9)))
    wanted = "corrected by a Member whose name is not in the source (Member 9) on 21 September 2026"
    assert notes(citation, CitationStyle.MEMBER) == (wanted,)
    nameless = cited(replace(RECENT, corrected_by=Member(party="Labour")))
    wanted = "corrected by a Member whose name is not in the source on a day not in the source"
    assert notes(nameless, CitationStyle.MEMBER) == (wanted,)


def test_an_answer_that_someone_corrected_is_a_corrected_one():
    citation = cited(replace(RECENT, corrected_by=Member(name="Ann Corrector")))
    assert citation.findings == (FindingName.CORRECTED,)
    assert written(citation, CitationStyle.MEMBER).endswith(", corrected on a day not in the source")


def test_facts_from_the_member_register_are_told_from_those_of_the_source():
    record = replace(
        RECENT,
        asker=Member(id=4267, name="John Healey", party="Labour", seat="Wentworth and Dearne"),
        from_register=("asker.seat", "asker.name", "asker.party", "answerer.post", "answerer.name"),
    )
    citation = cited(record)
    assert citation.from_register == ("minister.name", "minister.post", "asker.name", "asker.party", "asker.seat")
    assert citation.missing == ()
    said = "minister's name and post, asker's name, party and seat from the member register"
    assert notes(citation, CitationStyle.HOUSE)[1:] == (said,)
    assert "Minister's name and post, asker's name, party and seat from the member register." in written(
        citation, CitationStyle.RIS
    )


def test_only_what_is_cited_is_said_to_come_from_the_register():
    record = replace(RECENT, asker=None, from_register=("asker.name", "answerer.party", "corrected_by.name"))
    assert cited(record).from_register == ()
    record = replace(RECENT, corrected_by=Member(9, "Ann Corrector"), from_register=("corrected_by.name",))
    assert notes(cited(record), CitationStyle.MEMBER)[1:] == ("correcting Member's name from the member register",)
    record = replace(RECENT, inferred=("answerer",), from_register=("answerer.name",))
    assert cited(record).from_register == ()


def test_the_body_is_cited_by_its_name_on_the_day_where_that_is_known():
    citation = cited(RECENT, answering_body="Ministry of War")
    assert citation.answering_body == "Ministry of War"
    assert cited(replace(RECENT, inferred=("answering_body",)), answering_body="Ministry of War").answering_body is None


def test_a_session_that_is_not_over_may_change_its_name():
    record = replace(COMMONS, tabled=date(2026, 6, 1), answered=date(2026, 6, 8))
    assert form(record, CitationStyle.HOUSE).startswith("194793 [of Session 2026-27] on ")
    warning = "session 2026-27 was not over on 14 September 2026: its name may change"
    under = "answered under an earlier government (Starmer Labour Government)"
    assert notes(cited(record), CitationStyle.HOUSE) == (under, warning)
    assert notes(cited(record), CitationStyle.MEMBER) == (under,)


def test_the_passage_meant_is_in_the_notes_and_the_exports():
    citation = cited(RECENT, paragraph=3)
    assert citation.paragraph == 3
    assert notes(citation, CitationStyle.MEMBER) == (
        "the passage meant is number 3 of the answer, by Despatch Box's count",
    )
    assert "Passage 3 of the answer." in written(citation, CitationStyle.RIS)


def test_the_questions_opening_is_twelve_words_and_an_ellipsis():
    assert cited(COMMONS).question_opening == (
        "… how many letters from Members his Department answered in each month of…"
    )
    assert cited(replace(COMMONS, question="a b c d e f g h i j k l")).question_opening == ("a b c d e f g h i j k l")


@pytest.mark.parametrize(
    ("question", "opening"),
    [
        ("To ask His Majesty's Government what support they provide.", "… what support they provide."),
        (
            "To ask the Secretary of State for Environment, Food and Rural Affairs, if he will.",
            "… if he will.",
        ),
        ("What is this?", "What is this?"),
        ("To ask the Minister, what", "… what"),
    ],
)
def test_the_opening_leaves_out_whom_the_question_is_put_to(question, opening):
    assert cited(replace(COMMONS, question=question)).question_opening == opening


def test_bibtex_is_one_misc_entry():
    fields = bibtex_fields(form(COMMONS, CitationStyle.BIBTEX))
    assert fields == {
        "key": "commons-2023-07-18-194793",
        "author": "{{Andrew Murrison}}",
        "title": "{{Ministry of Defence: Correspondence}}",
        "howpublished": "{Written question 194793, House of Commons, Ministry of Defence}",
        "institution": "{Ministry of Defence}",
        "publisher": "{House of Commons}",
        "number": "{194793}",
        "year": "{2023}",
        "month": "jul",
        "day": "{25}",
        "url": "{https://questions-statements.parliament.uk/written-questions/detail/2023-07-18/194793}",
        "urldate": "{2026-11-21}",
        "note": "{Substantive answer. Tabled 18 July 2023. Session 2022-23. Asked by John Healey. "
        "Answered as Parliamentary Under-Secretary (Ministry of Defence). "
        "Answered under an earlier government (Sunak Conservative Government). "
        "Contains Parliamentary information licensed under the Open Parliament Licence v3.0.}",
    }


def test_bibtex_escapes_what_tex_would_read_as_markup():
    heading = r"A & B: 5% of $3 #1 a_b {x} ~ ^ \end <i> 2022--23 ``x'' ?`"
    fields = bibtex_fields(form(replace(COMMONS, heading=heading), CitationStyle.BIBTEX))
    assert fields["title"] == (
        r"{{A \& B: 5\% of \$3 \#1 a\_b \{x\} {\textasciitilde} {\textasciicircum} {\textbackslash}end "
        r"\ensuremath{<}i\ensuremath{>} 2022-{}-23 `{}`x'{}' ?{}`}}"
    )


@pytest.mark.parametrize("lone", ["a } b", "{ a", "} {", "{a} }"])
def test_a_brace_without_a_partner_is_spelled_out_where_bibtex_counts_braces(lone):
    title = bibtex_fields(form(replace(COMMONS, heading=lone), CitationStyle.BIBTEX))["title"]
    spelled = lone.replace("{", r"\ensuremath<\lbrace>").replace("}", r"\ensuremath<\rbrace>")
    assert title == "{{" + spelled.replace("<", "{").replace(">", "}") + "}}"


def test_ris_is_one_government_document():
    fields = ris_fields(form(COMMONS, CitationStyle.RIS))
    assert fields == [
        ("TY", "GOVDOC"),
        ("ID", "commons-2023-07-18-194793"),
        ("M3", "Written question"),
        ("TI", "Ministry of Defence: Correspondence"),
        ("AU", "Andrew Murrison"),
        ("A2", "Ministry of Defence"),
        ("PB", "House of Commons"),
        ("IS", "194793"),
        ("SN", "194793"),
        ("PY", "2023"),
        ("DA", "2023/07/25/"),
        ("Y2", "2026/11/21/"),
        ("UR", "https://questions-statements.parliament.uk/written-questions/detail/2023-07-18/194793"),
        ("N1", bibtex_fields(form(COMMONS, CitationStyle.BIBTEX))["note"].strip("{}")),
        ("ER", ""),
    ]


def test_csl_json_is_a_list_of_one_document():
    item = json.loads(form(LORDS, CitationStyle.CSL_JSON))[0]
    note = item.pop("note")
    assert item == {
        "id": "lords-2026-04-27-hl1234",
        "type": "document",
        "genre": "Written question",
        "title": "Rivers: Pollution",
        "author": [{"literal": "Lord Example"}],
        "authority": "Ministry of Defence",
        "publisher": "House of Lords",
        "number": "HL1234",
        "URL": "https://questions-statements.parliament.uk/written-questions/detail/2026-04-27/hl1234",
        "issued": {"date-parts": [[2026, 5, 11]]},
        "submitted": {"date-parts": [[2026, 4, 27]]},
        "accessed": {"date-parts": [[2026, 11, 21]]},
    }
    assert note.endswith("licensed under the Open Parliament Licence v3.0.")


@pytest.mark.parametrize("style", EXPORTS)
def test_every_export_carries_the_licence_and_what_is_known_of_the_copy(style):
    assert OPEN_PARLIAMENT_LICENCE.statement in form(COMMONS, style)
    assert "the republishing site is not named in it" in form(SAVED, style)


@pytest.mark.parametrize(
    "heading",
    [
        "Spirits\nER  - \nTY  - BOOK",
        "Spirits\r\nER  - \r\n",
        "Spirits\u2028ER  - \u2029\x0b\x0c\x85\x1e",
        "Spirits}, note = {forged",
        'Spirits", "type": "book',
        "Spirits\\",
        "Spirits}}\n@book{forged,",
        "Spirits\x00\u202e\ud800",
    ],
)
def test_no_heading_can_break_an_export(heading):
    record = replace(COMMONS, heading=heading, answering_body=heading, answerer=Member(name=heading))
    plain = replace(COMMONS, answerer=Member(name="x"))
    tags = [tag for tag, _ in ris_fields(form(record, CitationStyle.RIS))]
    assert tags == [tag for tag, _ in ris_fields(form(plain, CitationStyle.RIS))]
    names = list(bibtex_fields(form(record, CitationStyle.BIBTEX)))
    assert names == list(bibtex_fields(form(plain, CitationStyle.BIBTEX)))
    items = json.loads(form(record, CitationStyle.CSL_JSON))
    assert [item["title"] for item in items] == [one_line(heading)]


def test_control_and_direction_characters_never_reach_a_citation():
    assert one_line("a\u202eb\u200bc\td\x00e\u2029f\ud800g") == "abc d e f g"
    record = replace(COMMONS, heading="Spirits\n\u202eand wine", uin=" 194793\n")
    citation = cited(record)
    assert (citation.heading, citation.uin) == ("Spirits and wine", "194793")
    assert citation.url is not None
    assert citation.url.endswith("/2023-07-18/194793")


def test_a_strange_uin_is_percent_encoded_in_the_address():
    url = cited(replace(COMMONS, uin="a/b?{c}")).url
    assert url is not None
    assert url.endswith("/2023-07-18/a%2Fb%3F%7Bc%7D")


def test_an_unknown_style_is_refused_with_those_there_are():
    assert style_named(" CSL-JSON ") is CitationStyle.CSL_JSON
    with pytest.raises(QueryError) as caught:
        style_named("apa")
    assert str(caught.value) == (
        "style: 'apa' is not a style of citation: use one of house, member, oscola, bibtex, ris, csl-json"
    )


def test_each_readers_text_is_under_the_open_parliament_licence():
    assert licence_of("parliament-api") == OPEN_PARLIAMENT_LICENCE
    saved = licence_of("saved-page")
    assert replace(saved, credits=()) == OPEN_PARLIAMENT_LICENCE
    assert saved.credits == ("saved web page; the republishing site is not named in it",)
    assert (saved.name, saved.spdx) == ("Open Parliament Licence v3.0", "OPL-UK-3.0")


@pytest.mark.parametrize(
    ("reader", "credits"),
    [
        ("official-page", ()),
        (
            "parlparse-xml",
            ("XML by mySociety's parlparse (TheyWorkForYou), which states CC BY-SA 3.0 for its own work",),
        ),
        (
            "mysociety-dump",
            ("copy published by mySociety (CC BY 4.0): https://github.com/mysociety/uk-parl-written-questions",),
        ),
        ("mapped-table", ("from a user's own table, which states the licence; not checked",)),
    ],
)
def test_who_republished_the_text_is_credited_beside_its_licence(reader, credits):
    licence = licence_of(reader)
    assert licence == replace(OPEN_PARLIAMENT_LICENCE, credits=credits)


def test_no_licence_is_assumed_for_an_unknown_reader():
    with pytest.raises(UnknownSource, match="no licence is stated"):
        licence_of("elsewhere")


# Without a capital N no text of these can itself say "None".
TEXTS = st.text(st.characters(exclude_characters="N"), max_size=40)
MEMBERS = st.builds(Member, *(st.none() | part for part in (st.integers(), *[TEXTS] * 4)))
DAYS = st.dates()
RECORDS = st.builds(
    Record,
    provenance=st.sampled_from((API, PAGE)),
    question=TEXTS,
    answer=st.just(ANSWER),
    api_id=st.none() | st.integers(0),
    house=st.none() | st.sampled_from(House),
    uin=st.none() | TEXTS,
    heading=st.none() | TEXTS,
    asker=st.none() | MEMBERS,
    answerer=st.none() | MEMBERS,
    answering_body=st.none() | TEXTS,
    tabled=st.none() | DAYS,
    answered=st.none() | DAYS,
    corrected=st.none() | DAYS,
    corrected_by=st.none() | MEMBERS,
    genre=st.sampled_from(Genre),
    from_register=st.lists(st.sampled_from(("answerer.name", "answerer.post", "asker.party", "corrected_by.seat"))).map(
        tuple
    ),
    flagged_correction=st.none() | st.booleans(),
    inferred=st.lists(st.sampled_from(("house", "tabled", "answered", "asker", "heading")), unique=True).map(tuple),
)


@settings(deadline=None)
@given(record=RECORDS, kind=st.sampled_from(AnswerKind), paragraph=st.none() | st.integers(1, 99))
def test_any_record_can_be_written_in_every_style_without_saying_none(record, kind, paragraph):
    citation = cite(record, kind=kind, paragraph=paragraph)
    for style in CitationStyle:
        text = written(citation, style)
        assert "None" not in text
        assert "None" not in "".join(notes(citation, style))
        text.encode()
    for style in PROSE:
        assert len(written(citation, style).splitlines()) == 1


@settings(deadline=None)
@given(record=RECORDS)
def test_any_record_can_be_read_back_from_every_export(record):
    citation = cited(record)
    fields = bibtex_fields(written(citation, CitationStyle.BIBTEX))
    tags = dict(ris_fields(written(citation, CitationStyle.RIS)))
    (item,) = json.loads(written(citation, CitationStyle.CSL_JSON))
    assert fields["key"] == tags["ID"] == item["id"]
    assert tags["TI"] == item["title"]
    assert tags.get("IS") == item.get("number") == citation.uin
    assert ("year" in fields) == ("PY" in tags) == ("issued" in item) == (citation.answered is not None)
    assert OPEN_PARLIAMENT_LICENCE.statement in item["note"]


@settings(deadline=None)
@given(record=RECORDS)
def test_a_fact_is_either_cited_or_missing(record):
    citation = cited(record)
    statement = record.genre is Genre.STATEMENT
    for name in ("house", "uin", "url", "heading", "tabled", "answered", "answering_body", "session"):
        if statement and name == "tabled":
            continue
        assert (getattr(citation, name) is None) is (name in citation.missing)
    assert ("minister" in citation.missing) is not bool(citation.minister and citation.minister.name)
    assert not (statement and {"tabled", "asker"} & set(citation.missing))


PRINTED = replace(
    COMMONS, uin=None, tabled=None, answered=date(2005, 6, 29), hansard_column="1624W", answering_body="Treasury"
)


@pytest.mark.parametrize("uin", [None, "4711"])
def test_a_column_of_hansard_is_cited_with_a_uin_or_without(uin):
    citation = cited(replace(PRINTED, uin=uin))
    assert written(citation, CitationStyle.OSCOLA) == "HC Deb 29 June 2005, col 1624W (no volume in the source)"
    assert "OSCOLA 4 s 3.4.2 cites Hansard by volume and column, and the source does not give the volume" in notes(
        citation, CitationStyle.OSCOLA
    )


@pytest.mark.parametrize("lacking", ["house", "answered", "hansard_column"])
def test_without_a_uin_and_a_whole_place_in_hansard_the_sentence_stands_in(lacking):
    lacks: dict[str, Any] = {lacking: None}
    citation = cited(replace(PRINTED, **lacks))
    assert written(citation, CitationStyle.OSCOLA) == written(citation, CitationStyle.HOUSE)
    assert written(citation, CitationStyle.OSCOLA).startswith("Written Question to the Treasury, ")


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://x.gov.uk/a b.pdf ", "https://x.gov.uk/a%20b.pdf"),
        ("https://x.gov.uk/a> accessed <b.pdf", "https://x.gov.uk/a%3E%20accessed%20%3Cb.pdf"),
        ("https://x.gov.uk/a\n\u202eb\u00a0c.pdf", "https://x.gov.uk/a%0A%E2%80%AEb%C2%A0c.pdf"),
        ("https://x.gov.uk/a%20b.pdf?q=1&r=é#p", "https://x.gov.uk/a%20b.pdf?q=1&r=é#p"),
    ],
)
def test_the_address_of_an_attachment_can_not_end_its_brackets(url, address):
    citation = cited(RECENT, attachment=CitedAttachment("Wildlife review", url, "page 2"))
    assert citation.attachment == CitedAttachment("Wildlife review", address, "page 2")
    assert written(citation, CitationStyle.MEMBER).endswith(
        f", in its attachment 'Wildlife review' (page 2) <{address}>"
    )


LEVELLING_UP = "Department for Levelling Up, Housing and Communities"
HOUSING = "Ministry of Housing, Communities and Local Government"


@pytest.mark.parametrize(
    ("name", "body_id", "day", "expected"),
    [
        # By the table, the Department's last day under that name was 9 July 2024.
        (LEVELLING_UP, 211, date(2024, 7, 9), LEVELLING_UP),
        (LEVELLING_UP, 211, date(2024, 7, 10), None),
        (LEVELLING_UP, 211, date(2024, 7, 22), None),
        (LEVELLING_UP, 211, date(2024, 7, 23), HOUSING),
        # Here the source names no body, or one by the name that it has had since.
        (None, 211, date(2024, 7, 10), HOUSING),
        (HOUSING, 211, date(2024, 7, 10), HOUSING),
        (LEVELLING_UP, 211, None, None),
        ("Ministry of War", None, date(2024, 7, 10), None),
    ],
)
def test_a_name_that_had_just_ended_is_left_as_the_source_has_it(name, body_id, day, expected):
    assert body_of_the_day(name, body_id, day) == expected
