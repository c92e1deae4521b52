"""Cells and rows of CSV."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.spreadsheet import cell, csv_line


@pytest.mark.parametrize("text", ["=cmd()", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"])  # noqa: RUF001
def test_what_a_spreadsheet_would_run_has_an_apostrophe_before_it(text):
    assert cell(text) == f"'{text}"


def test_other_values_stand_as_they_are():
    assert (cell(None), cell(3), cell(("a", "b")), cell("a=b")) == ("", "3", "a;b", "a=b")


@given(st.lists(st.text(), min_size=1))
def test_rows_are_read_back_whole(cells):
    assert list(csv.reader(io.StringIO(csv_line(cells), newline=""))) == [cells] or cells == [""]
