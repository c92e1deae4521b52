"""Names as people type them to names as the corpus holds them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping

from retrieval.departments import Department, department_named, departments, with_predecessors
from retrieval.errors import UnknownName
from retrieval.filters import Condition
from retrieval.folding import folded_name

# Which column holds the names that a filter asks for, and which the id that may be given instead.
_COLUMNS = {
    "answering_body": ("answering_body", "answering_body_id"),
    "minister": ("minister", "minister_id"),
    "asker": ("asker", "asker_id"),
    "party": ("party", None),
}
_NEAREST = 3
_ID_DIGITS = 19  # More than any id has, and fewer than Python refuses to read.
_LIKE = 0.6  # Ratio of matching characters from which a name is worth naming.


class NameBook:
    """The bodies, ministers, askers and parties of one corpus.

    Args:
        names: By filter, each name in the corpus.
        ids: By filter, each id in the corpus, for records whose source gives an id only.
    """

    def __init__(self, names: Mapping[str, list[str]], ids: Mapping[str, set[int]]) -> None:
        """Fold the names once, so that case, accents and punctuation don't matter."""
        self._names = {name: sorted(listed) for name, listed in names.items()}
        self._folded = {name: [folded_name(n) for n in listed] for name, listed in self._names.items()}
        self._ids = ids

    @classmethod
    def of(cls, rows: Callable[[str], list[tuple[object, ...]]]) -> NameBook:
        """Collect the names of a corpus; `rows` runs one SELECT on it."""
        names: dict[str, list[str]] = {}
        ids: dict[str, set[int]] = {}
        for name, (column, id_column) in _COLUMNS.items():
            found = rows(f"SELECT DISTINCT {column} FROM records WHERE {column} IS NOT NULL")
            names[name] = [str(row[0]) for row in found]
            if id_column:
                found = rows(f"SELECT DISTINCT {id_column} FROM records WHERE {id_column} IS NOT NULL")
                ids[name] = {int(str(row[0])) for row in found}
        return cls(names, ids)

    def listed(self, name: str) -> list[str]:
        """Return the names in the corpus that a filter can ask for, in order."""
        return self._names.get(name, [])

    def knows(self, name: str, value: str) -> bool:
        """Return whether `resolve` finds this name."""
        try:
            self.resolve(name, value)
        except UnknownName:
            return False
        return True

    def resolve(self, name: str, value: str) -> Condition:
        """Return the condition that a record has the name asked for.

        A department that the table of bodies knows, by name or abbreviation, stands for those that it took over
        from too. Any other name matches whole (case, accents and punctuation aside), or by some of its words
        where just one name has them all: "Phillips" finds Jess Phillips unless there is another Phillips. An id
        of the API matches where it occurs in the corpus.

        Args:
            name: The filter: answering_body, minister, asker or party.
            value: What the user typed.

        Raises:
            UnknownName: If there is none, or several; it carries the nearest.
        """
        column, id_column = _COLUMNS[name]
        asked = folded_name(value)
        if (
            id_column
            and asked.isascii()
            and asked.isdigit()
            and len(asked) < _ID_DIGITS
            and int(asked) in self._ids.get(name, set())
        ):
            return Condition(f"{id_column} = ?", (int(asked),), name, f"{id_column} IS NULL")
        if name == "answering_body" and (lineage := self._lineage(value)):
            return lineage
        names, folded = self._names[name], self._folded[name]
        whole = [names[place] for place, candidate in enumerate(folded) if asked and candidate == asked]
        if whole:
            marks = ", ".join("?" * len(whole))
            return Condition(f"{column} IN ({marks})", tuple(whole), name, f"{column} IS NULL")
        words = set(asked.split())
        partly = [names[place] for place, candidate in enumerate(folded) if words and words <= set(candidate.split())]
        if len(partly) == 1:
            return Condition(f"{column} = ?", (partly[0],), name, f"{column} IS NULL")
        raise self._unknown(name, value, partly)

    def _lineage(self, value: str) -> Condition | None:
        """Return the condition that a department, or one that it took over from, answered; None if none did here."""
        rows = {row for named in department_named(value) for row in with_predecessors(named)}
        others = [row for row in departments() if row not in rows]
        clauses: list[str] = []
        values: list[object] = []
        for row in sorted(rows, key=lambda one: (one.first_day, one.name)):
            mine = _names_of(row)
            here = [name for name in self._names.get("answering_body", []) if folded_name(name) in mine]
            recurs = any(mine & _names_of(other) for other in others)
            if here:
                clauses.append(_named_within(row, "answering_body", len(here), bounded=recurs))
                values += [*here, *(_bounds(row) if recurs else ())]
            # The name decides; the id, which a body keeps through a change of name, only where there is no name.
            if row.body_id in self._ids.get("answering_body", set()):
                recurs = any(row.body_id == other.body_id for other in others)
                id_clause = _named_within(row, "answering_body_id", 1, bounded=recurs)
                clauses.append(f"(answering_body IS NULL AND {id_clause})")
                values += [row.body_id, *(_bounds(row) if recurs else ())]
        if not clauses:
            return None
        return Condition(
            " OR ".join(clauses),
            tuple(values),
            "answering_body",
            "answering_body IS NULL AND answering_body_id IS NULL",
        )

    def _unknown(self, name: str, value: str, partly: list[str]) -> UnknownName:
        if partly:
            several = "; ".join(partly[:_NEAREST]) + ("; ..." if len(partly) > _NEAREST else "")
            told = f"{value!r} is part of several names ({several}): give more of the name"
            return UnknownName(name, told, tuple(partly[:_NEAREST]))
        if not self._names[name]:
            thing = name.replace("_", " ")
            return UnknownName(name, f"no record in what is indexed names its {thing}, so {value!r} can't be found")
        nearest = self._nearest(name, folded_name(value))
        advice = f"nearest: {'; '.join(nearest)}" if nearest else "and no name there is like it: check the spelling"
        return UnknownName(name, f"{value!r} is not in what is indexed ({advice})", nearest)

    def _nearest(self, name: str, asked: str) -> tuple[str, ...]:
        likeness = [_likeness(asked, candidate) for candidate in self._folded[name]]
        best = sorted(range(len(likeness)), key=lambda place: (-likeness[place], self._names[name][place]))
        return tuple(self._names[name][place] for place in best[:_NEAREST] if likeness[place] >= _LIKE)


