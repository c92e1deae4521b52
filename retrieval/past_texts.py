"""The texts that answers had before the ones served now: no search looks in them, but a quotation may be of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from retrieval.quote_placing import Quoted
from retrieval.quoted_words import WordedText
from retrieval.received import ReceivedFile
from retrieval.records import Record
from retrieval.sources import reader_named
from retrieval.store import RecordStore

# As `msgspec` writes it. Of most records there is no first text, and no need to read the rest.
_WITH_FIRST_TEXT: Final = (
    "SELECT number FROM records WHERE instr(facts, CAST('\"first_answer\":[{' AS BLOB)) ORDER BY 1"
)


@dataclass(frozen=True, slots=True, eq=False)
class PastWords:
    """A text that an answer had once. Primary key: `record` and its words."""

    record: int
    worded: WordedText


class PastTexts:
    """Every text known that an answer had before; made once for a snapshot, and safe to use from several threads.

    Args:
        store: An opened store.
        received: What the sources gave, earlier readings included.
    """

    def __init__(self, store: RecordStore, received: ReceivedFile) -> None:
        """Read the few records that had another text before."""
        self._texts = tuple(_past(store, received))
        self._having: dict[str, list[int]] = {}
        for place, past in enumerate(self._texts):
            for word in set(past.worded.folded):
                self._having.setdefault(word, []).append(place)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._texts)

    def of(self, record: int) -> tuple[PastWords, ...]:
        """Return those of one record, oldest first."""
        return tuple(past for past in self._texts if past.record == record)

    def with_most_words(self, quoted: Quoted, share: float, most: int) -> tuple[PastWords, ...]:
        """Return the texts that have most of the words of a quotation, those with more of them first.

        Args:
            quoted: What is looked for.
            share: Of its distinct words, how many a text must have at least, in [0, 1].
            most: The most texts to return.
        """
        counts = Counter(place for word in quoted.distinct for place in self._having.get(word, ()))
        enough = share * len(quoted.distinct)
        ranked = sorted((-count, place) for place, count in counts.items() if count >= enough)
        return tuple(self._texts[place] for _, place in ranked[:most])


def _past(store: RecordStore, received: ReceivedFile) -> Iterator[PastWords]:
    firsts = {int(str(number)) for (number,) in store.rows(_WITH_FIRST_TEXT)}
    earlier = {number: key for key in received.keys_with_earlier() if (number := _number(store, key)) is not None}
    for number in sorted(firsts | earlier.keys()):
        record = store.record(number)
        versions = [reader_named(one.reader).parse(one) for one in received.earlier(record.key)]
        records = [*(one for one in versions if isinstance(one, Record)), record]
        yield from _distinct(number, record.answer_text, records)


def _number(store: RecordStore, key: str) -> int | None:
    found = store.rows("SELECT number FROM records WHERE key = ?", (key,))
    return int(str(found[0][0])) if found else None


def _distinct(number: int, served: str, records: Iterable[Record]) -> Iterator[PastWords]:
    seen = {served, ""}
    for record in records:
        first = "\n".join(block.text for block in record.first_answer)
        for text in (first, record.answer_text):
            if text not in seen:
                seen.add(text)
                yield PastWords(number, WordedText(text))
