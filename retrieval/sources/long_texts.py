"""Puts the long texts of a dump into the clipped rows of its lists, where the two still agree."""

from __future__ import annotations

import html
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import msgspec

from retrieval.errors import ClippedRecord, SourceError
from retrieval.records import Provenance, Record
from retrieval.sources.api_record import clipped_part
from retrieval.sources.api_values import CLIP_CHARACTERS
from retrieval.sources.documents import Document
from retrieval.sources.dump_tables import LongText, LongTextTable, tables_of, texts_of
from retrieval.sources.dumps import NAME, MysocietyDump
from retrieval.sources.reader import Reader, Received, Withdrawn
from retrieval.sources.sqlite_file import MAGIC, SqliteFile, opened

_READERS = ("parliament-api", NAME)
_TAG = re.compile(r"<[^<>]*>")
_CUT_ENTITY = re.compile(r"&#?[A-Za-z0-9]*\Z")
# Each of these says that the answer was corrected; a row can have one of them alone.
_CORRECTED = ("dateAnswerCorrected", "answerIsCorrection", "correctingMemberId", "correctingMember")
_READ = ("id", "questionText", "answerText", *_CORRECTED)
_Place = tuple[SqliteFile, LongTextTable, int | bytes]


class LongTexts:
    """The long texts in all the SQLite files among the sources; close it after use, `with` does so.

    Only ids are held in memory. A long text is taken only if the clipped text is how it begins: mySociety fetches
    each one once, so it may be older than the row, and a holding answer, say, has another since. An answer that
    was corrected is never completed, as the long text could be the one from before and begin alike.

    Attributes:
        completed: Rows that long texts were put into.
        disagreed: Rows left clipped because every long text of theirs is another text than theirs.
    """

    def __init__(self) -> None:
        """Start with none."""
        self.completed = 0
        self.disagreed = 0
        self._places: dict[int, list[_Place]] = {}
        self._open = ExitStack()
        self._dumps = MysocietyDump()

    @classmethod
    def among(cls, paths: Sequence[str]) -> LongTexts:
        """Return the long texts in `paths`: files, and folders with all their folders; "-" is passed over.

        What can't be read is passed over here: reading it as a source says what is wrong.
        """
        found = cls()
        try:
            for path in _files(paths):
                found._add(path)
        except BaseException:
            found.close()
            raise
        return found

    def parsed(self, reader: Reader, received: Received) -> tuple[Received, Record | Withdrawn]:
        """Return what `reader` makes of `received`; of a clipped row that has long texts, the whole row and its record.

        Raises:
            MalformedRecord: As `reader` does.
            ClippedRecord: If it was cut short and no long text completes it.
        """
        try:
            found = reader.parse(received)
        except ClippedRecord:
            whole = self.whole(received)
            if whole is None:
                raise
        else:
            is_cut = isinstance(found, Record) and found.question_is_clipped
            whole = self.whole(received) if is_cut else None
            if whole is None:
                return received, found
        self.completed += 1
        return whole, self._dumps.parse(whole)

    def whole(self, received: Received) -> Received | None:
        """Return a list row with its long texts put in, for the reader of dumps; None if that can't be done.

        Args:
            received: A question in the API's fields, of which the source cut a text short.
        """
        if received.reader not in _READERS:
            return None
        row = _fields_in(received.raw)
        row = _fields_in(row["value"]) if "value" in row else row
        value = {name: msgspec.json.decode(row[name]) for name in _READ if name in row}
        api_id = value.get("id")
        candidates = self._places.get(api_id, []) if isinstance(api_id, int) else []
        for file, table, key in candidates:
            long_text = _read(file, table, key)
            texts = _completed(value, long_text) if long_text else None
            if texts:
                whole = {**row, "questionText": texts[0], "answerText": texts[1] or None}
                place = received.provenance
                source = f"{place.source} with {file.path}"
                provenance = Provenance(NAME, source, place.place, place.read_on)
                return Received(NAME, msgspec.json.encode(whole), provenance)
        self.disagreed += bool(candidates)
        return None

    def close(self) -> None:
        """Close every file."""
        self._open.close()

    def __enter__(self) -> LongTexts:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _add(self, path: str) -> None:
        try:
            document = self._open.enter_context(Document.at(path))
            if not document.head.startswith(MAGIC):
                return
            file = self._open.enter_context(opened(document))
            for table in tables_of(file):
                if isinstance(table, LongTextTable):
                    for (key,) in file.rows(table.table, table.columns[:1]):
                        self._note(file, table, key)
        except SourceError:
            return

    def _note(self, file: SqliteFile, table: LongTextTable, key: int | float | bytes | None) -> None:
        number = key.decode("ascii", "replace") if isinstance(key, bytes) else str(key)
        if isinstance(key, int | bytes) and re.fullmatch(r"[0-9]{1,16}", number):
            self._places.setdefault(int(number), []).append((file, table, key))


