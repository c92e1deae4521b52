"""Files that a user names: our own, saved responses of the Members API, and parlparse's. All people are invented."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import MalformedRecord, SourceError, SourceNotFound, UnknownSource
from retrieval.members import MemberRegister, read_register
from retrieval.members.files import MAX_BYTES
from retrieval.records import Member

AS_OF = date(2026, 11, 1)


def item(
    name: str | None, start: str | None, end: str | None, info: str | None = None, house: int = 1
) -> dict[str, Any]:
    """Return one line of a biography."""
    return {
        "house": house,
        "name": name,
        "id": 900001,
        "startDate": start,
        "endDate": end,
        "additionalInfo": info,
        "additionalInfoLink": None,
    }


BIOGRAPHY = {
    "value": {
        "representations": [
            item("Invented North", "2019-12-12T00:00:00", "2024-05-30T00:00:00"),
            item("Not a seat", "2024-08-01T00:00:00", None, house=2),
        ],
        "governmentPosts": [
            item("Minister of State (Ink)", "2021-09-15T00:00:00", None, "Department of Ink "),
            item(None, "2021-09-15T00:00:00", None),
        ],
        "oppositionPosts": [item("Shadow Minister (Ink)", "2019-12-12T00:00:00", None)],
        "otherPosts": [item("Chair of the Invented Party", "2019-12-12T00:00:00", None)],
        "partyAffiliations": [item("Invented Jade Party", "2019-12-12T00:00:00", None)],
        "committeeMemberships": [],
    },
    "links": [
        {"rel": "overview", "href": "/Members/900001", "method": "GET"},
        {"rel": "self", "href": "/Members/900001/Biography", "method": "GET"},
    ],
}
HISTORY = {
    "value": {
        "id": 900001,
        "nameHistory": [
            {"nameDisplayAs": "Ada  Quill", "startDate": "2019-12-12T00:00:00Z", "endDate": "2024-05-29T00:00:00"},
            {"nameDisplayAs": "Baroness Quill", "startDate": "2024-05-30", "endDate": None},
        ],
        "partyHistory": [
            {"party": {"id": 1, "name": "Invented Jade Party"}, "startDate": "2019-12-12T00:00:00", "endDate": None},
            {"party": None, "startDate": "2019-12-12T00:00:00", "endDate": None},
        ],
        "houseMembershipHistory": [
            {
                "membershipFrom": "Excepted Hereditary",
                "house": 2,
                "membershipStartDate": None,
                "membershipEndDate": None,
            },
            {
                "membershipFrom": "Invented North",
                "house": 1,
                "membershipStartDate": "2019-12-12T00:00:00+00:00",
                "membershipEndDate": "2024-05-30T00:00:00",
            },
        ],
    },
    "links": [],
}
DETAIL = {
    "value": {
        "id": 900002,
        "nameDisplayAs": "Ben Vellum",
        "latestParty": {"id": 2, "name": "Invented Slate Party"},
        "latestHouseMembership": {
            "membershipFrom": "Invented South",
            "house": 1,
            "membershipStartDate": "2024-07-04T00:00:00",
            "membershipEndDate": None,
        },
    }
}
PEOPLE: dict[str, Any] = {
    "persons": [
        {
            "id": "uk.org.publicwhip/person/1",
            "identifiers": [
                {"scheme": "datadotparl_id", "identifier": "900001"},
                {"scheme": "wikidata", "identifier": "Q1"},
            ],
            "other_names": [
                {"note": "Main", "given_name": "Ada", "family_name": "Quill", "end_date": "2024-05-29"},
                {"note": "Alternate", "given_name": "Ada", "family_name": "Quyll"},
                {
                    "note": "Main",
                    "honorific_prefix": "Baroness",
                    "lordname": "Quill",
                    "lordofname": "Inkwell",
                    "start_date": "2024-05-30",
                },
            ],
        },
        {
            "id": "uk.org.publicwhip/person/2",
            "identifiers": [{"scheme": "datadotparl_id", "identifier": 900002}],
            "other_names": [
                {"note": "Main", "honorific_prefix": "Earl", "lordname": "", "lordofname": "Blotting"},
                {"note": "Main", "lordofname": "Nowhere"},
            ],
        },
        {
            "id": "uk.org.publicwhip/person/3",
            "other_names": [{"note": "Main", "given_name": "No", "family_name": "Id"}],
        },
        {"id": "uk.org.publicwhip/person/4", "redirect": "uk.org.publicwhip/person/1"},
    ],
    "organizations": [
        {"id": "amber", "name": "Invented Amber Party", "classification": "party"},
        {"id": "slate", "name": "Invented Slate Party", "classification": "party"},
    ],
    "posts": [
        {"id": "uk.org.publicwhip/cons/1", "organization_id": "house-of-commons", "area": {"name": "Invented North"}},
        {"id": "uk.org.publicwhip/cons/2", "organization_id": "scottish-parliament", "area": {"name": "Elsewhere"}},
        {"id": "uk.org.publicwhip/cons/3", "organization_id": "house-of-commons"},
    ],
    "memberships": [
        {
            "id": "uk.org.publicwhip/member/1",
            "person_id": "uk.org.publicwhip/person/1",
            "post_id": "uk.org.publicwhip/cons/1",
            "on_behalf_of_id": "amber",
            "start_date": "2019-12-12",
            "end_date": "2024-05-30",
        },
        {
            "id": "uk.org.publicwhip/member/2",
            "person_id": "uk.org.publicwhip/person/1",
            "post_id": "uk.org.publicwhip/cons/2",
            "on_behalf_of_id": "slate",
            "start_date": "2011-05-05",
            "end_date": "2016-03-23",
        },
        {
            "id": "uk.org.publicwhip/member/3",
            "person_id": "uk.org.publicwhip/person/1",
            "post_id": "uk.org.publicwhip/cons/3",
            "start_date": "2010",
            "end_date": "2012-02",
        },
        {
            "id": "uk.org.publicwhip/lord/1",
            "person_id": "uk.org.publicwhip/person/4",
            "organization_id": "house-of-lords",
            "on_behalf_of_id": "amber",
            "identifiers": [{"scheme": "peeragetype", "identifier": "L"}],
            "start_date": "2024-08",
            "end_date": "9999-12-31",
        },
        {
            "id": "uk.org.publicwhip/lord/2",
            "person_id": "uk.org.publicwhip/person/2",
            "organization_id": "house-of-lords",
            "on_behalf_of_id": "slate",
            "identifiers": [{"scheme": "peeragetype", "identifier": "HP"}],
            "start_date": "1992",
            "end_date": "1999/2000",
        },
        {"id": "uk.org.publicwhip/lord/3", "redirect": "uk.org.publicwhip/lord/2"},
    ],
}
MINISTERS = {
    "memberships": [
        {
            "id": f"uk.parliament.data/Member/900001/{kind}/22",
            "source": f"datadotparl/{kind.lower()}",
            "role": role,
            "person_id": "uk.org.publicwhip/person/1",
            "organization_id": "house-of-commons",
            "start_date": "2021-09-15",
        }
        for kind, role in [
            ("GovernmentPost", "The Minister of State, Department of Ink"),
            ("OppositionPost", "Shadow Minister (Ink)"),
            ("ParliamentaryPost", "Member, Invented Committee"),
            ("GovernmentPost", None),
        ]
    ],
    "organizations": [{"id": "house-of-commons", "name": "House of Commons"}],
}
OFFICES = {
    "memberships": [
        {
            "id": f"uk.org.publicwhip/moffice/{number}",
            "person_id": f"uk.org.publicwhip/person/{person}",
            "role": role,
            "organization_id": organization,
            "start_date": "2005-05-11",
            "end_date": "2006-05-08",
        }
        for number, (person, role, organization) in enumerate(
            [
                (1, "Minister of State (Nibs &amp; Quills)", "dci"),
                (1, "PPS (Rt Hon Ben Vellum, Secretary of State)", "dci"),
                (1, "(Also PPS To the Minister)", "dci"),
                (1, "Shadow Minister", "ink"),
                (1, "Minister", "ink"),
                (1, "Whip", "house-of-commons"),
                (1, "Spokesperson in the Lords", "dci"),
                (1, None, "committee"),
                (1, "Minister of State", None),
                (1, "Chair", "committee"),
                (3, "Minister of State", "dci"),
            ]
        )
    ],
    "organizations": [
        {"id": "dci", "name": "Department for Constitutional Ink"},
        {"id": "ink", "name": "Ink"},
        {"id": "committee", "name": "Intelligence (Cabinet Office) Committee"},
    ],
}


def saved(folder: Path, name: str, *values: object) -> Path:
    """Write one JSON value, or several as JSON Lines, and return where."""
    path = folder / name
    path.write_text("\n".join(json.dumps(value) for value in values), encoding="utf-8")
    return path


def test_our_own_file_is_read(register: MemberRegister, tmp_path: Path) -> None:
    register.write(tmp_path / "members.json")
    assert read_register(tmp_path / "members.json") == register
    assert read_register() == MemberRegister()


def test_a_saved_biography_gives_party_seat_and_government_posts(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "biography.json", BIOGRAPHY), as_of=AS_OF)
    assert register.member_on(900001, date(2022, 1, 1), body="Department of Ink") == Member(
        900001, None, "Invented Jade Party", "Invented North", "Minister of State (Ink)"
    )
    later = register.member_on(900001, AS_OF)
    assert (later.party, later.seat, later.post) == ("Invented Jade Party", None, "Minister of State (Ink)")


def test_a_saved_history_gives_names_by_date(tmp_path: Path) -> None:
    register = read_register(str(saved(tmp_path, "history.json", [HISTORY])), as_of=AS_OF)
    assert register.member_on(900001, date(2022, 1, 1)) == Member(
        900001, "Ada Quill", "Invented Jade Party", "Invented North"
    )
    assert register.member_on(900001, AS_OF) == Member(900001, "Baroness Quill", "Invented Jade Party")


def test_without_a_day_of_saving_a_file_vouches_for_no_day_after_its_latest_first_day(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "history.json", HISTORY))
    assert register.member_on(900001, date(2024, 5, 30)).name == "Baroness Quill"
    assert register.member_on(900001, date(2024, 5, 31)) == Member(900001)


def test_a_saved_member_has_todays_name_on_the_day_of_saving_alone(tmp_path: Path) -> None:
    path = saved(tmp_path, "member.json", DETAIL)
    register = read_register(path, as_of=AS_OF)
    assert register.member_on(900002, AS_OF) == Member(900002, "Ben Vellum", "Invented Slate Party", "Invented South")
    assert register.member_on(900002, date(2025, 1, 1)) == Member(900002, seat="Invented South")
    assert read_register(path).member_on(900002, date(2024, 7, 4)) == Member(900002, seat="Invented South")


def test_a_saved_member_without_a_seat_or_party_is_read(tmp_path: Path) -> None:
    path = saved(tmp_path, "member.json", {"value": {"id": 900002, "nameDisplayAs": "Ben Vellum"}})
    assert read_register(path, as_of=AS_OF).member_on(900002, AS_OF) == Member(900002, "Ben Vellum")
    assert read_register(path).member_on(900002, AS_OF) == Member(900002)


def test_responses_one_a_line_in_a_list_or_in_a_page_are_all_read(tmp_path: Path) -> None:
    lines = saved(tmp_path, "members.jsonl", BIOGRAPHY, [HISTORY], DETAIL)
    lines.write_bytes(b"\xef\xbb\xbf" + lines.read_bytes().replace(b"\n", b"\n\n"))
    listed = saved(tmp_path, "members-list.json", [BIOGRAPHY, HISTORY, DETAIL])
    page = saved(tmp_path, "page.json", {"items": [BIOGRAPHY, HISTORY, DETAIL], "totalResults": 3})
    packed = tmp_path / "list.json.gz"
    packed.write_bytes(gzip.compress(listed.read_bytes()))
    registers = [read_register(path, as_of=AS_OF) for path in (lines, listed, page, packed)]
    assert registers[0].ids == {900001, 900002}
    assert registers[1:] == [registers[0]] * 3


def test_people_of_parlparse_have_names_parties_and_seats_by_date(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "people.json", PEOPLE), as_of=AS_OF)
    assert register.ids == {900001, 900002}
    assert register.member_on(900001, date(2020, 1, 1)) == Member(
        900001, "Ada Quill", "Invented Amber Party", "Invented North"
    )
    assert register.member_on(900001, AS_OF) == Member(
        900001, "Baroness Quill of Inkwell", "Invented Amber Party", "Life peer"
    )
    assert register.member_on(900001, date(2015, 1, 1)) == Member(900001, "Ada Quill")
    assert register.member_on(900002, None) == Member(900002, "The Earl of Blotting")


def test_days_that_a_date_cut_short_may_not_mean_are_not_covered(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "people.json", PEOPLE), as_of=AS_OF)
    days = [date(1992, 12, 30), date(1992, 12, 31), date(1999, 1, 1), date(1999, 1, 2)]
    assert [register.member_on(900002, day).party for day in days] == [
        None,
        "Invented Slate Party",
        "Invented Slate Party",
        None,
    ]
    assert register.member_on(900001, date(2024, 8, 30)).seat is None
    assert register.member_on(900001, date(2024, 8, 31)).seat == "Life peer"


def test_a_kind_of_peerage_that_is_not_explained_is_not_guessed(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "people.json", PEOPLE), as_of=AS_OF)
    assert register.member_on(900002, date(1995, 1, 1)).seat is None


def test_ministers_of_parlparse_have_the_governments_posts_alone(tmp_path: Path) -> None:
    register = read_register(saved(tmp_path, "ministers-2010.json", MINISTERS))
    assert register.member_on(900001, date(2021, 9, 15)).post == "The Minister of State, Department of Ink"
    assert register.member_on(900001, date(2021, 9, 16)).post is None


def test_old_offices_need_the_people_and_leave_out_who_was_no_minister(tmp_path: Path) -> None:
    ministers, people = saved(tmp_path, "ministers.json", OFFICES), saved(tmp_path, "people.json", PEOPLE)
    register = read_register(ministers, people)
    assert (
        register.member_on(900001, date(2005, 6, 1)).post
        == "Minister of State (Nibs & Quills), Department for Constitutional Ink"
    )
    assert read_register(people, ministers) == register
    with pytest.raises(MalformedRecord, match=r"ministers\.json: memberships\[0\]: .* name its people\.json as well"):
        read_register(ministers)


def test_the_members_api_is_believed_before_parlparse(tmp_path: Path) -> None:
    files = [
        saved(tmp_path, "people.json", PEOPLE),
        saved(tmp_path, "ministers.json", MINISTERS),
        saved(tmp_path, "api.json", [BIOGRAPHY, HISTORY]),
    ]
    assert read_register(*files, as_of=AS_OF).member_on(900001, date(2022, 1, 1)) == Member(
        900001, "Ada Quill", "Invented Jade Party", "Invented North", "Minister of State (Ink)"
    )


def changed(file: dict[str, Any], part: str, place: int, **changes: object) -> dict[str, Any]:
    """Return a copy of a parlparse file with one item changed."""
    copy: dict[str, Any] = json.loads(json.dumps(file))
    copy[part][place].update(changes)
    return copy


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (
            changed(PEOPLE, "memberships", 0, start_date="12 May"),
            r"memberships\[0\]\.start_date: is '12 May', and must",
        ),
        (changed(PEOPLE, "memberships", 0, end_date="2024-02-30"), r"memberships\[0\]\.end_date: is '2024-02-30'"),
        (changed(PEOPLE, "memberships", 0, on_behalf_of_id="x"), r"memberships\[0\]\.on_behalf_of_id: no organisation"),
        (changed(PEOPLE, "persons", 0, other_names=[{"note": "Main", "family_name": "A", "end_date": "?"}]), "'?'"),
        (changed(PEOPLE, "memberships", 0, id=5), r"memberships\[0\]\.id: Expected `str`, got `int`"),
        (
            changed(PEOPLE, "persons", 0, identifiers=[{"scheme": "datadotparl_id", "identifier": "MP7"}]),
            r"persons\[0\]\.identifiers: datadotparl_id is 'MP7', and must be a number such as 4514",
        ),
        ({"value": {"governmentPosts": []}}, "says nowhere which Member it is of"),
        ({"value": {"id": 7}}, "value: has nothing of /Members/"),
        ({"value": {"id": 7, "nameHistory": [{"nameDisplayAs": "A", "startDate": "2024-13-01"}]}}, r"nameHistory\[0\]"),
        ({"value": {"id": 0, "nameDisplayAs": "A"}}, r"value\.id: Expected `int` >"),
    ],
)
def test_a_malformed_file_is_refused_by_file_place_and_reason(
    file: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    with pytest.raises(MalformedRecord, match=reason) as caught:
        read_register(saved(tmp_path, "file.json", file))
    assert caught.value.path == str(tmp_path / "file.json")


def test_a_malformed_line_is_refused_by_its_number(tmp_path: Path) -> None:
    path = saved(tmp_path, "members.jsonl", HISTORY, DETAIL, {"value": 5})
    with pytest.raises(MalformedRecord, match=r"members\.jsonl:3: value: Expected `object`, got `int`"):
        read_register(path)
    path.write_bytes(json.dumps(HISTORY).encode() + b"\n{\n")
    with pytest.raises(MalformedRecord, match=r"members\.jsonl:2: is not JSON"):
        read_register(path)
    path.write_bytes(json.dumps(HISTORY).encode() + b'\n{"value":{"id":7,"nameDisplayAs":"\xff"}}\n')
    with pytest.raises(MalformedRecord, match=r"members\.jsonl:2: is not"):
        read_register(path)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"file\.json:1: is not JSON"),
        (b'{\n "persons": [\n', r"file\.json:2: is not JSON"),
        (b'{"value":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "is nested too deeply|is not JSON|Expected"),
    ],
)
def test_a_file_that_is_not_json_is_refused(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(MalformedRecord, match=reason):
        read_register(path)


@pytest.mark.parametrize("content", [b"7", b'"text"', b'{"totalResults": 3}', b"null"])
def test_json_of_another_kind_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(UnknownSource, match="is none of these"):
        read_register(path)


def test_a_file_that_is_not_there_or_far_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match=r"no\.json: is not there"):
        read_register(tmp_path / "no.json")
    path = tmp_path / "long.json"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    with pytest.raises(SourceError, match=f"is longer than {MAX_BYTES:,} bytes"):
        read_register(path)
