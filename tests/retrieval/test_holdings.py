from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.build import build, refresh
from retrieval.build_report import Changes, no_progress
from retrieval.draft import Draft
from retrieval.embeddings import text_name
from retrieval.encoders import Encoder
from retrieval.errors import MalformedRecord
from retrieval.gathering import Standing, gather
from retrieval.holdings import Holdings, HoldingState, register_at
from retrieval.members import Account, MemberEntry, MemberRegister, Source, Span
from retrieval.passages import encoder_text
from retrieval.snapshot import MEMBERS_FILE, OLDER_FORMATS, open_snapshot
from retrieval.store import RecordStore
from retrieval.vectors import VectorIndex

OLD = Path(__file__).parent.parent / "data" / "snapshots" / "format-1"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEXT_DAY = date(2026, 11, 22)
REGISTER = MemberRegister(
    (
        MemberEntry(
            9101,
            (Account(Source.BIOGRAPHY, read_on=NEXT_DAY, posts=(Span("Minister of State", date(2024, 7, 5)),)),),
        ),
    )
)


@pytest.fixture
def held(small_data: Path, toy_encoder: Encoder) -> Holdings:
    """The twelve records, as the next build finds them."""
    return Holdings(open_snapshot(small_data), toy_encoder.identity)


@pytest.fixture
def old(tmp_path: Path, toy_encoder: Encoder) -> Holdings:
    """The twelve records as the first version left them."""
    shutil.copytree(OLD, tmp_path / "old")
    return Holdings(open_snapshot(tmp_path / "old", formats=OLDER_FORMATS), toy_encoder.identity)


