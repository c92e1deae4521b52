"""How a search may be asked to match, to rank and to order."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass


class Match(StrEnum):
    """How a question is matched.

    `meaning`: the answers nearest to it, best first. `words`: every answer that has words and "phrases" joined by
    AND, OR and NOT. `exact`: every answer that has the whole query as one phrase. Case and accents are folded.
    """

    MEANING = "meaning"
    WORDS = "words"
    EXACT = "exact"


class Sort(StrEnum):
    """The order of answers by the day answered, other than by rank; one whose day is not known is last in each.

    `standing`: as `newest`, but the substantive answers of the present government come before all others.
    """

    NEWEST = "newest"
    OLDEST = "oldest"
    STANDING = "standing"


class Mode(StrEnum):
    """How much work a search does: `full` has a reranker read the best answers again, `fast` does not."""

    FULL = "full"
    FAST = "fast"


class Grouping(StrEnum):
    """Whether answers that nearly repeat one another share one place."""

    ON = "on"
    OFF = "off"


class Expanding(StrEnum):
    """Whether the short and long forms of the question's words are looked for too."""

    ON = "on"
    OFF = "off"
