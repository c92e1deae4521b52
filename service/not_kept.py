"""What keeps a response out of every cache: one from which what a user wrote can be told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

NOT_KEPT: Final[Mapping[str, str]] = {"Cache-Control": "no-store"}
"""The headers of such a response."""
