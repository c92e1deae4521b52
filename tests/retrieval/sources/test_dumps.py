"""mySociety's dumps: tables of questions in several spellings, tables of long texts, and broken ones."""

import json
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import ClippedRecord, MalformedRecord, SourceError
from retrieval.records import GroupedQuestion, House, Member, Provenance, Record
from retrieval.sources import Document, Received
from retrieval.sources.dumps import MysocietyDump

READ_ON = date(2026, 11, 22)
SAMPLES = Path(__file__).parents[2] / "data" / "sources" / "dumps"
READER = MysocietyDump()


def made(path, *statements):
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(*statement) if isinstance(statement, tuple) else connection.execute(statement)
        connection.commit()
    return str(path)


def recognised(path):
    with Document.at(str(path)) as document:
        return READER.recognises(document)


def split(path):
    with Document.at(str(path)) as document:
        return list(READER.split(document, READ_ON))


def found(path):
    """The record of each row, or its fault."""
    told: list[Record | str] = []
    for item in split(path):
        try:
            if isinstance(item, SourceError):
                raise item
            record = READER.parse(item)
            assert isinstance(record, Record)
            told.append(record)
        except SourceError as error:
            told.append(str(error))
    return told


def test_the_published_data_set_gives_whole_records_and_names_what_is_clipped():
    path = SAMPLES / "commons_written_questions.sqlite"
    assert recognised(path)
    first, second, third = split(path)
    record = READER.parse(first)
    assert isinstance(record, Record)
    assert record.provenance == Provenance("mysociety-dump", str(path), 1, READ_ON)
    assert (record.key, record.api_id, record.house) == ("commons-2024-03-04-17001", 9000001, House.COMMONS)
    assert (
        record.question
        == "To ask the Secretary of State for Transport, how many ferries crossed the Barset Canal in 2023."
    )
    assert record.answer_text == "Four ferries crossed the Barset Canal in 2023."
    assert (record.answering_body, record.answering_body_id) == ("Department for Transport", 27)
    assert (record.tabled, record.due, record.answered) == (date(2024, 3, 4), date(2024, 3, 7), date(2024, 3, 8))
    assert (record.asker, record.answerer) == (Member(9101), Member(9202))
    assert (record.is_named_day, record.flagged_holding, record.inferred) == (False, False, ())
    with pytest.raises(
        ClippedRecord, match=r"questions\.sqlite:2: the list call cut the answer of record 9000003"
    ) as told:
        READER.parse(second)
    assert told.value.api_id == 9000003
    whole = READER.parse(third)
    assert isinstance(whole, Record)
    assert whole.question.endswith(
        "that three of the seven landing stages can't be used at low water; and if he will publish it."
    )
    assert READER.api_id(third) == 9000002


def test_groups_are_read_as_numpy_writes_them():
    grouped = split(SAMPLES / "commons_written_questions.sqlite")[1]
    assert isinstance(grouped, Received)
    assert json.loads(grouped.raw)["groupedQuestions"] == ["17008"]


def test_a_database_of_long_texts_is_known_and_has_no_records_of_its_own():
    path = SAMPLES / "longform" / "2024-03.sqlite"
    assert recognised(path)
    assert found(path) == []


def test_snake_case_and_loose_types_are_read(tmp_path):
    path = made(
        tmp_path / "snake.sqlite",
        "CREATE TABLE questions (id, uin, house, question_text, answer_text, date_tabled, date_answered, is_withdrawn,"
        " is_named_day, grouped_questions, grouped_questions_dates, answering_member, answering_member_id, heading, x)",
        (
            "INSERT INTO questions VALUES ('7.0', 36068, 'Commons', 'What is 7?', '<p>A &amp; B</p><p>C</p>',"
            " '2024-03-04 00:00:00', '2024-03-05', 'False', 1.0, '[\"8\", \"9\"]',"
            ' \'[{"questionUin": "8", "dateTabled": "2024-03-01"}]\','
            " '{\"id\": 3, \"name\": \"Jane Invented\"}', 3, '', 'x')",
        ),
    )
    assert recognised(path)
    (record,) = found(path)
    assert isinstance(record, Record)
    assert (record.api_id, record.uin, record.answer_text) == (7, "36068", "A & B\nC")
    assert (record.tabled, record.answered) == (date(2024, 3, 4), date(2024, 3, 5))
    assert record.answerer == Member(3, "Jane Invented")
    assert record.grouped_with == (GroupedQuestion("8", date(2024, 3, 1)), GroupedQuestion("9"))
    assert (record.is_named_day, record.heading, record.house) == (True, None, House.COMMONS)


