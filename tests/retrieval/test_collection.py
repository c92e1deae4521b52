"""Collected passages looked up again, after answers were reworded, corrected and withdrawn."""

from dataclasses import replace
from datetime import date

import pytest

from retrieval.build import build
from retrieval.citations import CitationStyle, written
from retrieval.collected import CollectedItem, CollectedState, KeptPassage, StandingPassage
from retrieval.collection import collect, left_out_of_references, text_hash
from retrieval.corpus import Corpus
from retrieval.differences import SegmentKind

ADDED = date(2024, 9, 20)
LONG = "The Department gave the council of road {} a grant of {} pounds for it, and will look at it again next year."


def kept_of(corpus: Corpus, key: str, ordinal: int = 1, **more: object) -> KeptPassage:
    passage = corpus.answer(key).passages[ordinal - 1]
    kept = KeptPassage(corpus.answer(key).key, passage.hash, ordinal, added=ADDED, text=passage.text)
    return replace(kept, **more)  # type: ignore[arg-type]


def now_of(item: CollectedItem) -> StandingPassage:
    assert item.now
    return item.now


def asked(invented, number: int, text: str, **more: object) -> bytes:
    # All on one day, so that none has a later one.
    return invented.raw(number, answerText=text, dateAnswered="2024-09-10T00:00:00", **more)  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def before(tmp_path_factory, invented):
    from tests.conftest import ToyEncoder

    folder = tmp_path_factory.mktemp("before")
    raws = [asked(invented, number, f"<p>{LONG.format(number, number)}</p>") for number in range(1, 6)]
    build([invented.file(folder / "a.jsonl", raws)], folder / "data", ToyEncoder())
    return Corpus.open(folder / "data")


@pytest.fixture(scope="module")
def after(tmp_path_factory, invented):
    from tests.conftest import ToyEncoder

    folder = tmp_path_factory.mktemp("after")
    same = f"<p>{LONG.format(1, 1)}</p>"
    corrected = {"answerIsCorrection": True, "dateAnswerCorrected": "2024-10-07T00:00:00"}
    raws = [
        asked(
            invented,
            1,
            f"<p>Some words before it, which are long enough to be a passage by themselves, all alone.</p>{same}",
        ),
        asked(invented, 2, f"<p>{LONG.format(2, 999)}</p>"),
        asked(invented, 3, "<p>This was withdrawn.</p>"),
        asked(invented, 5, f"<p>{LONG.format(5, 5)}</p>", **corrected),
    ]
    build([invented.file(folder / "a.jsonl", raws)], folder / "data", ToyEncoder())
    return Corpus.open(folder / "data")


def test_a_passage_that_stands_is_found_by_its_words_wherever_it_stands_now(before, after):
    kept = kept_of(before, "1")
    item = collect(after, [kept]).items[0]
    assert item.state is CollectedState.AS_ADDED
    assert (now_of(item).hash, now_of(item).text) == (kept.passage, kept.text)
    assert (kept.ordinal, now_of(item).ordinal) == (1, 2)
    assert now_of(item).citation == after.citation("1", 2)
    assert now_of(item).written == {
        style: written(now_of(item).citation, CitationStyle(style)) for style in ("house", "member", "oscola")
    }
    assert (item.changes, item.remarks, item.corrected_since) == ((), (), None)


def test_a_passage_that_was_reworded_has_both_wordings_and_what_changed(before, after):
    kept = kept_of(before, "2")
    item = collect(after, [kept]).items[0]
    assert item.state is CollectedState.REWORDED
    assert item.kept.text == LONG.format(2, 2)
    assert now_of(item).text == LONG.format(2, 999)
    changed = {one.kind: one.text for one in item.changes if one.kind is not SegmentKind.SAME}
    assert changed == {SegmentKind.REMOVED: "2", SegmentKind.ADDED: "999"}
    assert item.remarks == ("The wording has changed since the passage was collected on 20 September 2024.",)


def test_a_passage_that_is_nowhere_in_its_answer_is_told_with_the_citation_of_the_whole(before, after):
    item = collect(after, [kept_of(before, "3")]).items[0]
    assert item.state is CollectedState.PASSAGE_GONE
    assert (now_of(item).text, now_of(item).hash, now_of(item).ordinal) == (None, None, None)
    assert now_of(item).citation == after.citation("3")
    assert item.kept.text == LONG.format(3, 3)
    assert item.remarks[0].startswith("This passage was collected on 20 September 2024 and is no longer in the answer.")


def test_an_answer_that_is_gone_keeps_what_was_kept_and_says_that_it_is_not_checked(before, after):
    kept = kept_of(before, "4", citation="1004 on Roads", note="Mine.")
    collection = collect(after, [kept, kept_of(before, "1")])
    gone = collection.items[0]
    assert (gone.state, gone.now, gone.kept) == (CollectedState.ANSWER_GONE, None, kept)
    assert gone.remarks == (
        "This answer is no longer in the index. The words and the citation are as they were kept on 20 September 2024, "
        "and could not be checked.",
    )
    assert left_out_of_references(collection) == 1


