"""The text of attachments as results show it: apart from the answer, with the file, the page and the rights."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.answer_results import AnswerPassage, AttachmentReading
from retrieval.attached import place_of
from retrieval.attachments.texts import AttachmentText
from retrieval.citing import CitedAttachment
from retrieval.hit_results import AttachmentSource
from retrieval.passages import Passage
from retrieval.records import Record
from retrieval.store import RecordStore, StoredPassage


def attachment_source(store: RecordStore, record: Record, passage: Passage) -> AttachmentSource | None:
    """Return the file that a passage was read from; None for the answer's own words."""
    if not passage.attachment:
        return None
    return _source(record, passage, store.attachment_text(record.attachments[passage.attachment - 1].url))


def _source(record: Record, passage: Passage, text: AttachmentText | None) -> AttachmentSource:
    one = record.attachments[passage.attachment - 1]
    place = place_of(text, passage) if text else ""
    return AttachmentSource(passage.attachment, one.title, one.url, one.media_type, place)


def cited_attachment(store: RecordStore, record: Record, number: int, ordinal: int | None) -> CitedAttachment | None:
    """Return the file that holds passage `ordinal` of record `number`; None where the answer itself does."""
    passage = store.passage_numbered(number, ordinal) if ordinal else None
    source = attachment_source(store, record, passage) if passage else None
    return CitedAttachment(source.title, source.url, source.place) if source else None


def neighbours(store: RecordStore, stored: StoredPassage) -> tuple[str | None, str | None]:
    """Return the texts before and after a passage, in the answer or in the same attachment."""
    passage = stored.passage
    near = [other.passage for other in store.passages_near(stored)]
    texts = {other.ordinal: other.text for other in near if other.attachment == passage.attachment}
    return texts.get(passage.ordinal - 1), texts.get(passage.ordinal + 1)


def passage_results(store: RecordStore, number: int) -> tuple[AnswerPassage, ...]:
    """Return all passages of a record, those of its attachments last."""
    record = store.record(number)
    texts = {place: store.attachment_text(one.url) for place, one in enumerate(record.attachments, start=1)}
    found: list[AnswerPassage] = []
    for stored in store.passages(number):
        passage = stored.passage
        source = _source(record, passage, texts[passage.attachment]) if passage.attachment else None
        found.append(AnswerPassage(passage.ordinal, passage.text, passage.context or None, passage.hash, source))
    return tuple(found)


def attachment_readings(
    store: RecordStore, record: Record, passages: Sequence[AnswerPassage]
) -> tuple[AttachmentReading, ...]:
    """Return what was read of a record's attachments, in order; nothing of those that were never asked for.

    Args:
        store: What the snapshot holds.
        record: Whose attachments.
        passages: All passages of the record, those of its attachments among them.
    """
    found: list[AttachmentReading] = []
    for number, attachment in enumerate(record.attachments, start=1):
        text = store.attachment_text(attachment.url)
        if text is None:
            continue
        mine = tuple(one for one in passages if one.attachment and one.attachment.number == number)
        found.append(
            AttachmentReading(
                number=number,
                title=attachment.title,
                url=attachment.url,
                media_type=attachment.media_type,
                fetched_on=text.fetched_on,
                sha256=text.sha256,
                extractor=text.extractor,
                reason=text.reason,
                left_out=text.left_out,
                passages=mine,
            )
        )
    return tuple(found)
