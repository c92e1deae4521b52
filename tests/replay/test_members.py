from __future__ import annotations

from tests.replay.invented import lords_question, question
from tests.replay.server import ReplayServer

GIVEN = {
    "representations": [],
    "electionsContested": [],
    "houseMemberships": [
        {
            "house": 2,
            "name": "Lords",
            "id": 2,
            "startDate": "2020-01-01T00:00:00",
            "endDate": None,
            "additionalInfo": "Baroness Placeholder",
            "additionalInfoLink": None,
        }
    ],
    "governmentPosts": [],
    "oppositionPosts": [],
    "otherPosts": [],
    "partyAffiliations": [
        {
            "house": 2,
            "name": "Invented Crossbench",
            "id": 900009,
            "startDate": "2020-01-01T00:00:00",
            "endDate": None,
            "additionalInfo": None,
            "additionalInfoLink": None,
        }
    ],
    "committeeMemberships": [],
}


def test_an_expanded_member_is_invented_from_its_id_and_says_so(fetch):
    with ReplayServer([question(1, askingMemberId=4679)]) as server:
        data = fetch(server.url + "/writtenquestions/questions/1", expandMember="true").data
    assert data["value"]["askingMember"] == {
        "id": 4679,
        "listAs": "Invented Member 4679",
        "name": "Invented Member 4679",
        "party": "Invented Slate Party",
        "partyAbbreviation": "ISl",
        "partyColour": "708090",
        "memberFrom": "Invented Seat 4679",
        "thumbnailUrl": None,
    }


def test_members_belong_to_different_parties_by_their_ids(fetch):
    with ReplayServer() as server:
        parties = {fetch(f"{server.members_url}/Members/{id}").data["value"]["latestParty"]["name"] for id in range(9)}
    assert parties == {"Invented Amber Party", "Invented Jade Party", "Invented Slate Party"}


def test_a_biography_has_seats_parties_and_posts_with_their_days(fetch):
    with ReplayServer() as server:
        data = fetch(f"{server.members_url}/Members/10/Biography").data
    value = data["value"]
    assert data["links"][0] == {"rel": "self", "href": "/Members/10/Biography", "method": "GET"}
    assert sorted(value) == sorted(GIVEN)
    assert [(seat["name"], seat["startDate"], seat["endDate"]) for seat in value["representations"]] == [
        ("Invented Seat 10", "2024-07-05T00:00:00", None),
        ("Invented Old Seat 10", "2019-12-12T00:00:00", "2024-07-05T00:00:00"),
    ]
    assert [party["name"] for party in value["partyAffiliations"]] == ["Invented Jade Party", "Invented Slate Party"]
    assert [(post["name"], post["endDate"]) for post in value["governmentPosts"]] == [
        ("Invented Secretary of State 10", None),
        ("Invented Minister of State 10", "2024-07-05T00:00:00"),
    ]
    assert value["governmentPosts"][0]["additionalInfo"] == "Department for Invented Affairs"
    assert value["houseMemberships"][0]["additionalInfo"] == "Invented Member 10"


def test_most_members_keep_their_party_and_every_third_has_no_post(fetch):
    with ReplayServer() as server:
        value = fetch(f"{server.members_url}/Members/9/Biography").data["value"]
    assert [party["endDate"] for party in value["partyAffiliations"]] == [None]
    assert [seat["name"] for seat in value["representations"]] == ["Invented Seat 9"]
    assert value["governmentPosts"] == []


def test_a_member_who_acts_in_the_lords_alone_is_a_peer(fetch):
    questions = [lords_question(1, askingMemberId=20), question(2, askingMemberId=21)]
    with ReplayServer(questions) as server:
        peer = fetch(f"{server.members_url}/Members/20").data["value"]
        life = fetch(f"{server.members_url}/Members/20/Biography").data["value"]
        server.put(lords_question(3, askingMemberId=21))
        still = fetch(f"{server.members_url}/Members/21").data["value"]
    assert peer["latestHouseMembership"]["house"] == 2
    assert peer["latestHouseMembership"]["membershipFrom"] == "Life peer"
    assert life["representations"] == []
    assert still["latestHouseMembership"]["membershipFrom"] == "Invented Seat 21"


def test_history_gives_every_member_asked_for_in_order(fetch):
    with ReplayServer() as server:
        data = fetch(f"{server.members_url}/Members/History", ids=[10, 7]).data
    assert [item["value"]["id"] for item in data] == [10, 7]
    value = data[0]["value"]
    assert value["nameHistory"][0]["nameDisplayAs"] == "Invented Member 10"
    assert [(party["party"]["name"], party["startDate"]) for party in value["partyHistory"]] == [
        ("Invented Jade Party", "2024-07-05T00:00:00"),
        ("Invented Slate Party", "2019-12-12T00:00:00"),
    ]
    assert [seat["membershipFrom"] for seat in value["houseMembershipHistory"]] == [
        "Invented Seat 10",
        "Invented Old Seat 10",
    ]


def test_a_biography_that_is_given_is_served_and_shown_everywhere(fetch):
    with ReplayServer([lords_question(1, askingMemberId=55)], biographies={55: GIVEN}) as server:
        life = fetch(f"{server.members_url}/Members/55/Biography").data["value"]
        detail = fetch(f"{server.members_url}/Members/55").data["value"]
        asker = fetch(server.url + "/writtenquestions/questions/1", expandMember="true").data["value"]["askingMember"]
    assert life == GIVEN
    assert detail["nameDisplayAs"] == "Baroness Placeholder"
    assert (asker["name"], asker["party"], asker["memberFrom"]) == (
        "Baroness Placeholder",
        "Invented Crossbench",
        "Life peer",
    )
    assert asker["partyAbbreviation"] is None


def test_a_member_who_left_is_shown_with_the_last_party(fetch):
    left = GIVEN | {"partyAffiliations": [GIVEN["partyAffiliations"][0] | {"endDate": "2022-01-01T00:00:00"}]}
    none = GIVEN | {"partyAffiliations": []}
    questions = [lords_question(1, askingMemberId=55), lords_question(2, askingMemberId=56)]
    with ReplayServer(questions, biographies={55: left, 56: none}) as server:
        parties = [
            fetch(f"{server.url}/writtenquestions/questions/{id}", expandMember="true").data["value"]["askingMember"]
            for id in (1, 2)
        ]
    assert [party["party"] for party in parties] == ["Invented Crossbench", None]


def test_a_member_can_be_unknown(fetch):
    with ReplayServer() as server:
        server.unknown_members.add(10)
        assert fetch(f"{server.members_url}/Members/10").status == 404
        assert fetch(f"{server.members_url}/Members/10/Biography").status == 404
        assert [item["value"]["id"] for item in fetch(f"{server.members_url}/Members/History", ids=[10, 7]).data] == [7]
        assert fetch(f"{server.members_url}/Members/Nobody").status == 404
        assert fetch(f"{server.members_url}/Members/7/Portrait").status == 404
