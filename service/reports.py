"""Answers, coverage, builds, checks and measures, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.citations import CitationStyle
from retrieval.licences import Licence
from retrieval.results import Answer, Coverage, Sample
from retrieval.verify import VerifyReport
from service.briefing import citation_lines, sample_block
from service.phrases import (
    FINDINGS,
    badges,
    capital,
    count,
    fact,
    licence_lines,
    listed,
    on,
    person,
    span,
)
from service.terminal import indented, unbroken, words

_OTHERS_NAMED = 10


def answer_page(answer: Answer, *, data: str = "") -> Iterator[RenderableType]:
    """Yield a whole answer: the question, who and when, numbered passages, citation."""
    yield words(answer.heading or "No heading in the source", "bold")
    yield Text()
    yield words(answer.question)
    yield Text()
    yield from (_fact(name, told) for name, told in _facts(answer))
    for passage in answer.passages:
        yield Text()
        if passage.context:
            yield from indented([words(f"Under: {passage.context}", "dim")], 4)
        yield _numbered(passage.ordinal, words(passage.text))
    if answer.attachments:
        yield Text()
        yield Text("Attachments", style="bold")
        for attachment in answer.attachments:
            yield from indented([words(attachment.title), unbroken(attachment.url, "dim")], 4)
    yield Text()
    yield from citation_lines(answer.citation)
    if answer.also_given:
        yield Text()
        yield from _others(answer)
    yield from sample_block(answer.sample, data)
    yield Text()
    yield unbroken(f"Every form of the citation: despatch cite {answer.key}{data}", "dim")
    yield from (words(line, "dim") for line in licence_lines(answer.licence))


def _facts(answer: Answer) -> Iterator[tuple[str, str]]:
    findings = tuple(dict.fromkeys(found.name for found in answer.findings))
    yield "Answered by", person(answer.minister, lacking="not in the source")
    yield "Answering body", answer.answering_body or "not in the source"
    yield "Asked by", person(answer.asker, lacking="not in the source")
    yield (
        "House",
        f"{answer.house or 'not in the source'}{' (worked out)' if 'house' in answer.inferred else ''}",
    )
    yield "UIN", answer.uin or "not in the source"
    yield "Tabled", on(answer.tabled, "not in the source")
    if answer.due:
        yield "Due", f"{on(answer.due)}{' (named day)' if answer.is_named_day else ''}"
    if answer.holding_answered:
        yield "Holding answer", on(answer.holding_answered)
    yield "Answered", on(answer.answered, "not in the source")
    if answer.corrected:
        yield "Corrected", on(answer.corrected)
    yield "What it is", capital(badges(answer.kind, ()))
    for name in findings:
        places = [str(found.passage) for found in answer.findings if found.name is name and found.passage]
        where = f" (passage {', '.join(places)})" if places else ""
        yield "Finding", f"{capital(FINDINGS[name])}{where}"
    if answer.disagreement:
        yield "Note", f"{answer.disagreement}: read the answer to judge"
    if answer.has_interest:
        yield "Interest", "the asker has declared one"
    if answer.grouped_with:
        yield "Grouped with", ", ".join(other.uin for other in answer.grouped_with)


def _fact(name: str, told: str) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=14, style="dim")
    grid.add_column(ratio=1)
    grid.add_row(Text(name), words(told))
    return grid


def _numbered(number: int, text: Text) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(width=2, justify="right", style="dim")
    grid.add_column(ratio=1)
    grid.add_row(Text(str(number)), text)
    return grid


def _others(answer: Answer) -> Iterator[RenderableType]:
    yield Text(f"Also given to {count(len(answer.also_given), 'other question')}", style="bold")
    for other in answer.also_given[:_OTHERS_NAMED]:
        asker = person(other.asker, lacking="asker not in the source")
        yield from indented([words(f"{other.key}: {asker}, answered {on(other.answered)}")], 4)
    if len(answer.also_given) > _OTHERS_NAMED:
        yield from indented([Text(f"and {len(answer.also_given) - _OTHERS_NAMED:,} more")], 4)


def citation_page(
    forms: Mapping[CitationStyle, str],
    remarks: Sequence[str],
    sample: Sample | None,
    licence: Licence,
    *,
    data: str = "",
) -> Iterator[RenderableType]:
    """Yield every form of a citation, each under its name, then what must be known beside them."""
    for style, form in forms.items():
        yield Text(style, style="bold")
        # Printed as it is: a reference manager reads these line by line.
        yield from (unbroken(line) for line in form.splitlines())
        yield Text()
    yield from beside_citation(remarks, sample, licence, data=data)


def beside_citation(
    remarks: Sequence[str], sample: Sample | None, licence: Licence, *, data: str = ""
) -> Iterator[RenderableType]:
    """Yield what must be known beside a citation: remarks, whether only the sample is loaded, the licence."""
    # The credits are among the licence's own lines.
    yield from (words(f"{capital(remark)}.", "dim") for remark in remarks if remark not in licence.credits)
    yield from sample_block(sample, data)
    yield from (words(line, "dim") for line in licence_lines(licence))


def coverage_page(coverage: Coverage, *, data: str = "") -> Iterator[RenderableType]:
    """Yield what a corpus holds and what it lacks."""
    houses = " and ".join(coverage.houses) or "House not known"
    yield words(f"{count(coverage.records, 'answered question')}, {houses}", "bold")
    yield words(f"{count(coverage.answers, 'distinct answer')} in {count(coverage.passages, 'passage')}.")
    yield words(span(coverage.first_answered, coverage.last_answered, complete=coverage.complete))
    yield words(f"Not shown unless asked for: {count(coverage.bare, 'answer')} with nothing but a refusal.")
    yield from sample_block(coverage.sample, data)
    yield from _section("What the answers are (--kind)", coverage.by_kind)
    yield from _section("What they say about themselves (--finding)", coverage.by_finding)
    yield from _section("Answering bodies", coverage.by_answering_body)
    missing = {fact(name): number for name, number in coverage.missing_facts.items() if number}
    yield from _section("Not in the source", missing)
    yield Text()
    yield words(f"Sources: {', '.join(coverage.sources)}", "dim")
    yield words(f"Model: {coverage.model.name}, {coverage.precision}. Snapshot: {coverage.snapshot}", "dim")
    yield from (words(line, "dim") for line in licence_lines(coverage.licence))


def _section(title: str, counts: Mapping[str, int]) -> Iterator[RenderableType]:
    if counts:
        yield Text()
        yield Text(title, style="bold")
        yield from indented([two_columns(listed(counts))], 2)


def two_columns(rows: list[tuple[str, str]], *, numbers: bool = True) -> RenderableType:
    """Return names with what belongs to them; numbers are lined up on the right."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column()
    grid.add_column(justify="right" if numbers else "left")
    for name, told in rows:
        grid.add_row(words(name), words(told))
    return grid


def verify_page(report: VerifyReport) -> Iterator[RenderableType]:
    """Yield what was checked, and everything that is wrong."""
    if report.sound:
        yield Text(f"Sound: nothing is wrong with the snapshot {report.snapshot}.", style="bold")
    else:
        wrong = count(len(report.discrepancies), "thing is wrong", "things are wrong")
        yield Text(f"Not sound: {wrong}.", style="bold red")
    for found in report.discrepancies:
        yield words(f"{f'{found.key}: ' if found.key else ''}{found.what}")
    checked = {
        "files hashed": report.files,
        "records read again": report.records,
        "passages found in their source": report.passages,
        "vectors": report.vectors,
        "findings": report.findings,
        "distinct answers": report.answers,
    }
    yield from _section("Checked", checked)
    if not report.sound:
        yield Text()
        yield Text("Build again with `despatch build SOURCE...`, or restore the directory from a copy.")
