"""Facts that a record's source does not give are filled from the register, listed, and taken out again."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.members import MemberRegister, parts, with_members, without_register
from retrieval.records import Member, Record


def test_each_member_is_filled_as_at_the_day_of_their_part(record: Record, register: MemberRegister) -> None:
    filled = with_members(record, register)
    assert filled.asker == Member(900002, "Ben Vellum", "Invented Slate Party", "Invented South")
    assert filled.answerer == Member(
        900001, "Ada Quill", "Invented Amber Party", "Invented North", "Minister of State (Home Office)"
    )
    assert filled.corrected_by == Member(
        900001,
        "As the source has it",
        "Invented Amber Party",
        "Invented North",
    )
    assert filled.from_register == (
        "asker.name",
        "asker.party",
        "asker.seat",
        "answerer.name",
        "answerer.party",
        "answerer.seat",
        "answerer.post",
        "corrected_by.party",
        "corrected_by.seat",
    )


def test_what_the_source_says_stands(record: Record, register: MemberRegister) -> None:
    said = Member(900001, "Another Name", "Another Party", "Another Seat", "Another Post")
    filled = with_members(replace(record, answerer=said), register)
    assert filled.answerer == said
    assert not [name for name in filled.from_register if name.startswith("answerer.")]


def test_a_member_without_an_id_is_left_as_is(record: Record, register: MemberRegister) -> None:
    plain = replace(record, asker=Member(name="Someone"), answerer=None, corrected_by=None)
    assert with_members(plain, register) == plain


def test_a_record_without_members_is_left_as_is(record: Record, register: MemberRegister) -> None:
    plain = replace(record, asker=None, answerer=None, corrected_by=None)
    assert with_members(plain, register) is plain
    assert list(parts(plain)) == []


def test_without_a_day_only_a_name_that_was_always_the_same_is_filled(record: Record, register: MemberRegister) -> None:
    filled = with_members(replace(record, tabled=None, answered=None), register)
    assert filled.asker == Member(900002, "Ben Vellum")
    assert filled.answerer == Member(900001)


def test_a_newer_register_replaces_what_an_older_one_filled(record: Record, register: MemberRegister) -> None:
    filled = with_members(record, register)
    assert with_members(filled, MemberRegister()) == record
    assert with_members(filled, register) == filled


def test_only_what_the_register_gave_is_taken_out(record: Record) -> None:
    member = Member(900001, "Given", "Filled", "Given", "Filled")
    marked = replace(record, answerer=member, from_register=("answerer.party", "answerer.post"))
    assert without_register(marked) == replace(record, answerer=Member(900001, "Given", None, "Given", None))


FACTS = st.none() | st.sampled_from(["", "As given"])
MEMBERS = st.none() | st.builds(Member, st.sampled_from([None, 900001, 900002, 900003, 5]), FACTS, FACTS, FACTS, FACTS)
DAYS = st.none() | st.dates(date(2014, 1, 1), date(2027, 1, 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asker=MEMBERS, answerer=MEMBERS, corrected_by=MEMBERS, tabled=DAYS, answered=DAYS, corrected=DAYS)
def test_filling_and_taking_out_gives_the_record_back(
    record: Record,
    register: MemberRegister,
    asker: Member | None,
    answerer: Member | None,
    corrected_by: Member | None,
    tabled: date | None,
    answered: date | None,
    corrected: date | None,
) -> None:
    given_record = replace(
        record,
        asker=asker,
        answerer=answerer,
        corrected_by=corrected_by,
        tabled=tabled,
        answered=answered,
        corrected=corrected,
    )
    filled = with_members(given_record, register)
    assert without_register(filled) == given_record
    for part, before in zip(parts(filled), parts(given_record), strict=True):
        for fact in ("name", "party", "seat", "post"):
            is_listed = f"{part.role}.{fact}" in filled.from_register
            assert is_listed == (getattr(part.member, fact) != getattr(before.member, fact))
