"""Measures how well quotations with a slip are found, what else is taken for one, and how long a check takes.

    python scripts/measure_quotes.py --data DIR [--others FILE]

Quotations are sentences of passages of the index, with one slip each. `--others` has records that are not in the
index, as JSON Lines of the API's values: sentences of theirs must not be found.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import retrieval.quotations as checking
from retrieval.corpus import Corpus
from retrieval.markup import parse_answer
from retrieval.quotations import verify_quote
from retrieval.quote_results import QuoteOutcome
from retrieval.records import folded
from retrieval.sentences import sentence_spans

_NUMBER = re.compile(r"\d+")
_VERBS = {
    **{"is": "was", "are": "were", "has": "had", "have": "had", "will": "would", "was": "is", "were": "are"},
    **{"can": "could", "continues": "continued", "provides": "provided", "does": "did", "remains": "remained"},
}
_SEED = 20_261_122


def number_changed(text: str, draw: random.Random) -> str | None:
    found = list(_NUMBER.finditer(text))
    if not found:
        return None
    one = draw.choice(found)
    return text[: one.start()] + str(int(one[0]) + draw.randint(1, 9)) + text[one.end() :]


def not_dropped(text: str, draw: random.Random) -> str | None:
    changed = re.sub(r"\bnot ", "", text, count=1)
    return changed if changed != text else None


def not_added(text: str, draw: random.Random) -> str | None:
    changed = re.sub(r"\b(is|are|has|have|will|was|were|can) ", r"\1 not ", text, count=1)
    return changed if changed != text else None


def word_dropped(text: str, draw: random.Random) -> str | None:
    words = text.split()
    place = draw.randrange(1, len(words) - 1)
    return " ".join([*words[:place], *words[place + 1 :]])


def tense(text: str, draw: random.Random) -> str | None:
    changed = re.sub(rf"\b({'|'.join(_VERBS)})\b", lambda found: _VERBS[found[0]], text, count=1)
    return changed if changed != text else None


def two_words_changed(text: str, draw: random.Random) -> str | None:
    words = text.split()
    for place in draw.sample(range(len(words)), 2):
        words[place] = draw.choice(("new", "public", "local", "support", "people", "further"))
    return " ".join(words)


SLIPS: tuple[Callable[[str, random.Random], str | None], ...] = (
    *(number_changed, not_dropped, not_added, word_dropped, tense, two_words_changed),
)


def sentences(text: str, draw: random.Random) -> Iterator[str]:
    found = [text[start:end] for start, end in sentence_spans(text)]
    fit = [one for one in found if 6 <= len(one.split()) <= 60]
    if fit:
        yield draw.choice(fit)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", required=True)
    parser.add_argument("--others", type=Path)
    parser.add_argument("--count", type=int, default=200)
    given = parser.parse_args()
    corpus, draw = Corpus.open(given.data), random.Random(_SEED)
    rows = draw.sample(range(len(corpus.store.record_of_row)), 4 * given.count)
    texts = [s for row in rows for s in sentences(corpus.store.passage_at(row).passage.text, draw)][: 2 * given.count]
    times: list[float] = []
    verify_quote(corpus, "what is read once is read before the first check is timed")

    def asked(text: str) -> tuple[QuoteOutcome, float, bool, bool, str]:
        started = time.perf_counter()
        result = verify_quote(corpus, text)
        times.append((time.perf_counter() - started) * 1000)
        best = result.matches[0] if result.matches else None
        if best is None:
            return result.outcome, 0.0, False, False, ""
        wording = " ".join(part.wording for part in best.parts)
        return result.outcome, best.likeness, best.differs_in_numbers, best.differs_in_negation, wording

    exact = [asked(text) for text in texts]
    print(f"word for word: {sum(one[0] is QuoteOutcome.WORD_FOR_WORD for one in exact)} of {len(exact)}")
    for slip in SLIPS:
        pairs = [(text, changed) for text in texts if (changed := slip(text, draw))][: given.count]
        found = [(text, asked(changed)) for text, changed in pairs]
        right = sum(one[0] is QuoteOutcome.DIFFERS and folded(one[4])[:20] in folded(text) for text, one in found)
        least = min((one[1] for _, one in found if one[1]), default=0)
        numbers, negation = sum(one[2] for _, one in found), sum(one[3] for _, one in found)
        print(
            f"{slip.__name__}: {right} of {len(found)} found with the text they are of, {numbers} marked as a number, "
            f"{negation} as a negation; least likeness {least:.2f}"
        )
    times.sort()
    half, most = times[len(times) // 2], times[int(len(times) * 0.95)]
    print(f"milliseconds: median {half:.0f}, 95% {most:.0f}, worst {times[-1]:.0f}")
    if given.others:
        strangers(corpus, given.others, given.count, draw, asked)


def strangers(
    corpus: Corpus,
    others: Path,
    count: int,
    draw: random.Random,
    asked: Callable[[str], tuple[QuoteOutcome, float, bool, bool, str]],
) -> None:
    held = {folded(corpus.store.record(number).answer_text) for number in range(len(corpus.store))}
    texts: list[str] = []
    with gzip.open(others, "rt", encoding="utf-8") as lines:
        listed = list(lines)
    for line in draw.sample(listed, min(len(listed), 6 * count)):
        value = json.loads(line)
        answer = "\n".join(block.text for block in parse_answer((value.get("value") or value)["answerText"] or ""))
        if answer and folded(answer) not in held:
            texts += sentences(answer, draw)
    texts = texts[: 2 * count]
    checking.LIKE = 0.5  # type: ignore[misc] # final everywhere but here, where lower bounds are tried
    found = [(asked(text), text) for text in texts]
    for like in (0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9):
        print(
            f"of {len(texts)} sentences not in the index, at least {like:.2f} like one: "
            f"{sum(one[1] >= like for one, _ in found)}"
        )
    for one, text in sorted(found, key=lambda pair: -pair[0][1]):
        if 0.55 <= one[1] < 1:
            print(f"  {one[1]:.2f} {one[0]} {text!r}\n       {one[4]!r}")


if __name__ == "__main__":
    main()
