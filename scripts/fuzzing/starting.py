"""What the fuzzer of the readers starts from: the seeds, the sources of the tests, and real records if given."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from retrieval.sources import Document

_ROOT: Final = Path(__file__).parents[2]
_MOST_BYTES: Final = 20_000
_TAG: Final = re.compile(r"</?[A-Za-z][A-Za-z0-9]*|&[^;\s]{1,10};")
_PIECES: Final = (
    *("<table><tr><td>a", '<a href="', "&#0;", "&amp", "<p>a</p>\n", "<!--", "<ul><li>", "1<sup>2</sup>", "<br/>\n"),
    *("<b><i>", "\n", "' ", "= ", '<td colspan="99">', "<style></style>", "<", "&", "\ufeff", " \u202e"),
)
_HEAD: Final = "Asked by: A (B - C)\nQuestion to the X:\nTo ask y.\nAnswered by A - B\n"
_LINES: Final = (
    *("Asked by: A (B - C)\n", "Question to the X:\n", "Answered by A - B\n", "Reticulating Splines", "(((", "a - "),
    *("(asked on 5th February 2026) - View Source\n", "This question was answered on 5th May 2026\n", "\n", " "),
)


def starting_inputs(target: str, records: Path | None = None) -> Iterator[bytes]:
    """Yield the inputs that a target starts from.

    Args:
        target: One of `scripts.fuzzing.readers.TARGETS`.
        records: JSON Lines of Parliament's API, plain or gzipped, of which those are taken whose mark-up is new.
    """
    if target == "markup-repeated":
        yield from (b"\0" + piece.encode() for piece in _PIECES)
        yield from (b"\3<a " + piece.encode() for piece in _PIECES)
    elif target == "saved-page-repeated":
        yield from (b"\0" + line.encode() for line in _LINES)
        yield from (bytes([len(_HEAD)]) + (_HEAD + line).encode() for line in _LINES)
    elif target == "markup":
        yield from (one["answerText"].encode() for one in _various(records))
    else:
        if target == "sources":
            yield from (json.dumps(one).encode() for one in _various(records))
        pages = sorted((_ROOT / "seeds").glob("*.txt"))
        yield from _contents(pages if target == "saved-page" else [*pages, *_sources()])


def _sources() -> list[Path]:
    return sorted(path for path in (_ROOT / "tests" / "data" / "sources").rglob("*") if path.is_file())


def _contents(paths: Iterable[Path]) -> Iterator[bytes]:
    for path in paths:
        with Document.at(str(path)) as document, document.open() as stream:
            yield stream.read(_MOST_BYTES)


def _various(records: Path | None) -> Iterator[dict[str, str]]:
    """Yield the answered records that have a tag or an entity that none before them has."""
    seen: set[str] = set()
    with Document.at(str(records or _ROOT / "tests" / "data" / "small.jsonl")) as document, document.open() as stream:
        for line in stream:
            said = json.loads(line)
            record = said.get("value", said)
            met = set(_TAG.findall(record.get("answerText") or ""))
            if met - seen and len(line) <= _MOST_BYTES:
                seen |= met
                yield record
