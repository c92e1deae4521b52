"""Every error that is raised on purpose ends the command with a code of its family."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.errors import (
    DespatchError,
    DirectoryBusy,
    NotAvailableYet,
    OtherModel,
    PublishFailed,
    QueryError,
    SourceNotFound,
    UnknownKey,
)
from service.exits import CODES, MEANINGS, ExitCode, code_for, code_of, in_words


def below(kind: type[DespatchError]) -> Iterator[type[DespatchError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


def test_no_error_is_without_a_code():
    assert [kind.__name__ for kind in below(DespatchError) if code_of(kind) is None] == []


def test_only_the_base_of_all_errors_has_no_code():
    assert code_of(DespatchError) is None
    assert DespatchError not in CODES


def test_an_error_has_the_code_of_its_family():
    assert code_of(SourceNotFound) == 4
    assert code_of(OtherModel) == 3
    assert code_of(NotAvailableYet) == 2
    assert code_of(UnknownKey) == 2


def failed(cause: BaseException | None) -> PublishFailed:
    error = PublishFailed("it can't be written")
    error.__cause__ = cause
    return error


def test_a_full_disk_has_the_code_of_output_that_could_not_be_written(tmp_path: Path):
    assert code_for(failed(OSError(errno.ENOSPC, "no space"))) == 5
    assert code_for(failed(failed(OSError(errno.EDQUOT, "quota")))) == 5
    assert code_for(failed(OSError(errno.EACCES, "not allowed"))) == 3
    assert code_for(failed(None)) == 3
    database = sqlite3.connect(tmp_path / "full")
    database.execute("PRAGMA max_page_count = 2")
    with pytest.raises(sqlite3.OperationalError) as full:
        database.execute("CREATE TABLE t AS SELECT zeroblob(100000) AS x")
    database.close()
    assert code_for(failed(full.value)) == 5


def test_a_directory_in_use_has_a_code_of_its_own():
    assert code_for(DirectoryBusy("another sync is at work")) == 7
    assert code_for(DespatchError("x")) == 1


def test_every_code_is_explained():
    assert set(MEANINGS) == set(ExitCode)


def test_a_parameter_is_told_by_the_name_of_its_option():
    assert in_words(QueryError("answered_to", "it is before answered_from")) == (
        "--answered-to: it is before --answered-from"
    )
    assert in_words(QueryError("query", "it is empty")) == "question: it is empty"
    assert in_words(QueryError("key", "it is not UTF-8 text")) == "key: it is not UTF-8 text"
    assert in_words(SourceNotFound("a.json", "is not there", 3)) == "a.json:3: is not there"
