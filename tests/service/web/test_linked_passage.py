"""A link to a passage finds it by its words, in the answer of now or in an earlier text, or says that it can't."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from retrieval.corpus import Corpus
from retrieval.history import History, history
from retrieval.passages import passages_of
from retrieval.records import Block, BlockKind, House, Provenance, Record
from service.web.linked_passage import LinkedPassage, Whereabouts, linked_passage

HOLDING, REPLIED, CORRECTED, FIRST_LOST, SILENT = "40", "2", "5", "6", "1"


def always(text: str) -> bool:
    return bool(text)


def never_asked() -> History:
    raise AssertionError("the history is not needed")


@pytest.fixture(scope="module")
def corpus(pages_once: Path) -> Corpus:
    return Corpus.open(pages_once)


@pytest.fixture
def followed(corpus: Corpus) -> Callable[[str, str], LinkedPassage]:
    return lambda key, wanted: linked_passage(wanted, corpus.answer(key), lambda: corpus.history(key), always)


def test_a_passage_of_the_answer_is_found_by_its_words_whatever_its_place(corpus: Corpus):
    answer = corpus.answer(REPLIED)
    third = answer.passages[2]
    moved = replace(answer, passages=(replace(third, ordinal=1),))
    for wanted in (third.hash, third.hash.upper(), f" {third.hash} "):
        found = linked_passage(wanted, answer, never_asked, always)
        assert found == LinkedPassage(third.hash, Whereabouts.HERE, (3,), third.text)
    assert linked_passage(third.hash, moved, never_asked, always).ordinals == (1,)


def test_words_that_the_answer_has_twice_are_found_twice(corpus: Corpus):
    answer = corpus.answer(REPLIED)
    twice = replace(answer, passages=(*answer.passages, replace(answer.passages[0], ordinal=9)))
    assert linked_passage(answer.passages[0].hash, twice, never_asked, always).ordinals == (1, 9)


def test_a_passage_that_was_corrected_says_so_with_the_day_and_its_words(
    corpus: Corpus, followed: Callable[[str, str], LinkedPassage]
):
    [past] = passages_of(corpus.history(CORRECTED).texts[0].blocks)
    found = followed(CORRECTED, past.hash)
    assert found.whereabouts is Whereabouts.EARLIER
    assert found.text == "The Department lit 5 invented lanterns in district 5.\nThis answer is invented."
    assert found.told == (
        "The passage that this link points to is no longer in the answer: it was corrected on 20 June 2026."
    )


def test_a_passage_of_a_holding_answer_says_that_the_reply_has_come(
    corpus: Corpus, followed: Callable[[str, str], LinkedPassage]
):
    [past] = passages_of(corpus.history(HOLDING).texts[0].blocks)
    found = followed(HOLDING, past.hash)
    assert found.whereabouts is Whereabouts.EARLIER
    assert found.told == (
        "The passage that this link points to was in a holding answer. A later answer took its place on 20 June 2026."
    )


@pytest.mark.parametrize("wanted", ["0" * 16, "not a hash", "79B4", "<script>", "f" * 4000])
def test_a_passage_that_is_nowhere_known_says_so(followed: Callable[[str, str], LinkedPassage], wanted: str):
    found = followed(SILENT, wanted)
    assert (found.whereabouts, found.ordinals, found.text) == (Whereabouts.NOWHERE, (), "")
    assert found.told == (
        "The passage that this link points to is not in the answer, nor in any earlier text of it that is known here. "
        "The link may be damaged, or of another answer."
    )


def test_a_passage_of_an_answer_whose_first_text_is_lost_may_have_been_in_that(
    followed: Callable[[str, str], LinkedPassage],
):
    found = followed(FIRST_LOST, "0" * 16)
    assert found.whereabouts is Whereabouts.NOWHERE
    assert found.told.endswith(
        "The answer was corrected on 21 June 2026 and its first text is not known: the passage may have been in that."
    )


def written(text: str, read_on: date, **facts: object) -> Record:
    record = Record(
        provenance=Provenance("parliament-api", "invented", 1, read_on),
        question="To ask the Secretary of State for Invented Affairs, how many.",
        answer=(Block(BlockKind.PARAGRAPH, text),),
        house=House.COMMONS,
        uin="1",
        tabled=date(2026, 6, 1),
        answered=date(2026, 6, 8),
    )
    return replace(record, **facts)  # type: ignore[arg-type]


def test_a_text_that_was_changed_in_silence_is_not_called_corrected(corpus: Corpus):
    before = written("There were 12 invented lanterns in it.", date(2026, 6, 9))
    now = written("There were 13 invented lanterns in it.", date(2026, 6, 10))
    told = history(now, [(date(2026, 6, 9), before)])
    wanted = passages_of(before.answer)[0].hash
    answer = replace(corpus.answer(SILENT), passages=(), corrected=None)
    assert linked_passage(wanted, answer, lambda: told, always).told == (
        "The passage that this link points to is no longer in the answer: its text was changed, and the source does "
        "not say when or why."
    )


def test_a_correction_whose_day_is_not_known_is_still_a_correction(corpus: Corpus):
    before = written("There were 12 invented lanterns in it.", date(2026, 6, 9))
    now = written("There were 13 invented lanterns in it.", date(2026, 6, 10), flagged_correction=True)
    told = history(now, [(date(2026, 6, 9), before)])
    wanted = passages_of(before.answer)[0].hash
    answer = replace(corpus.answer(CORRECTED), passages=(), corrected=None)
    assert linked_passage(wanted, answer, lambda: told, always).told == (
        "The passage that this link points to is no longer in the answer: it was corrected, on a day that the source "
        "does not give."
    )


def test_a_link_made_with_the_window_of_another_model_is_followed_too(corpus: Corpus):
    long = " ".join(f"Sentence number {number} is of lanterns." for number in range(40))
    before, now = written(long, date(2026, 6, 9)), written("There were none.", date(2026, 6, 10))
    told = history(now, [(date(2026, 6, 9), before)])
    answer = replace(corpus.answer(SILENT), passages=())

    def narrow(text: str) -> bool:
        return len(text.split()) <= 30

    for fits in (narrow, always):
        for passage in passages_of(before.answer, fits):
            found = linked_passage(passage.hash, answer, lambda: told, narrow)
            assert (found.whereabouts, found.text) == (Whereabouts.EARLIER, passage.text)
