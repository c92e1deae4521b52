"""A user's tables: the example of the manual, what is recognised, and what is refused by line and reason."""

import io
import json
import re
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import ClippedRecord, MalformedRecord, SourceError
from retrieval.records import Genre, House, Member, Provenance, Record
from retrieval.sources import Document, Received, Withdrawn
from retrieval.sources.mapped_table import MappedTable
from retrieval.sources.table_mapping import FIELDS, TableMapping

READ_ON = date(2026, 11, 22)
ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "data" / "sources" / "mapped"
MANUAL = ROOT / "docs" / "import-mapping.md"
CSV, TOML = SAMPLES / "answers.csv", SAMPLES / "answers.toml"


def document(data):
    return Document.of_stream("table", io.BytesIO(data if isinstance(data, bytes) else data.encode()))


def recognised(data, mapping=None):
    with document(data) as given:
        return MappedTable(mapping).recognises(given)


def split(data, mapping=None):
    with document(data) as given:
        return list(MappedTable(mapping).split(given, READ_ON))


def found(data, mapping=None):
    """The record of each row, or its fault as a user sees it."""
    reader = MappedTable()
    told: list[Record | Withdrawn | str] = []
    for item in split(data, mapping):
        try:
            if isinstance(item, SourceError):
                raise item
            told.append(reader.parse(item))
        except SourceError as error:
            told.append(str(error))
    return told


def table(**cells):
    """A table of one row whose columns have the fields' own names."""
    given = {"licence": "OPL-UK-3.0", "question": "What is it?", "answer": "It is 7.", **cells}
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in given.values()]
    return ",".join(given) + "\n" + ",".join(quoted) + "\n"


def one(**cells):
    (record,) = found(table(**cells))
    assert isinstance(record, Record), record
    return record


def fault(**cells):
    (told,) = found(table(**cells))
    assert isinstance(told, str)
    assert told.startswith("table:2: ")
    return told.removeprefix("table:2: ")


def test_the_example_of_the_manual_gives_the_records_that_it_says():
    with Document.at(str(CSV)) as given:
        reader = MappedTable(TableMapping.read(str(TOML)))
        assert reader.recognises(given)
        assert reader.notices(given) == ("columns that are not read: Our notes",)
        items = list(reader.split(given, READ_ON))
    assert all(isinstance(item, Received) for item in items)
    first, second, third = (MappedTable().parse(item) for item in items if isinstance(item, Received))
    assert isinstance(first, Record)
    assert isinstance(second, Record)
    assert isinstance(third, Record)
    assert first == Record(
        provenance=Provenance("mapped-table", str(CSV), 2, READ_ON),
        question="To ask the Secretary of State for Transport, how many ferries crossed the Barset Canal in 2023.",
        answer=first.answer,
        house=House.COMMONS,
        uin="17001",
        heading="Canals: Ferries",
        asker=Member(name="Jane Invented", party="Independent"),
        answerer=Member(name="John Invented", post="Minister for Canals"),
        answering_body="Department for Transport",
        tabled=date(2024, 3, 4),
        answered=date(2024, 3, 8),
    )
    assert first.answer_text == "Four ferries crossed the Barset Canal in 2023."
    assert first.key == "commons-2024-03-04-17001"
    assert second.provenance.place == 3
    assert second.question.endswith('what he knows of "late" ferries.')
    assert [block.text for block in second.answer] == [
        "The company has told us that nine in ten crossings left on time.",
        "It calls a crossing late if it leaves more than five minutes after the time in the timetable.",
    ]
    assert (third.provenance.place, third.is_answered, third.answerer) == (6, False, None)


def test_the_manual_shows_the_example_as_it_is():
    manual = MANUAL.read_text()
    shown = [line.removeprefix("    ") for line in manual.splitlines() if line.startswith("    ") or not line]
    text = "\n".join(shown)
    assert TOML.read_text().strip() in text
    assert CSV.read_text("utf-8-sig").strip() in text


def test_the_manual_has_every_field_and_no_other():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", MANUAL.read_text().split("### ")[2], re.MULTILINE)
    assert {name: text.replace("`", "") for name, text in rows} == FIELDS


