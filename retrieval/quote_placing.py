"""Where in one text a quotation stands: its parts in order, word for word or with as few words changed as can be."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from retrieval.quotation_parts import Insertion, Part, trimmed
from retrieval.quoted_words import WordedText
from retrieval.word_alignment import aligned

_MOST_PLACES: Final = 200  # Of one part in one text: a word may stand there thousands of times.


@dataclass(frozen=True, slots=True)
class Place:
    """Where one part of a quotation stands in a text: from word `first` up to, not including, word `end`."""

    first: int
    end: int
    distance: int = 0


class Quoted:
    """A quotation made ready to be looked for.

    Args:
        parts: At least one, each with a word.
        insertions: What its writer put in.
    """

    def __init__(self, parts: Sequence[Part], insertions: Sequence[Insertion] = ()) -> None:
        """Keep the parts and find their words."""
        self.parts = tuple(parts)
        self.insertions = tuple(insertions)
        self.texts = tuple(WordedText(part.text) for part in parts)

    @cached_property
    def trimmed(self) -> tuple[str, ...]:
        """Its parts without the punctuation at their ends."""
        return tuple(trimmed(part.text) for part in self.parts)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words of all parts, folded."""
        return tuple(word for text in self.texts for word in text.folded)

    @cached_property
    def distinct(self) -> frozenset[str]:
        """Its words, each once."""
        return frozenset(self.words)

    def word_for_word(self, text: WordedText) -> tuple[Place, ...] | None:
        """Return where the parts stand word for word in a text, in order; None where they don't all stand so."""
        if len(self.texts) == 1 and (places := self._literally(text)):
            return places
        # By the end of each way to place the parts so far, that way.
        ways: dict[int, tuple[Place, ...]] = {0: ()}
        for part, quoted in zip(self.parts, self.texts, strict=True):
            run = quoted.folded
            further: dict[int, tuple[Place, ...]] = {}
            for first in text.places_of(run, _MOST_PLACES):
                # The latest end before it leaves out least.
                end = max((end for end in ways if end <= first), default=None)
                if end is not None and (part.reach is None or first - end <= part.reach):
                    further[first + len(run)] = (*ways[end], Place(first, first + len(run)))
            if not further:
                return None
            ways = further
        return ways[min(ways)]

    def _literally(self, text: WordedText) -> tuple[Place, ...]:
        """Return where the only part stands to the character, as it may stand otherwise before that."""
        literal = self.trimmed[0]
        begins = text.text.find(literal)
        if begins < 0:
            return ()
        first = bisect_left(text.spans, (begins, 0))
        end = first + len(self.texts[0].folded)
        return (Place(first, end),) if text.folded[first:end] == self.texts[0].folded else ()

    def nearly(self, text: WordedText) -> tuple[Place, ...]:
        """Return where the parts stand in a text, in order, each with as few words changed as can be."""
        found, place = list[Place](), 0
        for part, quoted in zip(self.parts, self.texts, strict=True):
            run, rest = quoted.folded, text.folded[place:]
            if part.reach is not None:
                rest = rest[: part.reach + len(run)]
            there = aligned(run, rest)
            found.append(Place(place + there.first, place + there.end, there.distance))
            place += there.end
        return tuple(found)

    def likeness(self, places: Sequence[Place]) -> float:
        """Return how much of the quotation stands in the text, in [0, 1]: 1 less the share of words changed."""
        words = sum(
            max(len(text.folded), place.end - place.first) for text, place in zip(self.texts, places, strict=True)
        )
        return max(0.0, 1 - sum(place.distance for place in places) / words)

    def may_be_like(self, text: WordedText, like: float) -> bool:
        """Return whether a text has so many of the words that it can be that alike, which is quick to tell."""
        there = Counter(text.folded)
        common = sum(min(count, there[word]) for word, count in self._counts.items())
        return common >= like * len(self.words)

    def shared(self, text: WordedText) -> int:
        """Return how many distinct runs of letters and figures it shares with a text, to choose among many texts."""
        return len(self._letters & text.letters)

    @cached_property
    def _counts(self) -> Counter[str]:
        return Counter(self.words)

    @cached_property
    def _letters(self) -> frozenset[str]:
        return frozenset[str]().union(*(text.letters for text in self.texts))
