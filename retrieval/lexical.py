"""Words to row numbers and scores, by tantivy: BM25 over stemmed words, and exact words and phrases.

Each passage is a document with two fields. `evidence` has its heading, question and text, stemmed and without the
commonest words: what a question is ranked by. `wording` has the text alone, every word as it stands but for case
and accents, with its place: what quoted words are looked up in.
"""

from __future__ import annotations

import math
import shutil
import unicodedata
import weakref
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import tantivy
from numpy.typing import NDArray

from retrieval.arms import AllowedRows, Alternatives, rows_in
from retrieval.errors import NoTemporaryFolder, SnapshotDamaged

_EVIDENCE, _WORDING, _ROW = "evidence", "wording", "row"
_LONGEST_WORD = 60  # In bytes: what is longer is an address or a slip, and is not looked up.
_HEAP_BYTES = 200_000_000
_SMALL_HEAP_BYTES = 20_000_000
_ONE_BY_ONE = 500
_FEW_ROWS = 2_000
_MOST_WORDS = 200
"""The most distinct words of a question that are looked up: more than the longest tabled question has."""


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """What is looked up of one passage.

    Attributes:
        about: Heading and question, and what else it may be found by.
        text: The passage word for word.
        context: The words it stands under.
    """

    about: str
    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which a part of a question may be said.

    Attributes:
        stems: Distinct words as they are looked up; any of them counts.
        weight: What their scores are multiplied by.
    """

    stems: tuple[str, ...]
    weight: float = 1.0


class LexicalIndex:
    """The words of all passages, on disk; safe to use from several threads.

    Args:
        index: An index that `write_lexical` wrote.
    """

    def __init__(self, index: tantivy.Index) -> None:
        """Register how words are made, which tantivy does not keep with an index."""
        for name, analyser in _analysers().items():
            index.register_tokenizer(name, analyser)
        self._index = index
        self._schema = index.schema
        self._searcher = index.searcher()
        self._stems = _analysers()[_EVIDENCE]
        self._words = _analysers()[_WORDING]

    @classmethod
    def read(cls, folder: Path) -> LexicalIndex:
        """Open an index that `write_lexical` wrote; the caller has checked its files' hashes first.

        Raises:
            SnapshotDamaged: If tantivy can't read it.
            NoTemporaryFolder: If nothing can be written where temporary files go.
        """
        # tantivy puts a lock into the folder that it reads. A snapshot is never written to, and may not be
        # writable at all, so tantivy is given a folder of its own that leads to the files.
        try:
            files = [path.resolve() for path in folder.iterdir()]
        except OSError as error:
            raise _unreadable(folder, error) from error
        own = _linked(files)
        try:
            index = tantivy.Index.open(str(own))
            index.config_reader(reload_policy="manual")  # It never changes, so nothing needs to watch it.
            opened = cls(index)
            weakref.finalize(opened, _remove, own)
            return opened
        except (ValueError, OSError) as error:
            _remove(own)
            raise _unreadable(folder, error) from error

    @classmethod
    def of(cls, documents: Iterable[LexicalDocument]) -> LexicalIndex:
        """Return an index of a few `documents`, in the order of their rows, that is kept in memory alone."""
        index = tantivy.Index(_schema())
        _fill(index, documents, _SMALL_HEAP_BYTES)
        index.reload()
        return cls(index)

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self._searcher.num_docs)

    def weights(self, stems: Sequence[str]) -> dict[str, float]:
        """Return how much each stemmed word tells, above 0: the rarer, the more.

        Args:
            stems: As `stems` gives them.

        Returns:
            The inverse document frequency of BM25 by stem: ln(1 + (n - f + 0.5) / (f + 0.5)) for a word that is in f
            of n passages, their headings and questions (Robertson and Zaragoza 2009, equation 3.4, with 1 added so
            that no word tells less than nothing).
        """
        found = {stem: int(self._searcher.doc_freq(_EVIDENCE, stem)) for stem in stems}
        return {stem: math.log1p((len(self) - often + 0.5) / (often + 0.5)) for stem, often in found.items()}

    def weight(self, word: str) -> float:
        """Return how much a word of a question tells, as `weights` has it; 0 for what is not looked up."""
        return max(self.weights(self.stems(word)).values(), default=0.0)

    def stems(self, text: str) -> tuple[str, ...]:
        """Return the distinct words of a question as they are looked up, in order: at most 200."""
        return tuple(dict.fromkeys(self._stems.analyze(_bare_letters(text))))[:_MOST_WORDS]

    def words(self, text: str) -> tuple[str, ...]:
        """Return the words of a text as they stand in `wording`, in order, repeats included."""
        return tuple(self._words.analyze(_bare_letters(text)))

    def search(
        self, text: str, k: int, rows: AllowedRows = None, alternatives: Alternatives = ()
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the passages that have most of the words of a question, the rarer ones counting more.

        Args:
            text: A question.
            k: The most rows to return, at least 1.
            rows: The rows allowed, rising; None allows all. A full `k` comes back where that many of them have a word.
            alternatives: What counts for some of its words too: see `Alternatives`.

        Returns:
            Row numbers, shape (m,), int64, and scores, shape (m,), float32, above 0 and falling; a tie is broken by
            the lower row. The score is BM25 (Robertson and Zaragoza 2009, equation 3.15, times k1 + 1) with k1 1.2
            and b 0.75, counted over every passage, whatever is allowed; tantivy rounds lengths of more than 40 words.
        """
        rows = rows_in(rows)
        query = self._any_of(text, alternatives)
        if query is None or (rows is not None and not len(rows)):
            return np.empty(0, np.int64), np.empty(0, np.float32)
        if rows is not None and len(rows) <= _FEW_ROWS:
            found, scores = _in_order(*self._hits(self._among(query, rows), len(rows)))
            return found[:k], scores[:k]
        allowed = np.ones(len(self), dtype=bool)
        if rows is not None:
            allowed[:] = False
            allowed[rows] = True
        # Of several segments tantivy keeps any of the rows that tie with the last one, so none of them is sure.
        is_parted = self._searcher.num_segments > 1
        wanted = k if rows is None and not is_parted else 2 * k
        while True:
            found, scores = self._hits(query, wanted)
            exhausted = len(found) < wanted
            kept = allowed[found]
            if is_parted and not exhausted:
                kept &= scores > scores[-1]
            found, scores = found[kept], scores[kept]
            if exhausted or len(found) >= k:
                found, scores = _in_order(found, scores)
                return found[:k], scores[:k]
            wanted *= 2

    def scores(self, text: str, rows: NDArray[np.int64], alternatives: Alternatives = ()) -> NDArray[np.float32]:
        """Return the score of each row of `rows` (any order, no repeats), shape (len(rows),): 0 without a word."""
        query = self._any_of(text, alternatives)
        scores = np.zeros(len(rows), dtype=np.float32)
        if query is None or not len(rows):
            return scores
        found, given = self._hits(self._among(query, rows), len(rows))
        order = np.argsort(rows, kind="stable")
        scores[order[np.searchsorted(rows[order], found)]] = given
        return scores

    def with_all_words(self, text: str, rows: NDArray[np.int64]) -> frozenset[int]:
        """Return those of `rows` that have every word of a question, stemmed and without the commonest."""
        stems = self.stems(text)
        if not stems or not len(rows):
            return frozenset()
        every = tantivy.Query.boolean_query([(tantivy.Occur.Must, self._any_stem([stem])) for stem in stems])
        return frozenset(self._hits(self._among(every, rows), len(rows))[0].tolist())

    def with_phrase(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the rows whose text has `words` one after another, rising: case and accents apart, no stemming.

        Args:
            words: As `words` gives them; at least one.
        """
        if len(words) == 1:
            query = tantivy.Query.term_query(self._schema, _WORDING, words[0], index_option="basic")
        else:
            query = tantivy.Query.phrase_query(self._schema, _WORDING, list(words))
        return np.sort(self._hits(query, max(1, len(self)))[0])

    def ways(self, text: str, alternatives: Alternatives = ()) -> tuple[tuple[Way, ...], ...]:
        """Return what is looked for of a question, part by part: a passage scores by the best way of each part.

        Args:
            text: A question.
            alternatives: What counts for some of its words too: see `Alternatives`.
        """
        others: dict[str, list[Way]] = {}
        for words, other in alternatives:
            if stems := self.stems(other):
                others.setdefault(words, []).append(Way(stems, len(stems) ** -0.5))
        parts, taken = list[tuple[Way, ...]](), set[str]()
        for words, listed in others.items():
            own = tuple(stem for stem in self.stems(words) if stem not in taken)
            taken.update(own)
            parts.append((Way(own), *listed) if own else tuple(listed))
        if left := tuple(stem for stem in self.stems(text) if stem not in taken):
            parts.append((Way(left),))
        return tuple(parts)

    def _any_of(self, text: str, alternatives: Alternatives = ()) -> tantivy.Query | None:
        parts = [self._best_of(part) for part in self.ways(text, alternatives)]
        if len(parts) < 2:
            return parts[0] if parts else None
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])

    def _best_of(self, part: Sequence[Way]) -> tantivy.Query:
        if len(part) == 1 and part[0].weight == 1.0:
            return self._any_stem(part[0].stems)
        ways = [tantivy.Query.boost_query(self._any_stem(way.stems), way.weight) for way in part]
        return tantivy.Query.disjunction_max_query(ways, 0.0)

    def _any_stem(self, stems: Sequence[str]) -> tantivy.Query:
        terms = (tantivy.Query.term_query(self._schema, _EVIDENCE, stem, index_option="freq") for stem in stems)
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])

    def _among(self, query: tantivy.Query, rows: NDArray[np.int64]) -> tantivy.Query:
        allowed = self._rows(rows)
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, tantivy.Query.const_score_query(allowed, 0.0)),
                (tantivy.Occur.Must, query),
            ]
        )

    def _rows(self, rows: NDArray[np.int64]) -> tantivy.Query:
        """Return what finds some rows: one by one where they are few, as a set of even a few takes milliseconds."""
        if len(rows) > _ONE_BY_ONE:
            return tantivy.Query.term_set_query(self._schema, _ROW, rows.tolist())
        each = (tantivy.Query.term_query(self._schema, _ROW, row, index_option="basic") for row in rows.tolist())
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in each])

    def _hits(self, query: tantivy.Query, limit: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        rows = self._searcher.fast_field_values(_ROW, [address for _, address in hits])
        return np.array(rows, dtype=np.int64), np.array([score for score, _ in hits], dtype=np.float32)


def evidence_words(documents: Iterable[LexicalDocument]) -> Iterator[list[str]]:
    """Yield the words that each passage is ranked by: stemmed and without the commonest, repeats included."""
    analyser = _analysers()[_EVIDENCE]
    for document in documents:
        yield analyser.analyze(_evidence_of(document))


def _evidence_of(document: LexicalDocument) -> str:
    return _bare_letters("\n".join((document.about, document.context, document.text)))


def write_lexical(folder: Path, documents: Iterable[LexicalDocument]) -> None:
    """Write an index of `documents`, in the order of their rows, into a new folder.

    One thread and rows in order, so that the same documents always rank in the same way.

    Raises:
        OSError: If the disk is full or can't be written.
    """
    folder.mkdir()
    try:
        _fill(tantivy.Index(_schema(), path=str(folder)), documents, _HEAP_BYTES)
    except ValueError as error:
        raise OSError(f"tantivy could not write {folder}: {error}") from error
    for lock in folder.glob("*.lock"):
        lock.unlink()


def _fill(index: tantivy.Index, documents: Iterable[LexicalDocument], heap_bytes: int) -> None:
    for name, analyser in _analysers().items():
        index.register_tokenizer(name, analyser)
    writer = index.writer(heap_size=heap_bytes, num_threads=1)
    for row, document in enumerate(documents):
        made = tantivy.Document()
        made.add_text(_EVIDENCE, _evidence_of(document))
        made.add_text(_WORDING, _bare_letters(document.text))
        made.add_unsigned(_ROW, row)
        writer.add_document(made)
    writer.commit()
    writer.wait_merging_threads()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(_EVIDENCE, stored=False, tokenizer_name=_EVIDENCE, index_option="freq")
    builder.add_text_field(_WORDING, stored=False, tokenizer_name=_WORDING, index_option="position")
    builder.add_unsigned_field(_ROW, stored=False, indexed=True, fast=True)
    return builder.build()


def _analysers() -> dict[str, tantivy.TextAnalyzer]:
    """Return by field how its words are made of a text."""

    def plain() -> tantivy.TextAnalyzerBuilder:
        builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        return builder.filter(tantivy.Filter.lowercase()).filter(tantivy.Filter.ascii_fold())

    short = plain().filter(tantivy.Filter.remove_long(_LONGEST_WORD))
    stemmed = short.filter(tantivy.Filter.stopword("english")).filter(tantivy.Filter.stemmer("english"))
    return {_EVIDENCE: stemmed.build(), _WORDING: plain().build()}


def _bare_letters(text: str) -> str:
    """Return `text` without marks on its letters and without characters that no reader sees.

    tantivy folds only letters that are one character with their mark, and takes any other mark for the end of a word.
    """
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return "".join(char for char in parts if unicodedata.category(char) not in ("Mn", "Cf"))


def _unreadable(folder: Path, error: Exception) -> SnapshotDamaged:
    return SnapshotDamaged(f"{folder.name}/ is no index that tantivy can read ({error}): build again")


def _linked(files: Iterable[Path]) -> Path:
    """Return a new folder among the temporary ones with a link to each file."""
    own = None
    try:
        own = Path(mkdtemp(prefix="despatch-lexical-"))
        for path in files:
            (own / path.name).symlink_to(path)
    except OSError as error:
        if own:
            _remove(own)
        told = f"no folder for temporary files can be written ({error}): set TMPDIR to one that can, and try again"
        raise NoTemporaryFolder(told) from error
    return own


def _remove(own: Path) -> None:
    """Remove a folder of links, where tantivy may be putting a lock at the same moment."""
    for _ in range(3):
        shutil.rmtree(own, ignore_errors=True)
        if not own.exists():
            return


def _in_order(rows: NDArray[np.int64], scores: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
