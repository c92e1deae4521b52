"""What each command of `despatch` does, over the library."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path

import typer
from rich.console import RenderableType

from retrieval.build import BuildReport, build, upgrade
from retrieval.citations import CitationStyle, notes, style_named, written
from retrieval.corpus import Corpus
from retrieval.encoders import DEFAULT_MODEL, Encoder
from retrieval.errors import OtherFormat, QueryError
from retrieval.search import Searcher
from retrieval.snapshot import check_model, current_name, open_snapshot
from retrieval.verify import verify
from service import options as given
from service.arguments import question_from, search_request, utf8, whole_number
from service.briefing import briefing
from service.building import build_data, build_page, data_option, peak_memory_bytes
from service.exits import ExitCode
from service.phrases import capital
from service.progress import Progress
from service.reports import answer_page, citation_page, coverage_page, verify_page
from service.schemas import to_data, to_json
from service.terminal import Terminal, show, words

_DATA = Path("data")
_MODES = ("default",)
# JSON leaves these as they are, but a terminal may act on them.
_CONTROLS = re.compile("[\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Commands:
    """The commands, each a method; `manual` has their help.

    Args:
        load_encoder: Makes the encoder of a name; may take seconds, so it is called only where one is needed.
        out: For results.
        err: For progress and for what is wrong.
    """

    def __init__(self, load_encoder: Callable[[str], Encoder], out: Terminal, err: Terminal) -> None:
        """Keep what the commands work with."""
        self._load_encoder = load_encoder
        self._out = out
        self._err = err

    def build(
        self,
        sources: given.Sources,
        data: given.Data = _DATA,
        add: given.Add = False,
        strict: given.Strict = False,
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Index sources and tell what was read, made and left aside."""
        with self._changing(data), Progress(self._err) as progress:
            report = build(
                [utf8("source", source) for source in sources],
                data,
                self._encoder(model),
                add=add,
                strict=strict,
                stdin=sys.stdin.buffer if "-" in sources else None,
                progress=progress,
            )
        self._built(report, data, as_json)

    def upgrade(
        self, data: given.Data = _DATA, model: given.Model = DEFAULT_MODEL, as_json: given.Json = False
    ) -> None:
        """Rebuild an index of an older format from the records it keeps."""
        report = None
        if not _is_of_this_format(data):
            with self._changing(data), Progress(self._err) as progress:
                report = upgrade(data, self._encoder(model), progress=progress)
        if report:
            self._built(report, data, as_json)
        elif self._json(as_json):
            self._write({"snapshot": current_name(data), "upgraded": False})
        else:
            show(self._out, [words(f"Nothing to do: {data} has this version's format already.")])

    def search(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        question: given.Question,
        data: given.Data = _DATA,
        limit: given.Limit = "10",
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
        match: given.Matching = "meaning",
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Answer a question."""
        asked = question_from(sys.stdin.buffer) if question == "-" else question
        values: dict[str, object] = {
            **{"query": asked, "limit": limit, "match": match, "house": house, "party": party, "kind": kind},
            **{
                "answered_from": answered_from,
                "answered_to": answered_to,
                "asker": asker,
                "heading": heading,
            },
            **{"tabled_from": tabled_from, "tabled_to": tabled_to, "minister": minister, "finding": finding},
            "answering_body": answering_body,
        }
        request = search_request(values)
        corpus = Corpus.open(data)
        # Names are looked up before the model is loaded: a slip is told at once.
        corpus.admitted(request.filters())
        searcher = self._searcher(corpus, model, data)
        result = searcher.search(request.query, request.filters(), limit=request.limit, match=request.match)
        plain = self._out.color_system is None
        self._print(result, as_json, lambda: briefing(result, data=data_option(data), plain=plain))

    def show(self, key: given.Key, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print one whole answer."""
        answer = Corpus.open(data).answer(utf8("key", key))
        self._print(answer, as_json, lambda: answer_page(answer, data=data_option(data)))

    def cite(
        self,
        key: given.Key,
        style: given.Style = None,
        paragraph: given.Paragraph = None,
        data: given.Data = _DATA,
        as_json: given.Json = False,
    ) -> None:
        """Print the citation of an answer, in one form or all."""
        chosen = style_named(style) if style is not None else None
        place = None if paragraph is None else whole_number("paragraph", paragraph)
        citation = Corpus.open(data).citation(utf8("key", key), place)
        styles = (chosen,) if chosen else tuple(CitationStyle)
        forms = {one: written(citation, one) for one in styles}
        remarks = tuple(dict.fromkeys(note for one in styles for note in notes(citation, one)))
        if as_json or (chosen is None and self._json()):
            self._write({"citation": to_data(citation), "written": forms, "notes": remarks})
        elif chosen:
            show(self._err, [words(f"{capital(remark)}.", "dim") for remark in remarks])
            self._write_text(words(forms[chosen]).plain if self._out.is_terminal else forms[chosen])
        else:
            show(self._out, citation_page(forms, remarks))

    def coverage(self, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print what is indexed."""
        coverage = Corpus.open(data).coverage()
        self._print(coverage, as_json, lambda: coverage_page(coverage, data=data_option(data)))

    def verify(self, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Check an index, and exit with `CHECK_FAILED` if anything is wrong."""
        with Progress(self._err) as progress:
            report = verify(data, progress)
        self._print({**to_data(report), "sound": report.sound}, as_json, lambda: verify_page(report))
        if not report.sound:
            raise typer.Exit(ExitCode.CHECK_FAILED)

    def evaluate(
        self,
        queries: given.Queries,
        qrels: given.Qrels,
        data: given.Data = _DATA,
        mode: given.Mode = "default",
        model: given.Model = DEFAULT_MODEL,
        as_json: given.Json = False,
    ) -> None:
        """Measure the ranking with judged questions."""
        # ir-measures is for this command alone, and takes a while to import.
        from retrieval.evaluation import evaluate, read_qrels, read_queries  # noqa: PLC0415

        if mode not in _MODES:
            raise QueryError("mode", f"{mode!r} is not a way of ranking: there is {', '.join(_MODES)}")
        asked, judged = read_queries(queries), read_qrels(qrels)
        searcher = self._searcher(Corpus.open(data), model, data)
        with Progress(self._err) as progress:
            found = evaluate(searcher, asked, judged, lambda done, total: progress("Asking", done, total))
        told = to_data(found)
        measures = told.pop("measures")
        self._write({**(measures if isinstance(measures, dict) else {}), **told})

    def serve(
        self,
        host: given.Host = None,
        port: given.Port = None,
        data: given.Data = _DATA,
        model: given.Model = DEFAULT_MODEL,
    ) -> None:
        """Serve the HTTP interface."""
        # The server is for this command alone, and takes a while to import.
        from service.app import serve  # noqa: PLC0415
        from service.settings import read_settings  # noqa: PLC0415

        serve(read_settings(host=host, port=port, data=data, model=model))

    def _searcher(self, corpus: Corpus, model: str, data: Path) -> Searcher:
        # The name alone can tell that the model is another, before seconds are spent on loading it.
        check_model(corpus.manifest, replace(corpus.manifest.model, name=model), data)
        return Searcher(corpus, self._encoder(model), data)

    def _encoder(self, model: str) -> Encoder:
        waiting: AbstractContextManager[object] = nullcontext()
        if self._err.is_terminal and not self._err.is_dumb_terminal:
            waiting = self._err.status("Loading the model")
        with waiting:
            return self._load_encoder(model)

    @contextmanager
    def _changing(self, data: Path) -> Iterator[None]:
        """Say on Ctrl-C whether anything was changed."""
        before = current_name(data)
        try:
            yield
        except KeyboardInterrupt:
            now = current_name(data)
            changed = "nothing was changed" if now == before else f"the new snapshot {now} is in place"
            show(self._err, [words(f"Stopped; {changed} in {data}")])
            raise typer.Exit(ExitCode.INTERRUPTED) from None

    def _built(self, report: BuildReport, data: Path, as_json: bool) -> None:
        memory = peak_memory_bytes()
        self._print(
            build_data(report, memory_bytes=memory),
            as_json,
            lambda: build_page(report, data, memory_bytes=memory),
        )

    def _json(self, asked: bool = False) -> bool:
        return asked or not self._out.is_terminal

    def _print(self, value: object, as_json: bool, page: Callable[[], Iterable[RenderableType]]) -> None:
        if self._json(as_json):
            self._write(value)
        else:
            show(self._out, page())

    def _write(self, value: object) -> None:
        """Write one object on one line."""
        plain = isinstance(value, dict)
        text = json.dumps(value, ensure_ascii=False) if plain else to_json(value).decode()
        self._write_text(_CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", text))

    def _write_text(self, text: str) -> None:
        self._out.file.write(f"{text.removesuffix(chr(10))}\n")
        self._out.file.flush()


def _is_of_this_format(data: Path) -> bool:
    try:
        open_snapshot(data)
    except OtherFormat:
        return False
    return True
