"""How names are compared: without case, accents, punctuation or "the"."""

from __future__ import annotations

import re
import unicodedata


def folded_name(name: str) -> str:
    """Return `name` as names are compared: lower-case ASCII words parted by single spaces, "&" as "and"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", " ", plain.replace("&", " and ").replace("'", "")).split()
    return " ".join(word for word in words if word != "the")
