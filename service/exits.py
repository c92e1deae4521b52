"""What the command says and which code it exits with when something is wrong."""

from __future__ import annotations

import errno
import re
import sqlite3
from enum import IntEnum
from typing import Final

from retrieval.errors import (
    BuildError,
    DespatchError,
    DirectoryBusy,
    LibraryMissing,
    ModelError,
    PublishFailed,
    QueryError,
    ServiceError,
    SnapshotError,
    SourceError,
    UnknownKey,
)


class ExitCode(IntEnum):
    """How `despatch` ends; the numbers are part of its interface."""

    OK = 0
    CHECK_FAILED = 1
    MISTAKE = 2
    UNUSABLE = 3
    UNREADABLE = 4
    UNWRITTEN = 5
    UNREACHABLE = 6
    BUSY = 7
    INTERRUPTED = 130
    PIPE_CLOSED = 141


# 130 and 141 are what a shell reports of a program stopped by Ctrl-C (signal 2) or a closed pipe (13).
MEANINGS: Final = {
    ExitCode.OK: "done; records that a build left out are listed",
    ExitCode.CHECK_FAILED: "`verify` found something wrong, or `verify-quote` a quotation that is not word for word",
    ExitCode.MISTAKE: "a mistake in the command: an option, the question, a filter or a key",
    ExitCode.UNUSABLE: "the data directory or the model can't be used",
    ExitCode.UNREADABLE: "a source can't be read, or has no answered question",
    ExitCode.UNWRITTEN: "the output could not be written, as on a full disk",
    ExitCode.UNREACHABLE: "Parliament's service can't be used; what was fetched is kept, so run it again",
    ExitCode.BUSY: "another sync or build is at work there; run it again",
    ExitCode.INTERRUPTED: "stopped with Ctrl-C",
    ExitCode.PIPE_CLOSED: "whatever read the output stopped reading",
}

# What is given by its place on the command line, rather than by an option.
_ARGUMENTS: Final = {
    "query": "question",
    "q": "words",
    "source": "source",
    "key": "key",
    "text": "text",
    "draft": "draft",
    "action": "action",
    "name": "name",
    # Set by the environment alone.
    "require_key": "DESPATCH_REQUIRE_KEY",
}

# A reason may name the other end of a span of dates, by the name that all surfaces share.
_SPANS: Final = re.compile(r"\b(?:answered|tabled)_(?:from|to)\b")

CODES: Final[dict[type[DespatchError], ExitCode]] = {
    QueryError: ExitCode.MISTAKE,
    UnknownKey: ExitCode.MISTAKE,
    DirectoryBusy: ExitCode.BUSY,
    SnapshotError: ExitCode.UNUSABLE,
    ModelError: ExitCode.UNUSABLE,
    SourceError: ExitCode.UNREADABLE,
    ServiceError: ExitCode.UNREACHABLE,
    BuildError: ExitCode.UNREADABLE,
    LibraryMissing: ExitCode.UNUSABLE,
}
"""By family of errors, the code that the command exits with."""


def code_of(error: type[DespatchError]) -> ExitCode | None:
    """Return the code for a class of errors, by the nearest family it belongs to; None if it has none."""
    return next((CODES[kind] for kind in error.__mro__ if kind in CODES), None)


def code_for(error: DespatchError) -> ExitCode:
    """Return the code that the command exits with on an error: that of its family, but for a full disk."""
    if isinstance(error, PublishFailed) and _is_full(error):
        return ExitCode.UNWRITTEN
    return code_of(type(error)) or ExitCode.CHECK_FAILED


def _is_full(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        # SQLite tells of a full disk by an error code of its own, and not by the system's.
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL:
            return True
        cause = cause.__cause__
    return False


def option_named(field: str) -> str:
    """Return how the command's user knows a parameter: `answered_from` is `--answered-from`."""
    return _ARGUMENTS.get(field) or f"--{field.replace('_', '-')}"


def in_words(error: DespatchError) -> str:
    """Return an error as the command tells it, parameters by the names of their options."""
    if isinstance(error, QueryError):
        reason = _SPANS.sub(lambda name: option_named(name[0]), error.reason)
        return f"{option_named(error.field)}: {reason}"
    return str(error)
