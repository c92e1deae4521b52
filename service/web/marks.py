"""Text with parts of it marked, as HTML."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from retrieval.hit_results import Span


def marked(text: str, spans: Iterable[Span], tag: str = "mark", name: str = "") -> Markup:
    """Return a text as HTML, escaped, with its spans in elements.

    Args:
        text: Any text.
        spans: Parts of it, in code points, in any order; those that touch or overlap become one, and what lies
            outside the text is left out.
        tag: The element, such as `mark`.
        name: Its class; none if empty.
    """
    opening = Markup('<{} class="{}">').format(tag, name) if name else Markup("<{}>").format(tag)
    closing = Markup("</{}>").format(tag)
    parts: list[Markup] = []
    place = 0
    for start, end in _united((max(span.start, 0), min(span.end, len(text))) for span in spans):
        parts += [escape(text[place:start]), opening, escape(text[start:end]), closing]
        place = end
    return Markup("").join([*parts, escape(text[place:])])


def _united(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    united: list[tuple[int, int]] = []
    for start, end in sorted(one for one in spans if one[0] < one[1]):
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united
