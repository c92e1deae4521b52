"""Later answers close in meaning: found beside a slow look through every passage."""

import numpy as np

from retrieval.build import build
from retrieval.corpus import Corpus
from retrieval.filters import Filters
from retrieval.later_answers import CLOSE, later_answer

SAID = "<p>The Department gave the council of the village a grant of {} pounds for the road in the village.</p>"
ASKED = {
    "heading": "Roads: Village",
    "questionText": "To ask the Secretary of State, what she has done for the village.",
}


def corpus_of(tmp_path, invented, encoder, raws):
    build([invented.file(tmp_path / "a.jsonl", raws)], tmp_path / "data", encoder)
    return Corpus.open(tmp_path / "data")


def first(corpus, key):
    return corpus.store.passages(corpus.store.number_of(key))[0]


def test_the_newest_later_answer_is_told_and_not_itself_nor_an_earlier_one(tmp_path, invented, toy_encoder):
    raws = [
        invented.raw(number, answerText=SAID.format(number), dateAnswered=f"2024-09-{10 + number}T00:00:00", **ASKED)
        for number in (1, 2, 3)
    ]
    lions = {
        "heading": "Zoos",
        "questionText": "How many lions are kept in zoos?",
        "answerText": "<p>Nine lions live.</p>",
    }
    other = invented.raw(9, dateAnswered="2024-09-29T00:00:00", **lions)
    corpus = corpus_of(tmp_path, invented, toy_encoder, [*raws, other])
    found = later_answer(corpus, first(corpus, "1"))
    newest = corpus.answer("3")
    assert (found.key, found.answered, found.repeats) == (newest.key, newest.answered, False)
    assert (found.passage, found.ordinal) == (newest.passages[0].hash, 1)
    assert found.cite_as == "1003 [of Session 2024-26] on Roads: Village given on 13 September 2024"
    assert later_answer(corpus, first(corpus, "3")) is None


def test_the_same_text_given_again_is_told_as_such_and_a_holding_answer_is_none(tmp_path, invented, toy_encoder):
    waits = "<p>It has not proved possible to respond to the hon. Member within the usual time period.</p>"
    raws = [
        invented.raw(1, answerText=SAID.format(5), dateAnswered="2024-09-10T00:00:00", **ASKED),
        invented.raw(2, answerText=SAID.format(5), dateAnswered="2024-09-11T00:00:00", **ASKED),
        invented.raw(3, answerText=waits, answerIsHolding=True, dateAnswered="2024-09-12T00:00:00", **ASKED),
    ]
    corpus = corpus_of(tmp_path, invented, toy_encoder, raws)
    found = later_answer(corpus, first(corpus, "1"))
    assert (found.key, found.repeats) == (corpus.answer("2").key, True)


def test_nothing_is_later_than_an_answer_without_a_day(tmp_path, invented, toy_encoder):
    raws = [
        invented.raw(1, answerText=SAID.format(5), dateAnswered=None, **ASKED),
        invented.raw(2, answerText=SAID.format(6), dateAnswered="2024-09-11T00:00:00", **ASKED),
    ]
    corpus = corpus_of(tmp_path, invented, toy_encoder, raws)
    assert later_answer(corpus, first(corpus, "1")) is None


def test_it_is_what_a_look_through_every_passage_finds(built_once):
    corpus = Corpus.open(built_once)
    shown = set(corpus.admitted(Filters()).tolist())
    vectors = corpus.index.rows(np.arange(len(corpus.index)))
    days = corpus.answered_days
    for row in range(len(vectors)):
        stored = corpus.store.passage_at(row)
        near = [
            days[int(corpus.store.record_of_row[other])]
            for other in range(len(vectors))
            if int(corpus.store.record_of_row[other]) in shown
            and days[int(corpus.store.record_of_row[other])] > days[stored.record]
            and float(vectors[other] @ vectors[row]) >= CLOSE
        ]
        found = later_answer(corpus, stored)
        assert (found and np.datetime64(found.answered)) == (max(near) if near else None)
