"""Which of many texts may nearly repeat one another, without comparing each with each: MinHash with banding."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.repeats import is_plain, words_of

BANDS: Final = 20
ROWS: Final = 3
"""Of two texts that share the part j of their shingles, a band agrees with probability j ** 3: that at least one of
20 does is 99% for j = 0.6, which is 93% of plain words in common, and 1 in 50 million for j = 0.001, which is what
texts on different subjects share. Broder, "On the resemblance and containment of documents" (1997)."""

_SHINGLE = 3  # Words: enough that few texts on different subjects share many.
_AT_ONCE = 20_000  # Texts whose shingles are in memory together.
_SEED = 20_261_122
_END = 2**32  # No word has it: theirs are below.
_NAME_OR_NUMBER = zlib.crc32(b"#")


def band_keys(texts: Sequence[str]) -> NDArray[np.uint64]:
    """Return the keys by which texts that may nearly repeat one another can be found.

    Runs of numbers and names count as one mark, so that texts which differ by those alone have every key in common.
    A text's keys depend on nothing but the text.

    Args:
        texts: At least one word each.

    Returns:
        Shape (len(texts), BANDS). Two texts of which any column agrees are worth comparing.
    """
    keys = np.empty((len(texts), BANDS), dtype=np.uint64)
    remaining = iter(texts)
    for start in range(0, len(texts), _AT_ONCE):
        keys[start : start + _AT_ONCE] = _keys_of(list(islice(remaining, _AT_ONCE)))
    return keys


def skeleton(text: str) -> Iterator[int]:
    """Yield a number for each plain word of a text, and one and the same for each run of numbers and names."""
    in_run = False
    for word in words_of(text):
        plain = is_plain(word)
        if plain:
            yield zlib.crc32(word.encode("utf-8", "surrogatepass"))
        elif not in_run:
            yield _NAME_OR_NUMBER
        in_run = not plain


def _keys_of(texts: Sequence[str]) -> NDArray[np.uint64]:
    hashes, starts = _shingles(texts)
    draw = np.random.default_rng(_SEED)
    keys = np.empty((len(texts), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        key = np.zeros(len(texts), dtype=np.uint64)
        for multiplier in draw.integers(1, 2**63, ROWS, dtype=np.uint64) * np.uint64(2) + np.uint64(1):
            key = _mixed(key * np.uint64(31) + np.minimum.reduceat(_mixed(hashes * multiplier), starts))
        keys[:, band] = key
    return keys


def _shingles(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the hashes of the shingles of all texts in one array, and where those of each begin."""
    flat: list[int] = []
    starts = np.empty(len(texts), dtype=np.int64)
    for place, text in enumerate(texts):
        starts[place] = len(flat)
        flat.extend(skeleton(text))
        flat.extend([_END] * (_SHINGLE - 1))
    words = np.array(flat, dtype=np.uint64)
    hashes = np.zeros(len(words), dtype=np.uint64)
    for place in range(_SHINGLE):
        hashes[: len(words) - place] += _mixed(words[place:] + np.uint64(place << 40))
    # A shingle that begins past a text's end runs on into the next text, on which its keys must not depend.
    begins = words != np.uint64(_END)
    return _mixed(hashes[begins]), starts - (_SHINGLE - 1) * np.arange(len(texts))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter numbers over all 64 bits: the finaliser of SplitMix64 (Steele, Lea and Flood, 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
