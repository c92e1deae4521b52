"""Long texts complete the clipped rows of a dump's lists where the two agree, and only there."""

import gzip
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from retrieval.errors import ClippedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources import Document, Received
from retrieval.sources.api_json import ParliamentApi
from retrieval.sources.dumps import MysocietyDump
from retrieval.sources.long_texts import LongTexts

READ_ON = date(2026, 11, 22)
SAMPLES = Path(__file__).parents[2] / "data" / "sources" / "dumps"
LISTS = str(SAMPLES / "commons" / "2024-03.json")
LONG = str(SAMPLES / "longform" / "2024-03.sqlite")


def rows(path=LISTS):
    """The list rows by the API's id."""
    reader = ParliamentApi()
    with Document.at(path) as document:
        found = [item for item in reader.split(document, READ_ON) if isinstance(item, Received)]
    return {reader.api_id(item): item for item in found}


def completed(*paths):
    """The record of each row that a long text completed, by id."""
    with LongTexts.among(paths) as long_texts:
        wholes = {number: whole for number, row in rows().items() if (whole := long_texts.whole(row)) is not None}
    return {number: MysocietyDump().parse(whole) for number, whole in wholes.items()}


def database(path, texts):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE Dict (key BLOB UNIQUE NOT NULL, value BLOB NOT NULL)")
        for number, question, answer in texts:
            value = json.dumps({"question_text": question, "answer_text": answer})
            connection.execute("INSERT INTO Dict VALUES (CAST(? AS BLOB), CAST(? AS BLOB))", (str(number), value))
        connection.commit()
    return str(path)


def row(question, answer, **fields):
    value = {"id": 5, "questionText": question, "answerText": answer, "uin": "1", **fields}
    place = Provenance("parliament-api", "list.json", 4, READ_ON)
    return Received("parliament-api", json.dumps({"value": value, "links": []}).encode(), place)


def test_the_clipped_rows_of_the_sample_are_refused_on_their_own():
    reader, clipped = ParliamentApi(), []
    for item in rows().values():
        try:
            reader.parse(item)
        except ClippedRecord as error:
            clipped.append(error.api_id)
    assert clipped == [9000002, 9000003, 9000004, 9000005]


@pytest.mark.parametrize("paths", [(LONG,), (str(SAMPLES),), (LISTS, LONG), (LONG, LISTS, LONG, str(SAMPLES))])
def test_long_texts_complete_the_rows_whose_text_they_begin_with(paths):
    found = completed(*paths)
    assert sorted(found) == [9000002, 9000003, 9000006]
    record = found[9000003]
    assert isinstance(record, Record)
    assert record.question.endswith("(b) carry passengers who use wheelchairs without notice.")
    assert record.answer_text.endswith("and at all seven by the end of 2025.")
    assert len(record.answer) == 2  # the paragraphs that the list had glued
    assert (record.uin, record.tabled, record.answered) == ("17003", date(2024, 3, 4), date(2024, 3, 8))
    assert record.provenance == Provenance("mysociety-dump", f"{LISTS} with {LONG}", 3, READ_ON)


def test_a_question_that_waits_for_its_answer_gets_its_own_words_whole():
    record = completed(LONG)[9000006]
    assert isinstance(record, Record)
    assert not record.question_is_clipped
    assert record.question.endswith("that fares be the same on each of the crossings.")
    assert record.answer == ()


def test_a_long_text_from_before_is_not_taken_and_the_row_stays_clipped():
    with LongTexts.among([LONG]) as long_texts:
        assert long_texts.whole(rows()[9000005]) is None
        assert long_texts.disagreed == 1
        assert long_texts.whole(rows()[9000004]) is None  # there is none
        assert long_texts.disagreed == 1


def test_rows_are_parsed_whole_where_they_can_be_and_the_rest_stay_as_they_are():
    told = {}
    with LongTexts.among([LONG]) as long_texts:
        for number, item in rows().items():
            try:
                received, record = long_texts.parsed(ParliamentApi(), item)
            except ClippedRecord as error:
                told[number] = f"clipped {error.api_id}"
            else:
                assert isinstance(record, Record)
                assert record.provenance.reader == received.reader
                told[number] = f"{received.reader} {record.is_answered}"
        assert (long_texts.completed, long_texts.disagreed) == (3, 1)
    assert told == {
        9000001: "parliament-api True",
        9000002: "mysociety-dump True",
        9000003: "mysociety-dump True",
        9000004: "clipped 9000004",
        9000005: "clipped 9000005",
        9000006: "mysociety-dump False",
    }


def test_a_question_that_waits_stays_as_it_is_where_there_is_no_long_text():
    with LongTexts.among([]) as long_texts:
        received, record = long_texts.parsed(ParliamentApi(), rows()[9000006])
    assert received is not None
    assert isinstance(record, Record)
    assert (record.question_is_clipped, received.reader) == (True, "parliament-api")