def test_a_statement_by_its_page_needs_no_mapping():
    with Document.at(str(SAMPLES / "statements.jsonl")) as given:
        reader = MappedTable()
        assert reader.recognises(given)
        assert reader.notices(given) == ()
        (item,) = reader.split(given, READ_ON)
    assert isinstance(item, Received)
    record = reader.parse(item)
    assert isinstance(record, Record)
    assert (record.genre, record.question, record.uin) == (Genre.STATEMENT, "", "HCWS9901")
    assert (record.house, record.inferred) == (House.COMMONS, ("house",))
    assert (record.answered, record.tabled) == (date(2024, 3, 12), None)
    assert record.answer_text.endswith("Barset Canal.\nIt takes effect on 1 April 2024.")
    assert record.answerer == Member(name="John Invented", post="Minister for Canals")


def test_what_is_kept_is_json_of_the_fields_and_needs_no_mapping():
    mapping = TableMapping({"question": "Q", "answer": "A"}, {"licence": "OPL-UK-3.0"})
    (item,) = split("Q;A\nWhat?;That.\n", mapping)
    assert isinstance(item, Received)
    assert json.loads(item.raw) == {"licence": "OPL-UK-3.0", "question": "What?", "answer": "That."}


@pytest.mark.parametrize(
    "data",
    [
        "question,answer\n",
        "answer_html\tgenre\n",
        "uin;question\n",
        '{"question": "What?", "answer": null}\n',
        "\ufeff" + '"question","answer" \n',
    ],
)
def test_a_table_with_the_names_of_two_fields_is_recognised(data):
    assert recognised(data)


@pytest.mark.parametrize(
    "data",
    [
        "",
        "words, and more words\n",
        "house,uin\n",
        "answer\n",
        "Question,Answer\n",
        '{"question": 1}\n',
        "\0\1\2,question",
    ],
)
def test_other_documents_are_not_recognised(data):
    assert not recognised(data)


def test_with_a_mapping_a_table_that_has_one_of_its_columns_is_recognised():
    mapping = TableMapping({"question": "Q", "answer": "A"})
    assert recognised("A,x\n", mapping)
    assert recognised('{"x": 1, "A": 2}\n', mapping)
    assert not recognised("question,answer\n", mapping)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("question,licence", "has no column answer or answer_html (there are: question, licence)"),
        ("answer,licence", "has no column question or genre (there are: answer, licence)"),
        ("question,answer", "has no column licence (there are: question, answer)"),
        ("uin,question,", "has no column answer or answer_html, licence (there are: uin, question, )"),
        ("licence,question,answer,uin,uin", "has two columns called uin: rename one of them"),
    ],
)
def test_a_table_that_lacks_a_column_is_refused_at_once(header, reason):
    with pytest.raises(SourceError) as error:
        split(f"{header}\n1,2,3\n")
    assert str(error.value).startswith(f"table:1: {reason}")


def test_a_column_that_the_mapping_names_must_be_there():
    mapping = TableMapping({"question": "Q", "answer": "A", "uin": "Number"}, {"licence": "OPL-UK-3.0"})
    with pytest.raises(
        SourceError, match=r"table:1: has no column A, Number \(there are: Q, No\): name its columns in a"
    ):
        split("Q,No\n", mapping)


def test_a_long_list_of_columns_is_shown_in_part():
    names = ",".join(f"c{number}" for number in range(40))
    with pytest.raises(SourceError, match=r"c27 and 12 more\)"):
        split(f"question,licence,{names}\n")


def test_an_object_that_lacks_what_each_must_have_is_a_fault_by_line():
    row = {"licence": "OPL-UK-3.0", "question": "What?", "answer": "That."}
    lacking = {"question": "What?", "response": "That."}
    told = found("".join(json.dumps(item) + "\n" for item in (row, lacking, {**row, "answer": None})))
    assert isinstance(told[0], Record)
    assert isinstance(told[2], Record)
    assert (
        told[1]
        == "table:2: has no answer or answer_html, licence (there are: question, response): give null where it is empty"
    )
    assert not told[2].is_answered


