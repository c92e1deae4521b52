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
    if style in (CitationStyle.BIBTEX, CitationStyle.RIS, CitationStyle.CSL_JSON):
        return reference_file(map(reference_of, distinct), style)
    return "".join(f"{written(citation, style)}\n" for citation in distinct)


def reference_file(references: Iterable[Reference], style: CitationStyle) -> str:
    """Return references as one file for a reference manager, as `bibliography` does, each with a key of its own.

    Args:
        references: In the order of the file.
        style: BibTeX, RIS or CSL-JSON.
    """
    apart = _with_keys_of_their_own(references)
    if style is CitationStyle.BIBTEX:
        return "\n".join(map(bibtex, apart))
    if style is CitationStyle.RIS:
        return "".join(map(ris, apart))
    return csl_json(apart) + "\n"


def _with_keys_of_their_own(references: Iterable[Reference]) -> Iterator[Reference]:
    taken: set[str] = set()
    for reference in references:
        key, number = reference.key, 1
        while key.casefold() in taken:
            number += 1
            key = f"{reference.key}-{number}"
        taken.add(key.casefold())
        yield replace(reference, key=key)
