"""Names the rules by which passages, kinds and references are worked out, so that a build knows when they changed."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib import resources
from importlib.metadata import version

_FOLDERS = (".", "attachments", "sources")
_LIBRARIES = ("lxml", "msgspec", "sentencex")


@cache
def derivation() -> str:
    """Return 16 hex digits that change with the code, or the library, that works something out of a record.

    Every module and every table of the library counts, whether or not it has a say: what is worked out again for
    nothing costs seconds, and what is wrongly taken for current would be served. Models have identities of their own.
    """
    digest = hashlib.sha256()
    package = resources.files("retrieval")
    for folder in _FOLDERS:
        files = (file for file in package.joinpath(folder).iterdir() if file.name.endswith(".py"))
        for file in sorted(files, key=lambda file: file.name):
            digest.update(f"{folder}/{file.name}\0".encode() + file.read_bytes() + b"\0")
    tables = (file for file in package.joinpath("data").iterdir() if file.is_file())
    for file in sorted(tables, key=lambda file: file.name):
        digest.update(f"data/{file.name}\0".encode() + file.read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()[:16]