def test_every_field_reaches_the_record():
    record = one(
        genre="answer",
        heading="Canals &amp; ferries",
        house="Lords",
        uin="HL123",
        api_id="77.0",
        url="https://questions-statements.parliament.uk/written-questions/detail/2024-03-04/hl123/",
        tabled_on="2024-03-04",
        due_on="2024-03-18",
        holding_on="2024-03-17",
        answered_on="2024-03-20T00:00:00",
        corrected_on="2024-03-25",
        answering_body="Home Office",
        answering_body_id="1",
        minister="Lord Invented",
        minister_id="5",
        post="Minister",
        asker="Baroness Invented",
        asker_id="6",
        party="Crossbench",
        seat="Life peer",
        withdrawn="no",
    )
    assert record == Record(
        provenance=Provenance("mapped-table", "table", 2, READ_ON),
        question="What is it?",
        answer=record.answer,
        api_id=77,
        house=House.LORDS,
        uin="HL123",
        heading="Canals & ferries",
        asker=Member(6, "Baroness Invented", "Crossbench", "Life peer"),
        answerer=Member(5, "Lord Invented", post="Minister"),
        answering_body="Home Office",
        answering_body_id=1,
        tabled=date(2024, 3, 4),
        due=date(2024, 3, 18),
        holding_answered=date(2024, 3, 17),
        answered=date(2024, 3, 20),
        corrected=date(2024, 3, 25),
    )


def test_the_id_of_a_question_is_known_and_that_of_a_statement_is_another_kind():
    reader = MappedTable()
    (question,) = split(table(api_id="77"))
    (statement,) = split(table(api_id="77", genre="statement", question=""))
    assert isinstance(question, Received)
    assert isinstance(statement, Received)
    assert (reader.api_id(question), reader.api_id(statement)) == (77, None)
    record = reader.parse(statement)
    assert isinstance(record, Record)
    assert (record.statement_id, record.api_id, record.key) == (77, None, "statement-77")


def test_the_official_page_gives_day_and_number():
    record = one(url="http://questions-statements.parliament.uk/written-questions/detail/2024-03-04/194793")
    assert (record.uin, record.tabled) == ("194793", date(2024, 3, 4))


def test_the_house_is_worked_out_from_the_wording():
    record = one(question="To ask His Majesty's Government what it is.")
    assert (record.house, record.inferred) == (House.LORDS, ("house",))
    assert one().inferred == ()


def test_plain_text_is_taken_to_the_letter():
    record = one(answer="It fell by <5%,\nfrom 9 < 10 to 4 & less.\n\n  The end.  ")
    assert [block.text for block in record.answer] == ["It fell by <5%,", "from 9 < 10 to 4 & less.", "The end."]


def test_html_is_read_as_html():
    record = one(answer="", answer_html="<p>A &amp; B</p><ul><li>C</li></ul>")
    assert [(block.text, block.depth) for block in record.answer] == [("A & B", 0), ("C", 1)]


def test_a_withdrawn_question_is_none():
    assert found(table(withdrawn="TRUE")) == [Withdrawn.WITHDRAWN]


