"""An answer's passages are shown as the paragraphs, lists and tables they were, each word in its passage."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.markup import parse_answer
from retrieval.passages import passages_of
from retrieval.records import Block, BlockKind, Link
from service.web.answer_blocks import Cell, ShownPassage, ShownTable, shown

ROWSPAN = (
    "<p>The table below has the figures:</p><table><tr><td colspan=3>Lanterns in use</td></tr>"
    "<tr><td>Year</td><td>Region</td><td>Lanterns</td></tr><tr><td rowspan=2>2024</td><td>North</td><td>1,024</td></tr>"
    "<tr><td>South</td><td>£2m</td></tr><tr><td>2025</td><td>North</td></tr>"
    "<tr><td colspan=3>Source: own counts.</td></tr></table>"
)


def of_html(answer: str) -> list[ShownPassage | ShownTable]:
    blocks = parse_answer(answer)
    return list(shown(blocks, passages_of(blocks)))


def words(html: str) -> list[str]:
    return unescape(re.sub(r"<[^>]*>", " ", html)).split()


def test_paragraphs_and_lists_are_what_they_were():
    [one] = of_html("<p>They are:</p><ul><li>a &lt;</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>")
    assert isinstance(one, ShownPassage)
    assert one.html == "<p>They are:</p><ul><li>a &lt;</li><li>b<ul><li>c</li></ul></li><li>d</li></ul>"


def test_a_list_that_begins_deeper_than_it_goes_on_is_still_a_list():
    blocks = [Block(BlockKind.LIST_ITEM, "deep", depth=2), Block(BlockKind.LIST_ITEM, "high", depth=1)]
    [one] = shown(blocks, passages_of(blocks))
    assert isinstance(one, ShownPassage)
    assert one.html == "<ul><li><ul><li>deep</li></ul></li><li>high</li></ul>"


def test_rows_are_one_table_with_its_title_and_headings():
    before, table = of_html(ROWSPAN)
    assert isinstance(before, ShownPassage)
    assert before.ordinal == 1
    assert isinstance(table, ShownTable)
    assert table.titles == ("Lanterns in use",)
    assert table.columns == ("Year", "Region", "Lanterns")
    assert [row.passages[0].ordinal for row in table.rows] == [2, 3, 4, 5]
    assert [row.passages[0].text for row in table.rows][1] == "\tSouth\t£2m"


def test_a_cell_that_reaches_down_is_told_again_in_the_rows_below():
    _, table = of_html(ROWSPAN)
    assert isinstance(table, ShownTable)
    first, second = table.rows[:2]
    assert (first.cells[0].html, first.cells[0].is_heading, first.cells[0].is_from_above) == ("2024", True, False)
    assert (second.cells[0].html, second.cells[0].is_heading, second.cells[0].is_from_above) == ("2024", True, True)


def test_numbers_are_known_by_cell_and_by_column():
    _, table = of_html(ROWSPAN)
    assert isinstance(table, ShownTable)
    assert [cell.is_number for cell in table.rows[0].cells] == [True, False, True]
    assert [table.is_of_numbers(column) for column in range(3)] == [False, False, True]
    assert not table.is_of_numbers(9)


def test_a_short_row_is_filled_up_and_a_note_stands_across():
    _, table = of_html(ROWSPAN)
    assert isinstance(table, ShownTable)
    assert [str(cell.html) for cell in table.rows[2].cells] == ["2025", "North", ""]
    assert table.rows[3].is_note
    assert table.rows[3].cells[0].html == "Source: own counts."
    assert table.width == 3


def test_a_table_without_headings_has_none():
    [table] = of_html("<table><tr><td>4 kg</td><td>5 kg</td></tr><tr><td>6 kg</td><td>7 kg</td></tr></table>")
    assert isinstance(table, ShownTable)
    assert (table.titles, table.columns, table.width) == ((), (), 2)
    assert [[str(cell.html) for cell in row.cells] for row in table.rows] == [["4 kg", "5 kg"], ["6 kg", "7 kg"]]


def test_a_title_between_rows_is_a_row_without_a_passage():
    rows = "<tr><td>Year</td><td>Lit</td></tr><tr><td>2024</td><td>1</td></tr><tr><td colspan=2>South</td></tr>"
    [table] = of_html(f"<table>{rows}<tr><td>2024</td><td>2</td></tr></table>")
    assert isinstance(table, ShownTable)
    assert [bool(row.passages) for row in table.rows] == [True, False, True]
    assert table.rows[1].cells == (Cell(table.rows[1].cells[0].html, is_heading=True),)
    assert table.rows[1].cells[0].html == "South"


def test_two_tables_in_a_row_are_two():
    table = "<table><tr><td>Year</td><td>Lit</td></tr><tr><td>2024</td><td>1</td></tr></table>"
    assert [part.number for part in of_html(table * 2) if isinstance(part, ShownTable)] == [1, 2]


def test_links_stay_in_the_part_of_a_long_paragraph_that_they_are_in():
    text = "Nothing is to be said of it. " * 40
    blocks = [Block(BlockKind.PARAGRAPH, f"{text}See here", links=(Link("here", "https://a.example"),))]
    parts = [part for part in shown(blocks, passages_of(blocks)) if isinstance(part, ShownPassage)]
    assert len(parts) > 1
    assert ["<a href" in part.html for part in parts] == [*[False] * (len(parts) - 1), True]


def test_a_link_that_has_no_certain_place_stands_below_its_passage():
    lost = Link("here", "https://a.example")
    blocks = [Block(BlockKind.PARAGRAPH, "Go on from here to here.", links=(lost,))]
    [one] = shown(blocks, passages_of(blocks))
    assert isinstance(one, ShownPassage)
    assert (one.links, str(one.html)) == ((lost,), "<p>Go on from here to here.</p>")


def test_a_long_row_is_one_row_with_all_its_passages():
    long = "Words of one cell. " * 80
    blocks = parse_answer(
        f"<table><tr><td>Year</td><td>Said</td></tr><tr><td>2024</td><td>{long}</td></tr>"
        "<tr><td>2025</td><td>No.</td></tr></table>"
    )
    [table] = shown(blocks, passages_of(blocks))
    assert isinstance(table, ShownTable)
    assert len(table.rows) == 2
    assert [one.ordinal for one in table.rows[0].passages] == [1, 2]
    assert [one.ordinal for one in table.rows[1].passages] == [3]


CELLS = st.sampled_from(["Year", "North", "1,024", "", "of the coast", "2025", "£4"])
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5).map(
    lambda rows: (
        "<table>" + "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows) + "</table>"
    )
)
LISTS = st.lists(st.sampled_from(["one", "two &amp; more", "three"]), min_size=1, max_size=4).map(
    lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
)
PARAGRAPHS = st.sampled_from(
    ["<p>The table below:</p>", "<p>It is &lt;so&gt;.</p>", "<p>" + "It goes on. " * 120 + "</p>"]
)


@settings(max_examples=60)
@given(st.lists(st.one_of(TABLES, LISTS, PARAGRAPHS), max_size=5).map("".join))
def test_every_passage_is_shown_once_in_order_with_all_its_words(answer: str):
    blocks = parse_answer(answer)
    passages = passages_of(blocks)
    found: list[ShownPassage] = []
    for part in shown(blocks, passages):
        if isinstance(part, ShownTable):
            for row in part.rows:
                found += row.passages
                told = [word for cell in row.cells if not cell.is_from_above for word in words(str(cell.html))]
                assert not row.passages or told == " ".join(one.text for one in row.passages).split()
        else:
            found.append(part)
            assert words(str(part.html)) == part.text.split()
    assert [(one.ordinal, one.hash, one.text) for one in found] == [(p.ordinal, p.hash, p.text) for p in passages]
