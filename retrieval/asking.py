"""One question with all that says how it is to be answered."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.choices import Mode, Sort
from retrieval.expansion import Expansion
from retrieval.facets import Dimension
from retrieval.filters import Filters
from retrieval.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in plain words, checked.

    Attributes:
        text: The words that answers are ranked by.
        filters: Limits that act before ranking.
        limit: The most hits wanted.
        mode: Whether the reranker, if there is one, reads the best answers again.
        group: Whether answers that nearly repeat one another are one hit.
        sort: The order of the close answers; None is by falling score.
        cursor: Where the page begins; None is the beginning.
        facets: What the close answers are counted by.
        freshness: The time that the question asks for; None where it asks for none, or that is switched off.
        expanded: What is looked for beside the words of `text`.
        marked: Whether the sentence that answers is looked for in the best passages.
    """

    text: str
    filters: Filters
    limit: int
    mode: Mode
    group: bool
    sort: Sort | None = None
    cursor: str | None = None
    facets: tuple[Dimension, ...] = ()
    freshness: Freshness | None = None
    expanded: tuple[Expansion, ...] = ()
    marked: bool = True

    @property
    def is_of_set(self) -> bool:
        """Whether it asks for something of all close answers together: their order, a further page or counts."""
        return self.sort is not None or self.cursor is not None or bool(self.facets)

    @property
    def set_asked_for(self) -> str:
        """All that decides which close answers there are and in what order, for a cursor to be of this search."""
        wanted = (self.text, self.filters.as_text(), self.mode, self.group, self.sort, self.freshness, self.expanded)
        return repr(wanted)

    @property
    def alternatives(self) -> tuple[tuple[str, str], ...]:
        """What passages are looked up by beside `text`, as the lexical index takes it."""
        return tuple((one.words, one.added) for one in self.expanded)
