"""The texts of one record that a quotation may be of: its answer, its attachments, its question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from retrieval.corpus import Corpus
from retrieval.hit_results import Span
from retrieval.passages import Passage
from retrieval.quote_results import QuotedPassage, QuoteSource
from retrieval.quoted_words import WordedText


@dataclass(frozen=True, slots=True, eq=False)
class QuotableText:
    """A text of one record, with its passages.

    Attributes:
        record: Its number.
        source: What it is.
        worded: The text.
        passages: Those it is made of, in order; of a question or a past text, none.
        attachment: Number of the attachment that it is of; 0 for the record's own words.
    """

    record: int
    source: QuoteSource
    worded: WordedText
    passages: tuple[Passage, ...] = ()
    attachment: int = 0

    def passages_at(self, spans: Sequence[Span]) -> tuple[QuotedPassage, ...]:
        """Return the passages that have a character of one of some spans, in order."""
        found, place = list[QuotedPassage](), 0
        for passage in self.passages:
            start = self.worded.text.find(passage.text, place)
            if start < 0:
                continue
            place = start + len(passage.text)
            if any(span.start < place and start < span.end for span in spans):
                found.append(QuotedPassage(passage.ordinal, passage.hash))
        return tuple(found)


def answer_texts(corpus: Corpus, number: int) -> Iterator[QuotableText]:
    """Yield the answer of a record, then the text of each of its attachments: the passages of it, one a line."""
    stored = [one.passage for one in corpus.store.passages(number)]
    for attachment, group in groupby(stored, key=lambda passage: passage.attachment):
        passages = tuple(group)
        if attachment:
            joined = WordedText("\n".join(passage.text for passage in passages))
            yield QuotableText(number, QuoteSource.ATTACHMENT, joined, passages, attachment)
        else:
            answer = WordedText(corpus.store.record(number).answer_text)
            yield QuotableText(number, QuoteSource.ANSWER, answer, passages)


def question_text(corpus: Corpus, number: int) -> QuotableText:
    """Return the question of a record; that of a statement is empty."""
    return QuotableText(number, QuoteSource.QUESTION, WordedText(corpus.store.record(number).question))
