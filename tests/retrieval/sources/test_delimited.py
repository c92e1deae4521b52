"""Rows of CSV and JSON Lines: quoted line breaks, broken quotation marks, ragged rows, odd encodings."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord, SourceError
from retrieval.sources.delimited import (
    Row,
    columns_in,
    delimited_rows,
    delimiter_of,
    is_json_lines,
    json_rows,
    names_in,
)


def rows(text, delimiter=",", **limits):
    data = text if isinstance(text, bytes) else text.encode()
    return list(delimited_rows("table.csv", io.BytesIO(data), delimiter, **limits))


def told(items):
    """Line and cells of each row; line and reason of each fault."""
    return [(item.line, item.cells if isinstance(item, Row) else item.reason) for item in items]


def test_a_row_has_the_line_on_which_it_starts():
    text = 'a,b\n1,"x\n\ny"\n\n2,"say ""no"""\r\n'
    assert told(rows(text)) == [(2, {"a": "1", "b": "x\n\ny"}), (6, {"a": "2", "b": 'say "no"'})]


def test_a_byte_order_mark_white_space_in_names_and_empty_rows_go():
    assert told(rows("\ufeff\n a , b\n , \n1,2")) == [(4, {"a": "1", "b": "2"})]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_each_delimiter_parts_cells(delimiter):
    assert told(rows(f"a{delimiter}b\n1{delimiter}2\n", delimiter)) == [(2, {"a": "1", "b": "2"})]


def test_a_ragged_row_is_a_fault_and_the_next_is_read():
    items = rows("a,b\n1\n1,2,3\n4,5\n")
    reason = "has {} cells, and the header has 2: check the quotation marks and what stands between the cells"
    assert told(items) == [(2, reason.format(1)), (3, reason.format(3)), (4, {"a": "4", "b": "5"})]
    assert isinstance(items[0], MalformedRecord)


def test_bytes_that_are_not_utf_8_are_a_fault_of_their_row():
    items = rows(b"a,b\n1,it\x92s\n2,it is\n")
    assert told(items) == [
        (2, "b is not UTF-8 text (byte 0x92): save the table as UTF-8"),
        (3, {"a": "2", "b": "it is"}),
    ]


@pytest.mark.parametrize(
    ("text", "line"), [('a,b\n1,"2"3\n', 2), ('a,b\n1,2\n\n3,"4\n5\n', 4), ('"a,b\n', 1), ("a,b\n1,2\r3,4\n", 2)]
)
def test_broken_quotation_marks_end_the_reading_where_the_row_starts(text, line):
    with pytest.raises(SourceError, match=r"table\.csv:\d+: cells can't be told apart from here on \(") as error:
        rows(text)
    assert error.value.line == line


def test_a_line_or_a_cell_of_absurd_length_ends_the_reading():
    with pytest.raises(SourceError, match=r"table\.csv:2: a line of more than 100 bytes is no row"):
        rows("a,b\n" + "x" * 200, max_row_bytes=100)


def test_a_cell_can_be_longer_than_what_the_csv_module_takes_unasked():
    long = "x" * 200_000
    assert told(rows(f'a,b\n1,"{long}"\n')) == [(2, {"a": "1", "b": long})]


@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), min_size=2, max_size=2),
        max_size=5,
    )
)
def test_what_a_csv_writer_writes_is_read_again(table):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["a", "b"], *table])
    expected = [{"a": cells[0], "b": cells[1]} for cells in table if any(cell.strip() for cell in cells)]
    assert [item.cells for item in rows(text.getvalue()) if isinstance(item, Row)] == expected


def test_the_delimiter_is_the_one_that_finds_the_most_names():
    wanted = ("question", "answer", "uin")
    candidates = (",", ";", "\t")
    assert delimiter_of(b"question;answer;uin\na,b;c,d;e\n", wanted, candidates) == ";"
    assert delimiter_of(b"question\tanswer\tuin\n", wanted, candidates) == "\t"
    assert delimiter_of(b'question,"answer",uin;x\n', wanted, candidates) == ","
    assert delimiter_of(b"nothing here", wanted, candidates) == ","


def test_the_header_may_be_cut_or_broken():
    assert columns_in(b"", ",") == []
    assert columns_in(b'\n\n"a\nb", c ,d', ",") == ["a\nb", "c", "d"]


def lines(*items):
    return b"".join((item if isinstance(item, bytes) else json.dumps(item).encode()) + b"\n" for item in items)


def test_objects_are_rows_with_numbers_and_truth_as_text():
    data = b"\xef\xbb\xbf" + lines({"a": "x\ny", "b": 5}, b"", {"a": True, "b": None})
    assert is_json_lines(data)
    assert not is_json_lines(b"a,b\n{")
    found = list(json_rows("table.jsonl", io.BytesIO(data)))
    assert told(found) == [(1, {"a": "x\ny", "b": "5"}), (3, {"a": "true", "b": ""})]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "is not JSON (Expecting property name enclosed in double quotes: line 2 column 1 (char 2)): give one"),
        (b"[" * 100_000, "is not JSON ("),
        (b"[1]", "is not an object: give one object in braces a line"),
        (b'{"a": [1]}', "a is a list or an object: give text, a number, true or false"),
        (b'{"a": "it\x92s"}', "a is not UTF-8 text (byte 0x92): save the table as UTF-8"),
        (rb'{"a": "Four \ud800 bats."}', r"a is not UTF-8 text (half a character, \ud800): save the table as UTF-8"),
        (rb'{"\udfff": "x"}', r"\udfff is not UTF-8 text (half a character, \udfff): save the table as UTF-8"),
    ],
)
def test_a_broken_line_is_a_fault_and_the_next_is_read(line, reason):
    first, second = told(json_rows("table.jsonl", io.BytesIO(lines(line, {"a": 1}))))
    assert first[0] == 1
    assert first[1].startswith(reason)
    assert second == (2, {"a": "1"})


def test_the_names_of_a_first_object_are_found_where_it_is_cut():
    assert names_in(b'\n{"a": 1, "b c" : "x", "d": "cut he') == ["a", "b c", "d"]


def test_two_halves_of_a_character_are_one():
    assert told(json_rows("table.jsonl", io.BytesIO(rb'{"a": "\ud83d\udc1d"}'))) == [(1, {"a": "\U0001f41d"})]


def test_a_name_that_is_not_utf_8_can_be_shown():
    assert columns_in(b"it\x92s,b\n", ",") == ["it\ufffds", "b"]
