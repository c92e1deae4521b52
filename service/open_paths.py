"""Which paths are open to all, with a key or without, as often as they like."""

from __future__ import annotations

from typing import Final

_OPEN: Final = frozenset({"/healthz", "/readyz"})
_OPEN_BELOW: Final = "/static/"


def is_open(path: str) -> bool:
    """Return whether a path tells only whether the service is well, or is our own style sheet, script or picture."""
    return path in _OPEN or path.startswith(_OPEN_BELOW)
