"""The commands for the whole set of answers that have words: `export` and `counts`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from retrieval.corpus import Corpus
from retrieval.counting import counts
from retrieval.errors import QueryError
from retrieval.exporting import export, exported
from service import options as given
from service.arguments import question_from, request_of
from service.building import data_option
from service.counts_page import completeness_line, counts_page
from service.filter_options import NO_FILTERS, with_filters
from service.phrases import as_options
from service.running import Session
from service.terminal import OUTPUT, show, words
from service.whole_sets import CountRequest, ExportRequest

_DATA = Path("data")
_STDOUT = "-"
_ALL = "kind=all"


class WholeSetCommands:
    """The commands, each a method; `manual` has their help.

    Args:
        session: What they read and write.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the commands work with."""
        self._session = session

    @with_filters
    def export(
        self,
        asked: given.WordsToFind,
        data: given.Data = _DATA,
        match: given.WordMatching = "exact",
        sort: given.Sorting = None,
        form: given.Format = "csv",
        output: given.OutputFile = _STDOUT,
        filters: Mapping[str, object] = NO_FILTERS,
    ) -> None:
        """Write every passage that has the words to a file."""
        if not output:
            raise QueryError("output", "it is empty: name a file, or leave it out for standard output")
        with _words_named():
            values = {"q": self._words(asked), "match": match, "sort": sort, "format": form, **filters}
            request = request_of(ExportRequest, values)
            corpus = Corpus.open(data)
            found = export(corpus, request.q, request.filters(), match=request.match, sort=request.sort)
        lines = exported(found.rows, request.format)
        if output == _STDOUT:
            self._session.output.give_lines(lines)
        else:
            _write(Path(output), lines)
        # An empty file does not say that what was looked for is left out by default, or is not indexed.
        message = found.message.replace(_ALL, as_options(_ALL))
        told = [words(f"{message} Rows written: {found.passages:,}.")]
        show(self._session.err, [*told, completeness_line(corpus.searched(request.filters()))])

    @with_filters
    def counts(
        self,
        asked: given.WordsToCount = None,
        by: given.CountedBy = "month",
        data: given.Data = _DATA,
        match: given.WordMatching = "exact",
        filters: Mapping[str, object] = NO_FILTERS,
        as_json: given.Json = False,
    ) -> None:
        """Count answers by month, answering body and the like."""
        with _words_named():
            values = {"q": self._words(asked) if asked else asked, "by": by, "match": match, **filters}
            request = request_of(CountRequest, values)
            found = counts(Corpus.open(data), request.by, request.filters(), query=request.q, match=request.match)
        self._session.output.give(found, as_json, lambda: counts_page(found, data=data_option(data)))

    def _words(self, asked: str) -> str:
        return question_from(self._session.input("query")) if asked == "-" else asked


@contextmanager
def _words_named() -> Iterator[None]:
    """Tell of what is wrong with the words by their name here: elsewhere they are the question."""
    try:
        yield
    except QueryError as error:
        if error.field != "query":
            raise
        raise QueryError("q", error.reason) from error


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            file.writelines(lines)
    except OSError as error:
        raise OSError(error.errno, f"{path}: {error.strerror}", OUTPUT) from error