@pytest.mark.parametrize(
    ("added", "since", "remark"),
    [
        (ADDED, date(2024, 10, 7), "The answer was corrected on 7 October 2024, since the passage was collected."),
        (date(2024, 10, 7), date(2024, 10, 7), "The answer was corrected on 7 October 2024, since the passage was"),
        (date(2024, 10, 8), None, "The answer was corrected on 7 October 2024."),
        (None, None, "The answer was corrected on 7 October 2024."),
    ],
)
def test_a_correction_is_told_and_whether_it_came_since(before, after, added, since, remark):
    item = collect(after, [kept_of(before, "5", added=added)]).items[0]
    assert item.corrected_since == since
    assert item.remarks[0].startswith(remark)


def test_a_correction_without_a_day_is_told(tmp_path, invented, toy_encoder):
    raw = invented.raw(1, answerIsCorrection=True)
    build([invented.file(tmp_path / "a.jsonl", [raw])], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    item = collect(corpus, [kept_of(corpus, "1")]).items[0]
    assert item.remarks == ("The answer was corrected. The source does not say when.",)


def test_words_that_their_hash_does_not_name_are_not_taken_for_the_answers(before, after):
    kept = kept_of(before, "3", text="The Minister promised a million pounds.")
    item = collect(after, [kept]).items[0]
    assert item.state is CollectedState.PASSAGE_GONE
    assert item.kept.text is None


def test_words_that_were_not_kept_are_found_in_the_earlier_texts_of_the_answer(built_once):
    corpus = Corpus.open(built_once)
    first = "The following table shows the number of people waiting."
    kept = KeptPassage("commons-2025-03-03-520", text_hash(first))
    item = collect(corpus, [kept]).items[0]
    assert item.kept.text == first
    assert item.state is CollectedState.REWORDED
    assert now_of(item).text == "The following table shows the number of patients waiting."
    unknown = collect(corpus, [replace(kept, passage="0" * 16)]).items[0]
    assert (unknown.state, unknown.kept.text) == (CollectedState.PASSAGE_GONE, None)


def test_of_two_passages_with_the_same_words_the_one_at_its_place_is_meant(tmp_path, invented, toy_encoder):
    row = "<tr><td>North</td><td>None was given this year</td></tr>"
    head = "<tr><td>Region</td><td>Grants that were given by the Department</td></tr>"
    table = (
        f"<p>The table below shows it.</p><table>{head}{row}</table><p>The next one too.</p><table>{head}{row}</table>"
    )
    build([invented.file(tmp_path / "a.jsonl", [invented.raw(1, answerText=table)])], tmp_path / "data", toy_encoder)
    corpus = Corpus.open(tmp_path / "data")
    twice = [one for one in corpus.answer("1").passages if one.text.startswith("North")]
    assert len(twice) == 2
    for one in twice:
        found = collect(corpus, [KeptPassage("1", one.hash, one.ordinal)]).items[0]
        assert now_of(found).ordinal == one.ordinal


def test_a_note_loses_what_no_file_can_hold_and_keeps_its_lines(built_once):
    kept = KeptPassage("1", "0" * 16, note="  one\r\ntwo\rthree\x00\x1b\tfour\n\n")
    assert collect(Corpus.open(built_once), [kept]).items[0].kept.note == "one\ntwo\nthree\tfour"


def test_a_collection_names_its_snapshot_and_the_credits_of_what_is_cited(built_once, seeds, tmp_path, toy_encoder):
    corpus = Corpus.open(built_once)
    found = collect(corpus, [kept_of(corpus, "1")])
    assert found.snapshot == corpus.manifest.name
    assert found.licence == corpus.licence
    assert found.sample is None
    build([seeds], tmp_path / "data", toy_encoder)
    sample = Corpus.open(tmp_path / "data")
    key = str(sample.store.rows("SELECT key FROM records ORDER BY key LIMIT 1")[0][0])
    told = collect(sample, [kept_of(sample, key)])
    assert told.licence.credits == sample.answer(key).licence.credits
    assert told.sample == sample.sample
    assert collect(sample, []).licence == sample.licence


def test_that_an_answer_is_no_reply_is_told_apart_from_smaller_things(built_once):
    corpus = Corpus.open(built_once)
    found = now_of(collect(corpus, [kept_of(corpus, "commons-2024-11-04-412")]).items[0])
    warning = "this is a holding answer: it promises a reply and does not give one"
    assert found.serious[0] == warning
    assert all(told[: len(found.serious)] == found.serious for told in found.notes.values())
