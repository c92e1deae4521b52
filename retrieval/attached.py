"""The text of a record's attachments as a build uses it: where it is found, and what passages it makes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from retrieval.attachments.texts import ATTACHMENTS_FILE, AttachmentText, AttachmentTexts
from retrieval.holdings import Holdings
from retrieval.passages import Passage, passages_of
from retrieval.records import Record

# Longest title of an attachment that an encoder reads with each passage of it.
_MAX_TITLE = 120


class AttachedTexts:
    """Finds the texts of attachments: those that were fetched, and else those that the snapshot before has.

    A text is taken before a reason why there is none, wherever each is; the fetched one before the other.

    Args:
        kept: The texts of the data directory.
        before: The snapshot before.
    """

    def __init__(self, kept: AttachmentTexts | None = None, before: Holdings | None = None) -> None:
        """Keep both; nothing is read yet."""
        self._kept = kept
        self._before = before

    @classmethod
    def open(cls, data: Path, before: Holdings | None) -> AttachedTexts:
        """Open what a data directory has; the texts stay as they are now until `close`.

        Args:
            data: The data directory; no file is made in it.
            before: The snapshot before; None where there is none, or it can't be used.

        Raises:
            PublishFailed: If there are texts that can't be read.
        """
        kept = AttachmentTexts(data) if (data / ATTACHMENTS_FILE).exists() else None
        if kept:
            kept.hold()
        return cls(kept, before)

    def close(self) -> None:
        """Let go of the file."""
        if self._kept:
            self._kept.close()

    def text(self, url: str) -> AttachmentText | None:
        """Return what was read of the attachment at an address; None where it was never asked for."""
        if self._takes_kept(url):
            return self._kept.get(url) if self._kept else None
        return self._before.attachment_text(url) if self._before else None

    def _takes_kept(self, url: str) -> bool:
        mine = self._kept.name_of(url) if self._kept else None
        theirs = self._before.attachment_name(url) if self._before else None
        return mine is not None and (mine[1] or theirs is None or not theirs[1])

    def _name(self, url: str) -> bytes:
        found = self._kept.name_of(url) if self._kept and self._takes_kept(url) else None
        if found is None:
            found = self._before.attachment_name(url) if self._before else None
        return found[0] if found else b""

    def mark(self, record: Record) -> bytes:
        """Return 16 bytes that name all that is known of a record's attachments; empty where that is nothing."""
        names = [self._name(attachment.url) for attachment in record.attachments]
        return mark_of_names(names)

    def marks(self, records: Iterable[Record]) -> dict[str, bytes]:
        """Return by key the marks of those records that have any."""
        found = ((record.key, self.mark(record)) for record in records if record.is_answered)
        return {key: mark for key, mark in found if mark}

    def of(self, record: Record) -> tuple[tuple[int, AttachmentText], ...]:
        """Return the texts of a record's attachments, each with its number from 1; those with words alone."""
        found = ((number, self.text(one.url)) for number, one in enumerate(record.attachments, start=1))
        return tuple((number, text) for number, text in found if text and text.blocks)

    def all_of(self, records: Iterable[Record]) -> Iterator[AttachmentText]:
        """Yield all that is known of the attachments of records, by address, each once."""
        for url in sorted({attachment.url for record in records for attachment in record.attachments}):
            text = self.text(url)
            if text:
                yield text


def mark_of_names(names: Sequence[bytes]) -> bytes:
    """Return 16 bytes that name what is known of a record's attachments; empty where that is nothing.

    Args:
        names: Of each attachment, in order, the name of what was read; empty where it was never asked for.
    """
    if not any(names):
        return b""
    return hashlib.sha256(b"\0".join(name.hex().encode() for name in names)).digest()[:16]


NOTHING_ATTACHED: Final = AttachedTexts()


def attached_passages(
    texts: Sequence[tuple[int, AttachmentText]], first_ordinal: int, fits: Callable[[str], bool]
) -> Iterator[Passage]:
    """Yield the passages of attachments, in order; none reaches over two pages or two sheets.

    Args:
        texts: By number of the attachment, its text.
        first_ordinal: Ordinal of the first of them.
        fits: Whether a text fits into the encoder's window.
    """
    ordinal = first_ordinal
    for number, text in texts:
        starts = [part.first_block for part in text.parts]
        for start, end in zip(starts, [*starts[1:], len(text.blocks)], strict=True):
            for passage in passages_of(text.blocks[start:end], fits):
                yield replace(
                    passage,
                    ordinal=ordinal,
                    first_block=passage.first_block + start,
                    last_block=passage.last_block + start,
                    attachment=number,
                )
                ordinal += 1


def with_title(passage: Passage, record: Record) -> Passage:
    """Return a passage as an encoder reads it: one of an attachment stands under the attachment's title."""
    if not passage.attachment:
        return passage
    title = record.attachments[passage.attachment - 1].title[:_MAX_TITLE]
    return replace(passage, context="\n".join(filter(None, (title, passage.context))))


def place_of(text: AttachmentText, passage: Passage) -> str:
    """Return the page or the sheet that a passage of an attachment is on."""
    return [part.name for part in text.parts if part.first_block <= passage.first_block][-1]
