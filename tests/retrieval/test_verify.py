"""A snapshot is found sound, or every thing wrong with it is told."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from retrieval.build import build, refresh
from retrieval.build_report import Changes
from retrieval.encoders import Encoder
from retrieval.errors import NoSnapshot
from retrieval.members import MEMBERS_FILE, Account, MemberEntry, MemberRegister, Source, Span
from retrieval.records import Provenance
from retrieval.snapshot import open_snapshot
from retrieval.sources import Received
from retrieval.verify import Discrepancy, VerifyReport, verify
from tests.replay.invented import (
    correcting_statement,
    grouped,
    one_of_each,
    pointer,
    question,
    statement,
    unanswered,
    withdrawn,
)

FIRST = "commons-2024-09-02-101"


def current(data: Path) -> Path:
    """Return the folder of the snapshot that is served."""
    return data / "snapshots" / str(json.loads((data / "current").read_text(encoding="utf-8"))["snapshot"])


def spoil(data: Path, file: str, *statements: str, **counts: int) -> None:
    """Change a database of a snapshot and seal it again, as a fault in the program that made it would have."""
    with closing(sqlite3.connect(current(data) / file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    seal(data, file, **counts)


def seal(data: Path, file: str, **counts: int) -> None:
    """Let a snapshot promise a file as it is."""
    pointer = json.loads((data / "current").read_text(encoding="utf-8"))
    folder = current(data)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    raw = (folder / file).read_bytes()
    manifest["files"][file] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    manifest["counts"].update(counts)
    sealed = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(sealed)
    # As an older version wrote it, without a copy in the snapshot.
    pointer = {"snapshot": pointer["snapshot"], "manifest_sha256": hashlib.sha256(sealed).hexdigest()}
    (data / "current").write_text(json.dumps(pointer), encoding="utf-8")


def told(report: VerifyReport) -> list[tuple[str | None, str]]:
    return [(found.key, found.what) for found in report.discrepancies]


def test_a_fresh_build_is_sound_and_everything_in_it_was_checked(built_once: Path):
    report = verify(built_once)
    assert report.sound
    assert (
        report.files,
        report.records,
        report.passages,
        report.vectors,
        report.findings,
        report.answers,
    ) == (
        *(len(open_snapshot(built_once).manifest.files) + 1, 12, 19, 19, 6),
        10,
    )


def test_the_seed_documents_are_sound(seeds: str, tmp_path: Path, toy_encoder: Encoder):
    build([seeds], tmp_path, toy_encoder)
    report = verify(tmp_path)
    assert (report.discrepancies, report.records, report.passages, report.answers) == ((), 11, 44, 7)


def test_progress_is_told_record_by_record(built_once: Path):
    heard: list[tuple[str, int, int | None]] = []
    verify(built_once, lambda stage, done, total: heard.append((stage, done, total)))
    assert heard == [("Hashing files", 0, None), *(("Checking records", done, 12) for done in range(1, 13))]


def test_nothing_built_is_an_error_rather_than_a_finding(tmp_path: Path):
    with pytest.raises(NoSnapshot):
        verify(tmp_path)


def test_a_changed_file_is_told_and_nothing_past_it_is_opened(small_data: Path):
    (file,) = small_data.glob("snapshots/*/records.sqlite")
    file.write_bytes(file.read_bytes() + b"x")
    report = verify(small_data)
    assert not report.sound
    assert (report.snapshot, report.records, len(report.discrepancies)) == ("", 0, 1)
    assert "records.sqlite is not as it was published" in report.discrepancies[0].what


def test_a_passage_that_is_not_in_the_answer_is_told(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "UPDATE passages SET text = replace(text, '£12 million', '£21 million')"
        " WHERE record = (SELECT number FROM records WHERE api_id = 1)",
    )
    found = told(verify(small_data))
    assert [key for key, _ in found] == [FIRST] * 4
    assert found[0][1] == "passage 2 is not in the blocks it is said to be in"
    assert found[1][1] == "passage 2 is not word for word in the answer's clean text"
    assert found[2][1].startswith("passage 2 is not word for word in the source: 'Funding of £21 million")
    assert found[3][1].startswith("passage 2 has the hash ")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "UPDATE records SET answered = '1999-01-01', minister = 'Nobody'",
            "differs from its facts in minister, answered",
        ),
        ("UPDATE records SET answering_body = 'Ministry of Magic'", "differs from its facts in answering_body"),
        ("UPDATE records SET kind = 'substantive', bare = 0", "differs from its facts in"),
        ("DELETE FROM findings", "the findings that filters look at are not those of its text"),
        ("UPDATE passages SET context = 'We do not fund:'", "the context of passage 1 is neither in the answer nor"),
        ("UPDATE passages SET first_block = 0, last_block = 0", "is not in the blocks it is said to be in"),
        (
            """UPDATE records SET status = CAST(replace(CAST(status AS TEXT), '"holding"', '"substantive"') AS BLOB)""",
            "its kind and findings are not those of its text",
        ),
    ],
)
def test_what_filters_and_contexts_say_is_held_against_the_text(small_data: Path, change: str, said: str):
    spoil(small_data, "records.sqlite", change)
    assert any(said in what for _, what in told(verify(small_data)))


def test_the_same_stock_words_put_to_two_ministers_without_a_body_are_sound(
    tmp_path: Path, small_source: str, toy_encoder: Encoder
):
    lines = [json.loads(line) for line in Path(small_source).read_text(encoding="utf-8").splitlines()]
    for line in lines:
        line["value"].update(answeringBodyName=None, answeringBodyId=None)
    (tmp_path / "bodyless.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    build([str(tmp_path / "bodyless.jsonl")], tmp_path / "data", toy_encoder)
    assert verify(tmp_path / "data").discrepancies == ()


def test_a_record_that_differs_from_its_source_is_told_even_where_its_passages_fit_it(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "UPDATE passages SET text = replace(text, '1,200', '9,900')",
        "UPDATE records SET facts = CAST(replace(CAST(facts AS TEXT), '1,200', '9,900') AS BLOB)",
    )
    found = [what for key, what in told(verify(small_data)) if key == "lords-2025-02-03-hl77"]
    assert found[0] == "read again from what was received, it differs in answer"
    assert found[1].startswith("passage 1 is not word for word in the source: 'The Ministry of Defence")


def test_a_gap_among_passages_and_what_pointed_there_are_told(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "DELETE FROM passages WHERE ordinal = 1 AND record = (SELECT number FROM records WHERE api_id = 1)",
        "UPDATE findings SET passage = 9 WHERE name = 'disproportionate_cost'",
        "INSERT INTO findings VALUES (99, 'not_held', 1)",
        "INSERT INTO passages VALUES (99, 99, 1, 'lost', '', 0, 0, 'x', X'00')",
    )
    assert told(verify(small_data)) == [
        (None, "passage row 99 belongs to record 99, which is not there"),
        ("commons-2025-03-03-520", "the finding disproportionate_cost is of passage 9 that is not there"),
        (None, "the finding not_held is of a record that is not there"),
        (FIRST, "its passages are numbered [2], not from 1 without a gap"),
        ("commons-2025-03-03-520", "the findings that filters look at are not those of its text"),
        (None, "passages: the manifest promises 19, but there are 18"),
    ]


def test_a_record_without_passages_is_told(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "DELETE FROM passages WHERE record = (SELECT number FROM records WHERE api_id = 1)",
        passages=17,
    )
    assert (FIRST, "its passages are numbered [], not from 1 without a gap") in told(verify(small_data))
    assert (None, "vectors: the manifest promises 17, but there are 19") in told(verify(small_data))


def test_answers_grouped_wrongly_are_told(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "UPDATE records SET answer_group = 90 WHERE api_id = 2",
        "UPDATE records SET answer_group = 91 WHERE api_id IN (4, 5)",
    )
    found = told(verify(small_data))
    grouped = [(key, what) for key, what in found if key]
    assert len(grouped) == 2
    assert grouped[0][0] == "commons-2024-09-02-102"
    assert grouped[0][1].startswith("the same answer of the same body has groups ")
    assert grouped[1] == (
        "commons-2024-10-01-311",
        "it shares answer group 91 with another body or another text",
    )


def test_records_in_one_file_but_not_in_the_other_are_told(small_data: Path):
    spoil(
        small_data,
        "received.sqlite",
        f"DELETE FROM received WHERE key = '{FIRST}'",
        "INSERT INTO received SELECT 'x-1', reader, source, place, read_on, raw FROM received LIMIT 1",
    )
    assert told(verify(small_data)) == [
        ("x-1", "was received, but is not among the records"),
        (FIRST, "is not kept as it was received, so it can't be read again"),
        (None, "passages: the manifest promises 19, but there are 17"),
    ]


def test_what_can_not_be_read_again_is_told(small_data: Path):
    broken = zlib.compress(b'{"id": 1}').hex()
    unanswered = zlib.compress(
        b'{"id": 2, "uin": "102", "house": "Commons", "questionText": "Why?", "answerText": null}'
    ).hex()
    spoil(
        small_data,
        "received.sqlite",
        f"UPDATE received SET raw = X'{broken}' WHERE key = '{FIRST}'",
        f"UPDATE received SET raw = X'{unanswered}' WHERE key = 'commons-2024-09-02-102'",
    )
    found = told(verify(small_data))
    assert found[0][0] == FIRST
    assert found[0][1].startswith("what was received can't be read again: ")
    assert found[1][1].startswith("its source text can't be read: ")
    about_second = [what for key, what in found if key == "commons-2024-09-02-102"]
    assert about_second[0] == "read again from what was received, its key is id-2"
    assert about_second[1].startswith("read again from what was received, it differs in question, answer, ")
    assert about_second[2].startswith("passage 1 is not word for word in the source: 'The Government is giving")


def test_a_key_that_is_not_that_of_its_record_is_told(small_data: Path):
    spoil(small_data, "records.sqlite", f"UPDATE records SET key = 'commons-1' WHERE key = '{FIRST}'")
    spoil(small_data, "received.sqlite", f"UPDATE received SET key = 'commons-1' WHERE key = '{FIRST}'")
    found = verify(small_data).discrepancies
    assert found[:3] == (
        Discrepancy("commons-1", f"its facts say that its key is {FIRST}"),
        Discrepancy("commons-1", "the row that filters look at differs from its facts in key"),
        Discrepancy("commons-1", f"read again from what was received, its key is {FIRST}"),
    )
    # And the answer that points to it now points to nothing.
    assert {one.key for one in found[3:]} == {"commons-2024-11-04-413"}
    assert Discrepancy("commons-2024-11-04-413", f"it is said to refer to {FIRST}, which is not there") in found


def test_facts_that_can_not_be_read_are_told(small_data: Path):
    spoil(small_data, "records.sqlite", f"UPDATE records SET facts = X'7B' WHERE key = '{FIRST}'")
    found = told(verify(small_data))
    assert found[0][0] == FIRST
    assert found[0][1].startswith("its facts can't be read: ")


def test_what_sqlite_finds_wrong_is_told(small_data: Path):
    spoil(
        small_data,
        "records.sqlite",
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = replace(sql, '(answer_group)', '(answer_group DESC)')"
        " WHERE name = 'records_by_group'",
    )
    found = told(verify(small_data))
    assert found
    assert found[0][1].startswith("SQLite reports: ")


# Records of every kind, each related to another: all of them invented.

PLAIN, WAITING = "commons-2026-06-02-1", "commons-2026-06-04-3"
POINTER, FOLLOW_UP = "commons-2026-06-11-10", "commons-2026-06-12-11"
LOST_POINTER, CORRECTION = "commons-2026-06-03-30", "commons-2026-06-13-hcws40"
EVERY = [
    *one_of_each(),
    *grouped([20, 21]),
    pointer(30, {"uin": "77777", "dateAnswered": "2026-05-01"}),
    unanswered(31, askingMemberId=900301),
    question(32, askingMemberId=900301),
]
STATEMENTS = [statement(41), correcting_statement(40, 1)]
SINCE = date(2020, 1, 1)
REGISTER = MemberRegister(
    (
        MemberEntry(
            900301,
            (
                Account(
                    Source.HISTORY,
                    date(2026, 11, 20),
                    names=(Span("Ann Registered", SINCE),),
                    parties=(Span("Labour", SINCE),),
                ),
            ),
        ),
    )
)


@pytest.fixture
def every(tmp_path: Path, toy_encoder: Encoder) -> Path:
    """Build records of every kind."""
    data = tmp_path / "data"
    sources = []
    for name, listed in (("questions", EVERY), ("statements", STATEMENTS)):
        sources.append(str(tmp_path / f"{name}.jsonl"))
        lines = [json.dumps({"value": one}) + "\n" for one in listed]
        Path(sources[-1]).write_text("".join(lines), encoding="utf-8")
    build(sources, data, toy_encoder)
    return data


def keys_told(data: Path) -> set[str | None]:
    return {found.key for found in verify(data).discrepancies}


def test_records_of_every_kind_are_sound_and_were_all_checked(every: Path):
    report = verify(every)
    assert report.discrepancies == ()
    assert (report.records, report.unanswered) == (17, 2)


def test_progress_counts_the_questions_without_an_answer_too(every: Path):
    heard: list[tuple[str, int, int | None]] = []
    verify(every, lambda stage, done, total: heard.append((stage, done, total)))
    assert heard[-1] == ("Checking records", 19, 19)


def test_a_sound_snapshot_has_the_records_that_the_damage_below_is_done_to(every: Path):
    with closing(sqlite3.connect(current(every) / "records.sqlite")) as connection:
        answered = {str(row[0]) for row in connection.execute("SELECT key FROM records")}
        waiting = {str(row[0]) for row in connection.execute("SELECT key FROM unanswered")}
        refs = connection.execute("SELECT source, role, target FROM refs ORDER BY source").fetchall()
        links = connection.execute("SELECT * FROM links").fetchall()
        pointers = connection.execute("SELECT * FROM pointers").fetchall()
    assert {PLAIN, POINTER, FOLLOW_UP, LOST_POINTER, CORRECTION} <= answered
    assert WAITING in waiting
    assert refs == [
        (LOST_POINTER, "refers_to", None),
        (POINTER, "refers_to", PLAIN),
        (FOLLOW_UP, "follows", PLAIN),
    ]
    assert links == [(CORRECTION, "CorrectedAnswer", 1)]
    assert pointers == [(POINTER, PLAIN)]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (f"UPDATE unanswered SET tabled = '1999-01-01' WHERE key = '{WAITING}'", WAITING),
        (f"UPDATE unanswered SET due = NULL WHERE key = '{WAITING}'", WAITING),
        (f"UPDATE unanswered SET house = 'Lords' WHERE key = '{WAITING}'", WAITING),
        (f"UPDATE unanswered SET asker_id = 1 WHERE key = '{WAITING}'", WAITING),
        (f"UPDATE unanswered SET answering_body = 'Ministry of Magic' WHERE key = '{WAITING}'", WAITING),
        (
            "UPDATE unanswered SET facts = CAST(replace(CAST(facts AS TEXT), 'lanterns', 'candles') AS BLOB)"
            f" WHERE key = '{WAITING}'",
            WAITING,
        ),
        (
            f"UPDATE unanswered SET facts = (SELECT facts FROM records WHERE number = 0) WHERE key = '{WAITING}'",
            WAITING,
        ),
        (f"UPDATE unanswered SET facts = X'7B' WHERE key = '{WAITING}'", WAITING),
        (f"UPDATE unanswered SET facts = 'text' WHERE key = '{WAITING}'", WAITING),
    ],
)
def test_damage_to_a_question_without_an_answer_is_told(every: Path, change: str, key: str):
    spoil(every, "records.sqlite", change)
    assert keys_told(every) == {key}


def test_a_question_without_an_answer_that_is_lost_or_unknown_is_told(every: Path):
    spoil(every, "records.sqlite", f"DELETE FROM unanswered WHERE key = '{WAITING}'")
    found = told(verify(every))
    assert (WAITING, "was received, but is not among the records") in found
    assert (None, "unanswered: the manifest promises 2, but there are 1") in found


def test_a_question_that_was_not_kept_as_received_is_told(every: Path):
    spoil(every, "received.sqlite", f"DELETE FROM received WHERE key = '{WAITING}'")
    found = told(verify(every))
    assert (WAITING, "is not kept as it was received, so it can't be read again") in found
    assert (None, "received: the manifest promises 19, but there are 18") in found


def test_a_question_that_was_withdrawn_when_it_was_received_is_told(every: Path):
    gone = zlib.compress(json.dumps({"value": withdrawn(3)}).encode()).hex()
    spoil(every, "received.sqlite", f"UPDATE received SET raw = X'{gone}' WHERE key = '{WAITING}'")
    assert told(verify(every)) == [(WAITING, "read again from what was received, it was withdrawn")]


def test_a_question_that_was_answered_when_it_was_received_is_told(every: Path):
    answered = zlib.compress(json.dumps({"value": question(3)}).encode()).hex()
    spoil(every, "received.sqlite", f"UPDATE received SET raw = X'{answered}' WHERE key = '{WAITING}'")
    ((key, what),) = told(verify(every))
    assert key == WAITING
    assert what.startswith("read again from what was received, it differs in answer, ")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (f"UPDATE refs SET target = 'commons-1-1-1' WHERE source = '{POINTER}'", POINTER),
        (f"UPDATE refs SET target = '{LOST_POINTER}' WHERE source = '{POINTER}'", POINTER),
        (f"UPDATE refs SET target = NULL, reason = 'not_in_corpus' WHERE source = '{FOLLOW_UP}'", FOLLOW_UP),
        (f"UPDATE refs SET target = '{PLAIN}', reason = 'by_date' WHERE source = '{LOST_POINTER}'", LOST_POINTER),
        (f"UPDATE refs SET reason = 'ambiguous' WHERE source = '{LOST_POINTER}'", LOST_POINTER),
        (f"UPDATE refs SET role = 'refers_to' WHERE source = '{FOLLOW_UP}'", FOLLOW_UP),
        (f"DELETE FROM refs WHERE source = '{FOLLOW_UP}'", FOLLOW_UP),
        (f"INSERT INTO refs VALUES ('{PLAIN}', 0, 'follows', '{POINTER}', 'by_date')", PLAIN),
        (f"UPDATE records SET mentions = CAST('[]' AS BLOB) WHERE key = '{FOLLOW_UP}'", FOLLOW_UP),
        (
            "UPDATE records SET mentions = CAST(replace(CAST(mentions AS TEXT), '2026-06-09', '2026-06-08') AS BLOB)"
            f" WHERE key = '{FOLLOW_UP}'",
            FOLLOW_UP,
        ),
        (f"UPDATE records SET mentions = X'7B' WHERE key = '{FOLLOW_UP}'", FOLLOW_UP),
    ],
)
def test_a_reference_that_is_not_that_of_its_text_is_told(every: Path, change: str, key: str):
    spoil(every, "records.sqlite", change)
    assert key in keys_told(every)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (f"DELETE FROM pointers WHERE source = '{POINTER}'", POINTER),
        (f"UPDATE pointers SET target = '{FOLLOW_UP}' WHERE source = '{POINTER}'", POINTER),
        (f"INSERT INTO pointers VALUES ('{LOST_POINTER}', '{PLAIN}')", LOST_POINTER),
        (f"INSERT INTO pointers VALUES ('{FOLLOW_UP}', '{PLAIN}')", FOLLOW_UP),
        (f"UPDATE records SET points = 0 WHERE key = '{POINTER}'", POINTER),
        (f"UPDATE records SET points = 1 WHERE key = '{LOST_POINTER}'", LOST_POINTER),
    ],
)
def test_a_pointer_that_is_said_to_lead_elsewhere_is_told(every: Path, change: str, key: str):
    spoil(every, "records.sqlite", change)
    assert keys_told(every) == {key}


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM links",
        "UPDATE links SET id = 2",
        "UPDATE links SET link = 'JointStatement'",
        f"INSERT INTO links VALUES ('{CORRECTION}', 'CorrectedAnswer', 2)",
    ],
)
def test_a_correction_of_another_answer_than_the_statement_is_linked_to_is_told(every: Path, change: str):
    spoil(every, "records.sqlite", change)
    assert keys_told(every) == {CORRECTION}


def test_a_status_that_can_not_be_read_is_told(every: Path):
    spoil(every, "records.sqlite", f"UPDATE records SET status = X'7B' WHERE key = '{PLAIN}'")
    assert keys_told(every) == {PLAIN}


def test_words_of_a_statement_that_are_not_its_source_s_are_told(every: Path):
    spoil(
        every,
        "records.sqlite",
        "UPDATE passages SET text = replace(text, 'published', 'withdrawn')"
        f" WHERE record = (SELECT number FROM records WHERE key = '{CORRECTION}')",
    )
    assert keys_told(every) == {CORRECTION}


def test_a_body_that_is_said_to_be_ministerial_and_is_not_is_told(every: Path):
    spoil(every, "records.sqlite", f"UPDATE records SET ministerial = 1 WHERE key = '{PLAIN}'")
    assert told(verify(every)) == [(PLAIN, "the row that filters look at differs from its facts in ministerial")]


@pytest.fixture
def registered(every: Path, tmp_path: Path, toy_encoder: Encoder) -> Path:
    """Build the same records with a register that knows one asker."""
    REGISTER.write(every / MEMBERS_FILE)
    build([str(tmp_path / "questions.jsonl")], every, toy_encoder)
    return every


def test_facts_from_the_register_are_sound(registered: Path):
    report = verify(registered)
    assert report.discrepancies == ()
    assert report.files == len(open_snapshot(registered).manifest.files) + 1


def test_facts_that_the_register_does_not_give_are_told(registered: Path):
    path = current(registered) / MEMBERS_FILE
    path.write_text(path.read_text(encoding="utf-8").replace("Ann Registered", "Ann Other"), encoding="utf-8")
    seal(registered, MEMBERS_FILE)
    about_ann = [what for _, what in told(verify(registered))]
    assert about_ann
    assert set(about_ann) == {"read again from what was received, it differs in asker"}
    assert {"commons-2026-06-04-31", "commons-2026-06-05-32"} <= keys_told(registered)


def test_a_name_that_neither_source_nor_register_gives_is_told(registered: Path):
    spoil(
        registered,
        "records.sqlite",
        "UPDATE records SET facts = CAST(replace(CAST(facts AS TEXT), 'Ann Registered', 'Ann Other') AS BLOB),"
        " asker = 'Ann Other' WHERE api_id = 32",
    )
    assert told(verify(registered)) == [
        ("commons-2026-06-05-32", "read again from what was received, it differs in asker")
    ]


def test_a_register_that_can_not_be_read_is_told_and_not_a_crash(registered: Path):
    path = current(registered) / MEMBERS_FILE
    path.write_text("{", encoding="utf-8")
    seal(registered, MEMBERS_FILE)
    report = verify(registered)
    assert not report.sound
    assert MEMBERS_FILE in report.discrepancies[0].what


@pytest.fixture
def renamed(every: Path, toy_encoder: Encoder) -> Path:
    """Let a question get another number, so that its old key leads to the new one."""
    raw = json.dumps({"value": question(1, uin="901")}).encode()
    place = Provenance("parliament-api", "sync", 1, date(2026, 11, 21))
    refresh(every, toy_encoder, Changes((Received("parliament-api", raw, place),)))
    return every


def test_an_old_key_that_leads_elsewhere_is_told(renamed: Path):
    assert verify(renamed).discrepancies == ()
    spoil(renamed, "records.sqlite", f"UPDATE redirects SET key = '{FOLLOW_UP}' WHERE old_key = '{PLAIN}'")
    assert not verify(renamed).sound