def test_everything_held_is_given_back_as_it_was_gathered(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> None:
    first = invented.received(1, day=NEXT_DAY, answerText="<p>Ten pounds.</p>")
    steps = [[invented.received(1, uin=None), invented.unanswered(3)], [first, invented.received(2)]]
    steps.append([invented.received(1, day=NEXT_DAY)])
    for received in steps:
        refresh(tmp_path / "data", toy_encoder, Changes(received), now=NOW)
    page = tmp_path / "page.html"
    page.write_bytes(invented.page(2).raw)
    build([str(page)], tmp_path / "data", toy_encoder, add=True, now=NOW)
    found = Holdings(open_snapshot(tmp_path / "data"), toy_encoder.identity)
    one, two, three = found.candidates()
    assert [candidate.standing for candidate in (one, two, three)] == [Standing.HELD] * 3
    assert one == invented.candidate(steps[2][0], Standing.HELD, earlier=(steps[0][0], first))
    assert two.received == steps[1][1]
    assert [(copy.reader, copy.source, copy.read_on) for copy in two.copies] == [
        ("official-page", str(page), NOW.date())
    ]
    assert three == invented.candidate(steps[0][1], Standing.HELD)
    assert found.redirects == {"id-1": one.record.key}
    assert found.state() == {one.record.key: HoldingState.of(one) for one in found.candidates()}


def test_what_the_register_gave_is_not_among_what_is_held(tmp_path: Path, invented: Any, toy_encoder: Encoder) -> None:
    (tmp_path / "data").mkdir()
    REGISTER.write(tmp_path / "data" / MEMBERS_FILE)
    refresh(tmp_path / "data", toy_encoder, invented.changes(invented.received(1)), now=NOW)
    snapshot = open_snapshot(tmp_path / "data")
    stored = RecordStore(snapshot.records_file).record(0)
    assert (stored.answerer and stored.answerer.post, stored.from_register) == ("Minister of State", ("answerer.post",))
    (held,) = Holdings(snapshot, toy_encoder.identity).candidates()
    assert held == invented.candidate(invented.received(1), Standing.HELD)


def test_what_is_taken_over_is_what_would_be_worked_out_anew(held: Holdings, toy_encoder: Encoder) -> None:
    anew = Draft.of(gather(held.candidates()), toy_encoder, None, MemberRegister(), no_progress)
    assert len(anew.entries) == 12
    for entry in anew.entries:
        assert held.derived(entry.mark) == entry.derived
    assert held.derived(b"no such mark") is None


def test_another_model_or_an_older_format_takes_over_nothing_that_was_worked_out(
    held: Holdings, old: Holdings, small_data: Path, other_encoder: Encoder
) -> None:
    others = Holdings(open_snapshot(small_data), other_encoder.identity)
    for candidate in held.candidates():
        assert held.derived(candidate.mark) is not None
        assert others.derived(candidate.mark) is None
        assert old.derived(candidate.mark) is None
    assert (held.same_model, others.same_model, old.same_model) == (True, False, True)
    assert others.rows_of_texts(other_encoder.fits) == {}


@pytest.mark.parametrize("which", ["held", "old"])
def test_vectors_are_found_by_the_texts_that_they_were_made_of(
    which: str, toy_encoder: Encoder, request: pytest.FixtureRequest
) -> None:
    holdings: Holdings = request.getfixturevalue(which)
    rows = holdings.rows_of_texts(toy_encoder.fits)
    anew = Draft.of(gather(holdings.candidates()), toy_encoder, None, MemberRegister(), no_progress)
    assert set(rows) == set(anew.texts)
    for name, row in rows.items():
        expected = toy_encoder.encode_queries([anew.texts[name]])
        assert np.array_equal(holdings.vectors(np.array([row], dtype=np.int64)), expected)
    backwards = sorted(rows.values(), reverse=True)
    found = holdings.vectors(np.array(backwards, dtype=np.int64))
    assert np.array_equal(found, np.vstack([holdings.vectors(np.array([row], dtype=np.int64)) for row in backwards]))


def test_texts_are_named_by_what_the_encoder_reads(held: Holdings, small_data: Path, toy_encoder: Encoder) -> None:
    snapshot = open_snapshot(small_data)
    store, rows = RecordStore(snapshot.records_file), held.rows_of_texts(toy_encoder.fits)
    for number in range(len(store)):
        record = store.record(number)
        for stored in store.passages(number):
            text = encoder_text(stored.passage, record.heading, record.question, toy_encoder.fits)
            # Two passages can share a text, and then a vector.
            expected = VectorIndex.read(snapshot.vectors_file).rows(np.array([stored.row], dtype=np.int64))
            found = held.vectors(np.array([rows[text_name(text)]], dtype=np.int64))
            assert np.array_equal(found, expected)


def test_an_older_format_is_read_again_from_what_was_received(old: Holdings, held: Holdings) -> None:
    assert [one.record.key for one in old.candidates()] == [one.record.key for one in held.candidates()]
    assert [one.mark for one in old.candidates()] == [one.mark for one in held.candidates()]
    assert {one.received.provenance.source for one in old.candidates()} == {"tests/data/small.jsonl"}
    assert old.redirects == {}
    assert not any(one.copies or one.earlier for one in old.candidates())


def test_a_snapshot_is_current_while_rules_model_register_and_redirects_are_the_same(
    held: Holdings, old: Holdings, small_data: Path, other_encoder: Encoder
) -> None:
    none = MemberRegister().digest
    assert held.is_current({}, none)
    assert not held.is_current({"id-1": "k"}, none)
    assert not held.is_current({}, REGISTER.digest)
    assert not old.is_current({}, none)
    assert not Holdings(open_snapshot(small_data), other_encoder.identity).is_current({}, none)


def test_the_state_of_a_record_tells_every_difference(invented: Any) -> None:
    one = invented.candidate(invented.received(1))
    earlier = invented.received(1, answerText="<p>Ten pounds.</p>")
    states = {
        HoldingState.of(candidate)
        for candidate in (
            one,
            invented.candidate(invented.received(1, heading="Roads")),
            invented.candidate(invented.unanswered(1)),
            invented.candidate(invented.received(1), copies=(earlier.provenance,)),
            invented.candidate(invented.received(1), earlier=(earlier,)),
        )
    }
    assert len(states) == 5
    assert HoldingState.of(invented.candidate(invented.received(1, day=NEXT_DAY), Standing.HELD)) == HoldingState.of(
        one
    )


def test_a_register_that_is_not_there_is_empty_and_one_that_is_spoilt_is_told(tmp_path: Path) -> None:
    assert register_at(tmp_path / "members.json").ids == frozenset()
    REGISTER.write(tmp_path / "members.json")
    assert register_at(tmp_path / "members.json") == REGISTER
    (tmp_path / "members.json").write_bytes(b"[]")
    with pytest.raises(MalformedRecord, match=r"members\.json"):
        register_at(tmp_path / "members.json")
