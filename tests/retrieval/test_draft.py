from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.build import build
from retrieval.build_report import BuildReport, no_progress
from retrieval.draft import Draft
from retrieval.embeddings import Embeddings
from retrieval.encoders import Encoder
from retrieval.errors import PassageTooLong
from retrieval.gathering import Gathered, gather
from retrieval.holdings import Holdings
from retrieval.members import Account, MemberEntry, MemberRegister, Source, Span
from retrieval.records import AnswerKind
from retrieval.snapshot import Counts, open_snapshot
from retrieval.vectors import VectorIndex

NOBODY = MemberRegister()
POINTER = "<p>I refer the hon. Member to the answer I gave on {day} September 2024 to Question {uin}.</p>"


@pytest.fixture
def held(built_once: Path, toy_encoder: Encoder) -> Holdings:
    """The twelve records, as the next build finds them."""
    return Holdings(open_snapshot(built_once), toy_encoder.identity)


def gathered(invented: Any, *received: Any) -> Gathered:
    return gather([invented.candidate(one) for one in received])


def draft_of(found: Gathered, encoder: Encoder, holdings: Holdings | None = None) -> Draft:
    return Draft.of(found, encoder, holdings, NOBODY, no_progress)


def encoded(draft: Draft, data: Path, encoder: Encoder, holdings: Holdings | None = None) -> tuple[Any, BuildReport]:
    report = BuildReport()
    with closing(Embeddings(data, encoder.identity)) as embeddings:
        return draft.encoded(embeddings, encoder, holdings, report, no_progress), report


def expected(draft: Draft, encoder: Encoder, texts: dict[bytes, str]) -> Any:
    names = [name for entry in draft.entries for name in entry.derived.encoded]
    return encoder.encode_queries([texts[name] for name in names])


def test_what_is_taken_over_and_what_is_worked_out_anew_are_the_same(held: Holdings, toy_encoder: Any) -> None:
    found = gather(held.candidates())
    anew, taken = draft_of(found, toy_encoder), draft_of(found, toy_encoder, held)
    assert taken.entries == anew.entries
    assert taken.counts == anew.counts == Counts(12, 10, 19)
    assert taken.texts == {}
    assert len(anew.texts) == len({name for entry in anew.entries for name in entry.derived.encoded})


def test_entries_are_in_date_order_and_the_waiting_ones_apart(invented: Any, toy_encoder: Encoder) -> None:
    days = {1: "2024-09-12T00:00:00", 2: None, 3: "2024-09-11T00:00:00"}
    received = [invented.received(number, dateAnswered=day) for number, day in days.items()]
    draft = draft_of(gathered(invented, *received, invented.unanswered(4)), toy_encoder)
    assert [entry.record.api_id for entry in draft.entries] == [3, 1, 2]
    assert [record.api_id for record, _ in draft.unanswered] == [4]
    assert draft.counts == Counts(records=3, answers=3, passages=3, unanswered=1)


def test_records_whose_flags_and_text_disagree_are_told(invented: Any, toy_encoder: Encoder) -> None:
    draft = draft_of(gathered(invented, invented.received(1, answerIsHolding=True), invented.received(2)), toy_encoder)
    assert [key for key, _ in draft.disagreements()] == ["commons-2024-09-02-1001"]
    assert "holding" in draft.disagreements()[0][1]


def test_members_are_filled_in_from_the_register_in_answers_and_in_waiting_questions(
    invented: Any, toy_encoder: Encoder
) -> None:
    account = Account(Source.HISTORY, read_on=date(2026, 11, 21), names=(Span("Ann Known", date(2020, 1, 1)),))
    register = MemberRegister((MemberEntry(9002, (account,)),))
    asked = {"askingMember": None, "askingMemberId": 9002}
    found = gathered(invented, invented.received(1, **asked), invented.unanswered(2, **asked))
    draft = Draft.of(found, toy_encoder, None, register, no_progress)
    for record in (draft.entries[0].record, draft.unanswered[0][0]):
        assert (record.asker and record.asker.name, record.from_register) == ("Ann Known", ("asker.name",))
    # What is received stays what its source gave.
    assert [one.record.asker and one.record.asker.name for one in draft.gathered.kept] == [None, None]


