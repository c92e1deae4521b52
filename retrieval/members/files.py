"""Reads a register of Members from files that a user names, whatever kind they are of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec

from retrieval.errors import SourceError, UnknownSource
from retrieval.members.api_accounts import Reading, account_of
from retrieval.members.api_shapes import responses_of
from retrieval.members.decoding import NOT_READ, decoded, fault
from retrieval.members.entries import MemberEntry
from retrieval.members.parlparse import entries_of, member_ids
from retrieval.members.popolo import PopoloFile
from retrieval.members.register import MemberRegister
from retrieval.sources.documents import Document

# parlparse's people.json is about 20 MB, its ministers' files 5 to 7.
MAX_BYTES = 1 << 28
_BOM = b"\xef\xbb\xbf"


class _Marks(msgspec.Struct):
    """The fields by which the kinds of file are told apart."""

    members: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    memberships: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    value: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    items: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


_marks: msgspec.json.Decoder[_Marks | list[msgspec.Raw]] = msgspec.json.Decoder(_Marks | list[msgspec.Raw])


@dataclass(frozen=True, slots=True)
class _Popolo:
    path: str
    file: PopoloFile


def read_register(*paths: Path | str, as_of: date | None = None) -> MemberRegister:
    """Read what files say of Members.

    A file, plain or compressed with gzip, is one of:

    - a register as this program writes it (`members.json`);
    - what the Members API answered to `/Members/{id}`, `/Members/{id}/Biography` or `/Members/History`: one
      response, a list of them, or one a line;
    - parlparse's `people.json`;
    - parlparse's `ministers-2010.json` or `posts/westminster-parliament-posts.json`, which name Members by
      Parliament's id;
    - parlparse's `ministers.json` (before 2010), which does not: give its `people.json` as well.

    Args:
        paths: The files; order does not matter, but where two say the same of a Member on the same day, the
            later one stands.
        as_of: The day on which the files were saved, where it is known. A post or party that had not ended
            then is known up to that day and not after it. None takes, for each file, the latest first day of
            anything in it: the file can't be older.

    Raises:
        SourceNotFound: If a file is not there.
        UnknownSource: If a file is of no such kind.
        MalformedRecord: If a file is broken; it names file, line or place, and reason.
        SourceError: If a file can't be read, or is too large.
    """
    register = MemberRegister()
    popolo: list[_Popolo] = []
    for path in map(str, paths):
        data = _bytes(path)
        marks = _read_marks(data, path)
        if isinstance(marks, _Marks) and not isinstance(marks.members, msgspec.UnsetType):
            register = register.merged_with(MemberRegister.from_json(data, path))
        elif isinstance(marks, _Marks) and not isinstance(marks.memberships, msgspec.UnsetType):
            popolo.append(_Popolo(path, decoded(data, PopoloFile, path)))
        else:
            register = register.with_entries(_api_entries(data, marks, path, as_of))
    people = {person: id for item in popolo for person, id in member_ids(item.file, item.path).items()}
    for item in popolo:
        register = register.with_entries(entries_of(item.file, people, item.path, as_of))
    return register


def _bytes(path: str) -> bytes:
    with Document.at(path) as document, document.open() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise SourceError(path, f"is longer than {MAX_BYTES:,} bytes: no list of Members is")
    return data.removeprefix(_BOM)


def _read_marks(data: bytes, path: str) -> _Marks | list[msgspec.Raw] | None:
    """Return the marks of one JSON value, its items if it is a list, or None for JSON Lines.

    Raises:
        MalformedRecord: If it is neither.
        UnknownSource: If it is JSON, but neither object nor list.
    """
    try:
        return _marks.decode(data)
    except msgspec.ValidationError:
        raise UnknownSource(path, _unknown()) from None
    except NOT_READ as error:
        first, _, rest = data.lstrip().partition(b"\n")
        if rest.strip() and _is_json(first):
            return None
        raise fault(error, data, path) from error


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except NOT_READ:
        return False
    return True


def _api_entries(
    data: bytes, marks: _Marks | list[msgspec.Raw] | None, path: str, as_of: date | None
) -> list[MemberEntry]:
    """Return what saved responses of the Members API say."""
    entries = []
    for line, raw in _pieces(data, marks, path):
        reading = Reading(path, line, as_of)
        for response in responses_of(raw, path, line):
            id, account = account_of(response, reading)
            entries.append(MemberEntry(id, (account,)))
    return entries


def _pieces(
    data: bytes, marks: _Marks | list[msgspec.Raw] | None, path: str
) -> Iterator[tuple[int | None, bytes | msgspec.Raw]]:
    if marks is None:
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                yield number, line
    elif isinstance(marks, list):
        yield None, data
    elif not isinstance(marks.items, msgspec.UnsetType):
        yield from ((None, item) for item in marks.items)
    elif not isinstance(marks.value, msgspec.UnsetType):
        yield None, data
    else:
        raise UnknownSource(path, _unknown())


def _unknown() -> str:
    return (
        "is none of these: a members.json, a saved response of the Members API, or parlparse's people.json or "
        "ministers' file"
    )