def test_compressed_files_complete_rows_too(tmp_path):
    packed = tmp_path / "2024-03.sqlite.gz"
    packed.write_bytes(gzip.compress(Path(LONG).read_bytes()))
    (tmp_path / "list.json.gz").write_bytes(gzip.compress(Path(LISTS).read_bytes()))
    assert sorted(completed(str(tmp_path))) == [9000002, 9000003, 9000006]


def test_the_first_text_that_agrees_is_taken(tmp_path):
    before = database(tmp_path / "a.sqlite", [(9000003, "To ask another question.", "<p>Another answer.</p>")])
    record = completed(before, LONG)[9000003]
    assert isinstance(record, Record)
    assert record.provenance.source == f"{LISTS} with {LONG}"


def test_long_texts_in_columns_complete_rows(tmp_path):
    question, answer = "Q" * 300 + "?", "<p>" + "A" * 300 + "</p>"
    with closing(sqlite3.connect(tmp_path / "columns.sqlite")) as connection:
        connection.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, question_text TEXT, answer_text TEXT)")
        connection.execute("INSERT INTO texts VALUES (5, ?, ?)", (question, answer))
        connection.commit()
    with LongTexts.among([str(tmp_path)]) as long_texts:
        whole = long_texts.whole(row("Q" * 255, "A" * 255 + "..."))
    assert whole is not None
    record = MysocietyDump().parse(whole)
    assert isinstance(record, Record)
    assert (record.question, record.answer_text) == (question, "A" * 300)


def texts_for(tmp_path, short_question, short_answer, long_question, long_answer, **fields):
    database(tmp_path / "long.sqlite", [(5, long_question, long_answer)])
    with LongTexts.among([str(tmp_path)]) as long_texts:
        whole = long_texts.whole(row(short_question, short_answer, **fields))
    return whole and (json.loads(whole.raw)["questionText"], json.loads(whole.raw)["answerText"])


START = "The Minister has met 5 of the 9 trusts. " * 6 + "And it’s so: a"  # 254 characters
CLIPPED = START[:254] + "n..."


def test_a_clip_is_255_characters():
    assert (len(START), len(CLIPPED)) == (254, 258)


def test_marks_that_the_list_call_drops_or_spoils_do_not_stand_between_two_texts(tmp_path):
    short = START.replace("5 of", "5?of-")[:255] + "..."
    long = "<p>" + START.replace(". And", ".</p><p>And").replace("5 of", "5\u202fof\u2011") + "n &amp; so on.</p>"
    assert texts_for(tmp_path, "Why?", short, "Why?", long) == ("Why?", long)


def test_an_entity_that_the_clip_cut_in_two_does_not_stand_between_two_texts(tmp_path):
    start = "x" * 251
    long = f"<p>{start}&amp; more</p>"
    assert texts_for(tmp_path, "Why?", start + "&amp...", "Why?", long) == ("Why?", long)


@pytest.mark.parametrize(
    "long_answer", [None, "", "<p>It has not been possible to answer.</p>", "<p>" + START.replace("5", "6") + "nd</p>"]
)
def test_another_answer_leaves_the_row_clipped(tmp_path, long_answer):
    assert texts_for(tmp_path, "Why?", CLIPPED, "Why?", long_answer) is None


def test_another_question_leaves_the_row_clipped(tmp_path):
    assert texts_for(tmp_path, "q" * 255, "No.", "r" * 300, "No.") is None


@pytest.mark.parametrize(
    "corrected",
    [
        {"dateAnswerCorrected": "2024-04-01T00:00:00"},
        {"answerIsCorrection": True},
        {"correctingMemberId": 12},
        {"correctingMember": {"id": 12}},
    ],
)
def test_a_clipped_answer_that_was_corrected_stays_clipped(tmp_path, corrected):
    whole = "<p>" + START + "nd so on.</p>"
    assert texts_for(tmp_path, "Why?", CLIPPED, "Why?", whole, **corrected) is None


def test_a_clipped_answer_that_was_not_corrected_is_completed(tmp_path):
    whole = "<p>" + START + "nd so on.</p>"
    said = {"dateAnswerCorrected": None, "answerIsCorrection": False, "correctingMemberId": 0, "correctingMember": None}
    assert texts_for(tmp_path, "Why?", CLIPPED, "Why?", whole, **said) == ("Why?", whole)


def test_a_long_answer_that_the_row_has_whole_is_kept_where_only_its_end_is_another(tmp_path):
    answer = "<p>" + "A" * 300 + " Seven.</p>"
    found = texts_for(tmp_path, "q" * 255, answer, "q" * 300, "<p>" + "A" * 300 + " Six.</p>")
    assert found == ("q" * 300, answer)


def test_a_clipped_row_is_completed_whatever_stands_in_a_field_that_is_not_read(tmp_path):
    whole = "<p>" + START + "nd so on.</p>"
    database(tmp_path / "long.sqlite", [(5, "Why?", whole)])
    given = row("Why?", CLIPPED)
    odd = Received(given.reader, given.raw.replace(b'"uin"', b'"z": 1e400, "uin"'), given.provenance)
    with LongTexts.among([str(tmp_path)]) as long_texts:
        _, record = long_texts.parsed(ParliamentApi(), odd)
    assert isinstance(record, Record)
    assert record.answer_text == START + "nd so on."


