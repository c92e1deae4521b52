"""How like a draft a tabled question is, by meaning, by words, and by the names and numbers in it.

A score is a convex sum of the cosine of the two questions and of the share of the draft's words that the other one or
its heading has, each word weighted by how rare it is. The words tell what meaning blurs, such as abbreviations and
titles. The weights and the thresholds were chosen on 40 paraphrases and 20 drafts that nobody had tabled; see
`scripts/measure_similar_questions.py`, which prints how they do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from retrieval.hit_results import Span
from retrieval.questions import without_formula
from retrieval.references import one_line
from retrieval.repeats import OF_ANY_QUESTION, common_length, differing_spans, is_plain, words_of
from retrieval.sentences import sentence_spans
from retrieval.similar_results import Likeness

MEANING_WEIGHT: Final = 0.8
"""Weight of the cosine, in [0, 1]; shared words have the rest. From 0.75 to 0.87 it makes no difference."""

NEARLY_THE_SAME_AT: Final = 0.70
"""Score from which a question with the same names and numbers counts as nearly the same: see `likeness_of`."""

SIMILAR_AT: Final = 0.48
"""Score from which a question counts as similar: 32 of 40 paraphrases have it to what they paraphrase, and of 20 drafts
that nobody had tabled none has it to any of 4,980 questions."""

WEAK_AT: Final = 0.35
"""Score below which a question is not shown: 38 of the 40 paraphrases have it. So have most of the 20 drafts to
something, but to miss a question that was asked is worse than to read three that were not."""

MOSTLY_SHARED: Final = 0.7
"""Share of words in common from which it helps to see those that differ."""

_PRONOUNS: Final = {"he": "they", "she": "they", "his": "their", "her": "their", "him": "them"}
_OWNER: Final = re.compile(r"['’]s$")


def asked(question: str) -> str:
    """Return what a question asks, on one line: without the formula that a tabled one opens with, sometimes twice."""
    return without_formula(without_formula(one_line(question)))


def wording(question: str) -> tuple[str, ...]:
    """Return the words of what a question asks, as far as they tell two questions apart.

    Case, punctuation and the formula make no difference, nor does whether a minister is a he or a she.
    """
    lowered = (word.casefold().replace("’", "'") for word in words_of(asked(question)))
    return tuple(_PRONOUNS.get(word, word) for word in lowered)


def particulars(question: str) -> frozenset[str]:
    """Return the names and numbers in what a question asks, in small letters: what makes it another question."""
    text = asked(question)
    found: set[str] = set()
    for start, end in sentence_spans(text):
        words = words_of(text[start:end])
        # A sentence begins with a capital whatever it begins with.
        named = [word for word in words[:1] if word[0].isdigit()] + [word for word in words[1:] if not is_plain(word)]
        found.update(_OWNER.sub("", word.casefold()) for word in named)
    return frozenset(found - OF_ANY_QUESTION)


def shared_words(stems: Collection[str], weights: Mapping[str, float]) -> float:
    """Return the share of the draft's words that a question has, the rarer counting more.

    Args:
        stems: The stemmed words of the question and its heading.
        weights: By stemmed word of the draft, how much it tells, above 0.

    Returns:
        In [0, 1]; 0 for a draft without a telling word.
    """
    total = sum(weights.values())
    return sum(weight for stem, weight in weights.items() if stem in stems) / total if total else 0.0


def scored(cosine: float, shared: float) -> float:
    """Return the score of a question, at most 1.

    Args:
        cosine: Between what it asks and what the draft asks, in [-1, 1].
        shared: As `shared_words` has it.
    """
    return MEANING_WEIGHT * cosine + (1 - MEANING_WEIGHT) * shared


def likeness_of(draft: str, question: str, score: float) -> Likeness | None:
    """Return how like the draft a question is; None where it is not like it.

    Two questions that differ by a place or a year can come as near each other as two that ask the same: of pairs of
    real questions with a cosine of .8 or more, most ask about another place, body or year. So to be nearly the same,
    they must have the same names and numbers.

    Args:
        draft: The draft.
        question: As tabled.
        score: Its score.
    """
    if wording(draft) == wording(question):
        return Likeness.SAME_WORDING
    if score >= NEARLY_THE_SAME_AT and particulars(draft) == particulars(question):
        return Likeness.NEARLY_THE_SAME
    if score >= SIMILAR_AT:
        return Likeness.SIMILAR
    return Likeness.WEAK if score >= WEAK_AT else None


def differing(draft: str, question: str) -> tuple[Span, ...]:
    """Return where the words of a tabled question stand that the draft lacks or has otherwise.

    Returns:
        Spans of `question` as it is, in order; none where fewer than `MOSTLY_SHARED` of the words are in both.
    """
    one, other = wording(draft), wording(question)
    if 2 * common_length(one, other) < MOSTLY_SHARED * (len(one) + len(other)):
        return ()
    opening = len(question) - len(without_formula(without_formula(question)))
    spans = differing_spans(question[opening:], asked(draft))
    return tuple(Span(opening + start, opening + end) for start, end in spans)
