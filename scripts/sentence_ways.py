"""Ways of choosing the sentence of a passage that answers a question, and the labelled cases to try them on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.answering import answering_sentences_by_words, coverage, likeness, part
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import UnknownKey
from retrieval.hit_results import Span
from retrieval.passages import question_for_encoder
from retrieval.reranking import Reranker
from retrieval.sentences import sentence_spans

_SHARE_OF_WORDS = 0.3  # What a share of words in common counts beside a cosine.

Scores = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Label:
    """Which sentences of a passage a reader found to answer a question. Primary key: `id`."""

    id: int
    passage_hash: str
    question: str
    sentences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A label with what it is about.

    Attributes:
        label: What a reader found.
        sentences: The sentences of the passage.
        spans: Where each is in `evidence`.
        about: The answer's heading and question.
        evidence: What the encoder reads of the passage: it ends with the passage's text.
    """

    label: Label
    sentences: tuple[str, ...]
    spans: tuple[tuple[int, int], ...]
    about: str
    evidence: str

    @property
    def is_odd(self) -> bool:
        return self.label.id % 2 == 1


Way = Callable[[Case], Scores]


def read_labels(path: Path) -> list[Label]:
    """Return the labels of a JSON-lines file, in its order."""
    values = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [Label(one["id"], one["passage_hash"], one["question"], tuple(one["sentences"])) for one in values]


def read_cases(labels: Iterable[Label], corpus: Corpus, encoder: Encoder) -> list[Case]:
    """Return the cases whose passage the corpus has, word for word."""
    found = []
    for label in labels:
        try:
            number = corpus.store.number_of(f"id-{label.id}")
        except UnknownKey:
            continue
        same = [one for one in corpus.store.passages(number) if one.passage.hash == label.passage_hash]
        if not same:
            continue
        text, evidence = same[0].passage.text, corpus.evidence(same[0].row, encoder.fits)
        spans = sentence_spans(text)
        before = len(evidence) - len(text)
        record = corpus.store.record(number)
        found.append(
            Case(
                label=label,
                sentences=tuple(text[start:end] for start, end in spans),
                spans=tuple((before + start, before + end) for start, end in spans),
                about="\n".join(filter(None, (record.heading, question_for_encoder(record.question)))),
                evidence=evidence,
            )
        )
    return found


NEAREST = "nearest vector"


class Ways:
    """The ways of choosing: each gives a score to every sentence of a case, and the highest is chosen.

    Args:
        encoder: Reads questions and sentences.
        stems: The distinct stemmed words of a text.
        weigh: How much a word of a question tells.
        reranker: Reads a question with a sentence; without one its ways are left out.
    """

    def __init__(
        self,
        encoder: Encoder,
        stems: Callable[[str], tuple[str, ...]],
        weigh: Callable[[str], float],
        reranker: Reranker | None = None,
    ) -> None:
        self.encoder = encoder
        self.stems = stems
        self.weigh = weigh
        self.reranker = reranker

    def listed(self) -> dict[str, Way]:
        """Return the ways by name."""
        ways: dict[str, Way] = {
            "first sentence": lambda case: -np.arange(len(case.sentences), dtype=np.float32),
            NEAREST: self.nearest,
            "heading and question in front": self.with_about,
            "words in common": self.words,
            "nearest vector, words in common": lambda case: self.nearest(case) + _SHARE_OF_WORDS * self.words(case),
            "the sentence before in front": self.with_neighbour,
            "nearest vector, passage without it": lambda case: self.nearest(case) - self.left_out(case),
            "by words, rare ones more": self.by_words,
            "read in the passage: mean": lambda case: self.in_passage(case)[0],
            "read in the passage: tokens": lambda case: self.in_passage(case)[1],
            "read in the passage: both": lambda case: np.sum(self.in_passage(case), axis=0),
        }
        if self.reranker:
            ways["reranker"] = partial(self.relevance, self.reranker)
            ways["reranker, heading and question in front"] = partial(self.relevance_with_about, self.reranker)
        return ways

    def by_words(self, case: Case) -> Scores:
        """Return 1 for the sentence that a fast search marks, 0 for the others."""
        before = case.spans[0][0]
        (found,) = answering_sentences_by_words(case.label.question, [case.evidence[before:]], self.weigh, self.encoder)
        return np.array([found == Span(first - before, last - before) for first, last in case.spans], dtype=np.float32)

    def nearest(self, case: Case) -> Scores:
        return self._cosines(case, case.sentences)

    def with_about(self, case: Case) -> Scores:
        return self._cosines(case, _after_about(case))

    def with_neighbour(self, case: Case) -> Scores:
        before = ("", *case.sentences[:-1])
        return self._cosines(case, [f"{one} {two}".strip() for one, two in zip(before, case.sentences, strict=True)])

    def left_out(self, case: Case) -> Scores:
        """Return how near to the question the passage is without each sentence."""
        rest = (case.sentences[:place] + case.sentences[place + 1 :] for place in range(len(case.sentences)))
        return self._cosines(case, [" ".join(kept) for kept in rest])

    def words(self, case: Case) -> Scores:
        """Return the share of the question's stemmed words that each sentence has."""
        asked = set(self.stems(case.label.question))
        shared = [len(asked & set(self.stems(sentence))) for sentence in case.sentences]
        return np.array(shared, dtype=np.float32) / max(1, len(asked))

    def in_passage(self, case: Case) -> tuple[Scores, Scores]:
        """Return what `answering_sentences` goes by: likeness and coverage."""
        identity = self.encoder.identity
        question = identity.query_prefix + case.label.question
        asked, tokens = self.encoder.encode_tokens([question, identity.document_prefix + case.evidence])
        asked = part(asked, len(identity.query_prefix), len(question))
        shift = len(identity.document_prefix)
        inside = [part(tokens, shift + start, shift + end) for start, end in case.spans]
        return likeness(asked, inside), coverage(asked, inside)

    def relevance(self, reranker: Reranker, case: Case) -> Scores:
        return reranker.relevance(case.label.question, case.sentences)

    def relevance_with_about(self, reranker: Reranker, case: Case) -> Scores:
        return reranker.relevance(case.label.question, _after_about(case))

    def _cosines(self, case: Case, texts: Sequence[str]) -> Scores:
        scores: NDArray[np.float32] = (
            self.encoder.encode_documents(texts) @ self.encoder.encode_queries([case.label.question])[0]
        )
        return scores


def _after_about(case: Case) -> list[str]:
    return ["\n".join(filter(None, (case.about, sentence))) for sentence in case.sentences]
