"""Which connection is one too many, in all and of one address."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.client_networks import Proxies
from service.doors import Doors, Entry
from service.metrics import Refusal
from service.server import doors_of
from service.settings import Settings

ONE, OTHER = "203.0.113.7", "203.0.113.8"
OF_ADDRESS, OF_ALL = Refusal.TOO_MANY_FROM_ADDRESS, Refusal.TOO_MANY_CONNECTIONS


def test_one_address_gets_its_share_and_leaves_the_rest_to_others() -> None:
    doors = Doors(4, 2)
    assert [doors.enter(one).refusal for one in (ONE, ONE, ONE, OTHER, OTHER, OTHER)] == [
        *(None, None, OF_ADDRESS),
        *(None, None, OF_ADDRESS),
    ]
    assert doors.enter("203.0.113.9").refusal is OF_ALL


def test_who_leaves_makes_room_for_the_same_address() -> None:
    doors = Doors(4, 1)
    entry = doors.enter(ONE)
    refused = doors.enter(ONE)
    assert (entry, refused) == (Entry(ONE), Entry(ONE, OF_ADDRESS))
    doors.leave(refused)
    assert doors.enter(ONE).refusal is OF_ADDRESS
    doors.leave(entry)
    assert doors.enter(ONE).refusal is None


def test_a_whole_ipv6_network_has_one_share() -> None:
    doors = Doors(4, 1)
    found = [doors.enter(one).refusal for one in ("2001:db8:1:2::1", "2001:db8:1:2:f::9", "2001:db8:1:3::1")]
    assert found == [None, OF_ADDRESS, None]


def test_this_machine_has_no_share_and_the_settings_say_the_rest() -> None:
    doors = doors_of(Settings(connections=5, connections_per_address=1, trusted_proxies=("10.0.0.0/8",)))
    found = [doors.enter(one).refusal for one in ("127.0.0.1", "127.0.0.1", "10.0.0.1", "10.0.0.1", ONE, ONE, OTHER)]
    assert found == [*[None] * 5, OF_ADDRESS, OF_ALL]


def test_a_proxy_that_is_named_who_has_no_address_and_a_share_of_nought_have_no_share() -> None:
    doors = Doors(3, 1, Proxies(("10.0.0.0/8",)))
    assert [doors.enter(one).refusal for one in ("10.0.0.1", "10.0.0.1", None, "10.0.0.1")] == [*[None] * 3, OF_ALL]
    without = Doors(3)
    assert [without.enter(ONE).refusal for _ in range(4)] == [*[None] * 3, OF_ALL]


def test_as_many_as_are_let_in_are_told_that_they_are_not_and_more_are_not_held() -> None:
    doors = Doors(2)
    found = [doors.enter(ONE) for _ in range(5)]
    assert [(one.refusal, one.is_told) for one in found] == [
        *[(None, True)] * 2,
        *[(OF_ALL, True)] * 2,
        (OF_ALL, False),
    ]
    doors.leave(found[-1])
    doors.leave(found[-2])
    assert doors.enter(ONE).is_told


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 3)), max_size=80))
def test_no_order_of_coming_and_going_lets_in_more_than_there_is_room_for(steps: list[tuple[bool, int]]) -> None:
    doors, held = Doors(5, 2), list[tuple[int, Entry]]()
    for comes, number in steps:
        if comes:
            inside = [one for one, entry in held if entry.refusal is None]
            entry = doors.enter(f"192.0.2.{number}")
            assert (entry.refusal is None) == (len(inside) < 5 and inside.count(number) < 2)
            held.append((number, entry))
        elif held:
            doors.leave(held.pop(number % len(held))[1])
