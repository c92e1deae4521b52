"""Goes through files, folders and standard input, and reads every record a reader can find there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import BinaryIO

from retrieval.errors import ClippedRecord, SourceError, SourceNotFound, UnknownSource
from retrieval.records import Record
from retrieval.sources.api_json import ParliamentApi
from retrieval.sources.documents import Document, unreadable
from retrieval.sources.dumps import MysocietyDump
from retrieval.sources.long_texts import LongTexts
from retrieval.sources.mapped_table import MappedTable
from retrieval.sources.official_page import OfficialPage
from retrieval.sources.reader import Reader, Received
from retrieval.sources.saved_page import SavedPage
from retrieval.sources.statement_json import ParliamentStatements
from retrieval.sources.written_answers_xml import WrittenAnswersXml

READERS: tuple[Reader, ...] = (
    ParliamentApi(),
    ParliamentStatements(),
    MysocietyDump(),
    WrittenAnswersXml(),
    OfficialPage(),
    SavedPage(),
    MappedTable(),
)
STANDARD_INPUT = "-"
# A file of the wrong kind can be wrong on every line: past this, faults are counted and no longer kept.
MAX_FAULTS_KEPT = 1000


@dataclass(slots=True)
class ReadReport:
    """What was met on the way.

    Attributes:
        documents: Documents that a reader recognised.
        records: Answered questions and statements read.
        unanswered: Questions without an answer yet.
        withdrawn: Questions withdrawn, passed over.
        withdrawn_ids: The API's ids of those.
        clipped: Records refused because the source cut them short; each is a fault too.
        clipped_ids: The API's ids of those, where it is known: they can be fetched whole.
        fault_count: Faults in all.
        faults: The first `MAX_FAULTS_KEPT` of them, in order.
        ignored: Path and reason of each file or folder found in a folder and not read, in order.
        completed: Records that a list cut short, and that a table of long texts made whole.
        disagreed: Records whose long text does not begin as the list has it, and that stay cut short.
        notices: Path and remark of each file that was read, but not in all of its parts.
    """

    documents: int = 0
    records: int = 0
    unanswered: int = 0
    withdrawn: int = 0
    withdrawn_ids: set[int] = field(default_factory=set)
    clipped: int = 0
    clipped_ids: set[int] = field(default_factory=set)
    fault_count: int = 0
    faults: list[SourceError] = field(default_factory=list)
    ignored: list[tuple[str, str]] = field(default_factory=list)
    completed: int = 0
    disagreed: int = 0
    notices: list[tuple[str, str]] = field(default_factory=list)

    def note_record(self, record: Record) -> None:
        """Count a record that was read."""
        self.records += record.is_answered
        self.unanswered += not record.is_answered

    def note_withdrawn(self, api_id: int | None) -> None:
        """Count a question that was withdrawn."""
        self.withdrawn += 1
        if api_id is not None:
            self.withdrawn_ids.add(api_id)

    def note_fault(self, error: SourceError) -> None:
        """Count a fault, and keep it unless there are very many."""
        self.fault_count += 1
        if isinstance(error, ClippedRecord):
            self.clipped += 1
            if error.api_id is not None:
                self.clipped_ids.add(error.api_id)
        if len(self.faults) < MAX_FAULTS_KEPT:
            self.faults.append(error)


def reader_named(name: str, readers: Sequence[Reader] = READERS) -> Reader:
    """Return the reader called `name`.

    Raises:
        UnknownSource: If there is none.
    """
    for reader in readers:
        if reader.name == name:
            return reader
    known = ", ".join(reader.name for reader in readers)
    raise UnknownSource(name, f"no reader has this name (there are: {known}): use a newer version")


def read_sources(
    paths: Sequence[str],
    report: ReadReport,
    *,
    read_on: date,
    strict: bool = False,
    readers: Sequence[Reader] = READERS,
    stdin: BinaryIO | None = None,
) -> Iterator[tuple[Received, Record]]:
    """Yield every question, answered or not, and every statement in `paths`: in that order and, in a folder, of names.

    Folders are gone through with all their folders. In them, hidden files are passed over; files that no
    reader knows, and what was read already under another name, are listed in the report. Nothing is looked
    at before the first record is asked for.

    Args:
        paths: Files and folders; "-" is `stdin`.
        report: Is filled in on the way.
        read_on: The day of reading.
        strict: Raise the first fault, rather than note it and go on.
        readers: Asked in turn whether they recognise a document.
        stdin: Where "-" reads from.

    Raises:
        SourceNotFound: If one of `paths` is not there; raised before any of them is read.
        UnknownSource: If one of `paths` is a file that no reader knows.
        SourceError: The first fault, with `strict`.
    """
    check_paths(paths, stdin)
    with LongTexts.among(paths) as long_texts:
        walk = _Walk(report, read_on, strict, readers, long_texts)
        for path in paths:
            if path == STANDARD_INPUT and stdin is not None:
                yield from walk.document(path, stdin)
            else:
                yield from walk.named(path)
        report.completed, report.disagreed = long_texts.completed, long_texts.disagreed


def check_paths(paths: Sequence[str], stdin: BinaryIO | None = None) -> None:
    """Check that every path that the user named is there.

    Raises:
        SourceNotFound: For the first that is not.
    """
    for path in paths:
        _check_is_there(path, stdin)


def _check_is_there(path: str, stdin: BinaryIO | None) -> None:
    if path == STANDARD_INPUT:
        if stdin is None:
            raise SourceNotFound(path, "nothing is connected to standard input")
        return
    try:
        Path(path).stat()
    except PermissionError:
        pass  # it is there, and reading it will be a fault
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise SourceNotFound(path, f"is not there ({reason}): check the path") from None


@dataclass(slots=True)
class _Walk:
    report: ReadReport
    read_on: date
    strict: bool
    readers: Sequence[Reader]
    long_texts: LongTexts
    seen: set[str] = field(default_factory=set)

    def named(self, named: str) -> Iterator[tuple[Received, Record]]:
        """Go through one file or folder that the user named."""
        waiting = [named]
        while waiting:
            path = waiting.pop()
            printable = path.encode("utf-8", "backslashreplace").decode()
            if printable != path:
                self._ignore(printable, "its name is not in UTF-8: rename it")
                continue
            try:
                mode = Path(path).stat().st_mode
                inside = _inside(path) if stat.S_ISDIR(mode) else []
            except PermissionError as error:
                self._fault(unreadable(path, error))
                continue
            except OSError as error:
                self._ignore(path, f"a link that leads nowhere ({error.strerror})")
                continue
            real = os.path.realpath(path)
            if real in self.seen:
                self._ignore(path, "read already under another name, or twice")
                continue
            self.seen.add(real)
            if stat.S_ISDIR(mode):
                waiting.extend(reversed(inside))
            elif path == named or stat.S_ISREG(mode):
                yield from self.document(path, outright=path == named)
            else:
                self._ignore(path, "not a file: a pipe, socket or device")

    def document(
        self, path: str, stream: BinaryIO | None = None, *, outright: bool = True
    ) -> Iterator[tuple[Received, Record]]:
        """Read one document, from `stream` if there is one."""
        try:
            document = Document.at(path) if stream is None else Document.of_stream(path, stream)
        except SourceError as error:
            self._fault(error)
            return
        with document:
            reader = next((reader for reader in self.readers if reader.recognises(document)), None)
            if reader is not None:
                self.report.documents += 1
                if isinstance(reader, MappedTable):
                    self.report.notices += [(path, notice) for notice in reader.notices(document)]
                yield from self._records(document, reader)
                return
        reason = "is empty" if not document.head else "is of a kind that no reader knows"
        if outright:
            names = ", ".join(reader.name for reader in self.readers)
            raise UnknownSource(path, f"{reason} (readers: {names}): see the manual for what can be read")
        self._ignore(path, reason)

    def _records(self, document: Document, reader: Reader) -> Iterator[tuple[Received, Record]]:
        for item in _split(document, reader, self.read_on):
            if isinstance(item, SourceError):
                self._fault(item)
                continue
            try:
                received, found = self.long_texts.parsed(reader, item)
            except SourceError as error:
                self._fault(error)
                continue
            if isinstance(found, Record):
                self.report.note_record(found)
                yield received, found
            else:
                self.report.note_withdrawn(reader.api_id(received))

    def _fault(self, error: SourceError) -> None:
        self.report.note_fault(error)
        if self.strict:
            raise error

    def _ignore(self, path: str, reason: str) -> None:
        self.report.ignored.append((path, reason))


def _inside(folder: str) -> list[str]:
    """Return what is in `folder` and not hidden, by name."""
    return sorted(str(path) for path in Path(folder).iterdir() if not path.name.startswith("."))


def _split(document: Document, reader: Reader, read_on: date) -> Iterator[Received | SourceError]:
    """Yield what the reader does, and what stops it short as a last fault."""
    try:
        yield from reader.split(document, read_on)
    except SourceError as error:
        yield error
    except OSError as error:
        yield unreadable(document.path, error)
