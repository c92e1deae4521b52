"""Which of several answers that nearly repeat one another fits a question best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.departments import department_on
from retrieval.questions import addressee
from retrieval.records import Record
from retrieval.repeats import OF_ANY_QUESTION, words_of

_SAID: Final = 2
_DATED: Final = 1  # A year in the text is what the answer is about; the day it was given only makes that likely.
_SHORT_WORDS: Final = frozenset(
    "a all an and any are as at be both but by can did do for had has he her his how i if in is it its may my no not "
    "of on or our she so the them then they to us was we were who why yes you".split()
)
_MONTHS: Final = "january february march april may june july august september october november december".split()


@dataclass(frozen=True, slots=True)
class Contender:
    """An answer that may lead. Primary key: `key`.

    Attributes:
        key: Of the record that would be cited.
        score: How near the ranking found it to the question.
        answered: When it was given; None is not known.
        said: The telling words of its text, its department, its headings and its questions.
        dated: The years and the months in which it was asked for and given.
    """

    key: str
    score: float
    answered: date | None
    said: frozenset[str]
    dated: frozenset[str]

    @classmethod
    def of(cls, records: Sequence[Record], score: float) -> Contender:
        """Return what tells one answer from others.

        Args:
            records: Those that received it and may be shown, the one that would be cited first.
            score: How near the ranking found it to the question.
        """
        cited = records[0]
        texts = [cited.answer_text, *_names_of_body(cited)]
        for record in records:
            texts += [record.heading or "", record.question]
        days = [day for record in records for day in (record.tabled, record.answered) if day]
        dated = {str(day.year) for day in days} | {_MONTHS[day.month - 1] for day in days}
        said = frozenset(word for text in texts for word in telling_words(text))
        return cls(cited.key, score, cited.answered, said, frozenset(dated))


def leading_order(question: str, contenders: Sequence[Contender]) -> list[int]:
    """Return the places of the contenders, the one that fits the question best first.

    What all of them say, or none, moves none of them: the numbers, years, places and departments in which they differ
    decide. Of those that fit alike, the one with the better score leads; of those that score alike, the newest.

    Args:
        question: As asked.
        contenders: In any order.
    """
    asked = telling_words(question)

    def rank(place: int) -> tuple[int, float, int, str]:
        one = contenders[place]
        given = one.answered.toordinal() if one.answered else 0
        return (-_fit(asked, one), -one.score, -given, one.key)

    return sorted(range(len(contenders)), key=rank)


def telling_words(text: str) -> frozenset[str]:
    """Return the words of a text, and its numbers, by which it can be told from others, in one form."""
    found = (word.casefold().replace("’", "'").removesuffix("'s").replace(",", "") for word in words_of(text))
    return frozenset(word for word in found if word not in _SHORT_WORDS and word not in OF_ANY_QUESTION)


def _fit(asked: frozenset[str], contender: Contender) -> int:
    return _SAID * len(asked & contender.said) + _DATED * len(asked & (contender.dated - contender.said))


def _names_of_body(record: Record) -> list[str]:
    """Return the names of the department that answered, or the office that the question is put to."""
    if not (record.answering_body or record.answering_body_id):
        return [addressee(record.question) or ""]
    department = department_on(record.answering_body, record.answering_body_id, record.answered)
    known = [department.name, *department.abbreviations] if department else []
    return [record.answering_body or "", *known]