def test_a_question_may_wait_for_its_answer():
    assert not one(answer="", due_on="2027-01-01").is_answered


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (
            {"licence": ""},
            "licence: is '', and must be OPL-UK-3.0 (Open Parliament Licence v3.0): other texts can't be",
        ),
        ({"licence": "CC-BY-4.0"}, "licence: is 'CC-BY-4.0', and must be OPL-UK-3.0"),
        ({"genre": "speech"}, "genre: is 'speech', and must be answer or statement"),
        ({"house": "commons"}, "house: is 'commons', and must be Commons or Lords"),
        ({"uin": "HL 1"}, "uin: is 'HL 1', and a UIN is letters and digits only"),
        ({"api_id": "seven"}, "api_id: is 'seven', and must be a whole number above 0"),
        ({"api_id": "0"}, "row: Expected `int` >= 1 - at `$.api_id`"),
        ({"api_id": "9999999999999999"}, "row: Expected `int` <= "),
        ({"withdrawn": "perhaps"}, "withdrawn: is 'perhaps', and must be true or false"),
        (
            {"answered_on": "03/04/2024"},
            "answered_on: is '03/04/2024', and must be a real day as YYYY-MM-DD: if its days are written otherwise, say"
            ' so in a mapping: [dates] answered_on = "DD/MM/YYYY"',
        ),
        ({"answered_on": "2024-02-30"}, "answered_on: is '2024-02-30', and must be a real day"),
        ({"answered_on": "2026-11-23"}, "answered_on: is 2026-11-23, after this day (2026-11-22): check how the days"),
        (
            {"answered_on": "2024-03-01", "tabled_on": "2024-03-04"},
            "answered_on: is 2024-03-01, before it was tabled (2024-03-04): check how the days are written",
        ),
        ({"question": ""}, "question: is empty, and an answer can't be read without its question"),
        ({"answer": "", "answered_on": "2024-03-04"}, "answer: is empty, but answered_on is 2024-03-04: give both or"),
        ({"answer": "", "genre": "statement"}, "answer: is empty, and there is nothing to a statement but its text"),
        ({"answer_html": "<p>It is 7.</p>"}, "answer_html: is given, and answer too: give one of them"),
        ({"answer": "<p>It is 7.</p>"}, "answer: is plain text, but has '<p>' in it: give it as answer_html"),
        ({"answer": "This &amp; that"}, "answer: is plain text, but has '&amp;' in it: give it as answer_html"),
        ({"answer": "", "answer_html": "<!-- x"}, "answer: <!-- is never closed; read the answer at its source"),
        (
            {"url": "https://example.org/1"},
            "url: is 'https://example.org/1', and must be an official page such as http",
        ),
        (
            {"url": "https://questions-statements.parliament.uk/written-statements/detail/2024-03-04/1"},
            "must be an official page such as https://questions-statements.parliament.uk/written-questions/detail/",
        ),
        (
            {"url": "https://questions-statements.parliament.uk/written-questions/detail/2024-02-30/1"},
            "must be an official page",
        ),
        (
            {"url": "https://questions-statements.parliament.uk/written-questions/detail/2024-03-04/1", "uin": "2"},
            "url: is of 1, but uin is 2: put one of them right",
        ),
        (
            {
                "url": "https://questions-statements.parliament.uk/written-questions/detail/2024-03-04/1",
                "tabled_on": "2024-04-03",
            },
            "url: is of 2024-03-04, but the day in the table is 2024-04-03: check how its days are written",
        ),
        (
            {
                "genre": "statement",
                "url": "https://questions-statements.parliament.uk/written-questions/detail/2024-03-04/1",
            },
            "must be an official page such as https://questions-statements.parliament.uk/written-statements/detail/",
        ),
    ],
)
def test_a_row_that_can_not_be_true_is_refused_by_line_and_reason(cells, reason):
    assert reason in fault(**cells)


def test_a_fault_names_the_column_as_the_user_does():
    mapping = TableMapping(
        {"question": "Q", "answer": "A", "answered_on": "When"}, {"licence": "OPL-UK-3.0", "house": "Commons"}
    )
    told = found("Q,A,When\nWhat?,That.,4 March\nWhat?,That.,2024-03-04\n", mapping)
    assert isinstance(told[0], str)
    assert isinstance(told[1], Record)
    assert told[0].startswith("table:2: When: is '4 March', and must be a real day as YYYY-MM-DD")


def test_a_constant_that_is_wrong_is_a_fault_too():
    mapping = TableMapping({"question": "Q", "answer": "A"}, {"licence": "mine"})
    (told,) = found("Q,A\nWhat?,That.\n", mapping)
    assert isinstance(told, str)
    assert told.startswith("table:2: licence: is 'mine', and must be OPL-UK-3.0 (Open Parliament Licence v3.0): other")


def test_a_clipped_row_is_refused_and_its_id_is_told():
    (item,) = split(table(api_id="77", answer="a" * 255 + "..."))
    assert isinstance(item, Received)
    with pytest.raises(
        ClippedRecord, match=r"table:2: the answer is cut short .*: fetch it whole from https://.*/77$"
    ) as told:
        MappedTable().parse(item)
    assert told.value.api_id == 77


