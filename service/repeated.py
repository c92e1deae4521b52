"""The answers that say nearly the same as a hit, shortly."""

from __future__ import annotations

from collections.abc import Iterator

from rich.console import RenderableType

from retrieval.hit_results import Hit
from service.phrases import count, on
from service.terminal import words

_NAMED = 3
_DIFFERING_SHOWN = 120  # Characters of the words in which another answer differs.


def near_duplicates(hit: Hit) -> Iterator[RenderableType]:
    """Yield the first answers that say nearly the same as a hit, and how to see all of them."""
    if not hit.near_duplicates_total:
        return
    times = count(hit.near_duplicates_total, "time")
    yield words(f"Nearly the same was also said {times}. To see each as a result, add --no-group")
    for other in hit.near_duplicates[:_NAMED]:
        given = f"answered {on(other.answered)}" if other.answered else "date answered not known"
        differs = "; ".join(other.text[span.start : span.end] for span in other.differing)
        told = f"; there: {_short(differs)}" if differs else "; in the same words"
        if hit.passage.attachment:
            told = ""  # Its words are not compared with answers.
        body = other.answering_body or "answering body not known"
        yield words(f"- {other.uin or other.key}: {body}, {given}{told}")


def _short(text: str) -> str:
    folded = " ".join(text.split())
    return folded if len(folded) <= _DIFFERING_SHOWN else f"{folded[:_DIFFERING_SHOWN].rstrip()}…"
