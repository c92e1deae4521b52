"""The register of Members: the name, party, seat and post of each as at a day, kept as one file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated

import msgspec

from retrieval.errors import MalformedRecord, SourceNotFound
from retrieval.files import replace_file
from retrieval.members.decoding import decoded
from retrieval.members.entries import MemberEntry
from retrieval.records import Member
from retrieval.sources.documents import unreadable

FORMAT = 1
MEMBERS_FILE = "members.json"


class StoredRegister(msgspec.Struct, forbid_unknown_fields=True):
    """The register as its file holds it."""

    format: Annotated[int, msgspec.Meta(ge=1)]
    members: list[MemberEntry]


@dataclass(frozen=True, slots=True)
class MemberRegister:
    """Members and what is known of each; nothing changes it. Primary key of an entry: Parliament's Member id.

    Args:
        entries: One for each Member; several of one Member are made one. Kept in the order of ids.
    """

    entries: tuple[MemberEntry, ...] = ()
    _by_id: dict[int, MemberEntry] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Put the entries in order and make them findable."""
        by_id: dict[int, MemberEntry] = {}
        for entry in self.entries:
            by_id[entry.id] = by_id[entry.id].merged_with(entry) if entry.id in by_id else entry
        object.__setattr__(self, "_by_id", by_id)
        object.__setattr__(self, "entries", tuple(by_id[id] for id in sorted(by_id)))

    @property
    def ids(self) -> frozenset[int]:
        """The ids of all entries, those that the Members API does not know among them."""
        return frozenset(self._by_id)

    @property
    def digest(self) -> str:
        """SHA-256, in hex digits, of the register as it is written: equal registers have equal digests."""
        return hashlib.sha256(self._written()).hexdigest()

    def entry(self, id: int) -> MemberEntry | None:
        """Return the entry of one Member; None where there is none."""
        return self._by_id.get(id)

    def member_on(self, id: int, day: date | None, *, body: str | None = None) -> Member:
        """Return a Member as at a day, with None for every fact that is not known for that very day.

        A fact is known for a day if the source believed first of those that have one for that day gives
        just one; on the day on which a party changes there are two, so none is given. Posts held on one day
        can be several: those of `body`, joined by "; ". Where none is known to be of it, or there is no body,
        only a single post is given: of several, nobody knows as which of them the Member spoke.

        Args:
            id: Parliament's Member id.
            day: The day; None gives no more than the name, and that only if there was never another.
            body: The answering body, as the record names it.
        """
        entry = self._by_id.get(id)
        return Member(id=id) if entry is None else entry.on(day, body)

    def merged_with(self, other: MemberRegister) -> MemberRegister:
        """Return what both know; where both have it from one source, what was read later stands, else `other`'s."""
        return MemberRegister(self.entries + other.entries)

    def with_entries(self, entries: Iterable[MemberEntry]) -> MemberRegister:
        """Return this register with more entries merged into it."""
        return self.merged_with(MemberRegister(tuple(entries)))

    @classmethod
    def read(cls, path: Path) -> MemberRegister:
        """Read a register that `write` wrote.

        Raises:
            SourceNotFound: If there is no such file.
            MalformedRecord: If it is none, or of a later version.
            SourceError: If the system won't let us read it.
        """
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise SourceNotFound(path, "is not there: there is no register of Members yet") from None
        except OSError as error:
            raise unreadable(str(path), error) from error
        return cls.from_json(data, str(path))

    @classmethod
    def from_json(cls, data: bytes, path: str) -> MemberRegister:
        """Return the register that `data` holds; `path` names it in errors.

        Raises:
            MalformedRecord: If it is none, or of a later version.
        """
        stored = decoded(data, StoredRegister, path)
        if stored.format > FORMAT:
            raise MalformedRecord(
                path, f"format: is {stored.format}, and this version reads {FORMAT}: use a newer version"
            )
        return cls(tuple(stored.members))

    def write(self, path: Path) -> None:
        """Write the register to `path`, in one step: a reader sees the old file or this one.

        Raises:
            OSError: If it can't be written; the old file stands then.
        """
        replace_file(path, self._written())

    def _written(self) -> bytes:
        lines = b",\n".join(msgspec.json.encode(entry) for entry in self.entries)
        return b'{"format":%d,"members":[\n%s\n]}\n' % (FORMAT, lines)
