"""The passages of attachments checked against the text that was read of the files."""

from __future__ import annotations

from collections.abc import Iterator

from retrieval.attached import mark_of_names
from retrieval.attachments.texts import AttachmentText
from retrieval.passages import Passage, is_faithful
from retrieval.records import Record, folded
from retrieval.store import RecordStore


def wrong_with_attached(store: RecordStore, number: int, record: Record) -> Iterator[str]:
    """Yield what is wrong with the attachments of a record: what is kept of them, and their passages.

    The files are not kept, so that nothing is said of whether they were read well.
    """
    names = [(store.attachment_name(one.url) or (b"",))[0] for one in record.attachments]
    if store.attached_mark(number) != mark_of_names(names):
        yield "its passages were made with other texts of its attachments than are kept"
    texts: dict[int, AttachmentText] = {}
    for place, (one, name) in enumerate(zip(record.attachments, names, strict=True), start=1):
        text = store.attachment_text(one.url)
        if text:
            texts[place] = text
        elif name:
            yield f"what was read of attachment {place} is not as it was written"
    attached = [stored.passage for stored in store.passages(number) if stored.passage.attachment]
    if attached and min(p.ordinal for p in attached) != len(store.passages(number)) - len(attached) + 1:
        yield "passages of its attachments stand among those of the answer"
    for passage in attached:
        if passage.attachment in texts:
            yield from _wrong_with(passage, texts[passage.attachment])
        else:
            yield f"passage {passage.ordinal} is of attachment {passage.attachment}, of which no text is kept"


def _wrong_with(passage: Passage, text: AttachmentText) -> Iterator[str]:
    where = f"passage {passage.ordinal}, of attachment {passage.attachment},"
    blocks = text.blocks[passage.first_block : passage.last_block + 1]
    if not is_faithful(passage, "\n".join(block.text for block in blocks)):
        yield f"{where} is not in the blocks it is said to be in"
    headers = " | ".join(header for block in blocks for header in block.headers)
    for line in filter(None, passage.context.split("\n")):
        words = folded(line.strip("… "))
        if words not in folded(text.text) and words not in folded(headers):
            yield f"the context of {where} is neither in it nor its headers: {line[:60]!r}"
