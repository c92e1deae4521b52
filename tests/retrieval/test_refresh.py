"""A snapshot brought up to date with what was fetched: what changes, what is counted, and what stays."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.build import BuildReport, build, refresh
from retrieval.build_report import Changes
from retrieval.corpus import Corpus
from retrieval.encoders import Encoder
from retrieval.errors import (
    DirectoryBusy,
    MalformedRecord,
    OtherModel,
    PublishFailed,
    SnapshotDamaged,
    UnknownKey,
)
from retrieval.members import Account, MemberEntry, MemberRegister, Source, Span
from retrieval.passages import encoder_text
from retrieval.records import Member, Provenance
from retrieval.results import Outcome
from retrieval.search import Searcher
from retrieval.snapshot import MEMBERS_FILE, current_name, open_snapshot, writing
from retrieval.sources import Received
from retrieval.verify import verify

NEXT_DAY = date(2026, 11, 22)
# These hold the name of the snapshot, which goes by chance.
NAMING = ("manifest.json", "published.json")
LATER = datetime(2026, 11, 22, 12, tzinfo=UTC)
NO_TIME = "<p>It has not proved possible to respond within the usual time period.</p>"
KEY = "commons-2024-09-02-100{}".format


@pytest.fixture
def data(tmp_path: Path, invented: Any, toy_encoder: Any) -> Path:
    """Three answers, one of them only holding, and a question that waits; what was encoded so far is forgotten."""
    received = [
        invented.received(1),
        invented.received(2),
        invented.received(3, answerText=NO_TIME, answerIsHolding=True),
        invented.unanswered(4),
    ]
    report = refresh(tmp_path / "data", toy_encoder, Changes(received), now=invented.now)
    assert counted(report) == (3, 0, 0, 0)
    toy_encoder.encoded.clear()
    return tmp_path / "data"


def counted(report: BuildReport) -> tuple[int, int, int, int]:
    return (report.added, report.changed, report.corrected, report.removed)


def keys_in(data: Path) -> list[str]:
    return [str(row[0]) for row in Corpus.open(data).store.rows("SELECT key FROM records ORDER BY key")]


def waiting_in(data: Path) -> list[str]:
    return [str(row[0]) for row in Corpus.open(data).store.rows("SELECT key FROM unanswered ORDER BY key")]


def files_of(data: Path) -> dict[str, bytes]:
    folder = open_snapshot(data).folder
    return {path.name: path.read_bytes() for path in folder.glob("*.*") if path.name not in NAMING}


def assert_sound(data: Path, encoder: Encoder) -> None:
    """Verify the snapshot, and compare each row of the index with what the encoder makes of its text."""
    assert verify(data).discrepancies == ()
    corpus = Corpus.open(data)
    for number in range(len(corpus.store)):
        record = corpus.store.record(number)
        for stored in corpus.store.passages(number):
            text = encoder_text(stored.passage, record.heading, record.question, encoder.fits)
            row = corpus.index.rows(np.array([stored.row], dtype=np.int64))
            assert np.array_equal(row, encoder.encode_queries([text]))


def test_the_first_refresh_makes_a_snapshot(data: Path, toy_encoder: Encoder) -> None:
    assert keys_in(data) == [KEY(1), KEY(2), KEY(3)]
    assert waiting_in(data) == [KEY(4)]
    assert open_snapshot(data).manifest.sources == ("parliament-api",)
    assert_sound(data, toy_encoder)


def test_nothing_new_publishes_nothing(data: Path, invented: Any, toy_encoder: Any) -> None:
    name, files = current_name(data), files_of(data)
    again = [invented.received(1, day=NEXT_DAY), invented.unanswered(4, day=NEXT_DAY)]
    for changes in (Changes(), Changes(again)):
        report = refresh(data, toy_encoder, changes, now=LATER)
        assert (report.published, report.snapshot, counted(report)) == (False, name, (0, 0, 0, 0))
        assert (report.counts.records, report.counts.unanswered, report.precision) == (3, 1, "exact")
    assert (current_name(data), files_of(data)) == (name, files)
    assert len(list((data / "snapshots").iterdir())) == 1
    assert toy_encoder.encoded == []
    # The day on which it was read first is the one to cite.
    assert Corpus.open(data).citation(KEY(1)).accessed == date(2026, 11, 21)


def test_a_copy_that_says_the_same_on_another_day_publishes_nothing(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    elsewhere = {"source": "https://elsewhere.invalid/questions"}
    report = refresh(data, toy_encoder, invented.changes(invented.received(1, **elsewhere)), now=LATER)
    assert report.published
    again = invented.received(1, day=NEXT_DAY, **elsewhere)
    report = refresh(data, toy_encoder, invented.changes(again), now=LATER)
    assert not report.published


def test_new_answers_are_added_and_only_their_texts_encoded(data: Path, invented: Any, toy_encoder: Any) -> None:
    report = refresh(data, toy_encoder, invented.changes(invented.received(5), invented.unanswered(6)), now=LATER)
    assert counted(report) == (1, 0, 0, 0)
    assert (report.published, report.texts_encoded, report.texts_reused) == (True, 1, 3)
    assert (keys_in(data)[-1], waiting_in(data)) == (KEY(5), [KEY(4), KEY(6)])
    assert ["road 5" in text for text in toy_encoder.encoded] == [True]
    assert_sound(data, toy_encoder)


def test_a_question_that_was_answered_counts_as_added(data: Path, invented: Any, toy_encoder: Encoder) -> None:
    report = refresh(data, toy_encoder, invented.changes(invented.received(4)), now=LATER)
    assert counted(report) == (1, 0, 0, 0)
    assert (keys_in(data)[-1], waiting_in(data)) == (KEY(4), [])
    assert_sound(data, toy_encoder)


def test_a_holding_answer_gives_way_to_the_real_one_which_counts_as_changed(
    data: Path, invented: Any, toy_encoder: Any
) -> None:
    report = refresh(data, toy_encoder, invented.changes(invented.received(3, day=NEXT_DAY)), now=LATER)
    assert counted(report) == (0, 1, 0, 0)
    answer = Corpus.open(data).answer(KEY(3))
    assert answer.text == "The Department gave the council of road 3 a grant of 3 pounds for it."
    assert answer.citation.accessed == NEXT_DAY
    assert answer.has_history
    assert [text.text for text in Corpus.open(data).history(KEY(3)).texts] == [
        "It has not proved possible to respond within the usual time period.",
        answer.text,
    ]
    left = Corpus.open(data).store.rows("SELECT count(*) FROM passages WHERE text LIKE '%not proved possible%'")
    assert left == [(0,)]
    assert_sound(data, toy_encoder)


def test_a_correction_counts_as_changed_and_as_corrected_and_the_text_before_is_kept(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    new = {"answerText": "<p>The grant was of nine pounds.</p>", "dateAnswerCorrected": "2024-10-01T00:00:00"}
    report = refresh(data, toy_encoder, invented.changes(invented.received(1, day=NEXT_DAY, **new)), now=LATER)
    assert counted(report) == (0, 1, 1, 0)
    assert Corpus.open(data).answer(KEY(1)).text == "The grant was of nine pounds."
    # Other facts change: that is no second correction, and the first text is kept through later builds.
    report = refresh(data, toy_encoder, invented.changes(invented.received(1, heading="Roads", **new)), now=LATER)
    assert counted(report) == (0, 1, 0, 0)
    again = new | {"answerText": "<p>It was ten pounds.</p>", "dateAnswerCorrected": "2024-10-02T00:00:00"}
    report = refresh(data, toy_encoder, invented.changes(invented.received(1, **again)), now=LATER)
    assert counted(report) == (0, 1, 1, 0)
    assert [text.text for text in Corpus.open(data).history(KEY(1)).texts] == [
        "The Department gave the council of road 1 a grant of 1 pounds for it.",
        "The grant was of nine pounds.",
        "It was ten pounds.",
    ]
    assert_sound(data, toy_encoder)


def test_texts_that_were_read_on_one_day_keep_their_order(data: Path, invented: Any, toy_encoder: Encoder) -> None:
    words = [f"The grant was of {number} pounds." for number in range(2, 8)]
    for text in words:
        received = invented.received(1, day=NEXT_DAY, answerText=f"<p>{text}</p>")
        refresh(data, toy_encoder, invented.changes(received), now=LATER)
    first = "The Department gave the council of road 1 a grant of 1 pounds for it."
    assert [text.text for text in Corpus.open(data).history(KEY(1)).texts] == [first, *words]


@pytest.mark.parametrize(
    ("fields", "answered"),
    [
        ({"answerText": NO_TIME, "dateAnswered": "2024-09-03T00:00:00"}, True),
        ({"answerText": "<p>Older words.</p>", "dateAnswered": "2024-09-02T00:00:00", "heading": None}, True),
        ({"answerText": None, "dateAnswered": None}, False),
    ],
)
def test_what_was_fetched_replaces_what_is_held_whatever_it_says(
    data: Path, invented: Any, toy_encoder: Encoder, fields: dict[str, Any], answered: bool
) -> None:
    report = refresh(data, toy_encoder, invented.changes(invented.received(1, day=NEXT_DAY, **fields)), now=LATER)
    assert counted(report) == (0, 1, 0, 0)
    assert (KEY(1) in keys_in(data), KEY(1) in waiting_in(data)) == (answered, not answered)
    texts = [str(row[0]) for row in Corpus.open(data).store.rows("SELECT text FROM passages")]
    assert not [text for text in texts if "road 1" in text]
    assert_sound(data, toy_encoder)


def test_an_answer_taken_back_and_given_again_keeps_its_first_text_in_its_history(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    refresh(data, toy_encoder, invented.changes(invented.unanswered(1, day=NEXT_DAY)), now=LATER)
    new = invented.received(1, day=NEXT_DAY, answerText="<p>The grant was of nine pounds.</p>")
    report = refresh(data, toy_encoder, invented.changes(new), now=LATER)
    assert counted(report) == (1, 0, 0, 0)
    assert len(Corpus.open(data).history(KEY(1)).texts) == 2
    assert_sound(data, toy_encoder)


def test_withdrawn_questions_go_by_their_ids_whether_answered_or_not(
    data: Path, invented: Any, toy_encoder: Any
) -> None:
    report = refresh(data, toy_encoder, Changes(withdrawn_ids=frozenset((2, 4, 99))), now=LATER)
    assert counted(report) == (0, 0, 0, 1)
    assert (keys_in(data), waiting_in(data)) == ([KEY(1), KEY(3)], [])
    with pytest.raises(UnknownKey):
        Corpus.open(data).answer("2")
    assert b"road 2" not in b"".join(files_of(data).values())
    assert toy_encoder.encoded == []
    assert_sound(data, toy_encoder)


def test_a_question_that_was_fetched_as_withdrawn_goes(data: Path, invented: Any, toy_encoder: Encoder) -> None:
    report = refresh(data, toy_encoder, invented.changes(invented.received(2, isWithdrawn=True)), now=LATER)
    assert (counted(report), report.read.withdrawn) == ((0, 0, 0, 1), 1)
    assert keys_in(data) == [KEY(1), KEY(3)]


def test_withdrawing_a_statement_leaves_the_question_of_the_same_number(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    statement = (
        b'{"id": 2, "dateMade": "2024-09-05T00:00:00", "uin": "HCWS2", "house": "Commons", "title": "Roads",'
        b' "memberId": 9101, "memberRole": "Minister", "text": "<p>Roads were mended.</p>", "answeringBodyId": 27}'
    )
    place = Provenance("parliament-statements", "https://x.invalid", 1, NEXT_DAY)
    received = Received("parliament-statements", statement, place)
    report = refresh(data, toy_encoder, Changes([received]), now=LATER)
    assert counted(report) == (1, 0, 0, 0)
    assert "commons-2024-09-05-hcws2" in keys_in(data)
    assert_sound(data, toy_encoder)
    report = refresh(data, toy_encoder, Changes(withdrawn_statement_ids=frozenset((2, 1))), now=LATER)
    assert counted(report) == (0, 0, 0, 1)
    assert keys_in(data) == [KEY(1), KEY(2), KEY(3)]


def test_everything_at_once_is_counted_exactly(data: Path, invented: Any, toy_encoder: Any) -> None:
    corrected = {"dateAnswerCorrected": "2024-10-01T00:00:00", "answerText": "<p>Nine pounds.</p>"}
    changes = invented.changes(
        invented.received(1, **corrected),
        invented.received(3),
        invented.received(4),
        invented.received(5),
        invented.unanswered(6),
        withdrawn_ids=frozenset((2,)),
    )
    report = refresh(data, toy_encoder, changes, now=LATER)
    assert counted(report) == (2, 2, 1, 1)
    assert (report.read.records, report.read.unanswered) == (4, 1)
    assert (report.counts.records, report.counts.unanswered) == (4, 1)
    assert report.texts_encoded == len(toy_encoder.encoded) == 4
    assert_sound(data, toy_encoder)


def test_what_can_not_be_read_is_a_fault_and_the_rest_is_published(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    clipped = invented.received(7, answerText="a" * 255 + "...")
    broken = Received("parliament-api", b"{", clipped.provenance)
    report = refresh(data, toy_encoder, invented.changes(clipped, broken, invented.received(5)), now=LATER)
    assert counted(report) == (1, 0, 0, 0)
    assert (report.read.fault_count, report.read.clipped_ids) == (2, {7})
    assert keys_in(data)[-1] == KEY(5)


def test_keys_of_before_lead_to_the_last_through_any_number_of_builds(
    tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    data = tmp_path / "data"
    steps: list[dict[str, Any]] = [{"uin": None, "house": None}, {"uin": "HL77", "house": "Lords"}, {}]
    for fields in steps:
        report = refresh(data, toy_encoder, invented.changes(invented.received(1, **fields)), now=LATER)
    assert counted(report) == (0, 1, 0, 0)
    for number in (2, 3):
        refresh(data, toy_encoder, invented.changes(invented.received(number)), now=LATER)
    build([invented.file(tmp_path / "a.jsonl", [invented.raw(9)])], data, toy_encoder, add=True, now=LATER)
    for key in ("id-1", "lords-2024-09-02-hl77", "LORDS-2024-09-02-HL77", "1", KEY(1)):
        assert Corpus.open(data).answer(key).key == KEY(1)
    assert_sound(data, toy_encoder)
    # Withdrawn, none of its keys leads anywhere.
    refresh(data, toy_encoder, Changes(withdrawn_ids=frozenset((1,))), now=LATER)
    for key in ("id-1", "lords-2024-09-02-hl77", KEY(1)):
        with pytest.raises(UnknownKey):
            Corpus.open(data).answer(key)


def test_the_key_of_a_saved_page_leads_to_the_question_once_that_is_known(
    tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    data, page = tmp_path / "data", tmp_path / "page.txt"
    question = invented.value(1)["questionText"]
    page.write_text(
        "Roads: Number 1\n\n(asked on 2nd September 2024) - View Source\n\n"
        f"Question to the Department for Transport:\n\n{question}\n\n\n"
        "Answered by\nDee Placeholder Portrait\nDee Placeholder\nMinister of State (Department for Transport)\n"
        "This question was answered on 4th September 2024\n\n"
        "A grant was given to the council of the road.\n\nReticulating Splines\n"
    )
    build([str(page)], data, toy_encoder, now=invented.now)
    (old,) = keys_in(data)
    assert old.startswith("x-")
    report = refresh(data, toy_encoder, invented.changes(invented.received(1)), now=LATER)
    assert counted(report) == (0, 1, 0, 0)
    assert keys_in(data) == [KEY(1)]
    answer = Corpus.open(data).answer(old)
    assert (answer.key, [copy.source for copy in answer.copies]) == (KEY(1), [str(page)])
    assert_sound(data, toy_encoder)


def test_a_refresh_keeps_what_other_sources_gave(data: Path, tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(invented.page(1).raw)
    report = build([str(page)], data, toy_encoder, add=True, now=LATER)
    assert counted(report) == (0, 0, 0, 0)
    refresh(data, toy_encoder, invented.changes(invented.received(5)), now=LATER)
    copies = Corpus.open(data).answer(KEY(1)).copies
    assert [(copy.reader, copy.source) for copy in copies] == [("official-page", str(page))]
    assert open_snapshot(data).manifest.sources == ("parliament-api", str(page))


def test_a_withdrawn_question_goes_though_its_official_page_is_served(
    data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(invented.page(3).raw)
    report = build([str(page)], data, toy_encoder, add=True, now=LATER)
    assert Corpus.open(data).answer(KEY(3)).provenance.reader == "official-page"
    assert counted(report) == (0, 1, 0, 0)
    report = refresh(data, toy_encoder, Changes(withdrawn_ids=frozenset((3,))), now=LATER)
    assert counted(report) == (0, 0, 0, 1)
    assert keys_in(data) == [KEY(1), KEY(2)]


def test_a_corpus_of_questions_that_wait_opens_and_says_that_it_is_empty(
    tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    data = tmp_path / "data"
    report = refresh(data, toy_encoder, invented.changes(invented.unanswered(1)), now=LATER)
    assert (report.published, counted(report)) == (True, (0, 0, 0, 0))
    result = Searcher.open(data, toy_encoder).search("grants for roads")
    assert (result.outcome, result.hits) == (Outcome.CORPUS_EMPTY, ())
    assert verify(data).discrepancies == ()
    assert not refresh(data, toy_encoder, invented.changes(invented.unanswered(1)), now=LATER).published
    refresh(data, toy_encoder, invented.changes(invented.received(1)), now=LATER)
    assert Searcher.open(data, toy_encoder).search("a grant for road 1").hits[0].key == KEY(1)


def test_a_corpus_can_lose_its_last_answer(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> None:
    data = tmp_path / "data"
    refresh(data, toy_encoder, invented.changes(invented.received(1)), now=LATER)
    report = refresh(data, toy_encoder, Changes(withdrawn_ids=frozenset((1,))), now=LATER)
    assert counted(report) == (0, 0, 0, 1)
    assert Searcher.open(data, toy_encoder).search("a grant").outcome is Outcome.CORPUS_EMPTY
    assert verify(data).discrepancies == ()


def test_an_empty_first_refresh_makes_an_empty_corpus(tmp_path: Path, toy_encoder: Encoder) -> None:
    report = refresh(tmp_path / "data", toy_encoder, Changes(), now=LATER)
    assert (report.counts.records, report.counts.unanswered) == (0, 0)
    assert Searcher.open(tmp_path / "data", toy_encoder).search("roads").outcome is Outcome.CORPUS_EMPTY


def register_of(post: str) -> MemberRegister:
    since = date(2024, 7, 5)
    account = Account(Source.BIOGRAPHY, read_on=NEXT_DAY, posts=(Span(post, since, None, "Department for Transport"),))
    return MemberRegister((MemberEntry(9101, (account,)),))


def test_a_changed_register_alone_publishes_and_its_facts_are_in_records_and_citations(
    data: Path, toy_encoder: Any
) -> None:
    assert Corpus.open(data).answer(KEY(1)).minister == Member(9101, "Dee Placeholder", "Labour", "Mockham")
    for post in ("Minister of State (Roads)", "Minister of State (Rails)"):
        register_of(post).write(data / MEMBERS_FILE)
        report = refresh(data, toy_encoder, Changes(), now=LATER)
        assert (report.published, counted(report), toy_encoder.encoded) == (True, (0, 0, 0, 0), [])
        answer = Corpus.open(data).answer(KEY(1))
        assert answer.minister == Member(9101, "Dee Placeholder", "Labour", "Mockham", post)
        assert answer.from_register == ("answerer.post",)
        assert answer.citation.minister == answer.minister
        assert answer.citation.from_register == ("minister.post",)
        assert "post" not in answer.citation.missing
        assert_sound(data, toy_encoder)
        assert not refresh(data, toy_encoder, Changes(), now=LATER).published
    # What the register gave goes with it.
    (data / MEMBERS_FILE).unlink()
    assert refresh(data, toy_encoder, Changes(), now=LATER).published
    assert Corpus.open(data).answer(KEY(1)).from_register == ()
    assert not (open_snapshot(data).members_file).exists()
    assert_sound(data, toy_encoder)


def test_the_register_fills_questions_that_wait_too(data: Path, invented: Any, toy_encoder: Encoder) -> None:
    account = Account(Source.HISTORY, read_on=NEXT_DAY, names=(Span("Ann Of The Register", date(2024, 7, 5)),))
    MemberRegister((MemberEntry(9002, (account,)),)).write(data / MEMBERS_FILE)
    waiting = invented.unanswered(6, askingMember=None, askingMemberId=9002)
    refresh(data, toy_encoder, invented.changes(waiting), now=LATER)
    rows = Corpus.open(data).store.rows("SELECT asker, asker_id FROM unanswered ORDER BY key")
    assert rows == [("Ann Invented", 9001), ("Ann Of The Register", 9002)]
    assert_sound(data, toy_encoder)


def test_a_register_that_can_not_be_read_stops_the_refresh_and_the_old_snapshot_stands(
    data: Path, invented: Any, toy_encoder: Encoder
) -> None:
    name = current_name(data)
    (data / MEMBERS_FILE).write_bytes(b"{")
    with pytest.raises(MalformedRecord, match=r"members\.json"):
        refresh(data, toy_encoder, invented.changes(invented.received(5)), now=LATER)
    assert current_name(data) == name


def test_another_model_is_refused_as_it_would_make_the_whole_index_anew(data: Path, other_encoder: Any) -> None:
    with pytest.raises(OtherModel, match="--model"):
        refresh(data, other_encoder, Changes(), now=LATER)
    assert other_encoder.encoded == []


def test_a_withdrawn_question_is_not_brought_back_by_an_older_file(
    data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    assert counted(refresh(data, toy_encoder, Changes(withdrawn_ids=frozenset((1,))), now=LATER)) == (0, 0, 0, 1)
    old = invented.file(tmp_path / "old.jsonl", [invented.raw(1), invented.raw(7)])
    for _ in range(2):
        report = build([old], data, toy_encoder, add=True, now=LATER)
        assert report.counts.records == 3
    with pytest.raises(UnknownKey):
        Corpus.open(data).answer("1")
    # Where the source gives it again, it is there again.
    assert counted(refresh(data, toy_encoder, invented.changes(invented.received(1)), now=LATER)) == (1, 0, 0, 0)
    assert counted(refresh(data, toy_encoder, Changes(withdrawn_keys=frozenset((KEY(1),))), now=LATER)) == (0, 0, 0, 1)
    assert verify(data).discrepancies == ()


def test_a_question_that_waits_says_so_where_its_answer_is_asked_for(data: Path) -> None:
    (waiting,) = waiting_in(data)
    for asked in (waiting, "4"):
        with pytest.raises(UnknownKey, match="has no answer yet"):
            Corpus.open(data).answer(asked)


def test_an_older_file_does_not_replace_what_was_fetched_since(
    data: Path, tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    new = invented.received(1, day=NEXT_DAY, answerText="<p>Ninety-nine lanterns.</p>")
    refresh(data, toy_encoder, invented.changes(new), now=LATER)
    old = invented.file(tmp_path / "old.jsonl", [invented.raw(1)])
    report = build([old], data, toy_encoder, add=True, now=LATER)
    assert report.changed == 0
    assert Corpus.open(data).answer("1").text == "Ninety-nine lanterns."


def test_two_questions_with_different_ids_are_never_one(data: Path, invented: Any, toy_encoder: Encoder) -> None:
    # Question 2 takes the number of question 1, which gets another.
    swapped = [invented.received(2, uin="1001"), invented.received(1, uin="1002")]
    report = refresh(data, toy_encoder, invented.changes(*swapped), now=LATER)
    assert (report.added, report.removed, report.counts.records) == (0, 0, 3)
    corpus = Corpus.open(data)
    assert {corpus.answer(str(number)).uin for number in (1, 2)} == {"1001", "1002"}
    assert corpus.answer("1").uin == "1002"
    # Two that claim one key: the same one is kept each time, and that is told.
    for _ in range(2):
        both = invented.changes(invented.received(1, uin="1003"), invented.received(3, uin="1003"))
        report = refresh(data, toy_encoder, both, now=LATER)
        assert (report.counts.records, report.read.fault_count) == (2, 1)
        assert Corpus.open(data).answer("3").uin == "1003"


def test_a_refresh_refuses_a_damaged_snapshot(data: Path, toy_encoder: Encoder) -> None:
    (open_snapshot(data).folder / "received.sqlite").write_bytes(b"spoilt")
    with pytest.raises(SnapshotDamaged, match=r"received\.sqlite"):
        refresh(data, toy_encoder, Changes(), now=LATER)


def test_a_full_disk_leaves_the_old_snapshot(
    data: Path, invented: Any, toy_encoder: Encoder, disk_of: Callable[[int], AbstractContextManager[None]]
) -> None:
    name = current_name(data)
    with disk_of(20_000), pytest.raises(PublishFailed):
        refresh(data, toy_encoder, invented.changes(invented.received(5)), now=LATER)
    assert current_name(data) == name
    assert verify(data).discrepancies == ()
    assert counted(refresh(data, toy_encoder, invented.changes(invented.received(5)), now=LATER)) == (1, 0, 0, 0)


def test_only_one_can_write_at_a_time(data: Path, toy_encoder: Encoder) -> None:
    with writing(data), pytest.raises(DirectoryBusy):
        refresh(data, toy_encoder, Changes(), now=LATER)


def test_a_killed_refresh_encodes_nothing_twice(data: Path, invented: Any, toy_encoder: Any) -> None:
    new = invented.changes(*(invented.received(number) for number in range(10, 610)))
    encode = toy_encoder.encode_documents

    def stop(texts: Sequence[str], progress: Callable[[int], None]) -> Any:
        if toy_encoder.encoded:
            raise KeyboardInterrupt
        return encode(texts, progress)

    toy_encoder.encode_documents = stop
    name = current_name(data)
    with pytest.raises(KeyboardInterrupt):
        refresh(data, toy_encoder, new, now=LATER)
    assert current_name(data) == name
    toy_encoder.encode_documents = encode
    assert counted(refresh(data, toy_encoder, new, now=LATER)) == (600, 0, 0, 0)
    assert len(toy_encoder.encoded) == len(set(toy_encoder.encoded)) == 600
    assert_sound(data, toy_encoder)


def pool(invented: Any) -> list[Received]:
    """Seven questions, each in a source of its own: one waits, one points to another, one has only an id."""
    pointer = "<p>I refer the hon. Member to the answer I gave on 4 September 2024 to Question 1001.</p>"
    follows = (
        "To ask the Secretary of State for Transport, pursuant to the Answer of 4 September 2024 to Question 1001."
    )
    fields: list[dict[str, Any]] = [
        {},
        {"answerText": pointer},
        {"questionText": follows},
        {"answerText": None, "dateAnswered": None},
        {"uin": None},
        {"answerText": "<p>The same words twice.</p>"},
        {"answerText": "<p>The same words twice.</p>"},
    ]
    return [invented.received(n, source=f"{n}.json", **more) for n, more in enumerate(fields, start=1)]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
def test_the_same_records_make_the_same_files_by_any_sequence_of_refreshes(
    drawn: st.DataObject, invented: Any, toy_encoder: Any
) -> None:
    received = pool(invented)
    order = drawn.draw(st.permutations(received))
    cuts = sorted(drawn.draw(st.sets(st.integers(1, len(order) - 1), max_size=3)))
    gone = drawn.draw(st.sets(st.sampled_from(range(len(received))), max_size=2))
    with tempfile.TemporaryDirectory() as folder:
        whole, steps = Path(folder) / "whole", Path(folder) / "steps"
        encoder = type(toy_encoder)()
        refresh(whole, encoder, Changes(received), now=LATER)
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            refresh(steps, encoder, Changes(order[start:end]), now=LATER)
        if gone:
            refresh(steps, encoder, Changes(withdrawn_ids=frozenset(number + 1 for number in gone)), now=LATER)
            refresh(steps, encoder, Changes([received[number] for number in gone]), now=LATER)
        assert files_of(steps) == files_of(whole)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.data())
def test_the_same_sources_make_the_same_files_by_any_sequence_of_builds(
    drawn: st.DataObject, invented: Any, toy_encoder: Any
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sources = []
        for one in pool(invented):
            sources.append(str(Path(folder) / one.provenance.source))
            Path(sources[-1]).write_bytes(one.raw)
        for number in (1, 3):
            sources.append(str(Path(folder) / f"{number}.html"))
            Path(sources[-1]).write_bytes(invented.page(number).raw)
        waiting = next(source for source in sources if source.endswith("4.json"))
        order = drawn.draw(st.permutations(sources).filter(lambda found: found[0] != waiting))
        cuts = sorted(drawn.draw(st.sets(st.integers(1, len(order) - 1), max_size=3)))
        whole, steps, encoder = Path(folder) / "whole", Path(folder) / "steps", type(toy_encoder)()
        build(sources, whole, encoder, now=invented.now)
        for start, end in zip([0, *cuts], [*cuts, len(order)], strict=True):
            build(order[start:end], steps, encoder, add=True, now=invented.now)
        assert files_of(steps) == files_of(whole)