def test_a_pointer_leads_over_other_pointers_to_the_answer_of_substance(invented: Any, toy_encoder: Encoder) -> None:
    received = [
        invented.received(1),
        invented.received(2, answerText=POINTER.format(day=4, uin=1001)),
        invented.received(3, answerText=POINTER.format(day=5, uin=1002)),
        invented.received(4, answerText=POINTER.format(day=9, uin=1009)),
        invented.received(5, answerText=POINTER.format(day=9, uin=1006)),
        invented.received(6, answerText=POINTER.format(day=8, uin=1005)),
    ]
    draft = draft_of(gathered(invented, *received), toy_encoder)
    found = {entry.record.api_id: entry.targets for entry in draft.entries}
    first = ("commons-2024-09-02-1001",)
    # The fourth's target is not there, the fifth and sixth lead round in a circle.
    assert found == {1: (), 2: first, 3: first, 4: (), 5: (), 6: ()}
    kinds = {entry.record.api_id: entry.derived.status.kind for entry in draft.entries}
    assert kinds == {1: AnswerKind.SUBSTANTIVE} | dict.fromkeys(range(2, 7), AnswerKind.POINTER)


def test_each_vector_is_that_of_its_passage_whatever_way_it_came(
    tmp_path: Path, invented: Any, held: Holdings, toy_encoder: Any
) -> None:
    fresh = [invented.received(number) for number in (501, 502, 503)]
    kept = draft_of(gathered(invented, fresh[0]), toy_encoder)
    encoded(kept, tmp_path, toy_encoder)
    toy_encoder.encoded.clear()
    # Twelve records from the snapshot before, one kept beside it, two new.
    found = gather([*held.candidates(), *(invented.candidate(one) for one in fresh)])
    draft, texts = draft_of(found, toy_encoder, held), draft_of(found, toy_encoder).texts
    vectors, report = encoded(draft, tmp_path, toy_encoder, held)
    assert np.array_equal(vectors, expected(draft, toy_encoder, texts))
    assert (len(toy_encoder.encoded), report.texts_encoded) == (2, 2)
    assert report.texts_reused == len(texts) - 2
    assert vectors.shape == (draft.counts.passages, 256)


def in_clusters(held: Holdings) -> Any:
    """Have the snapshot before keep its vectors in clusters, and return them as they were and as they are there."""
    rows = np.arange(19)
    exact = held.vectors(rows)
    held.__dict__["_index"] = VectorIndex.of(exact, clustered_from=1)
    return exact, held.vectors(rows)


def test_a_vector_that_is_kept_is_used_before_the_rounded_one_of_an_index_in_clusters(
    tmp_path: Path, held: Holdings, toy_encoder: Any
) -> None:
    exact, rounded = in_clusters(held)
    assert not np.array_equal(exact, rounded)
    draft = draft_of(gather(held.candidates()), toy_encoder, held)
    names = [name for entry in draft.entries for name in entry.derived.encoded]
    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        embeddings.keep(zip(names[:5], exact[:5], strict=True), "exact")
    vectors, report = encoded(draft, tmp_path, toy_encoder, held)
    assert np.array_equal(vectors[:5], exact[:5])
    assert [one.tolist() for one in vectors[5:] if one.tolist() not in exact[:5].tolist()] == [
        one.tolist() for one in rounded[5:] if one.tolist() not in rounded[:5].tolist()
    ]
    assert (report.texts_encoded, toy_encoder.encoded) == (0, [])