def _names_of(row: Department) -> set[str]:
    return {folded_name(name) for name in (row.name, *row.also, *row.hansard)}


def _named_within(row: Department, column: str, count: int, *, bounded: bool) -> str:
    """Return the condition on a column, within the days of the row where another body has the same in it."""
    clause = f"{column} IN ({', '.join('?' * count)})"
    if not bounded:
        return clause
    return f"({clause} AND answered >= ?{' AND answered <= ?' if row.is_over else ''})"


def _bounds(row: Department) -> list[str]:
    # A body that still stood when the table was made has no last day, only one up to which it is vouched for.
    return [row.first_day.isoformat(), *([row.last_day.isoformat()] if row.is_over else [])]


def _likeness(asked: str, candidate: str) -> float:
    """Return how like a folded name is to what was asked, in [0, 1]: as a whole, by a word, or by its initials."""
    if asked and asked.replace(" ", "") in _initials(candidate):
        return 1.0
    # A surname alone is far from the whole name, so single words are compared as well.
    parts = [candidate, *candidate.split()]
    return max(difflib.SequenceMatcher(None, asked, part).ratio() for part in parts)


def has_words(text: str | None, words: str) -> bool | None:
    """Return whether each of `words` is a word of `text`, case and accents aside; None where there is no text."""
    return None if text is None else set(folded_name(words).split()) <= set(folded_name(text).split())


def _initials(folded: str) -> set[str]:
    words = folded.split()
    small = {"and", "of", "for"}
    return {"".join(w[0] for w in words), "".join(w[0] for w in words if w not in small)} - {""}
