"""The stages that a search goes through, and who is told when each begins and ends."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from typing import Final, Protocol


class Stage(StrEnum):
    """A part of the work of a search.

    No two overlap, and a search goes through each at most once; one that turns words into filters and finds nothing
    with them is two searches.
    """

    ENCODE = "encode"
    """The question becomes a vector; waiting for an encoder that others use counts."""

    MEANING = "meaning"
    """The passages nearest to it are found."""

    WORDS = "words"
    """The passages that have its words are found."""

    EVIDENCE = "evidence"
    """Each passage that one of the two found gets its score by the other."""

    FUSION = "fusion"
    """Both scores, and the time asked for, make one order."""

    RERANK = "rerank"
    """The best are read again beside the question."""

    COLLAPSE = "collapse"
    """Answers that nearly repeat one another become one."""

    JUDGE = "judge"
    """It is judged which are close, and what the filters leave out."""

    MARK = "mark"
    """The record to cite is chosen, and in the best passages the sentence that answers."""

    HITS = "hits"
    """Passages and citations are read and written."""

    BESIDE = "beside"
    """What stands beside a hit is looked up: near repetitions and later answers."""

    WORDED = "worded"
    """All of a search for exact words, which has no other stage but the last."""

    JSON = "json"
    """The result is written as JSON; the library leaves that to whoever serves it."""


class Stages(Protocol):
    """Is told of stages. What it does must be quick and safe from several threads, and must not fail."""

    def stage(self, name: Stage) -> AbstractContextManager[object]:
        """Return a context that lasts as long as the stage; an error in it passes through."""
        ...


_NOBODY: Final = nullcontext()


class Unwatched:
    """Tells nobody, which takes no time worth naming."""

    def stage(self, name: Stage) -> AbstractContextManager[object]:
        """Return a context that does nothing."""
        return _NOBODY


UNWATCHED: Final = Unwatched()
"""For searchers that nobody watches."""
