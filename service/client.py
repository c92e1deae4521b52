"""The HTTP service as Python objects: the same questions, and the same results and errors, as of the library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from importlib.metadata import version
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx2
from pydantic import TypeAdapter, ValidationError

from retrieval.answer_results import Answer, Coverage, Thread
from retrieval.choices import Match, Mode, Sort
from retrieval.citations import CitationStyle
from retrieval.counting import Counts
from retrieval.errors import (
    DespatchError,
    ModelError,
    NotAvailableYet,
    QueryError,
    ServiceUnreachable,
    SnapshotError,
    UnexpectedResponse,
    UnknownKey,
    UnknownName,
)
from retrieval.exporting import ExportFormat, ExportRow
from retrieval.facets import Dimension
from retrieval.filters import Filters
from retrieval.history import History
from retrieval.quote_results import QuoteResult
from retrieval.records import House
from retrieval.results import SearchResult
from retrieval.similar_results import SimilarQuestions
from retrieval.timeline import DEFAULT_LIMIT, Timeline
from service.problems import Problem, error_named
from service.responses import WrittenCitation

DEFAULT_URL: Final = "http://127.0.0.1:8000"

Result = TypeVar("Result")

_ADAPTERS: Final[dict[type, TypeAdapter[Any]]] = {}


class Client:
    """A Despatch Box service somewhere else; safe to use from several threads, and best used in a `with` block.

    What is asked is sent in the body of a request wherever the service takes it there, so that no proxy logs it.

    Args:
        url: Where the service is.
        key: An API key, if the service asks for one; it is sent to no other host.
        timeout_seconds: Silence after which a request is given up.

    Raises:
        QueryError: If the address can't be one, or the key.
    """

    def __init__(self, url: str = DEFAULT_URL, *, key: str | None = None, timeout_seconds: float = 60.0) -> None:
        """Keep the address; nothing is asked yet."""
        try:
            address = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise _no_address(url) from error
        if address.scheme not in {"http", "https"} or not address.host:
            raise _no_address(url)
        if key is not None and not (key.isascii() and key.isprintable() and key.strip()):
            raise QueryError("key", "it can't be a key: give it as `despatch keys add` showed it")
        self.url = url.rstrip("/")
        told = {"Authorization": f"Bearer {key.strip()}"} if key else {}
        self._http = httpx2.Client(
            base_url=self.url,
            timeout=timeout_seconds,
            # An answer whose key has changed is found under the new one.
            follow_redirects=True,
            headers={"Accept": "application/json", "User-Agent": f"despatch-box/{version('despatch-box')}", **told},
        )

    def __enter__(self) -> Self:
        """Return the client."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close its connections."""
        self.close()

    def close(self) -> None:
        """Close its connections; it can't be used any more."""
        self._http.close()

    def search(  # noqa: PLR0913 - each parameter stands alone, as in the library
        self,
        query: str,
        filters: Filters = Filters(),
        *,
        limit: int = 10,
        match: Match = Match.MEANING,
        mode: Mode = Mode.FULL,
        understand: bool = False,
        fresh: bool = True,
        group: bool = True,
        sort: Sort | None = None,
        cursor: str | None = None,
        expand: bool = True,
        facets: Sequence[Dimension] = (),
    ) -> SearchResult:
        """Answer a question with ministers' own words: as `Searcher.search` does, on the service's machine.

        Args:
            query: A question or topic in plain words.
            filters: Limits that act before ranking.
            limit: The most hits to return.
            match: Whether the answers nearest to the question are found, or every answer that has the words.
            mode: Whether the reranker reads the best answers again.
            understand: Whether explicit words of the question become filters.
            fresh: Whether answers of the time that the question asks for are preferred.
            group: Whether answers that nearly repeat one another are one hit.
            sort: The order: by falling score unless one is given, or the newest first with `match` exact or words.
            cursor: For the page after another: the `next_cursor` of that.
            expand: Whether the short and long forms of the question's words are looked for too.
            facets: What the answers are counted by.

        Raises:
            QueryError: If the question or a filter is not usable.
            DespatchError: As the service says, or `ServiceUnreachable`.
        """
        body = {
            "query": query,
            **filters.as_text(),
            "limit": limit,
            "match": match,
            "mode": mode,
            "understand": understand,
            "fresh": "auto" if fresh else "off",
            "group": "on" if group else "off",
            "sort": sort,
            "cursor": cursor,
            "expand": "on" if expand else "off",
            "facets": [str(dimension) for dimension in facets],
        }
        given = {name: value for name, value in body.items() if value is not None}
        return self._asked(SearchResult, "POST", "/v1/search", json=given)

    def answer(self, key: str) -> Answer:
        """Return one answer in full.

        Args:
            key: Its key, or Parliament's id.

        Raises:
            UnknownKey: If there is none.
        """
        return self._asked(Answer, "GET", _path(key))

    def citation(
        self, key: str, style: CitationStyle = CitationStyle.HOUSE, paragraph: int | None = None
    ) -> WrittenCitation:
        """Return the citation of an answer, or of one passage of it, with its facts and what to know beside it.

        Raises:
            UnknownKey: If there is no such answer.
            QueryError: If the answer has no such passage.
        """
        parameters = {"style": str(style)} | ({"paragraph": str(paragraph)} if paragraph is not None else {})
        return self._asked(WrittenCitation, "GET", _path(key, "citation"), params=parameters)

    def history(self, key: str) -> History:
        """Return the texts that an answer has had.

        Raises:
            UnknownKey: If there is no such answer.
        """
        return self._asked(History, "GET", _path(key, "history"))

    def thread(self, key: str) -> Thread:
        """Return the questions that an answer's question follows, and those that follow it.

        Raises:
            UnknownKey: If there is no such answer.
        """
        return self._asked(Thread, "GET", _path(key, "thread"))

    def coverage(self) -> Coverage:
        """Return what is indexed, and what is missing."""
        return self._asked(Coverage, "GET", "/v1/coverage")

    def counts(
        self,
        by: Sequence[Dimension],
        filters: Filters = Filters(),
        *,
        query: str | None = None,
        match: Match = Match.EXACT,
    ) -> Counts:
        """Return how many answers there are, by each of the dimensions.

        Raises:
            QueryError: If the words, a dimension or a filter is not usable.
        """
        words = {"q": query} if query is not None else {}
        given = {"by": ",".join(by), "match": str(match), **filters.as_text(), **words}
        return self._asked(Counts, "GET", "/v1/counts", params=given)

    def similar_questions(
        self,
        text: str,
        *,
        house: Sequence[House] = (),
        answering_body: Sequence[str] = (),
        limit: int = 10,
    ) -> SimilarQuestions:
        """Tell whether a draft has been asked before, and what came of it: as `Searcher.similar_questions` does.

        Args:
            text: The draft of a question; the service neither logs nor keeps it.
            house: Only questions tabled in these Houses.
            answering_body: Only questions to these bodies, named as in a filter.
            limit: The most questions to return.

        Raises:
            QueryError: If the draft, a name or the limit is not usable.
        """
        body = {"text": text, "house": list(house), "answering_body": list(answering_body), "limit": limit}
        return self._asked(SimilarQuestions, "POST", "/v1/similar-questions", json=body)

    def verify_quote(self, text: str, key: str | None = None) -> QuoteResult:
        """Check one quotation: as `retrieval.quotations.verify_quote` does.

        Args:
            text: The quotation; the service neither logs nor keeps it.
            key: The one answer to look in, by its key or Parliament's id; None looks in all.

        Raises:
            QueryError: If the text has no word, or is too long.
            UnknownKey: If there is no such answer.
        """
        body = {"text": text} | ({"key": key} if key is not None else {})
        try:
            return self._asked(QuoteResult, "POST", "/v1/verify-quote", json=body)
        except UnknownKey as error:
            # The address, which else tells the key, has none here.
            error.key = key or ""
            raise

    def timeline(
        self,
        query: str,
        filters: Filters = Filters(),
        *,
        match: Match = Match.MEANING,
        sort: Sort = Sort.NEWEST,
        limit: int = DEFAULT_LIMIT,
        cursor: str | None = None,
    ) -> Timeline:
        """Return how the line on a topic changed: as `retrieval.timeline.timeline` does. The topic is in the address.

        Args:
            query: A topic in plain words; with `match` exact or words, the words.
            filters: Limits on which records may answer.
            match: Whether the answers nearest to the topic are found, or every answer that has the words.
            sort: The order of the entries: `newest` or `oldest`.
            limit: The most entries to return; all are counted.
            cursor: For the page after another: the `next_cursor` of that.

        Raises:
            QueryError: If the topic, a filter, the limit or the cursor is not usable.
        """
        given = {"q": query, "match": str(match), "sort": str(sort), "limit": str(limit), **filters.as_text()}
        page = {"cursor": cursor} if cursor is not None else {}
        return self._asked(Timeline, "GET", "/v1/timeline", params={**given, **page})

    def export(
        self, query: str, filters: Filters = Filters(), *, match: Match = Match.EXACT, sort: Sort = Sort.NEWEST
    ) -> Iterator[ExportRow]:
        """Yield every passage that has the words, while the service sends them: they are never held whole.

        Raises:
            QueryError: If the words or a filter is not usable; as the first row is taken.
            ServiceUnreachable: If the service stops before the last row.
            UnexpectedResponse: If there are fewer rows than it said.
        """
        given = {"q": query, "match": str(match), "sort": str(sort), **filters.as_text()}
        with (
            _told(self.url),
            self._http.stream("GET", "/v1/export", params={**given, "format": str(ExportFormat.JSONL)}) as response,
        ):
            if response.status_code != HTTPStatus.OK:
                response.read()
                raise _error_of(response)
            rows = 0
            for line in response.iter_lines():
                rows += 1
                yield _read(ExportRow, line)
            promised = response.headers.get("Despatch-Passages", "")
            if promised != str(rows):
                raise UnexpectedResponse(f"{self.url} said that there are {promised or 'no'} rows, and sent {rows}")

    def _asked(self, kind: type[Result], method: str, path: str, **given: Any) -> Result:
        with _told(self.url):
            response = self._http.request(method, path, **given)
        if response.status_code != HTTPStatus.OK:
            raise _error_of(response)
        return _read(kind, response.content)


