"""What every reader of sources gives and takes, and what the wording of a question tells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Protocol

from retrieval.errors import SourceError
from retrieval.records import House, Provenance, Record
from retrieval.sources.documents import Document


@dataclass(frozen=True, slots=True)
class Received:
    """One record as received: enough to read it again, in any later version, without its source.

    Attributes:
        reader: Name of the reader that knows how to parse it.
        raw: The record's own bytes, UTF-8.
        provenance: Where it came from.
    """

    reader: str
    raw: bytes
    provenance: Provenance


class Withdrawn(Enum):
    """Stands in the place of a record that was withdrawn: it is no fault, and nothing of it is kept."""

    WITHDRAWN = "withdrawn"


class Reader(Protocol):
    """Knows one kind of document; keeps nothing between calls."""

    @property
    def name(self) -> str:
        """What records of this reader carry for ever; never changed once released."""

    def recognises(self, document: Document) -> bool:
        """Say whether `document` is of this kind, by its first bytes and never by its name."""

    def split(self, document: Document, read_on: date) -> Iterator[Received | SourceError]:
        """Yield the records of `document` in order, with a fault in the place of what is none.

        Args:
            document: A document that this reader recognises.
            read_on: The day on which it is read.

        Raises:
            SourceError: If the document breaks off so that nothing after this point can be read.
        """

    def parse(self, received: Received) -> Record | Withdrawn:
        """Return the record that `received` holds, answered or not, unless it was withdrawn.

        Raises:
            MalformedRecord: If it is broken, or lacks what every record has.
            ClippedRecord: If the source cut its answer short, or the question of an answer.
        """

    def api_id(self, received: Received) -> int | None:
        """Return the API's id of what `received` holds, answered or not; None where the source has no ids."""


_LORDS = re.compile(r"To ask (?:(?:His|Her) Majesty['’]s Government|the Senior Deputy Speaker)\b", re.IGNORECASE)
# "the Leader of the House" is asked in both Houses, so it tells nothing.
_COMMONS = re.compile(
    r"To ask the (?:Secretary of State|Minister\b|(?:Deputy )?Prime Minister|Chancellor of the"
    r"|(?:Attorney|Solicitor|Advocate) General|Parliamentary (?:Under-)?Secretary|Church Commissioner"
    r"|Second Church Estates Commissioner"
    r"|(?:(?:Rt\.?|Right) )?(?:Hon(?:ourable|\.)? )?(?:Member|Lady|Gentleman)\b)",
    re.IGNORECASE,
)


def house_from_wording(question: str) -> House | None:
    """Return the House that a question's opening words belong to, or None where they could be either's.

    In the Lords a question is put to His Majesty's Government; in the Commons to the minister by office, or
    to the Member who answers for a body such as the Church Commissioners.

    Args:
        question: The question's clean text, white space folded.
    """
    if _LORDS.match(question):
        return House.LORDS
    return House.COMMONS if _COMMONS.match(question) else None
