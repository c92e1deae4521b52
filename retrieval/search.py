"""Question in, ranked and cited answers out."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.asked import checked_limit, checked_query
from retrieval.asking import Ask
from retrieval.choices import Match, Mode, Sort
from retrieval.close_answers import CLOSE_COUNTED, cited_numbers, close_in_order
from retrieval.closeness import Closeness, Judged
from retrieval.collapsing import REACH, Place, alone, collapsed
from retrieval.confidence import FOUND_AT, WEAK_AT
from retrieval.corpus import Corpus
from retrieval.cursors import cursor_at, offset_of
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.facets import Count, Dimension, facets_of
from retrieval.filters import Filters
from retrieval.freshness import Freshness, FreshnessKind, freshness_of
from retrieval.hit_maker import HitMaker
from retrieval.hit_results import Hit
from retrieval.later import LaterAnswers
from retrieval.near_results import NearDuplicates
from retrieval.ranking import Ranked
from retrieval.records import AnswerKind, FindingName, House
from retrieval.reranking import Reranker
from retrieval.results import LeftOut, Outcome, SearchResult
from retrieval.retriever import Ranking, Retriever
from retrieval.similar_questions import QuestionFinder
from retrieval.similar_results import SimilarQuestions
from retrieval.snapshot import check_model
from retrieval.stages import UNWATCHED, Stage, Stages
from retrieval.understanding import understand as understood_in
from retrieval.understood_results import NOT_APPLIED, topical, understood_filters
from retrieval.worded_search import Page, worded_search

_REFUSALS = (FindingName.NOT_HELD, FindingName.DISPROPORTIONATE_COST)
_NEAR_MISSES = 3
_LEFT_OUT_COUNTED = 50
_NEAREST_ANSWERS = 3

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
        reranker: Reads the best answers again, where a search asks for that; None leaves it out.
        today: Gives the day on which a question is asked, which "last year" goes by.
        stages: Told of each stage of a search; without it nobody is.

    Raises:
        OtherModel: If the snapshot was built with another encoder.
    """

    def __init__(
        self,
        corpus: Corpus,
        encoder: Encoder,
        data: Path | str = "data",
        reranker: Reranker | None = None,
        today: Callable[[], date] = date.today,
        stages: Stages = UNWATCHED,
    ) -> None:
        """Check that question and passage vectors are comparable."""
        check_model(corpus.manifest, encoder.identity, Path(data))
        self.corpus = corpus
        self.encoder = encoder
        self.reranker = reranker
        self.stages = stages
        self._retriever = Retriever(corpus, reranker, stages)
        self._maker = HitMaker(corpus, encoder, stages)
        self.today = today
        self._near = NearDuplicates(corpus)
        self._later = LaterAnswers(corpus)
        self._closeness = Closeness(corpus, encoder.identity, reranker)
        self._questions = QuestionFinder(corpus, encoder)

    @classmethod
    def open(cls, data: Path | str, encoder: Encoder, reranker: Reranker | None = None) -> Searcher:
        """Open the current snapshot of a data directory.

        Raises:
            SnapshotError: If there is none, or it can't be used with this encoder.
        """
        return cls(Corpus.open(data), encoder, data, reranker)

    def search(  # noqa: PLR0913 - each parameter stands alone, as in the interface that users know
        self,
        query: str,
        filters: Filters = Filters(),
        *,
        limit: int = 10,
        match: Match = Match.MEANING,
        mode: Mode = Mode.FULL,
        understand: bool = False,
        fresh: bool = True,
        group: bool = True,
        sort: Sort | None = None,
        cursor: str | None = None,
        expand: bool = True,
        facets: Sequence[Dimension] = (),
        marked: bool = True,
    ) -> SearchResult:
        """Answer a question with ministers' own words.

        Args:
            query: A question or topic in plain words, 1 to `MAX_QUERY_CHARACTERS` characters.
            filters: Limits that act before ranking.
            limit: The most hits to return, 1 to `MAX_LIMIT`.
            match: Whether the answers nearest to the question are found, or every answer that has the words.
            mode: Whether the reranker, if there is one, reads the best answers again.
            understand: Whether explicit words such as "said by" and "since March 2026" become filters, beside
                those given. Where they leave no hit, the search is done without them, and the result says so.
            fresh: Whether answers of the time that the question asks for are preferred.
            group: Whether answers that nearly repeat one another are one hit, led by the one that fits best.
            sort: The order: by falling score unless one is given, or the newest first with `match` exact or words.
            cursor: For the page after another: the `next_cursor` of that.
            expand: Whether the short and long forms of the question's words are looked for too.
            facets: What the answers are counted by: all that have the words, or with meaning those that are close.
            marked: Whether, by meaning, the sentence that answers is looked for in the best passages: by words alone
                in fast mode.

        Returns:
            The hits that are close enough, one an answer, by falling score; ties by date and key. Or, with `match`
            exact or words, a page of all answers that have the words. With an order, a further page or facets, the
            close ones of the `CLOSE_COUNTED` nearest answers are meant, else those of the nearest few, and
            `next_cursor` says where there are more.

        Raises:
            QueryError: If the question, a filter or the limit is not usable.
        """
        started = time.perf_counter()
        asked, today = checked_query(query), self.today()
        checked_limit(limit)
        if match is not Match.MEANING:
            page = Page(limit, sort or Sort.NEWEST, cursor)
            with self.stages.stage(Stage.WORDED):
                return worded_search(self.corpus, asked, filters, match=match, page=page, facets=facets)
        guess = understood_in(asked, self.corpus.names, filters, today) if understand else None
        expanded = self.corpus.expander.expansions(asked) if expand else ()
        ask = Ask(
            asked,
            filters,
            limit,
            mode,
            group,
            sort=sort,
            cursor=cursor,
            facets=tuple(facets),
            freshness=_preferred(asked, today) if fresh else None,
            expanded=expanded,
            marked=marked,
        )
        if guess and guess.guessed:
            left = topical(expanded, guess.guessed)
            # A time that became a filter is no preference as well.
            preferred = _preferred(guess.topic, today) if fresh else None
            narrowed = replace(ask, text=guess.topic, filters=guess.filters, expanded=left, freshness=preferred)
            # A further page is of the search that the page before was of.
            found = self._search(narrowed) if self._is_page_of(narrowed) else None
            applied = found is not None and bool(found.hits)
            if found is None or not applied:
                found = self._search(ask)
                found = replace(found, message=f"{NOT_APPLIED} {found.message}")
            found = replace(
                found, query=asked, understood=understood_filters(guess.guessed, guess.topic, applied=applied)
            )
        else:
            found = self._search(ask)
        return replace(found, took_ms=round((time.perf_counter() - started) * 1000, 1))

    def similar_questions(
        self,
        text: str,
        *,
        house: tuple[House, ...] = (),
        answering_body: tuple[str, ...] = (),
        limit: int = 10,
    ) -> SimilarQuestions:
        """Tell whether a draft has been asked before, and what came of it.

        Args:
            text: The draft of a question, 1 to `MAX_QUERY_CHARACTERS` characters.
            house: Only questions tabled in these Houses.
            answering_body: Only questions to these bodies, named as in a filter.
            limit: The most questions to return, 1 to `MAX_LIMIT`.

        Returns:
            The nearest tabled questions, those that wait for an answer included, with the answers as they stand.

        Raises:
            QueryError: If the draft, a name or the limit is not usable.
        """
        checked_limit(limit)
        filters = Filters(house=house, answering_body=answering_body)
        return self._questions.similar(text, filters, limit=limit, today=self.today(), search=self._nearest_keys)

    def _nearest_keys(self, question: str) -> list[str]:
        store = self.corpus.store
        found = self.rank(question, depth=_NEAREST_ANSWERS, mode=Mode.FAST, fresh=False)
        return [store.record(int(store.record_of_row[one.row])).key for one in found]

    def _search(self, ask: Ask) -> SearchResult:
        vector = self._encoded(ask)
        passing = self.corpus.admitted(ask.filters)
        depth = CLOSE_COUNTED if ask.is_of_set else ask.limit
        ranking = self._retriever.ranking(ask, vector)
        places = self._places(ask, ranking, depth + _NEAR_MISSES)
        with self.stages.stage(Stage.JUDGE):
            judged = self._closeness.judged(ask.text, places)
            close = [one for one in judged if one.is_close][:depth]
            if not ask.filters.given() and not any(one.is_sure for one in close):
                close = []
            left_out = self._left_out(vector, ask.filters)
            outcome = self._outcome(ask, vector, [one.chance for one in close], left_out)
        ordered = close_in_order(self.corpus, close, passing, ask.sort) if ask.is_of_set else close
        start = self._start(ask, len(ordered))
        page = ordered[start : start + ask.limit]
        # Beside a close match, near misses would only be noise.
        near = [] if outcome is Outcome.FOUND else _near_misses(judged, close)
        hits = self._hits(ask, vector, [*page, *near], passing)
        end = start + len(page)
        return SearchResult(
            query=ask.text,
            filters=ask.filters.as_text(),
            outcome=outcome,
            message=_MESSAGES[outcome],
            hits=tuple(_renumbered(hits[: len(page)], start + 1)),
            near_misses=tuple(_renumbered(hits[len(page) :], 1)),
            left_out=left_out,
            searched=self.corpus.searched(ask.filters),
            snapshot=self.corpus.manifest.name,
            licence=self.corpus.licence,
            took_ms=0.0,  # `search` knows it.
            freshness=ask.freshness,
            expanded=ask.expanded,
            sort=ask.sort,
            next_cursor=self._cursor(ask, end) if self._goes_on(ask, ranking, judged, close, end) else None,
            at_least=len(close) if ask.is_of_set else None,
            at_least_is_all=ask.is_of_set and _runs_dry(judged, depth),
            facets=self._facets(ask, close, passing),
        )

    def _hits(
        self, ask: Ask, vector: NDArray[np.float32], judged: Sequence[Judged], passing: NDArray[np.int64]
    ) -> list[Hit]:
        shown = [one.place.shown for one in judged]
        chances, quickly = [one.chance for one in judged], ask.mode is Mode.FAST
        hits = self._maker.hits(ask.text, vector, shown, chances, passing, marked=ask.marked, quickly=quickly)
        with self.stages.stage(Stage.BESIDE):
            if ask.group:
                hits = self._near.beside(hits, [one.place for one in judged], passing)
            return self._later.beside(hits, [one.row for one in shown], vector)

    def _facets(self, ask: Ask, close: Sequence[Judged], passing: NDArray[np.int64]) -> dict[str, tuple[Count, ...]]:
        if not ask.facets:
            return {}
        return facets_of(self.corpus.store, ask.facets, cited_numbers(self.corpus, close, passing))

    def _start(self, ask: Ask, total: int) -> int:
        if ask.cursor is None:
            return 0
        start = offset_of(ask.cursor, self.corpus.manifest.name, ask.set_asked_for)
        if start >= max(total, 1):
            raise QueryError("cursor", f"it leads past the {total} close answers there are: start again without it")
        return start

    def _goes_on(self, ask: Ask, ranking: Ranking, judged: Sequence[Judged], close: Sequence[Judged], end: int) -> bool:
        """Return whether there is a further page: more of what was looked at is close, or something further down."""
        if ask.is_of_set or not close:
            return end < len(close)
        if sum(one.is_close for one in judged) > end:
            return True
        # What else the arms brought in was not judged yet: what is close in meaning, or named, will be on that page.
        seen = {one.place.near_group for one in judged}
        groups = self.corpus.near_group_of_group if ask.group else np.arange(len(self.corpus.near_group_of_group))
        return any(
            int(groups[one.group]) not in seen and (one.named or self._closeness.by_meaning(one) >= WEAK_AT)
            for one in ranking(ask.limit + _NEAR_MISSES + REACH)
        )

    def _is_page_of(self, ask: Ask) -> bool:
        if ask.cursor is None:
            return True
        try:
            return offset_of(ask.cursor, self.corpus.manifest.name, ask.set_asked_for) >= 0
        except QueryError:
            return False

    def _cursor(self, ask: Ask, end: int) -> str:
        return cursor_at(end, self.corpus.manifest.name, ask.set_asked_for)

    def rank(
        self,
        query: str,
        filters: Filters = Filters(),
        *,
        depth: int = 100,
        mode: Mode = Mode.FULL,
        group: bool = False,
        fresh: bool = True,
        expand: bool = True,
    ) -> list[Ranked]:
        """Rank answers without a threshold, as `evaluate` does.

        Args:
            query: A question or topic in plain words.
            filters: Limits that act before ranking.
            depth: The most answers to return.
            mode: Whether the reranker, if there is one, reads the best answers again.
            group: Whether answers that nearly repeat one another are one, as in `search`.
            fresh: Whether answers of the time that the question asks for are preferred.
            expand: Whether the short and long forms of the question's words are looked for too.

        Returns:
            Answers by falling score.
        """
        asked = checked_query(query)
        expanded = self.corpus.expander.expansions(asked) if expand else ()
        preferred = _preferred(asked, self.today()) if fresh else None
        ask = Ask(asked, filters, depth, mode, group, freshness=preferred, expanded=expanded)
        vector = self._encoded(ask)
        return [place.shown for place in self._places(ask, self._retriever.ranking(ask, vector), depth)]

    def _encoded(self, ask: Ask) -> NDArray[np.float32]:
        with self.stages.stage(Stage.ENCODE):
            vector: NDArray[np.float32] = self.encoder.encode_queries([ask.text])[0]
        return vector

    def _places(self, ask: Ask, ranking: Ranking, limit: int) -> list[Place]:
        with self.stages.stage(Stage.COLLAPSE):
            if not ask.group:
                return alone(ranking(limit))
            places = collapsed(ranking, self.corpus.near_group_of_group, limit)
            return self._near.led(ask.text, places, self.corpus.admitted(ask.filters))

    def _outcome(
        self, ask: Ask, vector: NDArray[np.float32], close: Sequence[float], left_out: Sequence[LeftOut]
    ) -> Outcome:
        """Return what came of it, given how likely the hits are, best first."""
        if close:
            return Outcome.FOUND if close[0] >= FOUND_AT else Outcome.WEAK
        if not len(self.corpus.index):
            return Outcome.CORPUS_EMPTY
        if left_out:
            return Outcome.FILTERED_OUT
        if ask.filters.given():
            outside = self._retriever.nearest_outside(ask, vector)
            if outside and self._closeness.probability(outside) >= WEAK_AT:
                return Outcome.FILTERED_OUT
        return Outcome.NOTHING_CLOSE

    def _left_out(self, vector: NDArray[np.float32], filters: Filters) -> tuple[LeftOut, ...]:
        held_back = self.corpus.admitted(filters, held_back=True)
        if not len(held_back):
            return ()
        counts: Counter[tuple[AnswerKind, FindingName | None]] = Counter()
        met = self.corpus.conditions(filters, held_back=True)
        for ranked in self._retriever.nearest(vector, held_back, _LEFT_OUT_COUNTED, met):
            if self._closeness.probability(ranked) < WEAK_AT:
                break
            number = int(self.corpus.store.record_of_row[ranked.row])
            kind = self.corpus.store.status(number).kind
            refusal = next((name for name in self.corpus.findings_of(number)[1] if name in _REFUSALS), None)
            counts[kind, refusal if kind is AnswerKind.SUBSTANTIVE else None] += 1
        return tuple(
            LeftOut(kind, finding, count, f"finding={finding}" if finding else f"kind={kind}")
            for (kind, finding), count in sorted(counts.items(), key=lambda item: (-item[1], item[0][0]))
        )


def _preferred(question: str, today: date) -> Freshness | None:
    freshness = freshness_of(question, today)
    return None if freshness.kind is FreshnessKind.NONE else freshness


def _renumbered(hits: Sequence[Hit], first: int) -> list[Hit]:
    return [replace(hit, rank=rank) for rank, hit in enumerate(hits, start=first)]


def _near_misses(judged: Sequence[Judged], close: Sequence[Judged]) -> list[Judged]:
    """Return the first few places that have something to do with the question, and are not close."""
    shown = {one.place.near_group for one in close}
    return [one for one in judged if one.is_near_miss and one.place.near_group not in shown][:_NEAR_MISSES]


def _runs_dry(judged: Sequence[Judged], depth: int) -> bool:
    """Return whether nothing further down is close: there is nothing, or the last ones looked at are not."""
    return len(judged) < depth + _NEAR_MISSES or not any(one.is_close for one in judged[-_NEAR_MISSES:])
