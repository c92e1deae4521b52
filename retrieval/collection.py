"""Passages that a user has collected, looked up again: as they stand now, or what has become of them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Final

from retrieval.attached_results import attachment_source
from retrieval.citation_notes import serious_notes
from retrieval.citations import CitationStyle, notes, written
from retrieval.collected import CollectedItem, CollectedState, Collection, KeptPassage, StandingPassage
from retrieval.collection_words import remarks
from retrieval.corpus import Corpus
from retrieval.differences import diff
from retrieval.errors import UnknownKey
from retrieval.later import LaterAnswers
from retrieval.passages import Passage, passages_of
from retrieval.store import StoredPassage

_PROSE: Final = (CitationStyle.HOUSE, CitationStyle.MEMBER, CitationStyle.OSCOLA)
# Half of its words in the same order: chosen by judgement, to tell a passage that was reworded from another one.
_IS_REWORDED: Final = 0.5


def collect(corpus: Corpus, kept: Iterable[KeptPassage]) -> Collection:
    """Look collected passages up again.

    Args:
        corpus: Where.
        kept: The passages, in the order in which they are wanted.
    """
    later = LaterAnswers(corpus)
    found = (_looked_up(corpus, later, _tidied(one)) for one in kept)
    items = tuple(replace(item, remarks=tuple(remarks(item))) for item in found)
    cited = [item.now.citation.licence for item in items if item.now]
    credits = tuple(dict.fromkeys(credit for licence in cited for credit in licence.credits))
    licence = replace(corpus.licence, credits=credits if cited else corpus.licence.credits)
    return Collection(items, corpus.manifest.name, licence, corpus.sample)


def text_hash(text: str) -> str:
    """Return the hash that names a passage with this text."""
    return Passage(1, text, 0, 0).hash


def _tidied(kept: KeptPassage) -> KeptPassage:
    # Words that their own hash does not name were damaged on the way: they must not be shown as the answer's.
    text = kept.text if kept.text and text_hash(kept.text) == kept.passage else None
    lines = kept.note.replace("\r\n", "\n").replace("\r", "\n")
    note = "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) not in {"Cc", "Cs"})
    return replace(kept, text=text, note=note.strip())


def _looked_up(corpus: Corpus, later: LaterAnswers, kept: KeptPassage) -> CollectedItem:
    try:
        number = corpus.store.number_of(kept.key)
    except UnknownKey:
        return CollectedItem(kept, CollectedState.ANSWER_GONE, None, (), None)
    passages = corpus.store.passages(number)
    same = [one for one in passages if one.passage.hash == kept.passage]
    if same:
        # Two rows of a table can say the same.
        stored = max(same, key=lambda one: one.passage.ordinal == kept.ordinal)
        return _item(kept, CollectedState.AS_ADDED, _standing(corpus, later, number, stored))
    if kept.text is None:
        kept = replace(kept, text=_earlier_wording(corpus, kept))
    nearest = _nearest(kept.text, passages) if kept.text else None
    state = CollectedState.REWORDED if nearest else CollectedState.PASSAGE_GONE
    return _item(kept, state, _standing(corpus, later, number, nearest))


def _earlier_wording(corpus: Corpus, kept: KeptPassage) -> str | None:
    """Return the words of a passage from the earlier texts of its answer; None where none has it."""
    for text in corpus.history(kept.key).texts:
        for passage in passages_of(text.blocks):
            if passage.hash == kept.passage:
                return passage.text
    return None


def _nearest(text: str, passages: Sequence[StoredPassage]) -> StoredPassage | None:
    """Return the passage that a text has become; None where none is like it. The first of equals."""
    before = text.casefold().split()
    ratios = [SequenceMatcher(None, before, one.passage.text.casefold().split()).ratio() for one in passages]
    best = max(ratios, default=0.0)
    return passages[ratios.index(best)] if best >= _IS_REWORDED else None


def _item(kept: KeptPassage, state: CollectedState, now: StandingPassage) -> CollectedItem:
    changes = diff(kept.text, now.text).segments if state is CollectedState.REWORDED and kept.text and now.text else ()
    corrected = now.citation.corrected
    is_since = bool(corrected and kept.added and corrected >= kept.added)
    return CollectedItem(kept, state, now, changes, corrected if is_since else None)


def _standing(corpus: Corpus, later: LaterAnswers, number: int, stored: StoredPassage | None) -> StandingPassage:
    record = corpus.store.record(number)
    passage = stored.passage if stored else None
    citation = corpus.citation(record.key, passage.ordinal if passage else None)
    return StandingPassage(
        key=record.key,
        hash=passage.hash if passage else None,
        ordinal=passage.ordinal if passage else None,
        text=passage.text if passage else None,
        context=passage.context or None if passage else None,
        attachment=attachment_source(corpus.store, record, passage) if passage else None,
        question=record.question,
        heading=record.heading,
        genre=record.genre,
        kind=corpus.store.status(number).kind,
        findings=corpus.findings_of(number)[1],
        citation=citation,
        written={str(style): written(citation, style) for style in _PROSE},
        notes={str(style): notes(citation, style) for style in _PROSE},
        later=later.of_passage(stored.row) if stored else None,
        serious=serious_notes(citation),
    )


def left_out_of_references(collection: Collection) -> int:
    """Return how many passages no reference can be made for, as their answers are gone."""
    return sum(1 for item in collection.items if item.now is None)
