"""Ranked answers to hits: which record to cite, by which passage, and the sentence of it that answers."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.answering import answering_sentences, answering_sentences_by_words
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.hit_results import Hit, Span
from retrieval.hits import placed, unplaced
from retrieval.ranking import Ranked
from retrieval.recent import Recent
from retrieval.stages import UNWATCHED, Stage, Stages
from retrieval.store import StoredPassage

_KEPT_HITS = 1024  # Some 10 kB each.
_KEPT_BYTES = 16 << 20
_EACH_BYTES = 512  # Of what holds a text, or tells of another record.
_MARKED = 20  # Marking a sentence costs an encoding of its passage; nobody reads further down than this at a time.


def cited_record(corpus: Corpus, ranked: Ranked, passes: NDArray[np.bool_]) -> int:
    """Return the number of the record to cite for a ranked answer: the newest of it that passes the filters.

    Of several that were answered on the newest day it is the one whose question came nearest.

    Args:
        corpus: Theirs.
        ranked: The answer.
        passes: By record, whether it passes; one of the answer does.
    """
    members = corpus.store.members_of_group(ranked.group)
    members = members[passes[members]]
    days = corpus.answered_days[members]
    known = days[~np.isnat(days)]
    newest = members[days == known.max()] if len(known) else members
    matched = int(corpus.store.record_of_row[ranked.row])
    return matched if matched in newest else int(newest.min())


class HitMaker:
    """Makes hits of one corpus.

    Args:
        corpus: An opened snapshot.
        encoder: The one that it was built with.
        stages: Told when hits are made.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder, stages: Stages = UNWATCHED) -> None:
        """Keep them."""
        self.corpus = corpus
        self.encoder = encoder
        self._kept: Recent[int, Hit] = Recent(_KEPT_HITS, _KEPT_BYTES, _hit_bytes)
        self._stages = stages

    def hits(
        self,
        asked: str,
        vector: NDArray[np.float32],
        ranked: Sequence[Ranked],
        probabilities: Sequence[float],
        passing: NDArray[np.int64],
        *,
        marked: bool = True,
        quickly: bool = False,
    ) -> list[Hit]:
        """Return a hit for each ranked answer, in their order, numbered from 1.

        Args:
            asked: The question.
            vector: Of the question, shape (d,).
            ranked: The answers.
            probabilities: How likely each is to answer the question, in [0, 1].
            passing: The numbers of the records that pass the filters, rising: only these are cited.
            marked: Whether the sentence that answers is looked for in the best of them.
            quickly: Whether it is looked for by words alone.
        """
        with self._stages.stage(Stage.MARK):
            passes = np.zeros(len(self.corpus.store), dtype=bool)
            passes[passing] = True
            cited = [self._cited(vector, one, passes) for one in ranked]
            read = cited[:_MARKED] if marked else []
            sentences = self._sentences(asked, read, quickly=quickly)
            sentences += [None] * (len(cited) - len(sentences))
        with self._stages.stage(Stage.HITS):
            return [
                placed(self._told(passage), rank=rank, score=one.score, probability=chance, sentence=sentence)
                for rank, (one, chance, passage, sentence) in enumerate(
                    zip(ranked, probabilities, cited, sentences, strict=True), 1
                )
            ]

    def _sentences(self, asked: str, read: Sequence[StoredPassage], *, quickly: bool) -> list[Span | None]:
        texts = [passage.passage.text for passage in read]
        if quickly:
            return answering_sentences_by_words(asked, texts, self.corpus.lexical.weight, self.encoder)
        evidence = [self.corpus.evidence(passage.row, self.encoder.fits) for passage in read]
        return answering_sentences(asked, texts, evidence, self.encoder)

    def _told(self, passage: StoredPassage) -> Hit:
        return self._kept.get(passage.row, lambda: unplaced(self.corpus, passage))

    def _cited(self, vector: NDArray[np.float32], ranked: Ranked, passes: NDArray[np.bool_]) -> StoredPassage:
        """Choose a passage of the newest record of the answer that passes the filters.

        A passage of an attachment is cited with the record that was matched, whose attachment it is.
        """
        store = self.corpus.store
        matched = int(store.record_of_row[ranked.row])
        number = cited_record(self.corpus, ranked, passes)
        found = store.passage_at(ranked.row)
        is_of_it = passes[matched] and int(store.group_of_record[matched]) == ranked.group
        if number == matched or (found.passage.attachment and is_of_it):
            # The others have the same answer, but each its own attachments.
            return found
        wanted = found.passage
        passages = [p for p in store.passages(number) if not p.passage.attachment]
        same = [p for p in passages if p.passage.hash == wanted.hash]
        if same:
            # Two tables of an answer can have the same row: its place and its headers tell which is meant.
            return max(same, key=lambda p: (p.passage.context == wanted.context, p.passage.ordinal == wanted.ordinal))
        rows = np.array([p.row for p in passages], dtype=np.int64)
        best = int(self.corpus.index.search(vector, 1, rows)[0][0])
        return next(p for p in passages if p.row == best)


def _hit_bytes(hit: Hit) -> int:
    passage = hit.passage
    around = (passage.before, passage.after, passage.context, hit.heading)
    texts = (passage.text, hit.question, *around, *hit.written.values(), *hit.notes)
    listed = len(hit.also_given) + len(hit.pointed_to_by) + len(hit.refers_to)
    return sum(_EACH_BYTES + sys.getsizeof(text) for text in texts) + _EACH_BYTES * listed
