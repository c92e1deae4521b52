"""One question with all that says how it is to be answered."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.expansion import Expansion
from retrieval.filters import Filters
from retrieval.freshness import Freshness
from retrieval.results import Mode


@dataclass(frozen=True, slots=True)
class Ask:
    """A question in plain words, checked.

    Attributes:
        text: The words that answers are ranked by.
        filters: Limits that act before ranking.
        limit: The most hits wanted.
        mode: Whether the reranker, if there is one, reads the best answers again.
        group: Whether answers that nearly repeat one another are one hit.
        freshness: The time that the question asks for; None where it asks for none, or that is switched off.
        expanded: What is looked for beside the words of `text`.
    """

    text: str
    filters: Filters
    limit: int
    mode: Mode
    group: bool
    freshness: Freshness | None = None
    expanded: tuple[Expansion, ...] = ()

    @property
    def alternatives(self) -> tuple[tuple[str, str], ...]:
        """What passages are looked up by beside `text`, as the lexical index takes it."""
        return tuple((one.words, one.added) for one in self.expanded)
