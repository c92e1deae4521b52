"""What each command of `despatch` does, over the library."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path

import typer

from retrieval.build import BuildReport, build, upgrade
from retrieval.choices import Match, Mode, Sort
from retrieval.citations import CitationStyle, notes, style_named, written
from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER
from retrieval.results import SearchResult
from retrieval.search import Searcher
from retrieval.snapshot import FORMAT, KEEP, OLDER_FORMATS, current_name, open_snapshot, same_model
from retrieval.verify import verify
from retrieval.worded_search import Page, worded_search
from service import options as given
from service.answer_page import answer_page
from service.arguments import kept, question_from, search_request, utf8, whole_number
from service.briefing import briefing
from service.building import build_data, build_page, data_option, peak_memory_bytes, queued, readers_with
from service.corrected import corrected_by
from service.coverage_page import coverage_page
from service.exits import ExitCode
from service.filter_options import NO_FILTERS, with_filters
from service.held import statements_in
from service.progress import Progress
from service.related import history_page, thread_page
from service.reports import beside_citation, citation_page, verify_page
from service.running import Session
from service.schemas import SearchRequest, to_data
from service.stores import target_named
from service.terminal import show, words

_DATA = Path("data")


class Commands:
    """The commands, each a method; `manual` has their help.

    Args:
        session: What they read and write, and how they load the model.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the commands work with."""
        self._session = session
        self._output = session.output
        self._err = session.err

    def build(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        sources: given.Sources,
        data: given.Data = _DATA,
        add: given.Add = False,
        strict: given.Strict = False,
        mapping: given.Mapping = None,
        keep: given.Keep = str(KEEP),
        model: given.Model = DEFAULT_MODEL,
        store: given.Store = None,
        uri: given.Uri = None,
        collection: given.Collection = None,
        as_json: given.Json = False,
    ) -> None:
        """Index sources and tell what was read, made and left aside."""
        named, readers, snapshots = [utf8("source", source) for source in sources], readers_with(mapping), kept(keep)
        stdin = self._session.input("source") if "-" in sources else None
        target = target_named(store, uri, collection)
        with self._session.changing(data):
            encoder = self._session.encoder(model)
            with Progress(self._err) as progress:
                report = build(
                    named,
                    data,
                    encoder,
                    add=add,
                    strict=strict,
                    stdin=stdin,
                    readers=readers,
                    keep=snapshots,
                    progress=progress,
                    target=target,
                )
            report.queued = queued(data, report)
            corpus = Corpus.open(data)
        self._built(report, corpus, data, as_json)

    def upgrade(
        self,
        data: given.Data = _DATA,
        model: given.Model = DEFAULT_MODEL,
        store: given.Store = None,
        uri: given.Uri = None,
        collection: given.Collection = None,
        as_json: given.Json = False,
    ) -> None:
        """Rebuild an index of an older format, another model or another store, from the records it keeps."""
        target = target_named(store, uri, collection)
        # The snapshot first: it takes no time to see that there is none, and seconds to load a model.
        before = open_snapshot(data, formats=(*OLDER_FORMATS, FORMAT)).manifest.model
        with self._session.changing(data):
            encoder = self._session.encoder(model)
            with Progress(self._err) as progress:
                report = upgrade(data, encoder, progress=progress, target=target)
            corpus = Corpus.open(data) if report else None
        if report and corpus:
            self._built(report, corpus, data, as_json, other_model=not same_model(before, encoder.identity))
        else:
            told = words(f"Nothing to do: {data} has this version's format and the model {model} already.")
            self._output.give({"snapshot": current_name(data), "upgraded": False}, as_json, lambda: [told])

    @with_filters
    def search(  # noqa: PLR0913, PLR0917 - each option is a parameter
        self,
        question: given.Question,
        data: given.Data = _DATA,
        limit: given.Limit = "10",
        filters: Mapping[str, object] = NO_FILTERS,
        match: given.Matching = "meaning",
        understand: given.Understanding = False,
        fresh: given.Freshening = "auto",
        no_group: given.NoGroup = False,
        no_expand: given.NoExpand = False,
        mode: given.Mode = "full",
        sort: given.Sorting = None,
        cursor: given.Cursor = None,
        facets: given.Facets = None,
        model: given.Model = DEFAULT_MODEL,
        reranker: given.RerankerName = DEFAULT_RERANKER,
        as_json: given.Json = False,
    ) -> None:
        """Answer a question."""
        asked = question_from(self._session.input("query")) if question == "-" else question
        values: dict[str, object] = {
            **{"query": asked, "limit": limit, "match": match, "sort": sort, "cursor": cursor, "mode": mode, **filters},
            **{"understand": understand, "fresh": fresh, "group": "off" if no_group else "on"},
            **{"expand": "off" if no_expand else "on", "facets": facets},
        }
        request = search_request(values)
        corpus = Corpus.open(data)
        # Names are looked up before the model is loaded: a slip is told at once.
        corpus.admitted(request.filters())
        result = self._found(corpus, request, model, reranker, data)
        plain = not self._output.can_underline
        self._output.give(result, as_json, lambda: briefing(result, data=data_option(data), plain=plain))

    def show(self, key: given.Key, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print one whole answer."""
        corpus = Corpus.open(data)
        answer = corpus.answer(utf8("key", key))
        page = partial(answer_page, answer, data=data_option(data))
        self._output.give(answer, as_json, lambda: page(corrects=corrected_by(corpus, answer)))

    def history(self, key: given.Key, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print the texts that an answer has had."""
        found = Corpus.open(data).history(utf8("key", key))
        self._output.give(found, as_json, lambda: history_page(found, data=data_option(data)))

    def thread(self, key: given.Key, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print the questions asked pursuant to one another."""
        found = Corpus.open(data).thread(utf8("key", key))
        self._output.give(found, as_json, lambda: thread_page(found, data=data_option(data)))

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
        corpus = Corpus.open(data)
        citation = corpus.citation(utf8("key", key), place)
        styles = (chosen,) if chosen else tuple(CitationStyle)
        forms = {one: written(citation, one) for one in styles}
        remarks = tuple(dict.fromkeys(note for one in styles for note in notes(citation, one)))
        if chosen and not as_json:
            show(self._err, beside_citation(remarks, corpus.sample, citation.licence, data=data_option(data)))
            self._output.give_text(forms[chosen])
            return
        sample, licence = corpus.sample, citation.licence
        value = {"citation": to_data(citation), "written": forms, "notes": remarks}
        value |= {"sample": to_data(sample) if sample else None, "licence": to_data(licence)}
        page = partial(citation_page, forms, remarks, sample, licence, data=data_option(data))
        self._output.give(value, as_json, page)

    def coverage(self, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Print what is indexed."""
        coverage = Corpus.open(data).coverage()
        self._output.give(coverage, as_json, lambda: coverage_page(coverage, data=data_option(data)))

    def verify(self, data: given.Data = _DATA, as_json: given.Json = False) -> None:
        """Check an index, and exit with `CHECK_FAILED` if anything is wrong."""
        with Progress(self._err) as progress:
            report = verify(data, progress)
        self._output.give({**to_data(report), "sound": report.sound}, as_json, lambda: verify_page(report))
        if not report.sound:
            raise typer.Exit(ExitCode.CHECK_FAILED)

    def evaluate(
        self,
        queries: given.Queries,
        qrels: given.Qrels,
        data: given.Data = _DATA,
        mode: given.Mode = "full",
        model: given.Model = DEFAULT_MODEL,
        reranker: given.RerankerName = DEFAULT_RERANKER,
        as_json: given.Json = False,
    ) -> None:
        """Measure the ranking with judged questions."""
        # ir-measures is for this command alone, and takes a while to import.
        from retrieval.evaluation import evaluate, read_qrels, read_queries  # noqa: PLC0415

        ranking = mode.strip().casefold()
        if ranking not in tuple(Mode):
            raise QueryError("mode", f"{mode!r} is not a way of ranking: there is {', '.join(Mode)}")
        asked, judged = read_queries(queries), read_qrels(qrels)
        if not {query.id for query in asked} & {one.query_id for one in judged if one.relevance > 0}:
            raise QueryError("queries", f"no question in {queries} has a judgement above 0 in {qrels}: name others")
        searcher = self._searcher(Corpus.open(data), model, reranker, data, ranking)
        with Progress(self._err) as progress:
            found = evaluate(
                searcher, asked, judged, lambda done, total: progress("Asking", done, total), mode=Mode(ranking)
            )
        told = to_data(found)
        measures = told.pop("measures")
        self._output.give_json({**(measures if isinstance(measures, dict) else {}), **told})

    def serve(
        self,
        host: given.Host = None,
        port: given.Port = None,
        data: given.Data = _DATA,
        model: given.Model = DEFAULT_MODEL,
        reranker: given.RerankerName = DEFAULT_RERANKER,
        store: given.Store = None,
        uri: given.Uri = None,
    ) -> None:
        """Serve the HTTP interface."""
        # The server is for this command alone, and takes a while to import.
        from service.app import serve  # noqa: PLC0415
        from service.settings import read_settings  # noqa: PLC0415

        chosen = {"host": host, "port": port, "data": data, "model": model, "reranker": reranker}
        serve(read_settings(**chosen, store=store, uri=uri))

    def _found(self, corpus: Corpus, request: SearchRequest, model: str, reranker: str, data: Path) -> SearchResult:
        if request.match is not Match.MEANING:
            # Words need no model, which takes seconds to load.
            page = Page(request.limit, request.sort or Sort.NEWEST, request.cursor)
            match, counted = request.match, request.facets
            return worded_search(corpus, request.query, request.filters(), match=match, page=page, facets=counted)
        return request.answered_by(self._searcher(corpus, model, reranker, data, request.mode))

    def _searcher(self, corpus: Corpus, model: str, reranker: str, data: Path, mode: str) -> Searcher:
        read_again = self._session.reranker(reranker) if mode == Mode.FULL else None
        return Searcher(corpus, self._session.encoder(model), data, read_again)

    def _built(
        self, report: BuildReport, corpus: Corpus, data: Path, as_json: bool, *, other_model: bool = False
    ) -> None:
        memory, sample, statements = peak_memory_bytes(), corpus.sample, statements_in(corpus)
        value = build_data(report, sample, memory_bytes=memory)
        page = partial(build_page, report, sample, data, memory_bytes=memory, statements=statements)
        self._output.give(value, as_json, lambda: page(other_model=other_model))
