"""A draft in, the tabled questions nearest to it out: has it been asked, and what came of it?

Candidates come from both arms of a search, over answers of every kind, and from the words of the questions that wait
for an answer. Then the questions alone are encoded again beside the draft, without the formula that they open with, and
ranked by `retrieval.question_likeness`. Nothing that is asked here is kept: a draft is private.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.asked import MAX_QUERY_CHARACTERS
from retrieval.citations import CitationStyle
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import QueryError
from retrieval.filters import Filters
from retrieval.part_answers import PartReader
from retrieval.question_likeness import asked, differing, likeness_of, scored, shared_words
from retrieval.question_parts import parts_of
from retrieval.references import one_line
from retrieval.repeating import ADVICE, rule_told, sessions_known_to
from retrieval.results import Outcome
from retrieval.sessions import session_on
from retrieval.similar_results import (
    AskedBefore,
    Likeness,
    QuestionState,
    SimilarQuestions,
    StandingAnswer,
    TabledQuestion,
)
from retrieval.standing_answers import StandingAnswers, cited_question, official_url, state_told
from retrieval.tabled_questions import Candidate, TabledQuestions

MOST_WEAK: Final = 3
"""Less close questions that are shown where nothing is closer."""

_READ_FOR_PARTS: Final = 5
_MESSAGES: Final = {
    Likeness.SAME_WORDING: "A question in the same words has been tabled.",
    Likeness.NEARLY_THE_SAME: "Nearly the same question has been tabled.",
    Likeness.SIMILAR: "Similar questions have been tabled.",
    Likeness.WEAK: "No question clearly like it in what is indexed. The nearest are less close.",
}
_NOTHING: Final = {
    Outcome.NOTHING_CLOSE: "No question like it in what is indexed. That does not mean that it was never asked.",
    Outcome.FILTERED_OUT: "There are questions like it in what is indexed, but the filters leave them out.",
    Outcome.CORPUS_EMPTY: "Nothing is indexed yet.",
}
_IN_ORDER: Final = tuple(Likeness)


@dataclass(frozen=True, slots=True)
class _Draft:
    text: str
    asks: str
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Match:
    candidate: Candidate
    likeness: Likeness
    score: float

    @property
    def order(self) -> tuple[int, float, str]:
        """What it is ranked by, the smallest first."""
        return _IN_ORDER.index(self.likeness), -self.score, self.candidate.record.key


class QuestionFinder:
    """Compares drafts with the tabled questions of one corpus; safe to use from several threads.

    Args:
        corpus: An opened snapshot.
        encoder: The one that it was built with.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        """Keep both."""
        self._corpus = corpus
        self._encoder = encoder
        self._tabled = TabledQuestions(corpus)

    def similar(
        self, text: str, filters: Filters, *, limit: int, today: date, search: Callable[[str], Sequence[str]]
    ) -> SimilarQuestions:
        """Return the tabled questions nearest to a draft.

        Args:
            text: The draft, with or without "To ask the Secretary of State".
            filters: Limits on House and answering body.
            limit: The most questions to return.
            today: The day that ages and sessions are reckoned by.
            search: Finds the keys of the answers nearest to a part of the draft.

        Raises:
            QueryError: If the draft is empty or too long, or a name is not in the corpus.
        """
        started = time.perf_counter()
        checked = checked_draft(text)
        asks = asked(checked)
        draft = _Draft(checked, asks, self._encoder.encode_queries([asks])[0])
        searched, awaiting = self._tabled.searched(filters), self._tabled.awaiting(filters)
        found = self._matches(draft, filters)
        answers = StandingAnswers(self._corpus, today)
        shown = tuple(self._shown(one, draft, rank, answers) for rank, one in enumerate(found[:limit], 1))
        outcome = self._outcome(found, draft, filters)
        reader = PartReader(self._corpus, self._encoder)
        now = session_on(today)
        return SimilarQuestions(
            filters=filters.as_text(),
            outcome=outcome,
            message=_MESSAGES[found[0].likeness] if found else _NOTHING[outcome],
            matches=shown,
            parts=reader.parts(parts_of(asks), _to_read(shown), search, answers.by),
            today=today,
            session_today=now.name if now else None,
            sessions_known_to=sessions_known_to(),
            advice=ADVICE,
            searched=searched,
            awaiting=awaiting,
            snapshot=self._corpus.manifest.name,
            licence=self._corpus.licence,
            took_ms=round((time.perf_counter() - started) * 1000, 1),
        )

    def _matches(self, draft: _Draft, filters: Filters) -> list[_Match]:
        """Return the questions that are like the draft, in order; the less close ones only where none is closer."""
        candidates = [
            *self._tabled.answered_like(draft.asks, draft.vector, filters),
            *self._tabled.waiting_like(draft.asks, filters),
        ]
        judged = [
            _Match(one, likeness, round(score, 4))
            for one, score in zip(candidates, self._scores(draft, candidates), strict=True)
            if (likeness := likeness_of(draft.asks, one.record.question, score))
        ]
        ordered = sorted(judged, key=lambda match: match.order)
        close = [match for match in ordered if match.likeness is not Likeness.WEAK]
        return close or ordered[:MOST_WEAK]

    def _scores(self, draft: _Draft, candidates: Sequence[Candidate]) -> list[float]:
        lexical = self._corpus.lexical
        weights = lexical.weights(lexical.stems(draft.asks))
        asks = [asked(one.record.question) for one in candidates]
        distinct = list(dict.fromkeys(asks))
        cosines = dict(zip(distinct, (self._vectors(distinct) @ draft.vector).tolist(), strict=True))
        return [
            scored(cosines[words], shared_words(lexical.stems(f"{words} {one.record.heading or ''}"), weights))
            for words, one in zip(asks, candidates, strict=True)
        ]

    def _vectors(self, texts: list[str]) -> NDArray[np.float32]:
        if not texts:
            return np.zeros((0, self._encoder.identity.dimensions), dtype=np.float32)
        return self._encoder.encode_queries(texts)

    def _outcome(self, found: Sequence[_Match], draft: _Draft, filters: Filters) -> Outcome:
        if found:
            return Outcome.WEAK if found[0].likeness is Likeness.WEAK else Outcome.FOUND
        if not len(self._corpus.store) and not self._tabled.awaiting(Filters()):
            return Outcome.CORPUS_EMPTY
        is_outside = bool(filters.given()) and bool(self._matches(draft, Filters()))
        return Outcome.FILTERED_OUT if is_outside else Outcome.NOTHING_CLOSE

    def _shown(self, match: _Match, draft: _Draft, rank: int, answers: StandingAnswers) -> TabledQuestion:
        alike = sorted(self._tabled.same_answer(match.candidate), key=lambda one: one.record.key)
        alike.sort(key=lambda one: one.record.answered or one.record.tabled or date.min, reverse=True)
        newest, others = alike[0], alike[1:]
        record = newest.record
        answer = answers.nearest(newest.number, draft.vector) if newest.is_answered else None
        state = answers.state(newest.number) if newest.is_answered else QuestionState.AWAITING
        leads_to = answers.led_to(record.key, draft.vector) if state is QuestionState.POINTER else None
        return TabledQuestion(
            rank=rank,
            likeness=match.likeness,
            score=match.score,
            key=record.key,
            house=record.house,
            uin=record.uin,
            heading=record.heading,
            question=record.question,
            question_is_clipped=record.question_is_clipped,
            differing=differing(draft.text, record.question),
            asker=record.asker,
            answering_body=record.answering_body,
            tabled=record.tabled,
            due=record.due,
            url=answer.citation.url if answer else official_url(record),
            state=state,
            state_told=state_told(state, record, answer, leads_to, answers.today),
            rule_told=rule_told(state, record.house, answer.age if answer else None, answers.today),
            answer=answer,
            leads_to=leads_to,
            cite_as=_cited(answer) if answer else cited_question(record),
            also_asked=tuple(_asked_before(one) for one in others),
        )


def checked_draft(text: str) -> str:
    """Return a draft on one line.

    Raises:
        QueryError: If it is empty or too long.
    """
    draft = one_line(text)
    if not draft:
        raise QueryError("text", "it is empty: paste the question that you mean to table")
    if len(text) > MAX_QUERY_CHARACTERS:
        told = f"it has {len(text):,} characters, at most {MAX_QUERY_CHARACTERS:,} are read"
        raise QueryError("text", f"{told}: paste one question")
    return draft


def _to_read(shown: Sequence[TabledQuestion]) -> list[str]:
    """Return the keys of the answers that the closest questions got, or were led to."""
    close = [one for one in shown if one.likeness is not Likeness.WEAK][:_READ_FOR_PARTS]
    return [answer.key for one in close for answer in (one.answer, one.leads_to) if answer]


def _cited(answer: StandingAnswer) -> str:
    return answer.written[CitationStyle.MEMBER]


def _asked_before(one: Candidate) -> AskedBefore:
    record = one.record
    return AskedBefore(record.key, record.house, record.uin, record.asker, record.tabled, record.answered, record.due)
