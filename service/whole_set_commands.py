"""The commands for the whole set of answers that have words: `export` and `counts`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.counting import counts
from retrieval.exporting import export, exported
from service import options as given
from service.arguments import question_from, request_of
from service.building import data_option
from service.counts_page import counts_page
from service.phrases import as_options
from service.running import Session
from service.terminal import OUTPUT, show, words
from service.whole_sets import CountRequest, ExportRequest

_DATA = Path("data")
_STDOUT = Path("-")
_ALL = "kind=all"


class WholeSetCommands:
    """The commands, each a method; `manual` has their help.

    Args:
        session: What they read and write.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the commands work with."""
        self._session = session

    def export(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        asked: given.WordsToFind,
        data: given.Data = _DATA,
        match: given.WordMatching = "exact",
        sort: given.Sorting = None,
        form: given.Format = "csv",
        output: given.OutputFile = _STDOUT,
        answered_from: given.AnsweredFrom = None,
        answered_to: given.AnsweredTo = None,
        tabled_from: given.TabledFrom = None,
        tabled_to: given.TabledTo = None,
        house: given.Houses = None,
        answering_body: given.Bodies = None,
        minister: given.Ministers = None,
        asker: given.Askers = None,
        party: given.Parties = None,
        kind: given.Kinds = None,
        finding: given.Findings = None,
        heading: given.Headings = None,
        genre: given.Genres = None,
        answerer: given.Answerers = None,
    ) -> None:
        """Write every passage that has the words to a file."""
        values: dict[str, object] = {
            **{"q": self._question(asked), "match": match, "sort": sort, "format": form, "house": house},
            **{"answered_from": answered_from, "answered_to": answered_to, "asker": asker, "heading": heading},
            **{"tabled_from": tabled_from, "tabled_to": tabled_to, "minister": minister, "finding": finding},
            **{"answering_body": answering_body, "genre": genre, "answerer": answerer, "party": party, "kind": kind},
        }
        request = request_of(ExportRequest, values)
        found = export(Corpus.open(data), request.q, request.filters(), match=request.match, sort=request.sort)
        lines = exported(found.rows, request.format)
        if output == _STDOUT:
            self._session.output.give_lines(lines)
        else:
            _write(output, lines)
        # An empty file does not say that what was looked for is left out by default, or is not indexed.
        message = found.message.replace(_ALL, as_options(_ALL))
        show(self._session.err, [words(f"{message} Rows written: {found.passages:,}.")])

    def counts(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        asked: given.WordsToCount = None,
        by: given.CountedBy = "month",
        data: given.Data = _DATA,
        match: given.WordMatching = "exact",
        answered_from: given.AnsweredFrom = None,
        answered_to: given.AnsweredTo = None,
        tabled_from: given.TabledFrom = None,
        tabled_to: given.TabledTo = None,
        house: given.Houses = None,
        answering_body: given.Bodies = None,
        minister: given.Ministers = None,
        asker: given.Askers = None,
        party: given.Parties = None,
        kind: given.Kinds = None,
        finding: given.Findings = None,
        heading: given.Headings = None,
        genre: given.Genres = None,
        answerer: given.Answerers = None,
        as_json: given.Json = False,
    ) -> None:
        """Count answers by month, answering body and the like."""
        values: dict[str, object] = {
            **{"q": self._question(asked) if asked else asked, "by": by, "match": match, "house": house},
            **{"answered_from": answered_from, "answered_to": answered_to, "asker": asker, "heading": heading},
            **{"tabled_from": tabled_from, "tabled_to": tabled_to, "minister": minister, "finding": finding},
            **{"answering_body": answering_body, "genre": genre, "answerer": answerer, "party": party, "kind": kind},
        }
        request = request_of(CountRequest, values)
        filters = request.filters()
        found = counts(Corpus.open(data), request.by, filters, query=request.q, match=request.match)
        self._session.output.give(found, as_json, lambda: counts_page(found, data=data_option(data)))

    def _question(self, asked: str) -> str:
        return question_from(self._session.input("query")) if asked == "-" else asked


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise OSError(error.errno, f"{path}: {error.strerror}", OUTPUT) from error
