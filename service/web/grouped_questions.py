"""The questions that were answered together with one, here or at the official site."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from retrieval.answer_results import Answer
from retrieval.citing import page_url
from retrieval.corpus import Corpus
from retrieval.errors import UnknownKey
from retrieval.records import Genre, GroupedQuestion


@dataclass(frozen=True, slots=True)
class Grouped:
    """A question that was answered together with this one. Primary key: `uin` and `tabled` of `question`.

    Attributes:
        question: Its UIN, and the day it was tabled.
        key: Where it is here; None where it is not.
        url: Its official page; None where the day is not known.
    """

    question: GroupedQuestion
    key: str | None
    url: str | None


def grouped_apart(corpus: Corpus, answer: Answer) -> Iterator[Grouped]:
    """Yield the questions that were answered together with one, but for those with the same answer here.

    Args:
        corpus: Where they are looked for.
        answer: The answer, which lists those with the same answer in `also_given`.
    """
    also = {other.key for other in answer.also_given}
    for question in answer.grouped_with:
        key = _key_of(corpus, answer, question)
        if key is None or key not in also:
            url = page_url(Genre.ANSWER, question.tabled, question.uin) if question.tabled else None
            yield Grouped(question, key, url)


def _key_of(corpus: Corpus, answer: Answer, question: GroupedQuestion) -> str | None:
    if not (answer.house and question.tabled):
        return None
    key = f"{answer.house}-{question.tabled.isoformat()}-{question.uin}".lower()
    try:
        return corpus.store.record(corpus.store.number_of(key)).key
    except UnknownKey:
        return None
