"""PDF files to paragraphs; the one user of pypdf."""

from __future__ import annotations

import re
from importlib.metadata import version
from io import BytesIO

from retrieval.attachments.extracted import ENCRYPTED, Collector, Extracted, clean
from retrieval.attachments.limits import Limits
from retrieval.records import Block, BlockKind

_BULLET = re.compile(r"[•·▪◦‣*–—-]\s*\S|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]\s", re.IGNORECASE)
_SENTENCE_ENDS = (".", "!", "?", ":", ".”", ".’", '."', ".)")
# A line this much shorter than the longest of its page was ended by its writer, not by the edge of the page.
_SHORT = 0.75


def pdf_extractor() -> str:
    """Return the name and version of what reads PDF files.

    Raises:
        ImportError: If it is not installed.
    """
    import pypdf  # noqa: PLC0415 - an optional extra

    return f"pypdf {pypdf.__version__}"


def read_pdf(data: bytes, limits: Limits) -> Extracted:
    """Return the paragraphs of a PDF, page by page.

    A PDF has lines and no paragraphs: where one ends is worked out from blank lines, short lines and bullets. Words
    broken over two lines stay as they are, hyphen and all. A file that needs a password is not read, nor one that
    opens without but is protected.
    """
    from pypdf import PdfReader  # noqa: PLC0415 - an optional extra

    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        return Extracted(reason=ENCRYPTED)
    count = len(reader.pages)
    found, pictures = Collector(limits.characters), 0
    for number in range(min(count, limits.pages)):
        if found.is_full:
            break
        try:
            text = reader.pages[number].extract_text()
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001 - a malformed page can raise anything, and the next may be sound
            found.left_out.append(f"page {number + 1}, which can't be read")
            continue
        words = paragraphs(text)
        pictures += not words
        found.add(f"page {number + 1}", [Block(BlockKind.PARAGRAPH, one) for one in words])
    if pictures:
        found.left_out.append(f"pages without text: {pictures}")
    if count > limits.pages:
        found.left_out.append(f"pages {limits.pages + 1} to {count}")
    return found.extracted(f"pypdf {version('pypdf')}")


def paragraphs(text: str) -> list[str]:
    """Return the lines of a page joined to paragraphs, each on one line, in order."""
    lines = [clean(line) for line in text.split("\n")]
    longest = max(map(len, lines), default=0)
    found: list[list[str]] = [[]]
    for place, line in enumerate(lines):
        if not line or _BULLET.match(line):
            found.append([])
        if line:
            found[-1].append(line)
        after = lines[place + 1] if place + 1 < len(lines) else ""
        if len(line) < _SHORT * longest and (line.endswith(_SENTENCE_ENDS) or not after[:1].islower()):
            found.append([])
    return [" ".join(part) for part in found if part]