def test_dates_of_a_group_that_can_not_be_told_are_left_out(tmp_path):
    path = made(
        tmp_path / "group.sqlite",
        "CREATE TABLE questions (id, uin, questionText, answerText, groupedQuestions, groupedQuestionsDates)",
        "INSERT INTO questions VALUES (1, '2', 'What?', 'That.', '[''8'' ''9'']', '[{''questionUin'': ''8''}]')",
    )
    (record,) = found(path)
    assert isinstance(record, Record)
    assert record.grouped_with == (GroupedQuestion("8"), GroupedQuestion("9"))


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ("NULL, '1', 'What?', 'That.', 0, '[]'", "required field `id`"),
        ("'seven', '1', 'What?', 'That.', 0, '[]'", "id: Expected `int`, got `str`"),
        ("1, '1', NULL, 'That.', 0, '[]'", "required field `questionText`"),
        ("1, '1', '', 'That.', 0, '[]'", "questionText: is empty, and an answer can't be read without its question"),
        ("1, '1', 'What?', 'That.', 'perhaps', '[]'", "isWithdrawn: Expected `bool"),
        ("1, 'HL 1', 'What?', 'That.', 0, '[]'", "uin: is 'HL 1', and a UIN is letters and digits only"),
        ("1, '1', 'What?', 'That.', 0, '[{''url'': 1}]'", "attachments: Expected `array"),
        (
            "1, '1', 'What?', CAST(x'ff41' AS TEXT), 0, '[]'",
            "table q: is not UTF-8 text (byte 0xff): fetch the file again",
        ),
    ],
)
def test_a_broken_row_is_a_fault_of_its_own(tmp_path, values, fault):
    path = made(
        tmp_path / "broken.sqlite",
        "CREATE TABLE q (id, uin, questionText, answerText, isWithdrawn, attachments)",
        "INSERT INTO q VALUES (5, '5', 'What is 5?', 'It is 5.', 0, '[]')",
        f"INSERT INTO q VALUES ({values})",
        "INSERT INTO q VALUES (6, '6', 'What is 6?', 'It is 6.', 0, '[]')",
    )
    before, told, after = found(path)
    assert isinstance(before, Record)
    assert isinstance(after, Record)
    assert (before.api_id, after.api_id, after.provenance.place) == (5, 6, 3)
    assert isinstance(told, str)
    assert told.startswith(f"{path}:2: ")
    assert fault in told


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("twelve", "{}", "its key is 'twelve', and must be the API's id of a question"),
        ("0", "{}", "its key is '0'"),
        ("12", "words", "its value is not JSON with question_text and answer_text"),
        ("12", '{"answer_text": "That."}', "required field `question_text`"),
        ("12", '{"question_text": "What?", "answer_text": 4}', "Expected `str | null`, got `int`"),
        ("12", 7, "its value is not JSON"),
    ],
)
def test_a_broken_long_text_is_a_fault_by_table_and_row(tmp_path, key, value, fault):
    good = '{"question_text": "What?", "answer_text": null}'
    path = made(
        tmp_path / "long.sqlite",
        "CREATE TABLE Dict (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)",
        ("INSERT INTO Dict VALUES (CAST('11' AS BLOB), CAST(? AS BLOB))", (good,)),
        ("INSERT INTO Dict VALUES (CAST(? AS BLOB), ?)", (key, value)),
    )
    (told,) = found(path)
    assert isinstance(told, str)
    assert told.startswith(f"{path}:2: table Dict: ")
    assert fault in told


def test_long_texts_may_stand_in_columns(tmp_path):
    path = made(
        tmp_path / "long.sqlite",
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, question_text TEXT, answer_text TEXT)",
        "INSERT INTO texts VALUES (1, 'What?', 'That.')",
    )
    assert recognised(path)
    assert found(path) == []


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE t (x)",),
        ("CREATE TABLE t (id, question_text)",),
        ("CREATE TABLE t (id, answer_text)",),
        ("CREATE TABLE t (uin, question_text, answer_text)",),
        ("CREATE TABLE cache (key, value)", "INSERT INTO cache VALUES ('colour', 'red')"),
        ("CREATE TABLE cache (key, value)",),
        ("CREATE TABLE cache (key, value)", *(f"INSERT INTO cache VALUES ({n}, 'red')" for n in range(1, 30))),
    ],
)
def test_other_databases_are_not_recognised(tmp_path, statements):
    assert not recognised(made(tmp_path / "other.sqlite", *statements))


def test_other_files_are_not_recognised(tmp_path):
    (tmp_path / "words.txt").write_text("SQLite format 3 is a format of files.")
    assert not recognised(tmp_path / "words.txt")
    assert not recognised(SAMPLES / "commons" / "2024-03.json")


def test_a_broken_database_is_recognised_so_that_it_is_refused_with_its_reason(tmp_path):
    whole = (SAMPLES / "commons_written_questions.sqlite").read_bytes()
    path = tmp_path / "broken.sqlite"
    path.write_bytes(whole[:1024] + b"\xff" * 1024)
    assert recognised(path)
    with pytest.raises(SourceError, match=r"broken\.sqlite: .*is an SQLite file that can't be read"):
        split(path)


def test_what_is_kept_of_a_record_must_be_what_was_kept():
    place = Provenance("mysociety-dump", "kept", 3, READ_ON)
    with pytest.raises(MalformedRecord, match=r"kept:3: "):
        READER.parse(Received("mysociety-dump", b"{}", place))
