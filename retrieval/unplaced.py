"""Words of answers that stand in no single passage: headers of tables, and phrases that a split parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from retrieval.records import Block
from retrieval.store import RecordStore
from retrieval.wording import Phrase, WordMaker

_NEIGHBOURS = """
SELECT row, record, first_block, attached,
    lag(row) OVER before, lag(last_block) OVER before
FROM (SELECT row, record, ordinal, first_block, last_block, {attached} AS attached FROM passages{joined})
WINDOW before AS (PARTITION BY record, attached ORDER BY ordinal)
"""


class Unplaced:
    """What is found of an answer beside its passages, so that a word that stands in it is never missed.

    A row of headers, or a title, belongs to the passage that follows it: it is found there. A phrase that begins in
    one part of an over-long paragraph and ends in the next is found where it begins.

    Args:
        store: An opened store.
        words: Makes words of a text as the index does.
    """

    def __init__(self, store: RecordStore, words: WordMaker) -> None:
        """Read the headers and the split paragraphs; of most answers there are none."""
        self._words = words
        self._headers: list[tuple[int, str]] = []
        self._seams: list[tuple[int, tuple[str, ...], tuple[str, ...]]] = []
        for row, number, first, attached, row_before, last_before in _neighbours(store):
            if row_before is not None and first == last_before:
                texts = [store.passage_at(one).passage.text for one in (row_before, row)]
                self._seams.append((row_before, words(texts[0]), words(texts[1])))
            start = 0 if last_before is None else last_before + 1
            if start < first:
                blocks = _blocks(store, number, attached)[start:first]
                self._headers += [(row, _in_a_line(words(block.text))) for block in blocks]

    def rows_with(self, phrase: Phrase) -> Iterator[int]:
        """Yield the rows of the passages that `phrase` belongs to without standing in them; some may be repeated."""
        wanted, reach = _in_a_line(phrase), len(phrase) - 1
        for row, line in self._headers:
            if wanted in line:
                yield row
        for row, before, after in self._seams if reach else ():
            if wanted in _in_a_line((*before[-reach:], *after[:reach])):
                yield row


def _neighbours(store: RecordStore) -> Iterator[tuple[int, int, int, int, int | None, int | None]]:
    """Yield of each passage after which blocks are left out, or that goes on with the block of the one before it.

    Yields:
        Its row, record, first block and attachment; the row and the last block of the passage before it.
    """
    has = store.has_attachments
    sql = _NEIGHBOURS.format(
        attached="coalesce(attachment, 0)" if has else "0",
        joined=" LEFT JOIN attached_passages USING (row)" if has else "",
    )
    for values in store.rows(sql):
        row, number, first, attached = (int(str(value)) for value in values[:4])
        row_before, last_before = (None if value is None else int(str(value)) for value in values[4:])
        if first != (0 if last_before is None else last_before + 1):
            yield row, number, first, attached, row_before, last_before


def _blocks(store: RecordStore, number: int, attached: int) -> Sequence[Block]:
    record = store.record(number)
    if not attached:
        return record.answer
    text = store.attachment_text(record.attachments[attached - 1].url)
    return text.blocks if text else ()


def _in_a_line(words: Sequence[str]) -> str:
    return f" {' '.join(words)} "
