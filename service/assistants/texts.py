"""The results of the tools as text for a model: copies of records stand between marks that they can't forge."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import singledispatch

from retrieval.differences import SegmentKind
from retrieval.records import Genre
from retrieval.references import one_line
from service.assistants import answer_results, checked_results, results, survey_results
from service.phrases import FINDINGS, KINDS, count, fact, on, span

_MARK_CHARACTERS = 16
_LIKE_A_MARK = re.compile(r"\[(?= ?(?:quoted|end of)\b)", re.IGNORECASE)


def quoted(text: str) -> str:
    """Return a text between marks made of its own hash.

    Whoever writes a text would have to know its hash before it is written to end the quotation early.
    """
    mark = hashlib.sha256(text.encode()).hexdigest()[:_MARK_CHARACTERS]
    return f"[quoted {mark}]\n{text}\n[end of {mark}]"


def plain(text: str) -> str:
    """Return what stands outside the marks: on one line, with nothing in it that looks like a mark."""
    return _LIKE_A_MARK.sub("(", one_line(text))


def text_of(result: results.Result) -> str:
    """Return a result as text."""
    lines = [f"Outcome: {result.outcome}. {plain(result.message)}", *_line("Advice", result.advice), result.notice, ""]
    lines += body(result)
    cursor = f"More: call again with cursor {result.next_cursor}" if result.next_cursor else "That is all."
    return "\n".join([*lines, "", cursor, *searched_lines(result.searched), f"Licence: {result.licence}"])


def searched_lines(searched: results.Searched) -> list[str]:
    """Return what was searched, from when to when, and what may be missing."""
    passed = "" if searched.passed is None else f"{searched.passed:,} of "
    houses = " and ".join(searched.houses) or "House not known"
    complete = "Known to be complete." if searched.complete else f"May be incomplete: {'; '.join(searched.gaps)}."
    lines = [f"Searched: {passed}{searched.records:,} records, {houses}. {_span(searched)} {complete}"]
    lines += [
        f"{count(number, 'record')} without {fact(name)}, which so fail the filter."
        for name, number in searched.lacking.items()
    ]
    return [*lines, *_line("Only a sample is indexed", searched.sample)]


@singledispatch
def body(result: results.Result) -> Iterator[str]:
    """Yield the lines of a result that only its kind has."""
    raise TypeError(type(result).__name__)


@body.register
def _answers(result: results.Answers) -> Iterator[str]:
    if result.total is not None:
        yield f"Answers in all: {result.total:,}."
    if result.at_least is not None:
        yield f"Close answers: {'' if result.at_least_is_all else 'at least '}{result.at_least:,}."
    for hit in result.hits:
        yield f"--- Hit {hit.rank} ---"
        yield from _passage(hit.passage)
        if hit.answering_sentence:
            yield f"Its sentence nearest to answering:\n{quoted(hit.answering_sentence)}"
        yield from _about(hit)
        if hit.probability is not None:
            yield f"Chance that it answers the question: {hit.probability:.0%}"
        if hit.also_given or hit.near_duplicates:
            others = count(hit.also_given, "other question")
            yield f"Same words given to {others}; nearly the same in {count(hit.near_duplicates, 'other answer')}."
        yield from (f"Names: {plain(label)}" for label in hit.refers_to)
        yield from _later(hit.later)
    for miss in result.near_misses:
        yield f"Not close enough: {plain(miss.key)}, {plain(miss.cite_as)}"
    for left_out in result.left_out:
        yield f"Left out: {left_out.count:,} ({left_out.what}); to see them, add {left_out.filter}"
    yield from _line("Also looked for", "; ".join(result.also_looked_for))


@body.register
def _whole(result: answer_results.WholeAnswer) -> Iterator[str]:
    yield from _about(result)
    yield from _day("Due", result.due)
    yield from _day("Holding answer given", result.holding_answered)
    under: str | None = None
    for passage in result.passages:
        # The headers of a table are told once for all its rows.
        yield from _passage(passage, is_under_told=passage.context == under)
        under = passage.context
    yield f"Passages in all: {result.passages_total}."
    for file in result.attachments:
        read = "its text is among the passages" if file.read else "its text is not indexed"
        yield f"Attachment {file.number}: {plain(file.title)}, {plain(file.url)} ({read})"
    yield from _others("Same words given to", result.also_given, result.also_given_total)
    yield from _others("Pointed to by", result.pointed_to_by, len(result.pointed_to_by))
    yield from _references("Names", result.refers_to)
    yield from _line("Corrected in", ", ".join(result.corrections))
    yield from _later(result.later)
    if result.has_history:
        yield "It has had other texts: see get_history."


@body.register
def _thread(result: answer_results.ThreadOf) -> Iterator[str]:
    for item in result.items:
        yield f"--- {plain(item.key)}{' (the one asked for)' if item.is_asked_for else ''} ---"
        yield f"Kind: {KINDS[item.kind]}"
        yield from _line("Heading", item.heading)
        if item.question:
            yield f"Question:\n{quoted(item.question)}"
        yield from _people(item.asked_by, item.answered_by)
        yield from _day("Tabled", item.tabled)
        yield from _day("Answered", item.answered)
        yield from _line("Follows", ", ".join(item.follows))
        yield f"Cite as: {plain(item.cite_as)}"
    yield f"Questions in all: {result.items_total}."
    yield from _references("Named and not found", result.not_found)


@body.register
def _history(result: answer_results.HistoryOf) -> Iterator[str]:
    yield f"Texts in all: {result.texts_total}."
    for text in result.texts:
        state = "stands now" if text.is_current else "does not stand any more: never quote it as the answer"
        since = f", from {on(text.since)}" if text.since else ""
        yield f"--- Text {text.number}{since}: {KINDS[text.kind]}; {plain(text.origin)}; {state} ---"
        last = text.first_paragraph + len(text.paragraphs) - 1
        yield f"Paragraphs {text.first_paragraph} to {last} of {text.paragraphs_total}, one a line:"
        yield quoted("\n".join(text.paragraphs))
    for change in result.changes:
        done = "Taken out of" if change.kind is SegmentKind.REMOVED else "Put in after"
        yield f"{done} text {change.before} (to text {change.after}):\n{quoted(change.text)}"
    yield from (f"Note: {plain(note)}" for note in result.notes)
    yield from _line("Corrected in", ", ".join(result.corrections))
    yield from _citation(result.cite_as, result.url)


@body.register
def _cited(result: answer_results.Cited) -> Iterator[str]:
    for style, text in result.written.items():
        yield f"{style}:\n{quoted(text)}"
    yield from _must_say(result.must_say)
    yield from _later(result.later)
    yield from (f"Note: {plain(note)}" for note in result.notes)
    yield from _line("Page", result.url)
    yield f"Source read on {on(result.accessed)}."


@body.register
def _similar(result: checked_results.Similar) -> Iterator[str]:
    for one in result.matches:
        yield f"--- Question {one.rank}: {one.likeness.replace('_', ' ')} ---"
        yield plain(f"{one.state_told} {one.rule_told}")
        yield f"Question:\n{quoted(one.question)}"
        yield f"Key: {plain(one.key)}. Cite as: {plain(one.cite_as)}"
        yield from _line("Page", one.url)
        yield from _line("Asked by", one.asked_by)
        yield from _day("Tabled", one.tabled)
        yield from _day("Due", one.due)
        yield from _standing("Answer", one.answer)
        yield from _standing("It leads to", one.leads_to)
        if one.also_asked:
            yield f"Asked in the same words by {count(one.also_asked, 'other question')}."
    for part in result.parts:
        nearest = f" Nearest answer: {plain(part.nearest_key)}" if part.nearest_key else ""
        yield f"Part {plain(part.label)}: {plain(part.told)}{nearest}"
    yield f"Questions in all: {result.matches_total}; {count(result.awaiting, 'question')} that wait were looked at."
    yield result.who_decides


def _standing(name: str, answer: checked_results.Standing | None) -> Iterator[str]:
    if answer:
        yield f"{name}, given {plain(answer.age)}:"
        yield from _passage(answer.passage)
        yield from _about(answer)
        yield from _later(answer.later)


@body.register
def _verified(result: checked_results.Verified) -> Iterator[str]:
    yield f"Verdict: {result.verdict.replace('_', ' ')}."
    for match in result.matches:
        yield f"--- {match.standing.replace('_', ' ')} ---"
        yield plain(match.told)
        for part in match.parts:
            if part.wording:
                yield f"As it stands in the record:\n{quoted(part.wording)}"
            yield from (f"Take out: {plain(text)}" for text in part.take_out if text.strip())
            yield from (f"Put in: {plain(text)}" for text in part.put_in if text.strip())
        yield from _about(match)
        yield from _later(match.later)
    if result.more:
        yield f"{count(result.more, 'more answer')} have the words."


@body.register
def _filters(result: survey_results.FilterList) -> Iterator[str]:
    for one in result.filters:
        yield f"{one.name}: {one.description}" if one.description else f"{one.name}:"
        yield from (f"  {plain(value.value)} ({count(value.records, 'record')})" for value in one.values)
        if one.values_total is not None:
            yield f"  {count(one.values_total, 'value')} in all."


@body.register
def _covered(result: survey_results.Covered) -> Iterator[str]:
    yield f"{result.answers:,} distinct answers, {result.passages:,} passages, {result.bodies_total} bodies."
    yield f"{result.unanswered:,} questions wait for an answer."
    for name in ("by_genre", "by_kind", "by_finding", "missing_facts"):
        counted: dict[str, int] = getattr(result, name)
        listed = ", ".join(f"{value} {number:,}" for value, number in counted.items() if number)
        yield f"{name.replace('_', ' ').capitalize()}: {listed or 'none'}."
    for month in result.months:
        paper = "statements" if month.genre is Genre.STATEMENT else "questions"
        listed = "never listed" if month.listed is None else f"of {month.listed:,} listed"
        state = "complete" if month.complete else month.lacks or "incomplete"
        waiting = f", {month.unanswered:,} wait for an answer" if month.unanswered else ""
        yield f"  {month.month} {month.house} {paper}: {month.held:,} held {listed}{waiting}; {state}"
    yield f"Months in all: {result.months_total}."


def _passage(passage: results.Passage, *, is_under_told: bool = False) -> Iterator[str]:
    if passage.context and not is_under_told:
        yield f"Stands under, not part of the quotation:\n{quoted(passage.context)}"
    yield from _line("From an attachment", passage.attachment)
    yield f"Passage {passage.paragraph}, word for word:\n{quoted(passage.text)}"


def _about(about: results.About) -> Iterator[str]:
    yield from _must_say(about.must_say)
    yield from _citation(about.cite_as, about.url)
    what = "written statement" if about.genre is Genre.STATEMENT else KINDS[about.kind]
    yield f"Key: {plain(about.key)}. What it is: {'; '.join((what, *(FINDINGS[one] for one in about.findings)))}"
    yield from _line("Answering body", about.answering_body)
    yield from _people(about.asked_by, about.answered_by)
    yield from _day("Tabled", about.tabled)
    yield from _day("Made" if about.genre is Genre.STATEMENT else "Answered", about.answered)
    yield from _line("Heading", about.heading)
    if about.question:
        yield f"Question:\n{quoted(about.question)}"
    yield from _line("Not in the source", ", ".join(about.not_in_source))


def _citation(cite_as: str, url: str | None) -> Iterator[str]:
    yield f"Cite as: {plain(cite_as)}"
    yield from _line("Page", url)


def _must_say(said: Sequence[str]) -> Iterator[str]:
    yield from (f"Must be said with it: {plain(one)}" for one in said)


def _people(asked_by: str | None, answered_by: str | None) -> Iterator[str]:
    yield from _line("Answered by", answered_by)
    yield from _line("Asked by", asked_by)


def _later(later: results.Later | None) -> Iterator[str]:
    if later:
        yield f"Later answer: {on(later.answered)}, {plain(later.cite_as)} (key {plain(later.key)})"


def _others(what: str, others: Sequence[answer_results.Other], total: int) -> Iterator[str]:
    if others:
        more = ", ..." if total > len(others) else ""
        yield f"{what}: {plain(', '.join(one.key for one in others))}{more} ({total:,} in all)"


def _references(what: str, named: Sequence[answer_results.Reference]) -> Iterator[str]:
    for one in named:
        yield f"{what}: {plain(one.label)}{f' (key {plain(one.key)})' if one.key else ''}"


def _line(name: str, told: str | None) -> Iterator[str]:
    if told:
        yield f"{name}: {plain(told)}"


def _day(name: str, day: date | None) -> Iterator[str]:
    if day:
        yield f"{name}: {on(day)}"


def _span(searched: results.Searched) -> str:
    return span(searched.first_answered, searched.last_answered)
