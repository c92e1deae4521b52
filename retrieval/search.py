"""Question in, ranked and cited answers out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.attached_results import attachment_source, neighbours
from retrieval.citations import CitationStyle, notes, written
from retrieval.corpus import Corpus, answerer_kind
from retrieval.encoders import Encoder
from retrieval.errors import NotAvailableYet, QueryError
from retrieval.filters import Filters
from retrieval.ranking import Ranked, best_answers
from retrieval.records import AnswerKind, FindingName
from retrieval.results import Hit, HitPassage, LeftOut, Match, Outcome, SearchResult, Span
from retrieval.sentences import sentence_spans
from retrieval.snapshot import check_model
from retrieval.store import StoredPassage

FOUND_AT = 0.55
WEAK_AT = 0.45
"""Provisional, until they are calibrated: cosines from which a best hit counts as found, and any hit as weak.

For all-MiniLM-L6-v2. Of 160 judged plain questions to 22,831 answers, 1 has its best hit below 0.45 and 10 have
it below 0.55; of 30 questions on other subjects put to the seed documents, 1 reaches 0.45.
"""

MAX_QUERY_CHARACTERS = 4_000
MAX_LIMIT = 200
_REFUSALS = (FindingName.NOT_HELD, FindingName.DISPROPORTIONATE_COST)
_MARKED = 20  # Marking a sentence costs an encoding of each; nobody reads further down than this at a time.
_PROSE = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
_NEAR_MISSES = 3
_NEAR_MISS_AT = 0.35  # Below this a passage has nothing to do with the question.
_LEFT_OUT_COUNTED = 50

_MESSAGES = {
    Outcome.FOUND: "Close matches in what is indexed.",
    Outcome.WEAK: "Only weak matches in what is indexed: read them before you rely on them.",
    Outcome.NOTHING_CLOSE: "No close match in what is indexed.",
    Outcome.FILTERED_OUT: "There are close matches in what is indexed, but the filters leave them out.",
    Outcome.CORPUS_EMPTY: "Nothing is indexed yet.",
}


class Searcher:
    """Searches one corpus with the encoder it was built with; safe to use from several threads.

    Args:
        corpus: An opened snapshot.
        encoder: Must be the one the snapshot was built with.
        data: The data directory, for messages.

    Raises:
        OtherModel: If the snapshot was built with another encoder.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder, data: Path | str = "data") -> None:
        """Check that question and passage vectors are comparable."""
        check_model(corpus.manifest, encoder.identity, Path(data))
        self.corpus = corpus
        self.encoder = encoder

    @classmethod
    def open(cls, data: Path | str, encoder: Encoder) -> Searcher:
        """Open the current snapshot of a data directory.

        Raises:
            SnapshotError: If there is none, or it can't be used with this encoder.
        """
        return cls(Corpus.open(data), encoder, data)

    def search(
        self, query: str, filters: Filters = Filters(), *, limit: int = 10, match: Match = Match.MEANING
    ) -> SearchResult:
        """Answer a question with ministers' own words.

        Args:
            query: A question or topic in plain words, 1 to `MAX_QUERY_CHARACTERS` characters.
            filters: Limits that act before ranking.
            limit: The most hits to return, 1 to `MAX_LIMIT`.
            match: Only `Match.MEANING` so far.

        Returns:
            The hits that are close enough, one an answer, by falling score; ties by date and key.

        Raises:
            QueryError: If the question, a filter or the limit is not usable.
        """
        started = time.perf_counter()
        asked = _checked(query, limit, match)
        vector = self.encoder.encode_queries([asked])[0]
        passing = self.corpus.admitted(filters)
        ranked = self._reached(vector, filters, limit + _NEAR_MISSES)
        close = [one for one in ranked if one.score >= WEAK_AT][:limit]
        left_out = self._left_out(vector, filters)
        outcome = self._outcome(vector, filters, close, left_out)
        # Beside a close match, near misses would only be noise.
        near = [one for one in ranked if _NEAR_MISS_AT <= one.score < WEAK_AT] if outcome is not Outcome.FOUND else []
        hits = self._hits(vector, close + near[:_NEAR_MISSES], passing)
        return SearchResult(
            query=asked,
            filters=_as_given(filters),
            outcome=outcome,
            message=_MESSAGES[outcome],
            hits=tuple(hits[: len(close)]),
            near_misses=tuple(_renumbered(hits[len(close) :])),
            left_out=left_out,
            searched=self.corpus.searched(filters),
            snapshot=self.corpus.manifest.name,
            licence=self.corpus.licence,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def rank(self, query: str, filters: Filters = Filters(), *, depth: int = 100) -> list[Ranked]:
        """Rank answers without a threshold, as `evaluate` does.

        Args:
            query: A question or topic in plain words.
            filters: Limits that act before ranking.
            depth: The most answers to return.

        Returns:
            Answers by falling score.
        """
        vector = self.encoder.encode_queries([_checked(query, 1, Match.MEANING)])[0]
        return self._reached(vector, filters, depth)

    def _reached(self, vector: NDArray[np.float32], filters: Filters, limit: int) -> list[Ranked]:
        rows, group_of_row = self.corpus.reached(filters)
        return best_answers(self.corpus.index, vector, group_of_row, limit=limit, rows=rows)

    def _ranked(self, vector: NDArray[np.float32], records: NDArray[np.int64], limit: int) -> list[Ranked]:
        rows = None if len(records) == len(self.corpus.store) else self.corpus.store.rows_of(records)
        return best_answers(self.corpus.index, vector, self.corpus.group_of_row, limit=limit, rows=rows)

    def _outcome(
        self,
        vector: NDArray[np.float32],
        filters: Filters,
        close: Sequence[Ranked],
        left_out: Sequence[LeftOut],
    ) -> Outcome:
        if close:
            return Outcome.FOUND if close[0].score >= FOUND_AT else Outcome.WEAK
        if not len(self.corpus.index):
            return Outcome.CORPUS_EMPTY
        if left_out:
            return Outcome.FILTERED_OUT
        if filters.given():
            anywhere = self._ranked(vector, np.arange(len(self.corpus.store), dtype=np.int64), 1)
            if anywhere and anywhere[0].score >= WEAK_AT:
                return Outcome.FILTERED_OUT
        return Outcome.NOTHING_CLOSE

    def _left_out(self, vector: NDArray[np.float32], filters: Filters) -> tuple[LeftOut, ...]:
        held_back = self.corpus.admitted(filters, held_back=True)
        if not len(held_back):
            return ()
        counts: Counter[tuple[AnswerKind, FindingName | None]] = Counter()
        for ranked in self._ranked(vector, held_back, _LEFT_OUT_COUNTED):
            if ranked.score < WEAK_AT:
                break
            number = int(self.corpus.store.record_of_row[ranked.row])
            kind = self.corpus.store.status(number).kind
            refusal = next((name for name in self.corpus.findings_of(number)[1] if name in _REFUSALS), None)
            counts[kind, refusal if kind is AnswerKind.SUBSTANTIVE else None] += 1
        return tuple(
            LeftOut(kind, finding, count, f"finding={finding}" if finding else f"kind={kind}")
            for (kind, finding), count in sorted(counts.items(), key=lambda item: (-item[1], item[0][0]))
        )

    def _hits(self, vector: NDArray[np.float32], ranked: Sequence[Ranked], passing: NDArray[np.int64]) -> list[Hit]:
        passes = np.zeros(len(self.corpus.store), dtype=bool)
        passes[passing] = True
        cited = [self._cited(vector, one, passes) for one in ranked]
        sentences = self._answering_sentences(vector, [passage.passage.text for _, passage in cited[:_MARKED]])
        sentences += [None] * (len(cited) - len(sentences))
        return [
            self._hit(rank, one, number, passage, sentence)
            for rank, (one, (number, passage), sentence) in enumerate(zip(ranked, cited, sentences, strict=True), 1)
        ]

    def _cited(
        self, vector: NDArray[np.float32], ranked: Ranked, passes: NDArray[np.bool_]
    ) -> tuple[int, StoredPassage]:
        """Choose the newest record of the answer that passes the filters, and its passage.

        A passage of an attachment is cited with the record that was matched, whose attachment it is.
        """
        store = self.corpus.store
        matched = int(store.record_of_row[ranked.row])
        members = store.members_of_group(ranked.group)
        days = {int(n): store.record(int(n)).answered or date.min for n in members[passes[members]]}
        newest = max(days.values())
        # Of several answered on the newest day, the one whose question came nearest.
        number = matched if days.get(matched) == newest else min(n for n, day in days.items() if day == newest)
        found = store.passage_at(ranked.row)
        if number == matched or (found.passage.attachment and matched in days):
            # The others have the same answer, but each its own attachments.
            return matched, found
        wanted = found.passage
        passages = [p for p in store.passages(number) if not p.passage.attachment]
        same = [p for p in passages if p.passage.hash == wanted.hash]
        if same:
            # Two tables of an answer can have the same row: its place and its headers tell which is meant.
            return number, max(
                same, key=lambda p: (p.passage.context == wanted.context, p.passage.ordinal == wanted.ordinal)
            )
        rows = np.array([p.row for p in passages], dtype=np.int64)
        best = int(self.corpus.index.search(vector, 1, rows)[0][0])
        return number, next(p for p in passages if p.row == best)

    def _answering_sentences(self, vector: NDArray[np.float32], texts: Sequence[str]) -> list[Span | None]:
        """Find in each text the sentence nearest to the question."""
        spans = [sentence_spans(text) for text in texts]
        listed = [text[a:b] for text, found in zip(texts, spans, strict=True) if len(found) > 1 for a, b in found]
        scores = self.encoder.encode_documents(listed) @ vector if listed else np.empty(0, np.float32)
        chosen: list[Span | None] = []
        used = 0
        for found in spans:
            best = 0
            if len(found) > 1:
                best = int(np.argmax(scores[used : used + len(found)]))
                used += len(found)
            chosen.append(Span(*found[best]) if found else None)
        return chosen

    def _hit(self, rank: int, ranked: Ranked, number: int, stored: StoredPassage, sentence: Span | None) -> Hit:
        corpus, passage = self.corpus, stored.passage
        record = corpus.store.record(number)
        found, names = corpus.findings_of(number)
        citation = corpus.citation(record.key, passage.ordinal)
        before, after = neighbours(corpus.store, stored)
        return Hit(
            rank=rank,
            score=round(ranked.score, 4),
            key=record.key,
            kind=corpus.store.status(number).kind,
            findings=names,
            passage=HitPassage(
                text=passage.text,
                ordinal=passage.ordinal,
                hash=passage.hash,
                context=passage.context or None,
                before=before,
                after=after,
                answering_sentence=sentence,
                findings=tuple(name for name, ordinal in found if ordinal == passage.ordinal),
                attachment=attachment_source(corpus.store, record, passage),
            ),
            question=record.question,
            heading=record.heading,
            citation=citation,
            written={str(style): written(citation, style) for style in _PROSE},
            notes=tuple(dict.fromkeys(note for style in _PROSE for note in notes(citation, style))),
            also_given=corpus.also_given(number),
            genre=record.genre,
            answerer=answerer_kind(record),
            earlier_government=citation.earlier_government,
            pointed_to_by=corpus.relations.pointed_to_by(number),
            refers_to=corpus.relations.refers_to(number),
        )


def _checked(query: str, limit: int, match: Match) -> str:
    asked = " ".join(query.split())
    if not asked:
        raise QueryError("query", "it is empty: ask a question or name a topic in plain words")
    if len(query) > MAX_QUERY_CHARACTERS:
        raise QueryError(
            "query", f"it has {len(query)} characters, at most {MAX_QUERY_CHARACTERS} are read: shorten it"
        )
    if not 1 <= limit <= MAX_LIMIT:
        raise QueryError("limit", f"{limit} is not between 1 and {MAX_LIMIT}")
    if match is not Match.MEANING:
        raise NotAvailableYet("match", f"{match} is not available yet: use match=meaning, or leave it out")
    return asked


def _as_given(filters: Filters) -> dict[str, str | list[str]]:
    return {
        name: value.isoformat() if isinstance(value, date) else [str(one) for one in value]
        for name, value in filters.given().items()
    }


def _renumbered(hits: Sequence[Hit]) -> list[Hit]:
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1)]