def _path(key: str, part: str = "") -> str:
    """Return the path of an answer, or of a part of what is known of it.

    Raises:
        UnknownKey: If the key can't be one, so that the path would be another's.
    """
    if not key.strip() or "/" in key:
        raise UnknownKey(key)
    return "/".join(filter(None, ("/v1/answers", quote(key, safe=""), part)))


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Tell of a service that does not answer in the library's own words."""
    try:
        yield
    except httpx2.TimeoutException as error:
        raise ServiceUnreachable(f"{url} did not answer in time: ask again, or allow more `timeout_seconds`") from error
    except httpx2.RequestError as error:
        what = str(error) or type(error).__name__
        raise ServiceUnreachable(f"{url} can't be reached, or stopped answering ({what}): is it running?") from error


def _read(kind: type[Result], text: str | bytes) -> Result:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    try:
        found: Result = _ADAPTERS[kind].validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "its beginning"
        raise UnexpectedResponse(
            f"the service answered with something else than a {kind.__name__} ({where}: {first['msg']}): "
            "is it Despatch Box, and of this version?"
        ) from error
    return found


def _error_of(response: httpx2.Response) -> DespatchError:
    """Return the library's error that a problem stands for, with the problem's own words."""
    try:
        problem = Problem.model_validate_json(response.content)
    except ValidationError:
        return UnexpectedResponse(f"{response.url.host} answered {response.status_code}, without saying why")
    kind = error_named(problem.type)
    if kind and issubclass(kind, UnknownKey):
        # Its words are the service's: whether the question waits for an answer is known there alone.
        unknown = UnknownKey(problem.instance.removeprefix("/v1/answers/").partition("/")[0])
        unknown.args = (problem.detail,)
        return unknown
    if problem.field:
        reason = problem.detail.removeprefix(f"{problem.field}: ")
        if kind is UnknownName:
            return UnknownName(problem.field, reason, problem.nearest or ())
        return (NotAvailableYet if kind is NotAvailableYet else QueryError)(problem.field, reason)
    if kind and issubclass(kind, SnapshotError | ModelError):
        return kind(problem.detail)
    return UnexpectedResponse(f"{response.url.host} answered {response.status_code}: {problem.detail}")


def _no_address(url: str) -> QueryError:
    return QueryError("url", f"{url!r} is no address of a service: write one such as {DEFAULT_URL}")
