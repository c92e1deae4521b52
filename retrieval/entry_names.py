"""What names an answer in every feed: its body, its day and the first of its texts that is a reply."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from retrieval.corpus import Corpus
from retrieval.gathering import answer_name
from retrieval.records import AnswerKind

_NAMES: Final = "urn:despatch-box:answer:"


def entry_name(corpus: Corpus, number: int) -> str:
    """Return what names the answer of a record: a `urn:uuid:` (RFC 9562, version 5).

    It is made of the answering body, the day answered and the first text that is known of it; a holding answer counts
    as one only while there is no reply. So it is the same for all questions that were given the text that day,
    whichever of them are indexed, and stays when the answer is corrected, when its key changes and when the index is
    built again. It becomes another:

    - where a reply takes the place of a holding answer: many questions are held with the same words, and each gets
      its own reply, which is an entry of its own;
    - where the body, the day or an earlier text become known only later, or are no longer known, as when an index is
      built anew after the source changed an answer without giving its first text;
    - where an answer to several questions is changed for some of them only: those leave the name to the others, or
      where all were changed, but not alike, each is named by both texts;
    - where another version of Despatch Box reads the words of the source otherwise.
    """
    first = _first_name(corpus, number)
    now = answer_name(corpus.store.record(number))
    day = str(corpus.answered_days[number])
    parts = (
        [day, first.hex()] if first == now or not _is_shared(corpus, number, first) else [day, first.hex(), now.hex()]
    )
    return uuid.uuid5(uuid.NAMESPACE_URL, _NAMES + ":".join(parts)).urn


def _first_name(corpus: Corpus, number: int) -> bytes:
    """Return what the answers had in common of which the questions with the answer of a record were first given one.

    Where some of these questions are known only with the text of now, those that are known with another tell it.
    """
    now = answer_name(corpus.store.record(number))
    same = corpus.store.rows(
        "SELECT o.number FROM records r JOIN records o ON o.answer_group = r.answer_group"
        " AND o.answered IS r.answered WHERE r.number = ? ORDER BY o.number",
        (number,),
    )
    return min({_first_of(corpus, int(str(one))) for (one,) in same} - {now}, default=now)


def _first_of(corpus: Corpus, number: int) -> bytes:
    """Return the answer name of one record with the first text that it is known to have had."""
    record = corpus.store.record(number)
    texts = corpus.history(record.key).texts
    replies = [text for text in texts if text.kind is not AnswerKind.HOLDING] or list(texts)
    return answer_name(replace(record, answer=replies[0].blocks))


def _is_shared(corpus: Corpus, number: int, first: bytes) -> bool:
    """Return whether other questions have a first text too, which is no longer that of record `number`."""
    return any(first == name for name in _names_of_others(corpus, number))


def _names_of_others(corpus: Corpus, number: int) -> Iterator[bytes]:
    rows = corpus.store.rows(
        "SELECT o.number FROM records r JOIN records o ON o.answering_body IS r.answering_body"
        " AND o.answered IS r.answered AND o.answer_group != r.answer_group WHERE r.number = ?",
        (number,),
    )
    for (other,) in rows:
        yield _first_of(corpus, int(str(other)))
