"""What was read from a file: its words in blocks, in parts such as pages and sheets, or why there are none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from retrieval.records import Block, folded

# Told apart in a count of what could not be read, so the wording of each is fixed.
TOO_LARGE: Final = "too large"
OTHER_KIND: Final = "not a kind of file that is read"
BROKEN: Final = "broken, or of a form that can't be read"
ENCRYPTED: Final = "encrypted"
TOO_COMPLEX: Final = "too complex: reading it took more time or memory than is allowed"
NO_TEXT: Final = "no text in it; it may hold pictures of pages"
NOT_THERE: Final = "not there any more"
ELSEWHERE: Final = "not on Parliament's own servers"


@dataclass(frozen=True, slots=True)
class Part:
    """A page or a sheet. Primary key: `name` within its file.

    Attributes:
        name: Such as `page 3` or `sheet Data`.
        first_block: Its first block, counted from 0 in the file's blocks; it ends where the next part begins.
    """

    name: str
    first_block: int


@dataclass(frozen=True, slots=True)
class Extracted:
    """The words of one file.

    Attributes:
        extractor: What read it, with version; empty where nothing did.
        blocks: Paragraphs and table rows, in reading order.
        parts: Pages or sheets with text, in order.
        reason: Why there is no text; None where there is some.
        left_out: What of it was not read, in words; None where all was.
    """

    extractor: str = ""
    blocks: tuple[Block, ...] = ()
    parts: tuple[Part, ...] = ()
    reason: str | None = None
    left_out: str | None = None


class Collector:
    """Collects the blocks of a file part by part, up to a number of characters.

    Args:
        characters: The most characters to take.
    """

    def __init__(self, characters: int) -> None:
        """Begin with nothing."""
        self._room = self._allowed = characters
        self._blocks: list[Block] = []
        self._parts: list[Part] = []
        self.left_out: list[str] = []

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return self._room <= 0

    def add(self, name: str, blocks: list[Block]) -> None:
        """Take one part; of one that is empty nothing is kept.

        A block that does not fit ends the file: no block is cut.
        """
        start = len(self._blocks)
        for block in blocks:
            self._room -= len(block.text)
            if self.is_full:
                self.left_out.append(f"what comes after the first {self._allowed:,} characters")
                break
            self._blocks.append(block)
        if len(self._blocks) > start:
            self._parts.append(Part(name, start))

    def extracted(self, extractor: str) -> Extracted:
        """Return what was taken."""
        told = "; ".join(self.left_out) or None
        reason = None if self._blocks else NO_TEXT
        return Extracted(extractor, tuple(self._blocks), tuple(self._parts), reason, told)


# Printers' ligatures, which would keep a word from being found.
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
# Those that count as white space stay, to be folded.
_DROPPED = dict.fromkeys((*range(9), *range(14, 28), *range(127, 133), *range(134, 160), 0xAD, 0xFEFF), "")


def clean(text: str) -> str:
    """Return the words of a text on one line: no control characters, no soft hyphens, no ligatures.

    A half of a surrogate pair becomes a question mark, as no file could keep it.
    """
    plain = text.translate(_LIGATURES | _DROPPED)
    return folded(plain.encode("utf-8", "replace").decode("utf-8"))