@pytest.mark.parametrize("kind", ["TEXT", "BLOB", ""])
def test_keys_are_found_as_text_and_as_blobs(tmp_path, kind):
    whole = "<p>" + START + "nd so on.</p>"
    with closing(sqlite3.connect(tmp_path / "long.sqlite")) as connection:
        connection.execute(f"CREATE TABLE Dict (key {kind}, value BLOB)")
        value = json.dumps({"question_text": "Why?", "answer_text": whole}).encode()
        connection.execute("INSERT INTO Dict VALUES (?, ?)", (b"5" if kind == "BLOB" else "5", value))
        connection.commit()
    with LongTexts.among([str(tmp_path)]) as long_texts:
        completed_row = long_texts.whole(row("Why?", CLIPPED))
        assert long_texts.disagreed == 0
    assert completed_row is not None
    assert json.loads(completed_row.raw)["answerText"] == whole


def test_a_file_whose_damage_is_no_text_does_not_keep_the_others_from_being_read(tmp_path):
    long = Path(LONG).read_bytes()
    damaged = long.replace(b"CREATE TABLE", b"CREATE TABL\x91")
    assert damaged != long
    (tmp_path / "damaged.sqlite").write_bytes(damaged)
    (tmp_path / "long.sqlite").write_bytes(long)
    assert sorted(completed(str(tmp_path))) == [9000002, 9000003, 9000006]


def test_an_answer_that_the_row_has_whole_is_kept_where_the_long_text_is_another(tmp_path):
    found = texts_for(tmp_path, "q" * 255, "Seven.", "q" * 300, "<p>Six.</p>")
    assert found == ("q" * 300, "Seven.")


def test_an_answer_that_is_the_same_comes_with_its_paragraphs(tmp_path):
    found = texts_for(tmp_path, "q" * 255, "Six.Seven.", "q" * 300, "<p>Six.</p><p>Seven.</p>")
    assert found == ("q" * 300, "<p>Six.</p><p>Seven.</p>")


def test_rows_of_other_readers_are_left_alone():
    place = Provenance("saved-page", "page.txt", 1, READ_ON)
    with LongTexts.among([LONG]) as long_texts:
        assert long_texts.whole(Received("saved-page", b"not even JSON", place)) is None


@pytest.mark.parametrize("raw", [b'{"value": 4}', b"{}", b'{"id": "9000003"}', b'{"id": 9000003, "questionText": 4}'])
def test_a_row_without_id_or_texts_is_left_alone(raw):
    with LongTexts.among([LONG]) as long_texts:
        whole = long_texts.whole(Received("parliament-api", raw, Provenance("parliament-api", "x", 1, READ_ON)))
    assert whole is None or json.loads(whole.raw)["answerText"] is None


def test_hidden_broken_unreadable_and_other_files_are_passed_over(tmp_path):
    shutil.copy(LONG, tmp_path / ".hidden.sqlite")
    (tmp_path / ".folder").mkdir()
    shutil.copy(LONG, tmp_path / ".folder" / "long.sqlite")
    (tmp_path / "broken.sqlite").write_bytes(Path(LONG).read_bytes()[:1500])
    (tmp_path / "broken.gz").write_bytes(b"\x1f\x8b and nothing more")
    (tmp_path / "words.txt").write_text("words")
    (tmp_path / "nowhere").symlink_to(tmp_path / "no such file")
    (tmp_path / "round").symlink_to(tmp_path)
    assert completed(str(tmp_path), "-", str(tmp_path / "not there")) == {}


def test_a_broken_key_is_passed_over_and_a_broken_text_does_not_complete(tmp_path):
    path = database(tmp_path / "long.sqlite", [("words", "q", "a"), (9000002, "q", "a")])
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO Dict VALUES (CAST('9000003' AS BLOB), CAST('{' AS BLOB))")
        connection.execute("INSERT INTO Dict VALUES (2.5, CAST('{}' AS BLOB))")
        connection.commit()
    assert completed(path) == {}


def test_a_file_that_is_damaged_later_does_not_complete(tmp_path):
    path = tmp_path / "long.sqlite"
    texts = [(number, "q" * 300, "a" * 2000) for number in range(9000002, 9000100)]
    database(path, texts)
    with LongTexts.among([str(path)]) as long_texts:
        with path.open("r+b") as stream:
            stream.truncate(4096)
        assert long_texts.whole(rows()[9000003]) is None


def test_everything_is_closed_if_looking_for_files_fails():
    with pytest.raises(ValueError, match="null"):
        LongTexts.among([LONG, "a\0b"])


def test_the_long_texts_of_the_sample_have_no_fault():
    with Document.at(LONG) as document:
        assert [item for item in MysocietyDump().split(document, READ_ON) if isinstance(item, SourceError)] == []
