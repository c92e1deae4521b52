"""The weights of fusion and reranking, chosen by cross-validation over evidence that is worked out once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import Filters
from retrieval.fusion import NAMED_BONUS, candidates, fused, meaning_weight_of
from retrieval.reranking import RERANKED
from retrieval.search import Searcher
from scripts.quality import JudgedSet, first_right, held_out_choice, settings_grid

_SHORT, _LONG = (0.8, 0.85, 0.9, 0.95, 1.0), (0.5, 0.65, 0.8, 0.85, 0.9, 0.95, 1.0)
FAST = settings_grid(short=_SHORT, long=_LONG, relevance=(0.0,))
FULL = settings_grid(short=_SHORT, long=_LONG, relevance=(0.1, 0.2, 0.3, 0.5))
_READ = 24  # More than are reranked, as another weight of meaning brings up others.


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of the answers that may come first for a `question`: arrays of shape (n,), a place an answer."""

    question: str
    groups: NDArray[np.int64]
    cosines: NDArray[np.float32]
    words: NDArray[np.float32]
    named: NDArray[np.float32]
    relevance: NDArray[np.float32]


class Tuning:
    """The evidence for every question of some judged sets.

    Args:
        searcher: Over the corpus that was judged.
        sets: The judged questions.
    """

    def __init__(self, searcher: Searcher, sets: Sequence[JudgedSet]) -> None:
        """Work the evidence out."""
        self._searcher = searcher
        self._sets = sets
        self._evidence = {query.id: self.evidence(query.query) for one in sets for query in one.queries}

    def evidence(self, question: str) -> Evidence:
        """Return the evidence for one question, with the relevance of the best answers at the weights in use."""
        corpus, encoder = self._searcher.corpus, self._searcher.encoder
        rows, group_of_row = corpus.reached(Filters())
        vector = encoder.encode_queries([question])[0]
        found = candidates(corpus.index, corpus.lexical, question, vector, rows)
        ranked = fused(found, group_of_row, meaning_weight=meaning_weight_of(question))
        relevance = np.full(len(ranked), -np.inf, dtype=np.float32)
        if self._searcher.reranker:
            fits = partial(self._searcher.reranker.fits, question)
            texts = [corpus.evidence(one.row, fits) for one in ranked[:_READ]]
            relevance[:_READ] = self._searcher.reranker.relevance(question, texts)
        named = {int(group_of_row[row]): 0.0 for row in found.rows}
        for row, share in zip(found.rows, found.named, strict=True):
            group = int(group_of_row[row])
            named[group] = max(named[group], float(share))
        return Evidence(
            question=question,
            groups=np.array([one.group for one in ranked]),
            cosines=np.array([one.cosine for one in ranked], dtype=np.float32),
            words=np.array([one.words for one in ranked], dtype=np.float32),
            named=np.array([named[one.group] for one in ranked], dtype=np.float32),
            relevance=relevance,
        )

    def ranks(self, settings: Mapping[str, float], judged: JudgedSet) -> NDArray[np.int64]:
        """Return the rank of the first right answer to each question of a set under settings, 0 for none in 100."""
        return np.array(
            [
                first_right(self.order(self._evidence[query.id], settings), judged.relevant[query.id])
                for query in judged.queries
            ]
        )

    @staticmethod
    def order(evidence: Evidence, settings: Mapping[str, float]) -> list[int]:
        """Return the answers in the order that settings give, as fusion and reranking do: the best hundred."""
        weight = meaning_weight_of(evidence.question, settings["short"], settings["long"])
        scores = weight * evidence.cosines + (1 - weight) * evidence.words + NAMED_BONUS * evidence.named
        order = np.argsort(-scores, kind="stable")[:100]
        if settings["relevance"]:
            head = order[:RERANKED]
            gained = scores[head] + settings["relevance"] / (1 + np.exp(-evidence.relevance[head]))
            order[:RERANKED] = head[np.argsort(-gained, kind="stable")]
        return [int(group) for group in evidence.groups[order]]

    def lines(self) -> Iterator[str]:
        """Yield what is chosen for each fold, and the measures on the questions held out."""
        grids = {"fast": FAST, "full": FULL} if self._searcher.reranker else {"fast": FAST}
        for name, grid in grids.items():
            chosen, found = held_out_choice(grid, self.ranks, self._sets)
            told = "; ".join(
                f"{judged.name} MRR@10 {one.mrr:.3f}, S@10 {one.success:.3f}"
                for judged, one in zip(self._sets, found, strict=True)
            )
            picked = ", ".join(
                "/".join(f"{value:g}" for key, value in one.items() if key != "relevance" or name == "full")
                for one in chosen
            )
            yield f"{name}: {told}; chosen: {picked}"
