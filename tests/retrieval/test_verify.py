"""A snapshot is found sound, or every thing wrong with it is told."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest

from retrieval.build import build
from retrieval.encoders import Encoder
from retrieval.errors import NoSnapshot
from retrieval.verify import Discrepancy, VerifyReport, verify

FIRST = "commons-2024-09-02-101"


def spoil(data: Path, file: str, *statements: str, **counts: int) -> None:
    """Change a snapshot and seal it again, as a fault in the program that made it would have."""
    pointer = json.loads((data / "current").read_text(encoding="utf-8"))
    folder = data / "snapshots" / pointer["snapshot"]
    with closing(sqlite3.connect(folder / file)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    raw = (folder / file).read_bytes()
    manifest["files"][file] = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
    manifest["counts"].update(counts)
    sealed = json.dumps(manifest).encode()
    (folder / "manifest.json").write_bytes(sealed)
    pointer["manifest_sha256"] = hashlib.sha256(sealed).hexdigest()
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
        *(4, 12, 19, 19, 6),
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
        "INSERT INTO passages VALUES (99, 99, 1, 'lost', '', 0, 0, 'x')",
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
    assert found[2] == (
        "commons-2024-09-02-102",
        "read again from what was received, it has no answer (unanswered)",
    )


def test_a_key_that_is_not_that_of_its_record_is_told(small_data: Path):
    spoil(small_data, "records.sqlite", f"UPDATE records SET key = 'commons-1' WHERE key = '{FIRST}'")
    spoil(small_data, "received.sqlite", f"UPDATE received SET key = 'commons-1' WHERE key = '{FIRST}'")
    assert verify(small_data).discrepancies == (
        Discrepancy("commons-1", f"its facts say that its key is {FIRST}"),
        Discrepancy("commons-1", "the row that filters look at differs from its facts in key"),
        Discrepancy("commons-1", f"read again from what was received, its key is {FIRST}"),
    )


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
