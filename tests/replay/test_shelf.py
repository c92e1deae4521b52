from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.replay.clipping import question_row
from tests.replay.invented import question
from tests.replay.shelf import Selection, Shelf

DAYS = [f"2026-06-{day:02}" for day in range(1, 6)]
ids = st.integers(1, 12)
days = st.sampled_from(DAYS)
steps = st.one_of(
    st.tuples(st.just("put"), ids, days),
    st.tuples(st.just("drop"), ids, days),
    st.tuples(st.just("move"), ids, days),
)


@given(st.lists(steps, max_size=40), days, days, st.sets(ids))
def test_a_selection_is_what_looking_at_every_record_finds(taken, first, last, wanted):
    shelf, plain = Shelf("dateTabled", question_row), {}
    selection = Selection("of these days", first, last, (lambda entry: entry.id in wanted,))
    for step, id, day in taken:
        shelf.select(selection)
        if step == "put":
            shelf.put(question(id, dateTabled=day))
            plain[id] = day
        elif step == "drop":
            shelf.drop(id)
            plain.pop(id, None)
        elif id in plain:
            shelf.change(id, lambda now: {"dateTabled": f"{day}T00:00:00"})  # noqa: B023 - called before day changes
            plain[id] = day
    found = [id for id, day in plain.items() if first <= day <= last and id in wanted]
    assert [entry.id for entry in shelf.select(selection)] == sorted(
        found, key=lambda id: (plain[id], id), reverse=True
    )
    for id in range(1, 13):
        for day in DAYS:
            entry = shelf.get_paper(day, str(id))
            assert (entry is not None) == (plain.get(id) == day)
