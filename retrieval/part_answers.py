"""Which lettered parts of a draft some answer speaks of.

What a question asked is no sign that it was answered, so the answers are read alone, sentence by sentence, without the
question in front that passages are searched with. An answer speaks of a part if it has some of the words that only this
part has, and if the cosine of the part's own words to one of its sentences, and half the share of those words, come to
`SPOKEN_AT`. Of 74 parts of 30 real
questions labelled by hand, each held against its own answer, the rule is right for 52: of 33 that it calls answered 28
are, of 41 that it calls unanswered 24 are. The threshold was chosen on the same parts. A refusal of everything at once
("no plans to consult"), a table and an attachment are what it misses, so the nearest answer is always shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.citations import long_date
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.question_likeness import shared_words
from retrieval.question_parts import QuestionPart
from retrieval.records import AnswerKind
from retrieval.sentences import sentence_spans
from retrieval.similar_results import PartOfDraft, StandingAnswer
from retrieval.store import StoredPassage

SPOKEN_AT: Final = 0.5
"""Sum of cosine and half the share of words from which an answer speaks of a part; see above."""

NAMED_AT: Final = 0.25
"""Share of the words that only this part has, the rarer counting more, below which an answer does not speak of it:
what is near in meaning to one part of a question is near to all of them. By judgement."""

WORDS_WEIGHT: Final = 0.5
MOST_PARTS: Final = 12
"""Parts that are looked into: each costs a search."""

_MOST_SENTENCES: Final = 24
"""Of one answer: more than most have, and each costs an encoding."""

Searching = Callable[[str], Sequence[str]]
"""From a question to the keys of the answers nearest to it."""


@dataclass(frozen=True, slots=True, eq=False)
class _ReadAnswer:
    """An answer as its sentences. Primary key: `number`.

    Attributes:
        stems: The stemmed words of the answer.
        passages: The passage of each sentence.
        vectors: Of the sentences, shape (n, d), float32.
    """

    number: int
    stems: frozenset[str]
    passages: tuple[StoredPassage, ...]
    vectors: NDArray[np.float32]


class PartReader:
    """Reads answers for the parts of one draft.

    Args:
        corpus: An opened snapshot.
        encoder: The one that it was built with.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        """Keep both."""
        self._corpus = corpus
        self._encoder = encoder

    def parts(
        self,
        parts: Sequence[QuestionPart],
        close: Sequence[str],
        search: Searching,
        shown: Callable[[StoredPassage], StandingAnswer],
    ) -> tuple[PartOfDraft, ...]:
        """Return for each part whether an answer speaks of it, and the answer that comes nearest.

        Args:
            parts: Of the draft; the first `MOST_PARTS` are looked into.
            close: Keys of the answers to the questions that are close to the draft.
            search: Finds answers to a part by itself.
            shown: Makes an answer to show of a passage.
        """
        read: dict[str, _ReadAnswer | None] = {}
        found: list[PartOfDraft] = []
        looked_into = parts[:MOST_PARTS]
        vectors = self._encoder.encode_queries([part.text for part in looked_into]) if looked_into else ()
        stems = Counter(stem for part in parts for stem in set(self._corpus.lexical.stems(part.question)))
        for part, vector in zip(looked_into, vectors, strict=True):
            keys = dict.fromkeys((*close, *search(part.question)))
            read.update((key, self._read(key)) for key in keys if key not in read)
            answers = [answer for key in keys if (answer := read[key])]
            is_answered, passage = self._best(vector, self._telling(part, stems), answers)
            found.append(_told(part, is_answered, shown(passage) if passage else None))
        return tuple(found)

    def _read(self, key: str) -> _ReadAnswer | None:
        store = self._corpus.store
        number = store.number_of(key)
        if store.status(number).kind is not AnswerKind.SUBSTANTIVE:
            return None
        passages = [one for one in store.passages(number) if not one.passage.attachment]
        pairs = [
            (one, one.passage.text[start:end]) for one in passages for start, end in sentence_spans(one.passage.text)
        ][:_MOST_SENTENCES]
        if not pairs:
            return None
        stems = frozenset(stem for one in passages for stem in self._corpus.lexical.stems(one.passage.text))
        vectors = self._encoder.encode_documents([sentence for _, sentence in pairs])
        return _ReadAnswer(number, stems, tuple(one for one, _ in pairs), vectors)

    def _telling(self, part: QuestionPart, stems: Mapping[str, int]) -> dict[str, float]:
        """Return the stemmed words that only this part has, or failing that all of its own, each with its weight."""
        lexical = self._corpus.lexical
        own, asked = lexical.stems(part.text), set(lexical.stems(part.question))
        alone = [stem for stem in own if stems[stem] <= (stem in asked)]
        return lexical.weights(alone or own)

    def _best(
        self, vector: NDArray[np.float32], weights: Mapping[str, float], answers: Sequence[_ReadAnswer]
    ) -> tuple[bool, StoredPassage | None]:
        """Return whether an answer speaks of a part, and the passage of the nearest sentence; ties by the earlier."""
        best, passage = (False, -1.0), None
        for answer in answers:
            cosines = answer.vectors @ vector
            nearest = int(np.argmax(cosines))
            share = shared_words(answer.stems, weights)
            score = float(cosines[nearest]) + WORDS_WEIGHT * share
            found = score >= SPOKEN_AT and share >= NAMED_AT, score
            if found > best:
                best, passage = found, answer.passages[nearest]
        return best[0], passage


def _told(part: QuestionPart, is_answered: bool, nearest: StandingAnswer | None) -> PartOfDraft:
    if is_answered and nearest:
        day = f" of {long_date(nearest.answered)}" if nearest.answered else ""
        told = f"An answer{day} seems to speak of part {part.label}. Read it to be sure."
    else:
        told = f"No answer found here to part {part.label}."
        told += " The nearest one is shown." if nearest else ""
    return PartOfDraft(part.label, part.written, is_answered, told, nearest)
