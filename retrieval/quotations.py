"""Whether an answer or a statement has the words of a quotation, where, and what differs; needs no model."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.filters import EVERY_KIND, Filters
from retrieval.quotation_marks import quotations_in
from retrieval.quotation_parts import insertions_in, parts_of
from retrieval.quote_candidates import having_all, likeliest, one_a_group
from retrieval.quote_matches import Standing, match_of
from retrieval.quote_messages import briefing_message, message_of
from retrieval.quote_placing import Quoted
from retrieval.quote_results import (
    BriefingResult,
    CheckedQuotation,
    QuoteMatch,
    QuoteOutcome,
    QuoteResult,
    QuoteSource,
)
from retrieval.quote_texts import QuotableText, answer_texts, question_text
from retrieval.results import Searched

MAX_QUOTATION_CHARACTERS: Final = 10_000
"""More than the longest paragraph: what is longer is a document, in which quotations are to be looked for."""
MAX_BRIEFING_CHARACTERS: Final = 300_000
"""Some 50,000 words: more than a hundred pages."""
MOST_QUOTATIONS: Final = 2_000
"""The most quotations in a briefing."""
MAX_QUOTATIONS: Final = 25
"""The most quotations that are checked in one call, so that none takes seconds."""

MAX_PARTS: Final = 20
"""The most parts that ellipses and insertions may make of a quotation: each is looked for in every text."""
LIKE: Final = 0.75
"""Likeness from which a text has nearly the words of a quotation. See docs/quality.md."""
_MIN_WORDS: Final = 5
"""Words that a quotation needs to be looked for with a change: of fewer, other texts have as many by chance."""
_MOST_MATCHES: Final = 5
_MOST_READ: Final = 60
_MOST_ALIGNED: Final = 8
_MOST_PAST: Final = 8
_PAST_WORDS: Final = 6
"""Words from which a past text counts though another answer has the words still: fewer are a turn of phrase."""
_AFTER_CORRECTIONS: Final = {QuoteOutcome.SINCE_CORRECTED: 0, QuoteOutcome.SINCE_REPLACED: 2}


@dataclass(frozen=True, slots=True)
class _Checked:
    outcome: QuoteOutcome
    matches: tuple[QuoteMatch, ...] = ()
    more: int = 0
    elsewhere: int = 0


def verify_quote(corpus: Corpus, text: str, key: str | None = None) -> QuoteResult:
    """Check one quotation.

    An ellipsis parts it into pieces that must stand in one text in that order; square brackets hold what the writer
    put in. Answers of every kind are looked in, statements, their attachments, the texts that they had before, and
    questions.

    Args:
        corpus: What is looked in.
        text: The quotation, with or without its quotation marks.
        key: The one answer to look in, by its key or the API's id; None looks in all.

    Raises:
        QueryError: If the text has no word, or is too long.
        UnknownKey: If there is no such answer.
    """
    if len(text) > MAX_QUOTATION_CHARACTERS:
        told = f"it has {len(text):,} characters, at most {MAX_QUOTATION_CHARACTERS:,} are read"
        raise QueryError("text", f"{told}: give one quotation, or check the whole text as a briefing")
    parts = parts_of(text)
    if len(parts) > MAX_PARTS:
        told = f"its ellipses and square brackets make {len(parts)} parts of it, at most {MAX_PARTS} are looked for"
        raise QueryError("text", f"{told}: check it in pieces")
    if not parts:
        raise QueryError("text", "it has no word to look for: give the words as they are quoted")
    number = corpus.store.number_of(key) if key is not None else None
    searched = corpus.searched(Filters(kind=EVERY_KIND))
    checked = _check(corpus, Quoted(parts, insertions_in(text)), number)
    return QuoteResult(
        text=text,
        key=corpus.store.record(number).key if number is not None else None,
        outcome=checked.outcome,
        message=_message(checked, searched, is_one=number is not None),
        found=_is_found(checked),
        matches=checked.matches,
        more=checked.more,
        searched=searched,
        snapshot=corpus.manifest.name,
        licence=corpus.licence,
    )


def verify_briefing(corpus: Corpus, text: str, *, first: int = 1, limit: int = MAX_QUOTATIONS) -> BriefingResult:
    """Check each quotation in a text: what stands in quotation marks, and in lines that begin with `>`.

    Args:
        corpus: What is looked in.
        text: A briefing, a draft or a report, plain or in Markdown.
        first: The number of the first quotation to check, from 1: the `next_first` of the call before.
        limit: The most quotations to check, 1 to 25.

    Raises:
        QueryError: If the text is empty or too long, or has fewer quotations than `first`.
    """
    _check_briefing(text, limit)
    quotations = list(islice(quotations_in(text), MOST_QUOTATIONS + 1))
    if len(quotations) > MOST_QUOTATIONS:
        raise QueryError("text", f"it has more than {MOST_QUOTATIONS:,} quotations: check it in parts")
    if first < 1 or first > max(1, len(quotations)):
        raise QueryError("first", f"{first} is not one of the {len(quotations)} quotations: count them from 1")
    searched = corpus.searched(Filters(kind=EVERY_KIND))
    checked = []
    for number, quotation in enumerate(quotations[first - 1 : first - 1 + limit], first):
        found, told = _check_one(corpus, quotation.text, searched)
        checked.append(
            CheckedQuotation(
                number=number,
                span=quotation.span,
                text=quotation.text,
                unclosed=quotation.unclosed,
                outcome=found.outcome,
                message=told,
                found=_is_found(found),
                matches=found.matches,
                more=found.more,
            )
        )
    counts = Counter(one.outcome for one in checked)
    reached = first - 1 + len(checked)
    return BriefingResult(
        outcome=next((one for one in QuoteOutcome if counts[one]), QuoteOutcome.NOT_CHECKED),
        message=briefing_message(len(quotations), len(checked), counts),
        total=len(quotations),
        quotations=tuple(checked),
        counts={str(one): counts[one] for one in QuoteOutcome if counts[one]},
        next_first=reached + 1 if reached < len(quotations) else None,
        searched=searched,
        snapshot=corpus.manifest.name,
        licence=corpus.licence,
    )


def _check_briefing(text: str, limit: int) -> None:
    if not text.strip():
        raise QueryError("text", "it is empty: paste a text with quotations in it")
    if len(text) > MAX_BRIEFING_CHARACTERS:
        told = f"it has {len(text):,} characters, at most {MAX_BRIEFING_CHARACTERS:,} are read"
        raise QueryError("text", f"{told}: check it in parts")
    if not 1 <= limit <= MAX_QUOTATIONS:
        raise QueryError("limit", f"{limit} is not between 1 and {MAX_QUOTATIONS}")


def _check_one(corpus: Corpus, text: str, searched: Searched) -> tuple[_Checked, str]:
    if len(text) > MAX_QUOTATION_CHARACTERS:
        told = f"Not checked: it has {len(text):,} characters, at most {MAX_QUOTATION_CHARACTERS:,} are read."
        return _Checked(QuoteOutcome.NOT_CHECKED), told
    parts = parts_of(text)
    if len(parts) > MAX_PARTS:
        told = f"Not checked: it has {len(parts)} parts, at most {MAX_PARTS} are looked for."
        return _Checked(QuoteOutcome.NOT_CHECKED), told
    if not parts:
        return _Checked(QuoteOutcome.NOT_CHECKED), "Not checked: it has no word to look for."
    checked = _check(corpus, Quoted(parts, insertions_in(text)), None)
    return checked, _message(checked, searched, is_one=False)


def _message(checked: _Checked, searched: Searched, *, is_one: bool) -> str:
    return message_of(
        checked.outcome, checked.matches, checked.more, searched, is_one=is_one, elsewhere=checked.elsewhere
    )


def _is_found(checked: _Checked) -> bool:
    return any(match.standing is QuoteOutcome.WORD_FOR_WORD for match in checked.matches)


def _check(corpus: Corpus, quoted: Quoted, number: int | None) -> _Checked:
    if not len(corpus.store):
        return _Checked(QuoteOutcome.CORPUS_EMPTY)
    exact, more = _word_for_word(corpus, quoted, number)
    past = _past(corpus, quoted, number, 1.0) if not exact or len(quoted.words) >= _PAST_WORDS else []
    found = [*past[:_MOST_MATCHES], *exact[:_MOST_MATCHES]] or _nearly(corpus, quoted, number)[:_MOST_MATCHES]
    if not found:
        elsewhere = _elsewhere(corpus, quoted) if number is not None else 0
        return _Checked(QuoteOutcome.NOT_FOUND, elsewhere=elsewhere)
    matches = [match_of(corpus, quoted, standing) for standing in found]
    if exact:
        # What was corrected is told first; the stock words of a holding answer are no less those of another one.
        matches.sort(key=lambda match: _AFTER_CORRECTIONS.get(match.standing, 1))
    shown = tuple(matches[:_MOST_MATCHES])
    told = sum(match.source is not QuoteSource.PAST_TEXT for match in shown)
    return _Checked(shown[0].standing, shown, more + max(0, len(exact) - told))


def _word_for_word(corpus: Corpus, quoted: Quoted, number: int | None) -> tuple[list[Standing], int]:
    """Return the texts of answers that have the quotation, and how many more answers may have it."""
    having = [number] if number is not None else having_all(corpus, quoted).tolist()
    answers = list(one_a_group(corpus, having))
    found = list(_standing_in(corpus, quoted, answers[:_MOST_READ]))
    return found, max(0, len(answers) - _MOST_READ)


def _standing_in(corpus: Corpus, quoted: Quoted, records: Iterable[int]) -> Iterator[Standing]:
    """Yield for each record the first of its texts that has the quotation word for word."""
    for record in records:
        for text in answer_texts(corpus, record):
            if places := quoted.word_for_word(text.worded):
                yield Standing(text, places, 1.0)
                break


def _past(corpus: Corpus, quoted: Quoted, number: int | None, like: float) -> list[Standing]:
    """Return the past texts that have the quotation, where what is served has it less."""
    # Of its distinct words a text with that likeness must have nearly that share: some may be there twice.
    candidates = corpus.past_texts.with_most_words(quoted, like if like == 1 else like - 0.15, _MOST_READ)
    found = list[Standing]()
    for past in [one for one in candidates if number in (None, one.record)][: _MOST_PAST if like < 1 else None]:
        text = QuotableText(past.record, QuoteSource.PAST_TEXT, past.worded)
        standing = _standing(quoted, text, like)
        served = next(answer_texts(corpus, past.record), None)
        now = _standing(quoted, served, like) if standing and served else None
        if standing and (now is None or now.likeness < standing.likeness):
            found.append(standing)
    return _in_order(corpus, found)


def _standing(quoted: Quoted, text: QuotableText, like: float) -> Standing | None:
    """Return where the quotation stands in a text; None where it is less alike."""
    if places := quoted.word_for_word(text.worded):
        return Standing(text, places, 1.0)
    if like == 1 or not quoted.may_be_like(text.worded, like):
        return None
    places = quoted.nearly(text.worded)
    likeness = quoted.likeness(places)
    return Standing(text, places, likeness) if like <= likeness else None


def _nearly(corpus: Corpus, quoted: Quoted, number: int | None) -> list[Standing]:
    """Return the texts that are most like a quotation, the likest first; a question only where no answer is liker."""
    like = LIKE if len(quoted.words) >= _MIN_WORDS else 1.0
    records = [number] if number is not None else list(likeliest(corpus, quoted))
    groups = list(one_a_group(corpus, records))
    answers = [text for record in groups for text in answer_texts(corpus, record)]
    questions = [question_text(corpus, record) for record in records]
    found = [*_likest(quoted, answers, like), *_likest(quoted, questions, like)]
    if like < 1:
        found += _past(corpus, quoted, number, like)
    return _in_order(corpus, found)


def _likest(quoted: Quoted, texts: Sequence[QuotableText], like: float) -> list[Standing]:
    ranked = sorted(texts, key=lambda text: -quoted.shared(text.worded))[:_MOST_ALIGNED]
    found = [_standing(quoted, text, like) for text in ranked if text.worded.folded]
    return [standing for standing in found if standing]


def _in_order(corpus: Corpus, found: Sequence[Standing]) -> list[Standing]:
    """Return the likest first; of as alike, those of past texts, then of answers; then the newest."""
    order = {QuoteSource.PAST_TEXT: 0, QuoteSource.ANSWER: 1, QuoteSource.ATTACHMENT: 2, QuoteSource.QUESTION: 3}
    newest = corpus.worded.newest_first
    return sorted(found, key=lambda one: (-one.likeness, order[one.text.source], int(newest[one.text.record])))


def _elsewhere(corpus: Corpus, quoted: Quoted) -> int:
    found, more = _word_for_word(corpus, quoted, None)
    return len(found) + more
