"""What a hit shows of the answers that nearly repeat it, and which of them it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.citations import CitationStyle, written
from retrieval.collapsing import Place
from retrieval.corpus import Corpus
from retrieval.filters import Condition
from retrieval.hit_results import Hit, HitPassage, NearDuplicate, Span
from retrieval.leading import Contender, leading_order
from retrieval.passages import Passage
from retrieval.ranking import Ranked
from retrieval.repeats import common_length, differing_spans, words_of

MAX_LISTED: Final = 20
_QUESTIONS_READ = 20  # Of one answer that was given to many: enough to know what it is about.


class NearDuplicates:
    """The answers of a corpus that nearly repeat one another.

    Args:
        corpus: An opened snapshot.
    """

    def __init__(self, corpus: Corpus) -> None:
        """Keep the corpus."""
        self._corpus = corpus
        self._store = corpus.store
        self._dated = self._store.count_where([Condition("answered IS NOT NULL")])

    def led(self, question: str, places: Sequence[Place], passing: NDArray[np.int64]) -> list[Place]:
        """Return the places with the members of each in the order in which they fit the question.

        Args:
            question: As asked.
            places: With one member or more.
            passing: The numbers of the records that pass the filters.
        """
        passes = self._mask(passing)
        return [self._led(question, place, passes) if len(place.members) > 1 else place for place in places]

    def _led(self, question: str, place: Place, passes: NDArray[np.bool_]) -> Place:
        contenders = [self._contender(one, passes) for one in place.members]
        order = leading_order(question, contenders)
        return replace(place, members=tuple(place.members[number] for number in order))

    def beside(self, hits: Sequence[Hit], places: Sequence[Place], passing: NDArray[np.int64]) -> list[Hit]:
        """Return the hits with what nearly repeats each.

        Args:
            hits: Without it.
            places: Among them that of each hit, its members in the order in which they fit the question.
            passing: The numbers of the records that pass the filters.
        """
        passes = self._mask(passing)
        place_of = {place.near_group: place for place in places}
        found = []
        for hit in hits:
            number = self._store.number_of(hit.key)
            place = place_of[int(self._store.near_group_of_record[number])]
            others = self._others(int(self._store.group_of_record[number]), place, passes)
            found.append(self._beside(hit, others) if others else hit)
        return found

    def _beside(self, hit: Hit, others: Sequence[int]) -> Hit:
        listed = tuple(self._near_duplicate(hit, number) for number in others[:MAX_LISTED])
        compared = () if hit.passage.attachment else listed
        marked = [span for other in compared for span in differing_spans(hit.passage.text, other.text)]
        return replace(
            hit,
            near_duplicates=listed,
            near_duplicates_total=len(others),
            differing=tuple(Span(start, end) for start, end in _united(marked)),
        )

    def _others(self, group: int, place: Place, passes: NDArray[np.bool_]) -> list[int]:
        """Return the record to cite of each other answer of a near group: the ranked first, then the newest."""
        in_group = self._store.members_of_near_group(place.near_group)
        by_age = sorted((int(number) for number in in_group[passes[in_group]]), key=self._age)
        newest = {int(self._store.group_of_record[number]): number for number in by_age}
        ranked = [one.group for one in place.members if one.group in newest]
        rest = sorted(newest.keys() - set(ranked), key=lambda other: self._age(newest[other]), reverse=True)
        return [newest[other] for other in (*ranked, *rest) if other != group]

    def _age(self, number: int) -> int:
        """Return what records are ordered by, the newest last: they are numbered by date, the undated at the end."""
        return number if number < self._dated else number - len(self._store)

    def _near_duplicate(self, hit: Hit, number: int) -> NearDuplicate:
        record = self._store.record(number)
        passage = self._corresponding(hit.passage, number)
        differing = () if hit.passage.attachment else differing_spans(passage.text, hit.passage.text)
        citation = self._corpus.citation(record.key, passage.ordinal)
        return NearDuplicate(
            key=record.key,
            uin=record.uin,
            answering_body=citation.answering_body,
            tabled=record.tabled,
            answered=record.answered,
            text=passage.text,
            ordinal=passage.ordinal,
            cite_as=written(citation, CitationStyle.HOUSE),
            differing=tuple(Span(start, end) for start, end in differing),
        )

    def _corresponding(self, wanted: HitPassage, number: int) -> Passage:
        """Return the passage of a record that has most in common with `wanted`, for its length.

        Numbers do not count, as they may be what differs: of the rows of a table, the one in the same place is meant.
        It is the answers that nearly repeat each other, not their attachments: a passage of one has the first of the
        answer.
        """
        own = [one.passage for one in self._store.passages(number) if not one.passage.attachment]
        if wanted.attachment:
            return own[0]
        words = _without_numbers(wanted.text)

        def likeness(passage: Passage) -> tuple[float, int]:
            theirs = _without_numbers(passage.text)
            common = common_length(words, theirs) / max(len(words) + len(theirs), 1)
            return common, -abs(passage.ordinal - wanted.ordinal)

        return max(own, key=likeness)

    def _contender(self, ranked: Ranked, passes: NDArray[np.bool_]) -> Contender:
        members = self._store.members_of_group(ranked.group)
        newest_first = sorted((int(number) for number in members[passes[members]]), key=self._age, reverse=True)
        return Contender.of([self._store.record(number) for number in newest_first[:_QUESTIONS_READ]], ranked.score)

    def _mask(self, passing: NDArray[np.int64]) -> NDArray[np.bool_]:
        passes = np.zeros(len(self._store), dtype=bool)
        passes[passing] = True
        return passes


def _without_numbers(text: str) -> list[str]:
    return [word for word in words_of(text) if not word[0].isdigit()]


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return spans in order, those that touch or overlap as one."""
    united: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
