"""What a search for words found, in plain words."""

from __future__ import annotations

from retrieval.choices import Match
from retrieval.corpus import Corpus
from retrieval.results import Searched
from retrieval.worded_set import WordedSet

_REFUSES = ("is not a reply or says nothing but a refusal", "are not a reply or say nothing but a refusal")
_FAILS = ("does not pass", "do not pass")


def message_of(corpus: Corpus, found: WordedSet, match: Match, searched: Searched, total: int) -> str:
    """Return what a search for words found: it speaks of what is indexed, never of what ministers have said.

    Args:
        corpus: What was looked in.
        found: What was found.
        match: `exact` or `words`.
        searched: What was looked through, with what may be missing.
        total: How many answers are shown.
    """
    if not len(corpus.store):
        return "Nothing is indexed yet."
    told = [_total(total, match, _whose(found))]
    if not total and not found.left_out and not found.outside:
        told.append("Questions and headings were not looked in.")
        if not searched.complete:
            told.append("What is indexed may be incomplete: there may be answers that are not in it.")
    if count := found.left_out_count:
        told.append(left_out_note(count, total))
    if found.outside:
        told.append(f"{_answers(found.outside, ' more' if total else '')} {_FAILS[found.outside != 1]} the filters.")
    return " ".join(told)


def left_out_note(count: int, total: int) -> str:
    """Return how many answers are left out by default, why, and what shows them.

    Args:
        count: How many, at least 1.
        total: How many answers are shown.
    """
    why = f"is left out, as it {_REFUSES[0]}" if count == 1 else f"are left out, as they {_REFUSES[1]}"
    return f"{_answers(count, ' more' if total else '')} {why}: kind=all shows {'it' if count == 1 else 'them'} too."


def _whose(found: WordedSet) -> str:
    if found.left_out:
        return "shown by default"
    return "let through by the filters" if found.outside else "indexed"


def _total(total: int, match: Match, whose: str) -> str:
    if match is Match.EXACT:
        if total:
            return f"{_answers(total)} {'has' if total == 1 else 'have'} these words."
        return f"These words are in no answer that is {whose}."
    if total:
        return f"{_answers(total)} {'matches' if total == 1 else 'match'}."
    return f"No answer that is {whose} matches."


def _answers(count: int, more: str = "") -> str:
    return f"{count:,}{more} {'answer' if count == 1 else 'answers'}"
