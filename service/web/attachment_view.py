"""The files that came with an answer, and what was read of them, as a page shows them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from retrieval.answer_results import Answer, AnswerPassage, AttachmentReading
from retrieval.citations import Citation, written
from retrieval.corpus import Corpus
from retrieval.records import Attachment
from service.web.citation_view import STYLES, CitationBlock, citation_block_of

PASSAGES_SHOWN: Final = 40
"""Of one file: a spreadsheet can have thousands of rows, and a page with all of them would be slow to come."""


@dataclass(frozen=True, slots=True)
class AttachedPassage:
    """A passage that was read from a file. Primary key: the ordinal of `passage`."""

    passage: AnswerPassage
    citation: CitationBlock


@dataclass(frozen=True, slots=True)
class ShownAttachment:
    """A file that came with an answer, and what was read of it. Primary key: its number, its place from 1.

    Attributes:
        attachment: The file.
        reading: What was read of it; None where it was never asked for.
        passages: The first passages of its text, and the one that the link points to.
        more: How many passages there are beyond these.
        is_linked: Whether the link points to one of its passages.
    """

    attachment: Attachment
    reading: AttachmentReading | None
    passages: tuple[AttachedPassage, ...] = ()
    more: int = 0
    is_linked: bool = False


def shown_attachments(corpus: Corpus, answer: Answer, linked: Collection[int] = ()) -> tuple[ShownAttachment, ...]:
    """Return the files of an answer, in order.

    Args:
        corpus: The snapshot that the answer is in.
        answer: The answer or statement.
        linked: Ordinals of the passages that the link points to.
    """
    readings = {reading.number: reading for reading in answer.attachment_texts}
    return tuple(
        _shown(corpus, answer.key, attachment, readings.get(number), linked)
        for number, attachment in enumerate(answer.attachments, start=1)
    )


def in_words(citation: Citation) -> dict[str, str]:
    """Return a citation in each of the forms in words, by style."""
    return {style: written(citation, style) for style in STYLES}


def _shown(
    corpus: Corpus, key: str, attachment: Attachment, reading: AttachmentReading | None, linked: Collection[int]
) -> ShownAttachment:
    every = reading.passages if reading else ()
    chosen = [one for place, one in enumerate(every) if place < PASSAGES_SHOWN or one.ordinal in linked]
    passages = tuple(AttachedPassage(one, _cited(corpus, key, one)) for one in chosen)
    is_linked = any(one.ordinal in linked for one in chosen)
    return ShownAttachment(attachment, reading, passages, len(every) - len(passages), is_linked)


def _cited(corpus: Corpus, key: str, passage: AnswerPassage) -> CitationBlock:
    citation = corpus.citation(key, passage.ordinal)
    return citation_block_of(citation, in_words(citation), passage=passage.text)
