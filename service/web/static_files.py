"""Style sheets, scripts and pictures of the pages, from the package, under names that change with what is in them."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter, Response
from markupsafe import Markup
from starlette.exceptions import HTTPException

router = APIRouter(include_in_schema=False)

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_A_YEAR: Final = "public, max-age=31536000, immutable"


@cache
def _contents() -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in _folder().iterdir() if _ending(one.name) in _MEDIA_TYPES}


def _folder() -> Traversable:
    return files("service.web").joinpath("static")


def _ending(name: str) -> str:
    return name.rpartition(".")[2]


@cache
def version() -> str:
    """Return 12 hex digits that name the content of all the files together."""
    digest = hashlib.sha256()
    for name, content in sorted(_contents().items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the path of a file, which may be kept for ever: it changes with the content.

    Args:
        name: Of the file, such as `pages.css`.

    Raises:
        KeyError: If there is no such file.
    """
    if name not in _contents():
        raise KeyError(name)
    # One version for all, so that a script finds the modules beside it.
    return f"/static/{version()}/{name}"


def within(name: str) -> Markup:
    """Return a style sheet or a script as part of a page, so that nothing need be fetched before the page is painted.

    Args:
        name: Of the file, such as `pages.css`; its content has no closing tag of its own.

    Raises:
        KeyError: If there is no such file, or it is of another kind.
    """
    tag = {"css": "style", "js": "script"}[_ending(name)]
    # Our own file, and no text of anyone else's: the policy of the page lets in nothing that differs from it.
    return Markup(f"<{tag}>{_contents()[name].decode()}</{tag}>")  # noqa: S704 - our own file


def style_sheets() -> tuple[str, ...]:
    """Return the names of all style sheets."""
    return tuple(sorted(name for name in _contents() if _ending(name) == "css"))


def hash_of(name: str) -> str:
    """Return what a Content-Security-Policy calls a file by that stands in a page.

    Args:
        name: Of the file.

    Raises:
        KeyError: If there is no such file.
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(_contents()[name]).digest()).decode()}'"


@router.get("/static/{wanted}/{name}")
def static_file(wanted: str, name: str) -> Response:
    """Send a file. One asked for by a page of another version is the one of now, and is not kept."""
    content = _contents().get(name)
    if content is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    headers = {
        "Cache-Control": _A_YEAR if wanted == version() else "no-cache",
        "X-Content-Type-Options": "nosniff",
        # A picture is a document of its own when it is opened by itself.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(content, media_type=_MEDIA_TYPES[_ending(name)], headers=headers)