def _files(paths: Sequence[str]) -> Iterator[str]:
    """Yield the files in `paths`, each once, in the order in which they are read; a pipe can be read only once."""
    seen: set[str] = set()
    for named in paths:
        found = [named] if _is_file(named) and named != "-" else []
        for folder, folders, files in os.walk(named, followlinks=True):
            real = os.path.realpath(folder)
            folders[:] = sorted(name for name in folders if not name.startswith(".")) if real not in seen else []
            seen.add(real)
            found.extend(str(Path(folder) / name) for name in sorted(files) if not name.startswith("."))
        for path in found:
            real = os.path.realpath(path)
            if real not in seen and _is_file(path):
                yield path
            seen.add(real)


def _read(file: SqliteFile, table: LongTextTable, key: int | bytes) -> LongText | None:
    try:
        row = file.cells(table.table, table.columns, table.columns[0], key)
        return table.long_text(row) if row else None
    except (SourceError, ValueError):
        return None


def _completed(value: dict[str, object], long_text: LongText) -> tuple[str, str] | None:
    """Return question and answer, whole; None if one of them stays clipped."""
    short_question, short_answer = texts_of(value)
    answer_is_clipped = clipped_part(short_question, short_answer) == "answer"
    if answer_is_clipped and any(value.get(name) for name in _CORRECTED):
        return None
    question_may_be_cut = len(short_question) == CLIP_CHARACTERS
    question = _agreeing(short_question, long_text.question, is_cut=question_may_be_cut)
    answer = _agreeing(short_answer, long_text.answer, is_cut=answer_is_clipped)
    if (question is None and clipped_part(short_question, "")) or (answer is None and answer_is_clipped):
        return None
    return question or short_question, answer or short_answer


def _fields_in(raw: bytes | msgspec.Raw) -> dict[str, msgspec.Raw]:
    """Return the fields of a JSON object, each as it stands: not all of them are read, and can be any JSON."""
    try:
        return msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        return {}


def _agreeing(short: str, long: str | None, *, is_cut: bool) -> str | None:
    """Return `long` if `short` is how it begins or, where nothing was cut, all of it."""
    begins = _marks(_CUT_ENTITY.sub("", short[:CLIP_CHARACTERS]) if is_cut else short)
    marks = _marks(long or "")
    agrees = marks.startswith(begins) if is_cut else marks == begins
    return long if marks and agrees else None


def _marks(text: str) -> str:
    """Return letters, digits and plain punctuation, without what the list call drops or writes as `?`.

    Held against 4,980 questions in both forms: 6,400 of 6,400 texts agree but for those that changed in between.
    """
    kept = []
    for character in html.unescape(_TAG.sub("", text)):
        if character.isalnum() or (character.isascii() and character not in "? \t\r\n\f"):
            kept.append(character)
        elif unicodedata.category(character) == "Pd":
            kept.append("-")
    return "".join(kept)


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except OSError:
        return False  # In a folder that may not be looked into: reading it as a source says so.
