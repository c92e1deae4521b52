"""The answers that a written statement corrects, where they are here."""

from __future__ import annotations

from retrieval.answer_results import Answer
from retrieval.corpus import Corpus
from retrieval.errors import UnknownKey

CORRECTED_ANSWER = "CorrectedAnswer"
"""Parliament's word for a link from a statement to the answer that it corrects."""


def corrected_by(corpus: Corpus, statement: Answer) -> dict[int, str]:
    """Return the keys of the answers that a statement corrects, by Parliament's id.

    An equal id alone is not enough: the answer must name the statement among its corrections, for which everything
    else has to fit too.

    Args:
        corpus: Where they are looked for.
        statement: What may correct them; of an answer there are none.
    """
    found: dict[int, str] = {}
    for linked in statement.linked:
        if linked.link != CORRECTED_ANSWER:
            continue
        try:
            number = corpus.store.number_of(str(linked.id))
        except UnknownKey:
            continue
        if statement.key in corpus.relations.corrections(number):
            found[linked.id] = corpus.store.record(number).key
    return found
