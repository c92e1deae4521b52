"""What a collection may be asked for, checked once for every surface."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from retrieval.citations import CitationStyle
from retrieval.collected import MAX_ITEMS, MAX_NOTE_CHARACTERS, KeptPassage
from retrieval.collection_files import CollectionFormat
from service.values import NOT_BLANK, WHOLE_NUMBER, Day, one_of

# A passage has at most a thousand characters and a citation few hundred: room for what later versions may write.
_KEPT_CHARACTERS: Final = 4_000
_KEY_CHARACTERS: Final = 200
_IN_WORDS: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
_Key = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_KEY_CHARACTERS), NOT_BLANK]


class CollectedPassage(BaseModel):
    """One passage as a basket keeps it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=_KEY_CHARACTERS), NOT_BLANK
    ] = Field(description="The key of its answer.", examples=["commons-2023-07-18-194793"])
    passage: Annotated[str, StringConstraints(pattern="^[0-9a-f]{16}$")] = Field(
        description="The `hash` of the passage, as a search gives it.", examples=["0123456789abcdef"]
    )
    ordinal: Annotated[int, Field(ge=1, le=1_000_000), WHOLE_NUMBER] | None = Field(
        default=None, description="Its place in the answer when it was collected.", examples=[3]
    )
    note: Annotated[str, StringConstraints(max_length=MAX_NOTE_CHARACTERS)] = Field(
        default="", description="What you have written about it.", examples=["For the debate on Tuesday."]
    )
    added: Day | None = Field(default=None, description="The day it was collected.", examples=["2026-11-22"])
    text: Annotated[str, StringConstraints(max_length=_KEPT_CHARACTERS)] | None = Field(
        default=None,
        description="Its words when it was collected, by which it is found again if they change. Words that `passage` "
        "is not the hash of are not used.",
    )
    citation: Annotated[str, StringConstraints(max_length=_KEPT_CHARACTERS)] | None = Field(
        default=None, description="Its citation as it was shown then, which is told where the answer is gone."
    )

    def kept(self) -> KeptPassage:
        """Return it as the library knows it."""
        return KeptPassage(**self.model_dump())


class CollectionRequest(BaseModel):
    """Passages to look up again."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: tuple[CollectedPassage, ...] = Field(
        description="The passages, in the order in which they are wanted.", max_length=MAX_ITEMS
    )


WordStyle = Annotated[Literal[CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA], one_of(_IN_WORDS)]


class CollectionExportRequest(CollectionRequest):
    """Passages to write to a file, and how."""

    format: Annotated[CollectionFormat, one_of(CollectionFormat)] = Field(
        default=CollectionFormat.HTML,
        description="`html`, to open in Word or paste into it; `markdown`; `text`; `bibtex`, `ris` or `csl-json` for a "
        "reference manager; or `csv` for a spreadsheet, with a byte order mark, and with an apostrophe before each "
        "cell that would be taken for a formula.",
        examples=["html"],
    )
    style: WordStyle = Field(
        default=CitationStyle.HOUSE,
        description="Of the citations in words; the files for reference managers have forms of their own.",
        examples=["oscola"],
    )
