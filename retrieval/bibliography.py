"""Several citations as one file: a bibliography for a reference manager, or one to paste."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from retrieval.citations import Citation, CitationStyle, reference_of, written
from retrieval.references import Reference, bibtex, csl_json, ris


def bibliography(citations: Iterable[Citation], style: CitationStyle) -> str:
    """Return citations as one file in a style, in the order given; the same citation twice is one entry.

    A BibTeX file, an RIS file (its lines end in a carriage return and a line feed) or a CSL-JSON list, in UTF-8; or in
    the styles in words, one citation a line. No two entries share a key, whatever a reference manager makes of
    capitals: an entry's key is that of its answer and passage, as in `written`, and a number follows it where another
    entry before it has the same.

    Args:
        citations: Of answers, statements or passages; where there are none the file has no entry.
        style: Any of the forms that one citation can be written in.
    """
    distinct = tuple(dict.fromkeys(citations))
    match style:
        case CitationStyle.BIBTEX:
            return "\n".join(map(bibtex, _references(distinct)))
        case CitationStyle.RIS:
            return "".join(map(ris, _references(distinct)))
        case CitationStyle.CSL_JSON:
            return csl_json(_references(distinct)) + "\n"
    return "".join(f"{written(citation, style)}\n" for citation in distinct)


def _references(citations: Iterable[Citation]) -> Iterator[Reference]:
    taken: set[str] = set()
    for reference in map(reference_of, citations):
        key, number = reference.key, 1
        while key.casefold() in taken:
            number += 1
            key = f"{reference.key}-{number}"
        taken.add(key.casefold())
        yield replace(reference, key=key)
