"""Cursors: what is written is read back, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.cursors import cursor_at, offset_of
from retrieval.errors import QueryError

NAMES = st.text(max_size=20)


@given(st.integers(0, 10**12 - 1), NAMES, NAMES)
def test_a_cursor_is_read_back_in_its_own_search_of_its_own_snapshot(offset: int, snapshot: str, search: str):
    cursor = cursor_at(offset, snapshot, search)
    assert offset_of(cursor, snapshot, search) == offset
    assert len(cursor) < 100
    with pytest.raises(QueryError, match="what is indexed has changed"):
        offset_of(cursor, snapshot + "x", search)
    with pytest.raises(QueryError, match="it belongs to a search with other words"):
        offset_of(cursor, snapshot, search + "x")


@given(st.text(max_size=80))
def test_any_other_text_is_refused_as_no_cursor(text: str):
    with pytest.raises(QueryError) as raised:
        offset_of(text, "snapshot", "search")
    assert raised.value.field == "cursor"
