from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from retrieval.attachments.extracted import ENCRYPTED, Extracted, Part
from retrieval.attachments.texts import ATTACHMENTS_FILE, AttachmentText, AttachmentTexts
from retrieval.errors import PublishFailed
from retrieval.records import Block, BlockKind

URL = "https://files.parliament.uk/one.pdf"
TEXT = AttachmentText.of(
    URL,
    "application/pdf",
    date(2026, 11, 22),
    b"file",
    Extracted(
        "pypdf 7.1.0",
        (
            Block(BlockKind.PARAGRAPH, "Words of a page."),
            Block(BlockKind.TABLE_ROW, "a\t1", table=1, headers=("b", "c")),
        ),
        (Part("page 1", 0),),
        None,
        "page 2",
    ),
)
NONE = AttachmentText.of("https://files.parliament.uk/two.pdf", None, date(2026, 11, 22), b"", Extracted(reason="gone"))


def test_what_is_kept_comes_back_whole(tmp_path: Path):
    with closing(AttachmentTexts(tmp_path)) as texts:
        texts.keep([TEXT, NONE])
    with closing(AttachmentTexts(tmp_path)) as texts:
        assert (texts.get(TEXT.url), texts.get(NONE.url), texts.get("https://other")) == (TEXT, NONE, None)
        assert (texts.name_of(TEXT.url), texts.name_of(NONE.url)) == ((TEXT.name, True), (NONE.name, False))
        assert texts.name_of("https://other") is None
        assert texts.states() == {TEXT.url: (True, "pypdf 7.1.0"), NONE.url: (False, "")}
        assert len(texts) == 2
        texts.remove([TEXT.url])
        assert texts.get(TEXT.url) is None


def test_the_hash_is_of_the_file_and_the_text_is_that_of_its_blocks():
    assert TEXT.sha256 == "3b9c358f36f0a31b6ad3e14f309c7cf198ac9246e8316f9ce543d5b19ac02b80"
    assert (TEXT.size_bytes, NONE.sha256, NONE.size_bytes) == (4, "", 0)
    assert TEXT.text == "Words of a page.\na\t1"


def test_the_name_changes_with_all_that_is_shown_but_not_with_the_day():
    assert replace(TEXT, fetched_on=date(2027, 1, 1)).name == TEXT.name
    others = [
        replace(TEXT, blocks=TEXT.blocks[:1]),
        replace(TEXT, parts=()),
        replace(TEXT, reason=ENCRYPTED),
        replace(TEXT, left_out=None),
        replace(TEXT, sha256="0"),
    ]
    assert len({TEXT.name, *(one.name for one in others)}) == 6


@pytest.mark.parametrize("column", ["blocks", "parts", "fetched_on", "left_out"])
def test_a_row_that_is_not_as_it_was_written_counts_as_not_kept(tmp_path: Path, column: str):
    with closing(AttachmentTexts(tmp_path)) as texts:
        texts.keep([TEXT])
    with closing(sqlite3.connect(tmp_path / ATTACHMENTS_FILE)) as connection:
        connection.execute(f"UPDATE attachment_texts SET {column} = 'x'")
        connection.commit()
    with closing(AttachmentTexts(tmp_path)) as texts:
        assert texts.get(URL) is None


def test_a_file_that_sqlite_can_not_read_gives_way_to_a_new_one(tmp_path: Path):
    (tmp_path / ATTACHMENTS_FILE).write_bytes(b"no database " * 1000)
    with closing(AttachmentTexts(tmp_path)) as texts:
        assert len(texts) == 0
        texts.keep([TEXT])
        assert texts.get(URL) == TEXT


def test_a_place_that_can_not_be_written_is_an_error(tmp_path: Path):
    (tmp_path / ATTACHMENTS_FILE).mkdir()
    with pytest.raises(PublishFailed, match="can't be used"):
        AttachmentTexts(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(PublishFailed, match="can't be used"):
        AttachmentTexts(tmp_path / "file")


def test_a_file_whose_table_is_gone_is_an_error_and_not_a_crash(tmp_path: Path):
    with closing(AttachmentTexts(tmp_path)) as texts:
        with closing(sqlite3.connect(tmp_path / ATTACHMENTS_FILE)) as connection:
            connection.execute("DROP TABLE attachment_texts")
        with pytest.raises(PublishFailed, match="no such table"):
            texts.get(URL)
        with pytest.raises(PublishFailed, match="no such table"):
            texts.keep([TEXT])
        with pytest.raises(PublishFailed, match="no such table"):
            texts.remove([URL])


def test_a_reader_that_holds_goes_on_seeing_what_was_there(tmp_path: Path):
    with closing(AttachmentTexts(tmp_path)) as one, closing(AttachmentTexts(tmp_path)) as other:
        one.keep([TEXT])
        one.hold()
        other.keep([replace(TEXT, left_out=None), NONE])
        assert (one.get(URL), one.get(NONE.url)) == (TEXT, None)
        assert other.get(NONE.url) == NONE