@pytest.mark.parametrize("keeps_all", [True, False])
def test_what_is_taken_over_is_kept_where_the_next_snapshot_will_not_have_it_at_hand(
    tmp_path: Path, held: Holdings, toy_encoder: Any, keeps_all: bool
) -> None:
    draft = draft_of(gather(held.candidates()), toy_encoder, held)
    names = {name for entry in draft.entries for name in entry.derived.encoded}
    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        draft.encoded(embeddings, toy_encoder, held, BuildReport(), no_progress, keeps_all=keeps_all)
        assert len(embeddings) == (len(names) if keeps_all else 0)


def test_ways_that_were_joined_are_taken_apart_wherever_they_are_kept(
    tmp_path: Path, held: Holdings, toy_encoder: Any
) -> None:
    draft = draft_of(gather(held.candidates()), toy_encoder, held)
    names = [name for entry in draft.entries for name in entry.derived.encoded]
    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        embeddings.keep(zip(names[:5], held.vectors(np.arange(5)), strict=True), "coarse; exact")
    assert encoded(draft, tmp_path, toy_encoder, held)[1].precision == "coarse; exact"


def test_texts_of_what_was_taken_over_are_made_again_where_no_vector_is_left(
    tmp_path: Path, held: Holdings, toy_encoder: Any
) -> None:
    found = gather(held.candidates())
    draft, texts = draft_of(found, toy_encoder, held), draft_of(found, toy_encoder).texts
    vectors, report = encoded(draft, tmp_path, toy_encoder, None)
    assert np.array_equal(vectors, expected(draft, toy_encoder, texts))
    assert sorted(toy_encoder.encoded) == sorted(texts.values())
    assert report.texts_reused == 0


def test_progress_counts_the_texts_that_have_to_be_encoded(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    draft = draft_of(gathered(invented, *(invented.received(number) for number in range(1, 521))), toy_encoder)
    told: list[tuple[str, int, int | None]] = []
    with closing(Embeddings(tmp_path, toy_encoder.identity)) as embeddings:
        draft.encoded(embeddings, toy_encoder, None, BuildReport(), lambda *what: told.append(what))
    assert told == [("Encoding", 512, 520), ("Encoding", 520, 520)]


def test_nothing_to_encode_makes_no_vectors(tmp_path: Path, invented: Any, toy_encoder: Any) -> None:
    draft = draft_of(gathered(invented, invented.unanswered(1)), toy_encoder)
    vectors, report = encoded(draft, tmp_path, toy_encoder)
    assert vectors.shape == (0, 256)
    assert (report.texts_encoded, report.texts_reused, report.precision) == (0, 0, "exact")


def test_every_arithmetic_by_which_vectors_were_made_is_named(
    tmp_path: Path, invented: Any, toy_encoder: Encoder
) -> None:
    class Quicker(type(toy_encoder)):  # type: ignore[misc]
        """The same model by another arithmetic."""

        @property
        def precision(self) -> str:
            return "coarse"

    first, second = (invented.file(tmp_path / f"{n}.jsonl", [invented.raw(n)]) for n in (1, 2))
    build([first], tmp_path / "data", toy_encoder)
    assert build([second], tmp_path / "data", Quicker(), add=True).precision == "coarse; exact"
    assert open_snapshot(tmp_path / "data").manifest.precision == "coarse; exact"
    # And again: a name that was joined is taken apart before it is joined.
    assert build([second], tmp_path / "data", toy_encoder, add=True).precision == "coarse; exact"


def test_a_passage_that_does_not_fit_is_named_by_its_key(invented: Any, toy_encoder: Any) -> None:
    toy_encoder.fits = lambda text: False
    with pytest.raises(PassageTooLong, match=r"commons-2024-09-02-1001: passage 1 does not fit .* 120 tokens"):
        draft_of(gathered(invented, invented.received(1)), toy_encoder)


def test_the_same_answer_of_one_body_is_one_answer(invented: Any, toy_encoder: Encoder) -> None:
    same = {"answerText": "<p>The same words to both of you.</p>"}
    received = [invented.received(1, **same), invented.received(2, **same), invented.received(3)]
    draft = draft_of(gathered(invented, *received), toy_encoder)
    assert draft.counts == Counts(records=3, answers=2, passages=3)
