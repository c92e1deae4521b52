"""Pages from templates: one environment, with everything from outside escaped, and the headers of every page."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from retrieval.citing import long_date
from retrieval.licences import OPEN_PARLIAMENT_LICENCE
from service import phrases
from service.dependencies import readiness
from service.not_kept import NOT_KEPT
from service.web.marks import marked
from service.web.static_files import hash_of, static_url, style_sheets, within


@cache
def safe_headers() -> Mapping[str, str]:
    """Return the headers of every page.

    No request leaves this machine, no other site may frame a page, and no script or style runs but our own files. The
    style sheets stand in the page itself, as a page is then painted sooner; the policy knows each by its hash.
    """
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src {' '.join(hash_of(name) for name in style_sheets())}; "
            f"script-src 'self' {hash_of('before.js')}; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        # A question stands in the URL of a page: a site that is opened from it must not be told.
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept",
    }


_KEPT: Final = {"Cache-Control": "private, no-cache"}


@cache
def environment() -> Environment:
    """Return the environment of all templates; a name that a template misspells is an error."""
    made = Environment(
        loader=PackageLoader("service.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static": static_url, "within": within, "licence": OPEN_PARLIAMENT_LICENCE}
    made.filters |= {
        "day": long_date,
        "count": phrases.count,
        "chance": phrases.chance,
        "capital": phrases.capital,
        "marked": marked,
    }
    return made


def render(
    request: Request,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    is_private: bool = False,
    **context: object,
) -> HTMLResponse:
    """Return a page.

    Args:
        request: What was asked.
        template: Name of the template, which extends `base.html`.
        status: The HTTP status.
        is_private: Whether it holds what a user wrote and no URL may hold, such as a draft: no cache keeps it then.
        context: What the template is given. `base.html` takes `sample` itself.
    """
    searcher = readiness(request).searcher
    given = {"sample": searcher.corpus.sample if searcher else None, **context}
    text = environment().get_template(template).render(path=request.scope["path"], **given)
    headers = {**safe_headers(), **(NOT_KEPT if is_private else _KEPT)}
    # Half a surrogate pair, which JSON lets in, has no UTF-8.
    return HTMLResponse(text.encode("utf-8", "replace"), status, headers)
