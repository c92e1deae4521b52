"""The HTTP service put together: routes, errors, limits and logs over one searcher."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from fastapi.middleware.gzip import GZipMiddleware

from retrieval.encoders import Encoder
from retrieval.licences import OPEN_PARLIAMENT_LICENCE
from retrieval.reranking import Reranker
from service.body_limit import BodyLimit
from service.bounded_queue import BoundedQueue, working_threads
from service.dependencies import Readiness
from service.handlers import add_handlers
from service.mcp_endpoint import McpEndpoint, McpRoute
from service.openapi import documented
from service.protection import SafeHeaders, add_foreign_pages, add_protection
from service.reloading import Opener, keep_current
from service.routes import about, answers, asked, collections, feeds, metrics, quotes, search, timelines, whole_sets
from service.server import run
from service.settings import Settings
from service.store_watch import LONGEST_SECONDS, keep_asking
from service.watching import Watching
from service.web import about as about_pages
from service.web import answers as answer_pages
from service.web import asked as asked_page
from service.web import basket, citation_files, home, static_files
from service.web import quotes as quotes_page
from service.web import timelines as timeline_pages

if TYPE_CHECKING:
    from service.tracing import Tracing

_SUMMARY: Final = (
    "Ask in plain words what UK ministers have said in answers to written questions, and get the passage "
    "with its citation."
)
_DESCRIPTION: Final = (
    "Every passage is word for word from an answer and comes with its citation. What a source does not give "
    "is left out and named in `missing`, never guessed.\n\n"
    "Errors are problem details (RFC 9457) that name the parameter and say what to do. A parameter that is "
    "not known is an error.\n\n"
    f"The text: {OPEN_PARLIAMENT_LICENCE.statement}"
)
_TAGS: Final = [
    {"name": "search", "description": "Questions in, cited passages out."},
    {"name": "answers", "description": "Whole answers and their citations."},
    {"name": "about", "description": "What is indexed and whether the service is well."},
]

_PAGES: Final = (
    about_pages,
    answer_pages,
    asked_page,
    basket,
    citation_files,
    home,
    quotes_page,
    static_files,
    timeline_pages,
)
_ROUTES: Final = (
    search,
    whole_sets,
    timelines,
    asked,
    feeds,
    quotes,
    answers,
    collections,
    about,
)


_GZIP_LEVEL: Final = 5
"""Compressing is done where requests are taken: the highest level takes several times as long for a few per cent."""


class DespatchService(FastAPI):
    """The application; its description of itself has examples, problems and the library's own words."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = documented(super().openapi())
        return self.openapi_schema


def create_app(
    settings: Settings,
    *,
    encoder: Encoder | None = None,
    reranker: Reranker | None = None,
    tracing: Tracing | None = None,
) -> FastAPI:
    """Make the application; the snapshot and the model are opened when it starts.

    It starts without a usable snapshot or model too: `/healthz` is well then, and all else that needs them
    answers 503 and says what to do. A snapshot that is published while it runs is taken up within seconds.

    Args:
        settings: Where the snapshot is and which model was used.
        encoder: Used instead of that model.
        reranker: With `encoder`, used instead of that reranker; None leaves it out.
        tracing: Used instead of the one that settings and environment describe.

    Raises:
        QueryError: If a key is needed and there is none, if the file with the keys can't be used, or if what makes
            traces is wanted and not installed.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[Mapping[str, object]]:
        opener = Opener(settings, encoder, reranker, watching.stages, watching.metrics.recall_sampled)
        seen = opener.stamp()
        app.state.readiness = opener.open(Readiness(None))
        looking = asyncio.create_task(keep_current(app.state, opener, seen))
        asking = asyncio.create_task(keep_asking(app.state, min(settings.reload_seconds, LONGEST_SECONDS)))
        async with assistants.running(app):
            with working_threads(settings.threads):
                yield {}
        for task in (looking, asking):
            task.cancel()
        # One that failed must not keep the rest from being closed.
        await asyncio.gather(looking, asking, return_exceptions=True)
        app.state.readiness = Readiness(None)
        await watching.close()

    app = DespatchService(
        title="Despatch Box",
        summary=_SUMMARY,
        description=_DESCRIPTION,
        version=version("despatch-box"),
        openapi_tags=_TAGS,
        generate_unique_id_function=lambda route: route.name,
        lifespan=lifespan,
        # FastAPI's documentation pages load scripts from a distant server.
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        # Nothing that is asked is told to anyone: FastAPI would hand it to a tracer that it finds set up.
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.readiness = Readiness(None)
    watching = Watching(settings, lambda: app.state.readiness, tracing)
    assistants = McpEndpoint(settings)
    add_handlers(app)
    # The pages first: of `/`, which has a page and data, the page's route tells which is wanted.
    for routes in (*_PAGES, *_ROUTES):
        app.include_router(routes.router)
    if settings.metrics:
        app.include_router(metrics.router)
    app.router.routes.append(McpRoute(assistants))
    app.add_middleware(BodyLimit)
    app.add_middleware(BoundedQueue, most_waiting=settings.queue, longest_wait=settings.queue_seconds)
    add_protection(app, settings)
    watching.put_around(app)
    add_foreign_pages(app, settings)
    app.add_middleware(SafeHeaders)
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=_GZIP_LEVEL)
    return app


def serve(settings: Settings, *, encoder: Encoder | None = None) -> None:
    """Serve over HTTP until Ctrl-C or a signal to end.

    Args:
        settings: Address, data directory and model.
        encoder: Used instead of that model.

    Raises:
        QueryError: If the address can't be listened on, which names host or port, or as `create_app` does.
    """
    run(create_app(settings, encoder=encoder), settings)
