"""The register gives what is known for the very day, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord, SourceError, SourceNotFound
from retrieval.members import SINCE_EVER, Account, MemberEntry, MemberRegister, Source, Span
from retrieval.records import Member

DAY = date(2020, 1, 2)


def of(*accounts: Account) -> MemberRegister:
    """Return a register of one Member, 7."""
    return MemberRegister((MemberEntry(7, accounts),))


def test_a_member_has_the_name_party_seat_and_post_of_the_day(register: MemberRegister) -> None:
    before = register.member_on(900001, date(2020, 1, 2))
    after = register.member_on(900001, date(2026, 10, 1))
    assert before == Member(
        900001, "Ada Quill", "Invented Amber Party", "Invented North", "Minister of State (Home Office)"
    )
    assert after == Member(900001, "Baroness Quill", "Invented Jade Party", "Life peer", "Secretary of State for Wales")


def test_a_day_that_no_span_covers_has_no_fact(register: MemberRegister) -> None:
    assert register.member_on(900001, date(2014, 1, 1)) == Member(900001)
    between = register.member_on(900001, date(2024, 6, 15))
    assert (between.name, between.seat, between.post) == ("Baroness Quill", None, None)


def test_a_post_that_had_not_ended_is_not_known_after_the_day_it_was_read(register: MemberRegister) -> None:
    assert register.member_on(900001, date(2026, 11, 1)).post == "Secretary of State for Wales"
    assert register.member_on(900001, date(2026, 11, 2)) == Member(900001)


def test_a_post_that_had_ended_is_known_whenever_it_was_read() -> None:
    register = of(Account(Source.POSTS, date(2019, 1, 1), posts=(Span("Minister", date(2018, 1, 1), DAY),)))
    assert register.member_on(7, DAY).post == "Minister"
    assert register.member_on(7, DAY + timedelta(days=1)).post is None


def test_on_the_day_a_party_changes_no_party_is_given(register: MemberRegister) -> None:
    days = [register.member_on(900001, date(2022, 3, 1) + timedelta(days=shift)).party for shift in (-1, 0, 1)]
    assert days == ["Invented Amber Party", None, "Invented Jade Party"]


def test_posts_held_on_one_day_are_those_of_the_answering_body_or_not_known(register: MemberRegister) -> None:
    day = date(2022, 1, 1)
    assert register.member_on(900001, day).post is None
    assert register.member_on(900001, day, body="Department for Transport").post == "Secretary of State for Transport"
    assert register.member_on(900001, day, body="Department for Education").post == "Minister for Women"
    assert register.member_on(900001, day, body="Treasury").post is None
    assert register.member_on(900001, day, body="Office of the").post is None


def test_the_only_post_held_on_a_day_is_given_whatever_body_answers(register: MemberRegister) -> None:
    for body in ("Treasury", None):
        assert register.member_on(900001, date(2026, 10, 1), body=body).post == "Secretary of State for Wales"


def test_posts_that_all_belong_to_the_body_are_all_given() -> None:
    posts = (Span("Minister for Ink", DAY, None, "Quill Office"), Span("Minister for Pens", DAY, None, "Quill Office"))
    register = of(Account(Source.BIOGRAPHY, DAY, posts=posts))
    assert register.member_on(7, DAY, body="Quill Office").post == "Minister for Ink; Minister for Pens"


def test_on_the_day_of_a_new_post_the_answering_body_tells_which(register: MemberRegister) -> None:
    day = date(2021, 9, 15)
    assert register.member_on(900001, day, body="Home Office").post == "Minister of State (Home Office)"
    assert register.member_on(900001, day, body="Wales Office").post is None


@pytest.mark.parametrize(
    ("body", "post"),
    [
        ("Attorney General", "Attorney General"),
        ("Prime Minister", "Prime Minister and First Lord of the Treasury"),
        ("HM Treasury", "Prime Minister and First Lord of the Treasury"),
    ],
)
def test_a_body_is_known_by_the_words_that_tell_it_from_others(body: str, post: str) -> None:
    posts = (
        Span("Attorney General", DAY, None, "Attorney General’s Office"),
        Span("Prime Minister and First Lord of the Treasury", DAY, None, "Prime Minister"),
    )
    assert of(Account(Source.BIOGRAPHY, DAY, posts=posts)).member_on(7, DAY, body=body).post == post


def test_without_a_day_a_name_is_given_only_if_there_was_never_another(register: MemberRegister) -> None:
    assert register.member_on(900002, None) == Member(900002, "Ben Vellum")
    assert register.member_on(900001, None) == Member(900001)


def test_todays_name_alone_is_not_taken_for_the_only_one() -> None:
    register = of(Account(Source.MEMBER, DAY, names=(Span("Ada Quill", DAY, DAY),)))
    assert register.member_on(7, None) == Member(7)
    assert register.member_on(7, DAY).name == "Ada Quill"


def test_a_member_who_is_not_in_the_register_keeps_the_id(register: MemberRegister) -> None:
    assert register.member_on(5, DAY) == Member(5)
    assert register.member_on(900003, DAY) == Member(900003)
    assert register.ids == {900001, 900002, 900003}


def test_the_source_believed_first_decides_and_a_silent_one_does_not() -> None:
    people = Account(Source.PEOPLE, DAY, names=(Span("A. Quill", SINCE_EVER),), parties=(Span("Amber", SINCE_EVER),))
    history = Account(Source.HISTORY, DAY, names=(Span("Ada Quill", date(2019, 1, 1)),))
    register = of(people, history)
    assert register.member_on(7, DAY) == Member(7, "Ada Quill", "Amber")
    assert register.member_on(7, date(2018, 1, 1)).name == "A. Quill"
    assert register.member_on(7, None).name == "Ada Quill"


def test_a_biography_without_a_post_on_the_day_overrules_an_older_list_of_posts() -> None:
    listed = Account(Source.POSTS, date(2020, 6, 1), posts=(Span("The Minister for Ink", date(2019, 1, 1)),))
    biography = Account(
        Source.BIOGRAPHY, date(2020, 5, 1), posts=(Span("Minister (Ink)", date(2019, 1, 1), date(2020, 1, 1)),)
    )
    register = of(listed, biography)
    assert register.member_on(7, date(2019, 6, 1)).post == "Minister (Ink)"
    assert register.member_on(7, date(2020, 2, 1)).post is None
    assert register.member_on(7, date(2020, 5, 15)).post == "The Minister for Ink"


def test_a_span_without_a_first_day_covers_no_day() -> None:
    register = of(Account(Source.HISTORY, DAY, seats=(Span("Excepted Hereditary", None),)))
    assert register.member_on(7, DAY).seat is None


def test_of_one_source_what_was_read_later_stands() -> None:
    old = of(Account(Source.BIOGRAPHY, date(2020, 1, 1), posts=(Span("Minister", date(2019, 1, 1)),)))
    new = of(
        Account(Source.BIOGRAPHY, date(2020, 3, 1), posts=(Span("Minister", date(2019, 1, 1), date(2019, 12, 1)),))
    )
    for merged in (old.merged_with(new), new.merged_with(old)):
        assert merged == new
        assert merged.member_on(7, date(2020, 1, 1)).post is None


def test_of_one_source_on_one_day_the_other_stands() -> None:
    first = of(Account(Source.HISTORY, DAY, names=(Span("First", DAY),)))
    other = of(Account(Source.HISTORY, DAY, names=(Span("Other", DAY),)))
    assert first.merged_with(other).member_on(7, DAY).name == "Other"


def test_a_member_once_unknown_is_known_when_the_api_knows_them() -> None:
    unknown = MemberRegister((MemberEntry(7, unknown_on=date(2020, 1, 1)),))
    later = MemberRegister((MemberEntry(7, unknown_on=date(2020, 2, 1)),))
    entry = unknown.merged_with(later).entry(7)
    assert entry is not None
    assert entry.unknown_on == date(2020, 2, 1)
    known = unknown.merged_with(of(Account(Source.HISTORY, DAY))).entry(7)
    assert known is not None
    assert known.unknown_on is None


def test_what_is_written_is_read_back_and_has_the_same_digest(register: MemberRegister, tmp_path: Path) -> None:
    path = tmp_path / "members.json"
    register.write(path)
    again = MemberRegister.read(path)
    assert again == register
    assert again.digest == register.digest
    assert [path.name for path in tmp_path.iterdir()] == ["members.json"]
    assert len(register.digest) == 64


def test_an_empty_register_is_written_and_read(tmp_path: Path) -> None:
    MemberRegister().write(tmp_path / "members.json")
    assert MemberRegister.read(tmp_path / "members.json") == MemberRegister()


SPANS = st.builds(
    Span,
    st.sampled_from(["Amber", "Jade"]),
    st.none() | st.dates(date(2019, 1, 1), date(2021, 1, 1)),
    st.none() | st.dates(date(2019, 1, 1), date(2021, 1, 1)),
)
ACCOUNTS = st.builds(
    Account,
    st.sampled_from(Source),
    st.dates(date(2020, 1, 1), date(2020, 12, 31)),
    names=st.lists(SPANS, max_size=3).map(tuple),
    parties=st.lists(SPANS, max_size=3).map(tuple),
    posts=st.lists(SPANS, max_size=3).map(tuple),
)
ENTRIES = st.builds(MemberEntry, st.integers(1, 3), st.lists(ACCOUNTS, max_size=3).map(tuple))


@given(st.lists(ENTRIES, max_size=4))
def test_equal_registers_have_equal_digests_whatever_the_order(entries: list[MemberEntry]) -> None:
    # Entries of one Member are merged in the order given, so each Member is kept once here.
    once = list({entry.id: entry for entry in entries}.values())
    assert MemberRegister(tuple(once)).digest == MemberRegister(tuple(reversed(once))).digest


@given(ENTRIES, st.dates(date(2018, 1, 1), date(2022, 1, 1)))
def test_a_fact_given_for_a_day_is_one_that_some_source_has_for_that_day(entry: MemberEntry, day: date) -> None:
    member = MemberRegister((entry,)).member_on(entry.id, day)
    parties = {
        span.value
        for account in entry.accounts
        for span in account.parties
        if span.first_day is not None and span.first_day <= day <= (span.last_day or account.read_on)
    }
    assert (member.party is None and len(parties) != 1) or member.party in parties


@given(st.lists(ENTRIES, max_size=3), st.lists(ENTRIES, max_size=3))
def test_merging_twice_is_merging_once(first: list[MemberEntry], second: list[MemberEntry]) -> None:
    left, right = MemberRegister(tuple(first)), MemberRegister(tuple(second))
    merged = left.merged_with(right)
    assert merged.merged_with(right) == merged
    assert merged.ids == left.ids | right.ids


def test_a_register_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"members\.json: is not there"):
        MemberRegister.read(tmp_path / "members.json")


def test_a_register_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="can't be read"):
        MemberRegister.read(tmp_path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"format":1,"members":[\n{"id":7},\n{"id":"x"}\n]}', r"members\[1\]\.id: Expected `int`, got `str`"),
        (b'{"format":2,"members":[]}', "format: is 2, and this version reads 1: use a newer version"),
        (b'{"format":1,"members":[\n{"id":7', r"members\.json:2: is not JSON \(Input data was truncated\)"),
        (b"{" * 3, r"members\.json:1: is not JSON"),
        (b'{"format":1,\n"members":[{"id":7,"accounts":[{"source":"\xff"', r"members\.json:2: is not UTF-8 text"),
        (b'{"format":1,"members":[],"more":1}', "unknown field `more`"),
    ],
)
def test_a_broken_register_is_refused_with_its_place(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "members.json"
    path.write_bytes(content)
    with pytest.raises(MalformedRecord, match=reason):
        MemberRegister.read(path)
