"""What became of a quotation, in plain words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from retrieval.citing import Citation, long_date
from retrieval.quote_reading import Reading
from retrieval.quote_results import Crossing, Exactness, QuoteChange, QuoteMatch, QuoteOutcome, QuoteSource
from retrieval.records import AnswerKind, Genre
from retrieval.results import Searched

_EXACT: Final = {
    Exactness.CHARACTER: "",
    Exactness.TYPOGRAPHY: " Only the form of quotation marks, dashes or spaces differs.",
    Exactness.WORDS: " The words are the same; capitals, accents or punctuation are not.",
}
_NOT_A_REPLY: Final = {
    AnswerKind.HOLDING: "a holding answer",
    AnswerKind.PROROGATION: "an answer that only says there was no time",
    AnswerKind.WILL_WRITE: "an answer that promises a letter",
    AnswerKind.POINTER: "an answer that points to another",
}
_TOTALS: Final = {
    QuoteOutcome.SINCE_CORRECTED: ("since corrected", "since corrected"),
    QuoteOutcome.SINCE_REPLACED: ("since replaced", "since replaced"),
    QuoteOutcome.DIFFERS: ("differs from what was said", "differ from what was said"),
    QuoteOutcome.IN_QUESTION: ("is of a question, not an answer", "are of a question, not an answer"),
    QuoteOutcome.NOT_FOUND: ("not found in what is indexed", "not found in what is indexed"),
    QuoteOutcome.NOT_CHECKED: ("not checked", "not checked"),
    QuoteOutcome.WORD_FOR_WORD: ("word for word", "word for word"),
}
_CROSSED: Final = {
    Crossing.PARAGRAPHS: "It runs across two paragraphs, or items of a list: the text has a break in it.",
    Crossing.TABLE: "It runs across two cells or rows of a table: read the table before you quote it.",
}
_MOST_NAMED: Final = 3
NOTHING_INDEXED: Final = "Nothing is indexed yet."
NOT_SAID: Final = "That does not mean that no minister has said it: what is said in the Chamber is not indexed."


def told_of(
    outcome: QuoteOutcome, reading: Reading, change: QuoteChange | None, citation: Citation, source: QuoteSource
) -> str:
    """Return how a quotation stands in one text."""
    warnings = "".join(f" {one}" for one in _warnings(reading))
    whose = _whose(citation, source)
    if outcome is QuoteOutcome.WORD_FOR_WORD:
        return f"Word for word in {whose}.{_exact(reading)}{warnings}"
    if outcome is QuoteOutcome.DIFFERS:
        return f"Not word for word: {_words(reading.words_differing)} from {whose}.{warnings}"
    if outcome is QuoteOutcome.IN_QUESTION:
        nearly = f"nearly (it {_words(reading.words_differing)}) " if reading.words_differing else ""
        return f"These are {nearly}words of the question, not of the minister: {_asked(citation)}.{warnings}"
    exact = f" The quotation also {_words(reading.words_differing)} from them." if reading.words_differing else ""
    return f"{_changed(outcome, change, whose)}{exact}{warnings}"


def message_of(
    outcome: QuoteOutcome, matches: Sequence[QuoteMatch], more: int, searched: Searched, *, is_one: bool, elsewhere: int
) -> str:
    """Return what became of a quotation: it speaks of what is indexed, never of what ministers have said.

    Args:
        outcome: Of the quotation.
        matches: What it was found in.
        more: How many further answers have the words.
        searched: What was looked through.
        is_one: Whether it was looked for in one answer alone.
        elsewhere: How many other answers have the words, where it was looked for in one.
    """
    if outcome is QuoteOutcome.CORPUS_EMPTY:
        return NOTHING_INDEXED
    told = [matches[0].told] if matches else []
    if outcome is QuoteOutcome.NOT_FOUND:
        told = (
            ["These words are not in this answer."] if is_one else ["Not found in what is indexed.", coverage(searched)]
        )
        told += [] if is_one else [NOT_SAID]
    others = sum(match.standing is QuoteOutcome.WORD_FOR_WORD for match in matches[1:]) + more
    if others:
        told.append(f"{others:,} {'other answer has' if others == 1 else 'other answers have'} the same words.")
    if elsewhere:
        told.append(f"{elsewhere:,} {'other answer has' if elsewhere == 1 else 'other answers have'} them.")
    return " ".join(told)


def briefing_message(total: int, checked: int, counts: Mapping[QuoteOutcome, int]) -> str:
    """Return how many quotations of a briefing came to what, the gravest first.

    Args:
        total: How many it has.
        checked: How many were checked.
        counts: By outcome, how many of those.
    """
    if not total:
        return "No quotation was found: quotations stand in quotation marks, or in lines that begin with >."
    told = [f"{counts[one]:,} {_TOTALS[one][counts[one] != 1]}" for one in QuoteOutcome if counts.get(one)]
    which = f"{total:,} {'quotation' if total == 1 else 'quotations'}"
    if checked < total:
        which = f"{checked:,} of {which} checked"
    return f"{which}: {'; '.join(told) or NOTHING_INDEXED}."


def coverage(searched: Searched) -> str:
    """Return what days the indexed answers are of, and whether any may be missing."""
    first, last = searched.first_answered, searched.last_answered
    days = "Indexed: answers and statements whose days are not known" if first is None or last is None else ""
    if first and last:
        days = f"Indexed: answers and statements of {long_date(first)} to {long_date(last)}"
    return f"{days}{'' if searched.complete else ', and there may be others that are missing'}."


def _whose(citation: Citation, source: QuoteSource) -> str:
    what = "the statement" if citation.genre is Genre.STATEMENT else _NOT_A_REPLY.get(citation.kind, "the answer")
    if source is QuoteSource.ATTACHMENT:
        what = f"a file that came with {what}"
    name = citation.minister.name if citation.minister else None
    body = f" ({citation.answering_body})" if citation.answering_body else ""
    by = f" by {name}{body}" if name else f" from {citation.answering_body}" if citation.answering_body else ""
    given = f" of {long_date(citation.answered)}" if citation.answered else ""
    return f"{what}{by}{given}{_number(citation)}"


def _asked(citation: Citation) -> str:
    asker = citation.asker.name if citation.asker and citation.asker.name else "someone whom the source does not name"
    tabled = f", tabled {long_date(citation.tabled)}" if citation.tabled else ""
    return f"asked by {asker}{tabled}{_number(citation)}"


def _number(citation: Citation) -> str:
    if not citation.uin:
        return ""
    return f" ({citation.uin})" if citation.genre is Genre.STATEMENT else f" (Question {citation.uin})"


def _words(count: int) -> str:
    return f"differs in {count:,} {'word' if count == 1 else 'words'}"


def _warnings(reading: Reading) -> list[str]:
    told = []
    if reading.negation:
        told.append("A negation differs: check the sense.")
    if reading.numbers:
        told.append("A number, an amount or a date differs.")
    if reading.omits_negation:
        told.append("What is left out of the sentence has a negation: check the sense.")
    if reading.inserted:
        told.append(_inserted(reading.inserted))
    if reading.inserts_negation:
        told.append("A negation is put in: check the sense.")
    if reading.inserts_number:
        told.append("A number, an amount or a date is put in.")
    if reading.raised:
        told.append("A raised figure, the mark of a footnote or a power, is in one and not in the other.")
    if reading.crosses:
        told.append(_CROSSED[reading.crosses])
    return told


def _exact(reading: Reading) -> str:
    """Return how far the same words are the same characters, where the warnings don't say more."""
    is_told = reading.inserted or reading.raised or reading.crosses
    return "" if is_told else _EXACT[reading.exactness or Exactness.WORDS]


def _inserted(texts: Sequence[str]) -> str:
    named = ", ".join(f"[{text}]" for text in texts[:_MOST_NAMED])
    more = " and more" if len(texts) > _MOST_NAMED else ""
    return f"What stands in square brackets is not in the text: {named}{more}."


def _changed(outcome: QuoteOutcome, change: QuoteChange | None, whose: str) -> str:
    day = change.corrected_on if change else None
    if outcome is QuoteOutcome.SINCE_CORRECTED:
        on = f"on {long_date(day)}" if day else "on a day that the source does not give"
        return f"Corrected {on}: these words stood in {whose}, and are no longer there."
    if change and change.kind is AnswerKind.HOLDING:
        on = f" on {long_date(day)}" if day else ""
        return f"Since replaced: these words stood in a holding answer, until {whose} took its place{on}."
    return f"Since replaced: these words stood in {whose}, which the source has changed without saying so."
