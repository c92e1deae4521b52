"""What the HTTP service answers beside the library's own results."""

from __future__ import annotations

from dataclasses import dataclass

from retrieval.citations import Citation, CitationStyle, Licence, notes, written
from retrieval.results import Sample


@dataclass(frozen=True, slots=True)
class WrittenCitation:
    """A citation in one form, ready to paste.

    Attributes:
        style: The form.
        text: The citation; the forms for reference managers have several lines.
        notes: What a reader must be told beside it, most serious first.
        citation: The facts it is made of.
        sample: Set where only the seed documents are loaded.
        licence: Of the text cited.
    """

    style: CitationStyle
    text: str
    notes: tuple[str, ...]
    citation: Citation
    sample: Sample | None
    licence: Licence

    @classmethod
    def of(cls, citation: Citation, style: CitationStyle, sample: Sample | None) -> WrittenCitation:
        """Write a citation in a style.

        Args:
            citation: The facts.
            style: The form.
            sample: Of the corpus that the answer is in.
        """
        return cls(style, written(citation, style), notes(citation, style), citation, sample, citation.licence)


@dataclass(frozen=True, slots=True)
class Welcome:
    """What the service is and where to go from here.

    Attributes:
        name: Of the product.
        version: Of the product.
        description: What it is for.
        sample: Set where only the seed documents are loaded: what they are, and questions to try.
        links: By what they give, the paths there are.
    """

    name: str
    version: str
    description: str
    sample: Sample | None
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Health:
    """That the service is alive.

    Attributes:
        status: `alive`.
    """

    status: str


@dataclass(frozen=True, slots=True)
class Ready:
    """That the service can answer.

    Attributes:
        status: `ready`.
        snapshot: Name of the snapshot.
        sample: Set where only the seed documents are loaded.
    """

    status: str
    snapshot: str
    sample: Sample | None
