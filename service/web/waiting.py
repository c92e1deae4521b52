"""A question that is kept and has no answer yet, as a page shows it."""

from __future__ import annotations

import msgspec

from retrieval.corpus import Corpus
from retrieval.records import Record


def waiting_question(corpus: Corpus, key: str) -> Record:
    """Return a question that waits for its answer.

    Args:
        corpus: An opened snapshot.
        key: Its key, or the API's id, for which the store has said that it waits.
    """
    asked = key.strip().lower()
    api_id = asked.removeprefix("id-")
    number = int(api_id) if api_id.isascii() and api_id.isdigit() else None
    rows = corpus.store.rows("SELECT facts FROM unanswered WHERE key = ? OR api_id = ?", (asked, number))
    facts = rows[0][0]
    return msgspec.json.decode(facts if isinstance(facts, bytes) else b"", type=Record)
