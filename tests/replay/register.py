"""Members as the two services show them: invented from an id, unless a biography is given.

Every name says that it is invented. Shapes are those of https://members-api.parliament.uk (its description, and a
real biography kept by github.com/beatonma/snommoc in `openapi/members/tests/data/biography.json`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

COMMONS, LORDS = 1, 2

# Of an invented Member: name, abbreviation, colour and Parliament-like id of the party.
PARTIES = (
    ("Invented Amber Party", "IAm", "ffbf00", 900001),
    ("Invented Jade Party", "IJa", "00a86b", 900002),
    ("Invented Slate Party", "ISl", "708090", 900003),
)
# The two days on which the parties, seats and posts of invented Members change.
FIRST_DAY, CHANGE_DAY = "2019-12-12T00:00:00", "2024-07-05T00:00:00"


class Register:
    """Knows every Member by id.

    An invented Member sits for "Invented Seat {id}", or in the Lords if only Lords records name it. Of those in
    the Commons, every fifth (by id) changed party on 5 July 2024 and sat for "Invented Old Seat {id}" before
    then. Every third never held a post; the others were "Invented Minister of State {id}" until that day and
    "Invented Secretary of State {id}" from then on.

    Args:
        biographies: By id, what `/Members/{id}/Biography` gives as `value`.
    """

    def __init__(self, biographies: Mapping[int, dict[str, Any]]) -> None:
        self._biographies = dict(biographies)
        self._in_commons: set[int] = set()
        self._in_lords: set[int] = set()
        self._expanded: dict[int, dict[str, Any]] = {}

    def note(self, house: str, *ids: int | None) -> None:
        """Take note of the House in which Members act."""
        known = self._in_lords if house == "Lords" else self._in_commons
        for id in ids:
            if id is not None and id not in known:
                known.add(id)
                self._expanded.pop(id, None)

    def is_peer(self, id: int) -> bool:
        """Say whether this Member acts in the Lords and never in the Commons."""
        return id in self._in_lords and id not in self._in_commons

    def biography(self, id: int) -> dict[str, Any]:
        """Return what `/Members/{id}/Biography` gives as `value`: the latest of each kind first."""
        return self._biographies.get(id) or _invented_biography(id, self.is_peer(id))

    def member(self, id: int | None) -> dict[str, Any] | None:
        """Return a Member as `expandMember=true` shows it: as it is now, whatever the date of the record."""
        if id is None:
            return None
        if id not in self._expanded:
            self._expanded[id] = self._as_expanded(id)
        return self._expanded[id]

    def _as_expanded(self, id: int) -> dict[str, Any]:
        life = self.biography(id)
        name, party = self._name(id), _latest(life["partyAffiliations"])
        known = {party_name: (short, colour) for party_name, short, colour, _ in PARTIES}
        short, colour = known.get(party, (None, None)) if party else (None, None)
        return {
            "id": id,
            "listAs": name,
            "name": name,
            "party": party,
            "partyAbbreviation": short,
            "partyColour": colour,
            "memberFrom": _latest(life["representations"]) or "Life peer",
            "thumbnailUrl": None,
        }

    def detail(self, id: int) -> dict[str, Any]:
        """Return what `/Members/{id}` gives as `value`."""
        life = self.biography(id)
        return {
            "id": id,
            **_names(self._name(id)),
            "latestParty": _party(life["partyAffiliations"][0]),
            "gender": None,
            "latestHouseMembership": self._memberships(id)[0] | {"membershipStatus": None},
            "thumbnailUrl": None,
        }

    def history(self, id: int) -> dict[str, Any]:
        """Return what `/Members/History` gives as `value` for one id."""
        life = self.biography(id)
        names = {"startDate": life["houseMemberships"][-1]["startDate"], "endDate": None}
        return {
            "id": id,
            "nameHistory": [_names(self._name(id)) | names],
            "partyHistory": [
                {"party": _party(item), "startDate": item["startDate"], "endDate": item["endDate"]}
                for item in life["partyAffiliations"]
            ],
            "houseMembershipHistory": self._memberships(id),
            "thumbnailUrl": None,
        }

    def _name(self, id: int) -> str:
        return next(
            (item["additionalInfo"] for item in self.biography(id)["houseMemberships"] if item["additionalInfo"]),
            f"Invented Member {id}",
        )

    def _memberships(self, id: int) -> list[dict[str, Any]]:
        life = self.biography(id)
        seats = life["representations"] or [item | {"name": "Life peer"} for item in life["houseMemberships"]]
        return [
            {
                "membershipFrom": seat["name"],
                "membershipFromId": seat["id"],
                "house": seat["house"],
                "membershipStartDate": seat["startDate"],
                "membershipEndDate": seat["endDate"],
                "membershipEndReason": None,
                "membershipEndReasonNotes": None,
                "membershipEndReasonId": None,
            }
            for seat in seats
        ]


def _invented_biography(id: int, is_peer: bool) -> dict[str, Any]:
    house = LORDS if is_peer else COMMONS
    moved = id % 5 == 0 and not is_peer
    now, before = PARTIES[id % len(PARTIES)], PARTIES[(id + 1) % len(PARTIES)]
    seats = [(f"Invented Seat {id}", id)]
    posts = [(f"Invented Secretary of State {id}", id), (f"Invented Minister of State {id}", id + 1)]
    return {
        "representations": [] if is_peer else _lives(house, seats + [(f"Invented Old Seat {id}", id + 1)] * moved),
        "electionsContested": [],
        "houseMemberships": [
            _item(house, "Lords" if is_peer else "Commons", house, FIRST_DAY, None)
            | {"additionalInfo": f"Invented Member {id}"}
        ],
        "governmentPosts": []
        if id % 3 == 0
        else [post | {"additionalInfo": "Department for Invented Affairs"} for post in _lives(house, posts)],
        "oppositionPosts": [],
        "otherPosts": [],
        "partyAffiliations": _lives(house, [(now[0], now[3])] + [(before[0], before[3])] * moved),
        "committeeMemberships": [],
    }


def _lives(house: int, names: list[tuple[str, int]]) -> list[dict[str, Any]]:
    """Return one item that still runs, or two that follow each other, the latest first."""
    if len(names) == 1:
        return [_item(house, *names[0], FIRST_DAY, None)]
    now, before = names
    return [_item(house, *now, CHANGE_DAY, None), _item(house, *before, FIRST_DAY, CHANGE_DAY)]


def _item(house: int, name: str, id: int, start: str, end: str | None) -> dict[str, Any]:
    return {
        "house": house,
        "name": name,
        "id": id,
        "startDate": start,
        "endDate": end,
        "additionalInfo": None,
        "additionalInfoLink": None,
    }


def _latest(items: list[dict[str, Any]]) -> str | None:
    running = [item for item in items if item["endDate"] is None] or items
    return running[0]["name"] if running else None


def _names(name: str) -> dict[str, Any]:
    return {"nameListAs": name, "nameDisplayAs": name, "nameFullTitle": name, "nameAddressAs": None}


def _party(item: dict[str, Any]) -> dict[str, Any]:
    short = {name: (abbreviation, colour) for name, abbreviation, colour, _ in PARTIES}
    abbreviation, colour = short.get(item["name"], (None, None))
    return {
        "id": item["id"],
        "name": item["name"],
        "abbreviation": abbreviation,
        "backgroundColour": colour,
        "foregroundColour": None,
        "isLordsMainParty": False,
        "isLordsSpiritualParty": False,
        "governmentType": None,
        "isIndependentParty": False,
    }