def test_a_clipped_row_without_an_id_asks_for_the_whole():
    assert fault(question="q" * 255) == "the question is cut short as Parliament's list call does: give it whole"


def test_a_clipped_question_that_waits_is_kept_and_marked():
    assert one(question="q" * 255, answer="").question_is_clipped


def test_broken_rows_come_with_the_faults_of_the_table():
    told = found('licence,question,answer\nOPL-UK-3.0,"What?",That.\nOPL-UK-3.0,What?\n')
    assert isinstance(told[0], Record)
    assert told[1] == (
        "table:3: has 2 cells, and the header has 3: check the quotation marks and what stands between the cells"
    )


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"\xff", b'{"licence": "x", "colour": "red"}'])
def test_what_is_kept_of_a_row_must_be_what_was_kept(raw):
    received = Received("mapped-table", raw, Provenance("mapped-table", "kept", 3, READ_ON))
    with pytest.raises(MalformedRecord, match=r"kept:3: is not what this reader keeps"):
        MappedTable().parse(received)


def test_half_a_character_is_a_fault_of_its_line_and_the_next_is_read():
    row = {"licence": "OPL-UK-3.0", "question": "What?", "answer": "Four \ud800 bats."}
    told = found("".join(json.dumps(item) + "\n" for item in (row, {**row, "answer": "Five."})))
    assert told[0] == r"table:1: answer is not UTF-8 text (half a character, \ud800): save the table as UTF-8"
    assert isinstance(told[1], Record)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"uin": "HL12", "house": "Commons"}, "uin: is HL12, a number of the Lords, but the house is Commons: put one"),
        ({"uin": "12", "house": "Lords"}, "uin: is 12, a number of the Commons, but the house is Lords: put one of"),
        (
            {"uin": "HCWS12"},
            "uin: is HCWS12, the number of one statement, but this is one answer: put one of them right",
        ),
        ({"uin": "12", "genre": "statement"}, "uin: is 12, the number of one answer, but this is one statement: put"),
        ({"uin": "hcws12", "genre": "statement", "house": "Lords"}, "uin: is hcws12, a number of the Commons, but the"),
        (
            {"holding_on": "2024-03-08", "answered_on": "2024-03-07"},
            "answered_on: is 2024-03-07, before it was given a holding answer (2024-03-08): check how the days are",
        ),
        (
            {"answered_on": "2024-03-08", "corrected_on": "2024-03-05"},
            "corrected_on: is 2024-03-05, before it was answered (2024-03-08): check how the days are written",
        ),
        (
            {"tabled_on": "2024-03-04", "corrected_on": "2024-03-03"},
            "corrected_on: is 2024-03-03, before it was tabled (2024-03-04): check how the days are written",
        ),
        (
            {
                "genre": "statement",
                "url": "https://questions-statements.parliament.uk/written-statements/detail/2024-03-08/hcws1",
                "corrected_on": "2024-03-05",
            },
            "corrected_on: is 2024-03-05, before it was answered (2024-03-08): check how the days are written",
        ),
    ],
)
def test_a_row_whose_number_or_days_contradict_the_rest_is_refused(cells, reason):
    assert fault(**cells).startswith(reason)


def test_all_days_can_be_one():
    days = dict.fromkeys(("tabled_on", "holding_on", "answered_on", "corrected_on"), "2024-03-04")
    record = one(**days)
    assert {record.tabled, record.holding_answered, record.answered, record.corrected} == {date(2024, 3, 4)}


@pytest.mark.parametrize(
    ("uin", "question", "house"),
    [
        ("12", "What is it?", House.COMMONS),
        ("HL12", "What is it?", House.LORDS),
        ("HL12", "To ask His Majesty's Government what it is.", House.LORDS),
        ("12", "To ask His Majesty's Government what it is.", None),
        ("X12Y", "To ask His Majesty's Government what it is.", House.LORDS),
    ],
)
def test_a_house_is_worked_out_where_number_and_wording_agree(uin, question, house):
    record = one(uin=uin, question=question)
    assert (record.house, record.inferred) == (house, ("house",) if house else ())
