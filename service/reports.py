"""Citations and checks, to read in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from retrieval.citations import CitationStyle
from retrieval.licences import Licence
from retrieval.results import Sample
from retrieval.verify import VerifyReport
from service.briefing import sample_block
from service.phrases import capital, count, licence_lines, listed
from service.terminal import indented, unbroken, words


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


def section(title: str, counts: Mapping[str, int]) -> Iterator[RenderableType]:
    """Yield a title and names with their counts; nothing where there are none."""
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
    yield from section("Checked", checked)
    if not report.sound:
        yield Text()
        yield Text("Build again with `despatch build SOURCE...`, or restore the directory from a copy.")
