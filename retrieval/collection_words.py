"""What is told of a collected passage in words, the same in every file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from retrieval.citations import CitationStyle, long_date
from retrieval.collected import CollectedItem, CollectedState, Collection, StandingPassage
from retrieval.records import FindingName, Genre

TITLE: Final = "Collected passages"
NO_WORDS: Final = "The words of this passage are not known here."
NO_CITATION: Final = "No citation is known here."


@dataclass(frozen=True, slots=True)
class Entry:
    """One collected passage as every document tells it. Primary key: `number`.

    Attributes:
        number: From 1.
        heading: What it is about.
        remarks: What has become of it, as sentences, most serious first.
        question: As tabled; empty for a statement, and where it is not known.
        context: What the words stand under; empty where there is nothing.
        words: To quote: lines, each of cells where it is the row of a table; none where they are not known.
        words_before: The lines that were collected, where they have changed since.
        citation: In the style asked for, as a sentence; empty where it is not known.
        url: The official page; None where there is none, or where the citation has it.
        about: What a reader of the citation must know.
        note: What the user has written.
    """

    number: int
    heading: str
    remarks: tuple[str, ...]
    question: str
    context: str
    words: tuple[tuple[str, ...], ...]
    words_before: tuple[tuple[str, ...], ...]
    citation: str
    url: str | None
    about: tuple[str, ...]
    note: str


def entries(collection: Collection, style: CitationStyle) -> list[Entry]:
    """Return what a document tells of each passage, in order.

    Args:
        collection: The passages.
        style: One of `house`, `member` and `oscola`.
    """
    return [_entry(number, item, style) for number, item in enumerate(collection.items, start=1)]


def _entry(number: int, item: CollectedItem, style: CitationStyle) -> Entry:
    now, kept = item.now, item.kept
    citation = now.written[style] if now else kept.citation or ""
    url = now.citation.url if now else None
    is_reworded = item.state is CollectedState.REWORDED
    return Entry(
        number=number,
        heading=_heading(item),
        remarks=item.remarks,
        question=now.question if now else "",
        context=(now.context or "") if now else "",
        words=_lines(quoted(item)),
        words_before=_lines(kept.text) if is_reworded else (),
        citation=citation if not citation or citation.endswith(".") else f"{citation}.",
        url=url if url and url not in citation else None,
        about=now.notes[style] if now else (),
        note=kept.note,
    )


def _lines(text: str | None) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(line.split("\t")) for line in (text or "").split("\n") if line.strip())


def _heading(item: CollectedItem) -> str:
    if item.now is None:
        return f"No longer here: {item.kept.key}"
    return item.now.heading or item.now.citation.question_opening or item.now.key


def quoted(item: CollectedItem) -> str | None:
    """Return the words to quote: those of now, or where they are gone those that were kept; None if not known."""
    return (item.now.text if item.now else None) or item.kept.text


def introduction(collection: Collection, made: date) -> str:
    """Return how many passages there are, when the file was made and of which index, as a sentence."""
    number = len(collection.items)
    counted = "1 passage" if number == 1 else f"{number} passages"
    return f"{counted}, looked up on {long_date(made)} with Despatch Box in the index {collection.snapshot}."


def licence_sentences(collection: Collection) -> list[str]:
    """Return the words that the licence asks to be shown, its address, and the credits."""
    licence = collection.licence
    said = [licence.statement, f"The licence: {licence.url}", *(f"Source: {one}." for one in licence.credits)]
    attached = any(item.now and item.now.attachment for item in collection.items)
    return [*said, "The rights in the text of attachments are not known."] if attached else said


def remarks(item: CollectedItem) -> list[str]:
    """Return what has become of a passage since it was collected, as sentences, most serious first."""
    return list(_remarks(item, f" on {long_date(item.kept.added)}" if item.kept.added else ""))


def _remarks(item: CollectedItem, when: str) -> Iterator[str]:
    if item.now is None:
        yield (
            f"This answer is no longer in the index. The words and the citation are as they were kept{when}, and "
            "could not be checked."
        )
        return
    if item.state is CollectedState.PASSAGE_GONE:
        yield f"This passage was collected{when} and is no longer in the answer. The words are as they were kept."
    if item.state is CollectedState.REWORDED:
        yield f"The wording has changed since the passage was collected{when}."
    yield from _of_answer(item, item.now)


def _of_answer(item: CollectedItem, now: StandingPassage) -> Iterator[str]:
    text = "statement" if now.genre is Genre.STATEMENT else "answer"
    if item.corrected_since:
        yield f"The {text} was corrected on {long_date(item.corrected_since)}, since the passage was collected."
    elif now.citation.corrected:
        yield f"The {text} was corrected on {long_date(now.citation.corrected)}."
    elif FindingName.CORRECTED in now.findings:
        yield f"The {text} was corrected. The source does not say when."
    if now.later:
        yield f"There is a later answer close in meaning, of {long_date(now.later.answered)}: {now.later.cite_as}."
