"""The bodies that a sync is limited to, as the user of the command names them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from retrieval.departments import department_named, departments
from retrieval.errors import UnknownName
from retrieval.folding import folded_name

_NEAREST = 3
_LIKE = 0.6  # Ratio of matching characters from which a name is worth naming.


def body_ids(names: Iterable[str]) -> tuple[int, ...]:
    """Return the API's ids of bodies given by id, name, abbreviation, or words of a name that only one body has.

    Raises:
        UnknownName: If the table of bodies has none of that name with an id, or several; it carries the nearest.
    """
    return tuple(sorted({number for name in names for number in _ids(name)}))


def _ids(name: str) -> set[int]:
    if name.isascii() and name.isdigit():
        return {int(name)}
    whole = {row.body_id for row in department_named(name) if row.body_id is not None}
    if whole:
        return whole
    asked = set(folded_name(name).split())
    partly = [(known, number) for known, number in _known() if asked and asked <= set(folded_name(known).split())]
    ids, listed = {number for _, number in partly}, tuple(dict.fromkeys(known for known, _ in partly))
    if len(ids) == 1:
        return ids
    if listed:
        several = "; ".join(listed[:_NEAREST]) + ("; ..." if len(listed) > _NEAREST else "")
        reason = f"{name!r} could be {several}: write more of the name, or the body's id in the API"
        raise UnknownName("answering_body", reason, listed[:_NEAREST])
    nearest = _nearest(name)
    advice = f"did you mean {' or '.join(nearest)}?" if nearest else "give its id in the API instead"
    raise UnknownName("answering_body", f"{name!r} is no body whose id is known: {advice}", nearest)


def _known() -> list[tuple[str, int]]:
    """Return every name of a body whose id is known, with the id, those of today first."""
    rows = sorted(departments(), key=lambda row: (row.is_over, row.name))
    return [(name, row.body_id) for row in rows if row.body_id is not None for name in (row.name, *row.also)]


def _nearest(name: str) -> tuple[str, ...]:
    asked = folded_name(name)
    likeness = {known: _likeness(asked, folded_name(known)) for known, _ in _known()}
    return tuple(sorted((one for one in likeness if likeness[one] >= _LIKE), key=lambda one: -likeness[one])[:_NEAREST])


def _likeness(asked: str, known: str) -> float:
    # A slip in one word of a long name is still a slip in that word.
    return max(difflib.SequenceMatcher(None, asked, one).ratio() for one in (known, *known.split()))
