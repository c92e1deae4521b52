"""One row of a list, and whether it tells of something that is not held."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import msgspec

from retrieval.errors import UnexpectedResponse
from retrieval.records import Genre
from retrieval.sources.api_values import CLIP_CHARACTERS, is_clipped
from retrieval.sync.collection import COLLECTIONS, Axis, Collection

_TAG = re.compile(r"<[^>]*>")
_CUT_ENTITY = re.compile(r"&#?\w{0,8}$")
# The list has `?` for some characters that Windows-1252 lacks, and `-` for some of its dashes.
_LEFT_OUT = re.compile(r"[\s?]+")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-")


class _Value(msgspec.Struct):
    id: int


class _Envelope(msgspec.Struct):
    value: msgspec.Raw


_envelope = msgspec.json.Decoder(_Envelope)
_id = msgspec.json.Decoder(_Value)
_fields = msgspec.json.Decoder(dict[str, object])


@dataclass(frozen=True, slots=True)
class Row:
    """One record as a call gave it, list or single. Primary key: `genre`, `id`.

    Attributes:
        value: Its fields by the API's names.
        raw: Its own bytes, with what the call puts around them.
    """

    genre: Genre
    id: int
    value: Mapping[str, object]
    raw: bytes

    @classmethod
    def of(cls, genre: Genre, raw: bytes) -> Row:
        """Read one row.

        Raises:
            UnexpectedResponse: If it is no record with an id.
        """
        try:
            value = _envelope.decode(raw).value
            return cls(genre, _id.decode(value).id, _fields.decode(value), raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise UnexpectedResponse(
                f"Parliament's service gave {raw[:60]!r} where a record with an id should be ({error}): "
                "see whether there is a newer Despatch Box"
            ) from error

    @property
    def collection(self) -> Collection:
        """The collection it belongs to."""
        return COLLECTIONS[self.genre]

    @property
    def house(self) -> str:
        """The House, as the row gives it."""
        return self.text("house")

    @property
    def key(self) -> str:
        """What `Record.key` makes of House, day and UIN; empty where one of them is missing."""
        day, uin = self.day(self.collection.main_axis), self.text("uin").strip()
        return f"{self.house}-{day.isoformat()}-{uin}".lower() if self.house and day and uin else ""

    @property
    def body(self) -> int | None:
        """Id of the answering body."""
        found = self.value.get("answeringBodyId")
        return found if isinstance(found, int) else None

    @property
    def is_withdrawn(self) -> bool:
        """Whether the row says that it was withdrawn."""
        return self.value.get("isWithdrawn") is True

    @property
    def is_answered(self) -> bool:
        """Whether there is anything to fetch whole: a text, or the day of one."""
        answer = self.collection.answer
        return answer is None or bool(plain(self.text(answer)) or self.text("dateAnswered"))

    def text(self, field: str) -> str:
        """Return a text; empty where there is none."""
        found = self.value.get(field)
        return found if isinstance(found, str) else ""

    def day(self, axis: Axis) -> date | None:
        """Return the day that `axis` goes by; None where the row has none that can be read."""
        try:
            return date.fromisoformat(self.text(self.collection.dates[axis].field)[:10])
        except ValueError:
            return None

    def differs_from(self, whole: Row) -> bool:
        """Whether this row of a list tells of another state of the record than `whole` has.

        Compared are the facts that both calls give alike, and of each text what the list shows of it.
        """
        if any(_told(self.value.get(name)) != _told(whole.value.get(name)) for name in self.collection.facts):
            return True
        # Lists may show no attachments at all, so none tells nothing.
        attachments = self.value.get("attachmentCount")
        if attachments and attachments != whole.value.get("attachmentCount"):
            return True
        return not all(_same_text(self.text(name), whole.text(name), name) for name in self.collection.texts)

    def is_ahead_of(self, whole: Row) -> bool:
        """Whether the single call, by its dates or the lack of an answer, gave an older state than this row."""
        if any(self.text(name)[:10] > whole.text(name)[:10] for name in self.collection.newest):
            return True
        answer = self.collection.answer
        return answer is not None and bool(plain(self.text(answer))) and not plain(whole.text(answer))


def plain(text: str) -> str:
    """Return what is left of a text in every form that the service gives it in.

    The list strips tags without leaving a space and turns some characters into others of Windows-1252, so tags,
    white space, question marks, marks on letters and characters that Windows-1252 lacks are left out, and all
    dashes are one.
    """
    bare = unicodedata.normalize("NFKD", html.unescape(_TAG.sub("", text)).translate(_DASHES))
    return _LEFT_OUT.sub("", bare.encode("cp1252", "ignore").decode("cp1252"))


def _same_text(listed: str, whole: str, field: str) -> bool:
    if listed == whole:
        return True
    cut = is_clipped(listed)
    if cut or (field == "questionText" and len(listed) == CLIP_CHARACTERS):
        return plain(whole).startswith(plain(_CUT_ENTITY.sub("", listed[:CLIP_CHARACTERS])))
    return plain(listed) == plain(whole)


def _told(value: object) -> object:
    """Return a fact so that the ways of saying nothing are one."""
    return value or None
