"""Sessions: a day tells its session, or that it is not known."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from retrieval.records import House
from retrieval.sessions import session_of, session_on, sessions


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1997, 5, 7), "1997-98"),
        (date(2000, 2, 28), "1999-2000"),
        (date(2001, 5, 11), "2000-01"),
        (date(2010, 5, 18), "2010-12"),
        (date(2012, 5, 1), "2010-12"),
        (date(2015, 2, 25), "2014-15"),
        (date(2015, 5, 18), "2015-16"),
        (date(2017, 4, 27), "2016-17"),
        (date(2019, 9, 9), "2017-19"),
        (date(2019, 10, 8), "2017-19"),
        (date(2019, 10, 14), "2019-19"),
        (date(2019, 11, 5), "2019-19"),
        (date(2019, 12, 17), "2019-21"),
        (date(2022, 4, 28), "2021-22"),
        (date(2023, 7, 18), "2022-23"),
        (date(2024, 5, 24), "2023-24"),
        (date(2024, 7, 9), "2024-26"),
        (date(2026, 4, 29), "2024-26"),
        (date(2026, 5, 13), "2026-27"),
        (date(2026, 9, 14), "2026-27"),
    ],
)
@pytest.mark.parametrize("house", House)
def test_a_day_falls_in_its_session_in_either_house(house, day, name):
    assert session_of(house, day) == name


@pytest.mark.parametrize(
    "day",
    [
        date(1997, 5, 6),
        date(2012, 5, 2),
        date(2015, 4, 20),
        date(2019, 10, 9),
        date(2019, 11, 20),
        date(2023, 11, 6),
        date(2024, 6, 15),
        date(2026, 5, 12),
        date(2026, 9, 15),
        date(2030, 1, 1),
    ],
)
def test_a_day_between_sessions_or_outside_the_table_has_no_known_session(day):
    assert session_of(House.COMMONS, day) is None
    assert session_on(day) is None


def test_sessions_follow_one_another_and_never_overlap():
    table = sessions()
    assert len(table) == 27
    assert len({session.name for session in table}) == 27
    for session in table:
        assert session.first_day < session.last_day
    for earlier, later in pairwise(table):
        assert timedelta(days=1) < later.first_day - earlier.last_day < timedelta(days=60)


def test_a_session_is_named_after_the_years_in_which_it_began_and_ended():
    for session in sessions():
        first, _, last = session.name.partition("-")
        assert int(first) == session.first_day.year
        if session.is_over:
            assert int(last[-2:]) == session.last_day.year % 100


def test_only_the_last_session_is_not_over():
    assert [session.name for session in sessions() if not session.is_over] == ["2026-27"]
    assert sessions()[-1].last_day == date(2026, 9, 14)
