"""Mark-up of answers becomes blocks, and no visible word is lost on the way."""

from __future__ import annotations

import re
from contextlib import nullcontext
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord
from retrieval.markup import MAX_CELLS, MAX_DEPTH, parse_answer, unwrapped_url
from retrieval.records import Block, BlockKind, Link

SAFE = (
    "https://gbr01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.gov.uk%2Fa%3Fb%3D1&data=05%7C02&reserved=0"
)


class _VisibleText(HTMLParser):
    """The slow, obvious reading of a page: everything that is not a script, a style, a title or a comment."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("script", "style", "title")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("script", "style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)


def visible(html_text: str) -> str:
    """All visible characters of `html_text` apart from white space."""
    reader = _VisibleText()
    reader.feed(html_text)
    reader.close()
    return re.sub(r"\s", "", "".join(reader.words))


def kept(html_text: str) -> str:
    """All characters of the blocks of `html_text` apart from white space."""
    return re.sub(r"\s", "", "".join(block.text for block in parse_answer(html_text)))


def texts(html_text: str) -> list[str]:
    return [block.text for block in parse_answer(html_text)]


def table(*rows: str) -> str:
    """A table from rows whose cells are parted by `|`; a leading `N*` spans N columns, `N^` N rows."""
    made = []
    for row in rows:
        cells = []
        for cell in row.split("|"):
            span = re.fullmatch(r"(\d+)([*^])(.*)", cell)
            name = {"*": "colspan", "^": "rowspan"}[span[2]] if span else ""
            cells.append(f'<td {name}="{span[1]}"><p>{span[3]}</p></td>' if span else f"<td><p>{cell}</p></td>")
        made.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table><tbody>{''.join(made)}</tbody></table>"


def headers(html_text: str) -> list[tuple[str, ...]]:
    return [block.headers for block in parse_answer(html_text)]


def test_paragraphs_become_blocks_and_empty_ones_are_dropped() -> None:
    found = parse_answer("<p>One.</p><p>&nbsp;</p><p>\u00a0 </p><p></p><p>\u200b</p><p> Two\n  three. </p>")
    assert found == (Block(BlockKind.PARAGRAPH, "One."), Block(BlockKind.PARAGRAPH, "Two three."))


def test_an_answer_without_words_has_no_blocks() -> None:
    assert [parse_answer(empty) for empty in ("", " \n ", "<p> </p>", "<table><tr><td></td></tr></table>")] == [()] * 4


def test_line_breaks_part_the_paragraphs_of_plain_text() -> None:
    assert texts("First, R&D &amp; more.\r\n\r\n Second: 3 < 5 &lt;p&gt;.\nThird.") == [
        "First, R&D & more.",
        "Second: 3 < 5 <p>.",
        "Third.",
    ]


def test_inline_elements_neither_glue_nor_split_words() -> None:
    html_text = "<p><strong>a</strong>b <em>c</em><span>d</span> CO<sub>2</sub><font>e</font><o:p></o:p></p>"
    assert texts(html_text) == ["ab cd CO2e"]


@pytest.mark.parametrize("name", ["bdi", "data", "mark", "slot", "time", "u", "picture"])
def test_an_element_that_shapes_nothing_is_taken_out(name: str) -> None:
    assert texts(f"<p>a<{name}>b</{name}>c</p>") == ["abc"]


def test_elements_that_part_lines_part_blocks() -> None:
    assert texts("a<div>b</div>c<h2>d</h2>e<blockquote>f</blockquote><dl><dt>g<dd>h</dl>i<hr>j") == list("abcdefghij")


def test_words_outside_any_element_are_kept() -> None:
    assert texts("before<p>a</p>after<ul>stray<li>item</ul>end") == [
        "before",
        "a",
        "after",
        "stray",
        "item",
        "end",
    ]


def test_a_nested_list_keeps_its_depth() -> None:
    found = parse_answer("<p>See:</p><ul><li>one<ol><li>deep</li></ol>back</li><li><p>two</p></li></ul><p>End.</p>")
    assert [(block.kind.value, block.depth, block.text) for block in found] == [
        ("paragraph", 0, "See:"),
        ("list_item", 1, "one"),
        ("list_item", 2, "deep"),
        ("list_item", 1, "back"),
        ("list_item", 1, "two"),
        ("paragraph", 0, "End."),
    ]


def test_two_line_breaks_part_paragraphs() -> None:
    assert texts("<p>one <br> <br/> two<br><br>three</p>") == ["one", "two", "three"]


def test_one_line_break_parts_lines_unless_the_sentence_goes_on() -> None:
    assert texts("<p>As follows:<br>2015 – 943<br>2016 – 1206<br>• A dash<br>b. B<br>(c) C</p>") == [
        "As follows:",
        "2015 – 943",
        "2016 – 1206",
        "• A dash",
        "b. B",
        "(c) C",
    ]
    assert texts("<p>support to ensure the<br> support goes on<br>(and on)</p>") == [
        "support to ensure the support goes on (and on)"
    ]
    assert texts("<p><br>Only line.<br></p>") == ["Only line."]


def test_a_line_break_in_a_cell_is_a_space() -> None:
    assert texts("<table><tr><td>Cleared<br>Revised</td><td><p>a</p><p>b</p></td></tr></table>") == [
        "Cleared Revised\ta b"
    ]


def test_entities_are_read_and_a_bare_ampersand_is_itself() -> None:
    assert texts("<p>&pound;5 &amp; &#163;6 &#x2013; &eacute;&lt;b&gt; &quot;q&quot; M&S; R&D a?x=1&copy=2</p>") == [
        '£5 & £6 – é<b> "q" M&S; R&D a?x=1&copy=2'
    ]


def test_characters_that_no_reader_sees_are_dropped_and_windows_ones_are_read() -> None:
    assert texts("<p>a\x00b\x07c\u200bd\xade&#0;\ud800</p>") == ["abcde\ufffd"]
    assert texts("<p>2010\x962011 &#150; it\x92s</p>") == ["2010–2011 – it’s"]
    assert texts("a\x00b\n\x1ac") == ["ab", "c"]


def test_scripts_styles_and_comments_never_appear() -> None:
    html_text = "<title>t</title><p>a<!-- <p>no</p> -->b<script>x < y</script >c<STYLE>p{}</STYLE>d"
    assert texts(f"{html_text}<!doctype html><?php e?></p>") == ["abcd"]
    assert texts("words <!-- hidden -->only") == ["words only"]


@pytest.mark.parametrize("opening", ["<!--", "<script>", "<style type='a'>"])
def test_what_hides_the_rest_of_an_answer_is_refused(opening: str) -> None:
    with pytest.raises(MalformedRecord, match="never closed"):
        parse_answer(f"<p>a</p>{opening}<p>b</p>")


def test_a_sign_that_opens_no_tag_is_text() -> None:
    assert texts("<p>5 <6 and <insert name> <me@x.org> <http://x.org/> a <b c</p>") == [
        "5 <6 and <insert name> <me@x.org> <http://x.org/> a <b c"
    ]


def test_an_unclosed_quotation_mark_in_a_tag_swallows_nothing() -> None:
    assert texts('<p class="x>One</p><p>Two "three"</p>') == ["One", 'Two "three"']


@pytest.mark.parametrize("element", ["div", "ul", "table"])
def test_elements_nested_too_deep_are_refused(element: str) -> None:
    with pytest.raises(MalformedRecord, match=f"deeper than {MAX_DEPTH}"):
        parse_answer(f"<{element}>" * 100_000 + "words")


def test_elements_nested_deep_but_not_too_deep_lose_no_words() -> None:
    assert texts("<div>" * 150 + "deep" + "</div>" * 150 + "after") == ["deep", "after"]
    assert texts("<b>" * 100_000 + "bold" + "</b>" * 100_000) == ["bold"]


def test_links_keep_their_words_and_their_address() -> None:
    (block,) = parse_answer(
        '<p>See <a href=" https://a.org/?x=1&amp;y=2&copy=3 ">the\n page</a>, or <a href=mailto:a@b.org>us</a>.</p>'
    )
    assert block.text == "See the page, or us."
    assert block.links == (Link("the page", "https://a.org/?x=1&y=2&copy=3"), Link("us", "mailto:a@b.org"))


def test_neighbouring_links_to_one_address_are_one_link() -> None:
    (block,) = parse_answer(
        "<p><a href='http://a.org'>the </a><a href='http://a.org'><b>page</b></a> <a href='http://a.org'></a></p>"
    )
    assert block.links == (Link("the page", "http://a.org"),)


def test_a_link_that_leads_nowhere_on_the_web_leaves_its_words_only() -> None:
    (block,) = parse_answer(
        '<p><a href="javascript:x()">a</a> <a href="/b">b</a> <a name="c">c</a> <a href="">d</a></p>'
    )
    assert (block.text, block.links) == ("a b c d", ())


def test_links_in_lists_and_cells_belong_to_their_block() -> None:
    found = parse_answer(
        '<ul><li><a href="http://a.org">a</a></li></ul>'
        f'<table><tr><td>x</td><td><a href="{SAFE}">b</a></td></tr></table>'
    )
    assert [block.links for block in found] == [
        (Link("a", "http://a.org"),),
        (Link("b", "https://www.gov.uk/a?b=1"),),
    ]


def test_a_safe_link_gives_way_to_the_address_it_stands_for() -> None:
    (block,) = parse_answer(f'<p>At <a href="{SAFE}">{SAFE}</a>.</p>')
    assert block.text == "At https://www.gov.uk/a?b=1."
    assert block.links == (Link("https://www.gov.uk/a?b=1", "https://www.gov.uk/a?b=1"),)
    assert texts(f"See ({SAFE}).") == ["See (https://www.gov.uk/a?b=1)."]


def test_unwrapping_takes_off_every_wrapper_and_leaves_other_addresses() -> None:
    twice = "https://eur02.safelinks.protection.outlook.com/?url=" + SAFE.replace("%", "%25").replace("&", "%26")
    assert unwrapped_url(twice) == "https://www.gov.uk/a?b=1"
    assert unwrapped_url("https://www.gov.uk/?url=https%3A%2F%2Fa.org") == "https://www.gov.uk/?url=https%3A%2F%2Fa.org"
    url = "https://a.org/"
    for _ in range(6):
        url = "https://a.safelinks.protection.outlook.com/?url=" + url.replace("%", "%25").replace("&", "%26")
    assert unwrapped_url(url).startswith("https://a.safelinks.")
    bad = "https://gbr01.safelinks.protection.outlook.com/?url=javascript%3Ax"
    assert unwrapped_url(bad) == bad
    spaced = "https://gbr01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.org%2Fb%20c%0A%ED%A0%80"
    assert not re.search(r"\s", unwrapped_url(spaced))


def test_the_first_row_heads_the_rows_after_it() -> None:
    found = parse_answer(table("Year|Number", "2020|1,021", "|5"))
    assert found == (
        Block(BlockKind.TABLE_ROW, "Year\tNumber", table=1),
        Block(BlockKind.TABLE_ROW, "2020\t1,021", table=1, headers=("Year", "Number")),
        Block(BlockKind.TABLE_ROW, "\t5", table=1, headers=("Year", "Number")),
    )


@pytest.mark.parametrize(
    "rows",
    [
        ("All|312", "Live|182"),
        ("2019-20|0.41 M", "2020-21|0.56 M"),
        ("2022 (part)|3745kg", "2023|44,482kg"),
        ("Bilateral|n/a", "Other|5"),
        ("Only|row",),
        ("A|" + "long " * 80, "B|x"),
    ],
)
def test_a_row_of_data_heads_nothing(rows: tuple[str, ...]) -> None:
    assert headers(table(*rows)) == [()] * len(rows)


def test_years_head_columns() -> None:
    assert headers(table("|2019|2020/21|2021 - 22", "Total|5|6|7"))[1] == ("", "2019", "2020/21", "2021 - 22")
    assert headers(table("2019|2020", "15|24"))[1] == ("2019", "2020")


def test_spans_are_written_out_so_that_headers_stand_over_their_cells() -> None:
    found = parse_answer(table("2^Region|2*2022|2023", "Men|Women|All", "North|1|2|3"))
    assert [block.text for block in found] == ["Region\t2022\t\t2023", "\tMen\tWomen\tAll", "North\t1\t2\t3"]
    assert found[2].headers == ("Region", "2022 Men", "2022 Women", "2023 All")


def test_a_header_over_several_columns_is_parted_by_the_row_below_it() -> None:
    assert headers(table("|2*Admissions", "Year|Diabetes|Obesity", "2019-20|59,828|11,025")) == [
        (),
        (),
        ("Year", "Admissions Diabetes", "Admissions Obesity"),
    ]


def test_a_cell_that_reaches_down_stands_with_its_header() -> None:
    found = parse_answer(table("Body|Type|Sum", "2^Fund|Core|5", "Other|6"))
    assert found[2].text == "\tOther\t6"
    assert found[2].headers == ("Body: Fund", "Type", "Sum")


def test_titles_across_a_table_stand_before_the_first_header() -> None:
    found = headers(
        table(
            "3*Spend by region",
            "Region|2022|2023",
            "3*North",
            "A|1|2",
            "3*South",
            "B|3|4",
            "3*Source: a survey.",
        )
    )
    assert found == [
        (),
        (),
        (),
        ("Spend by region: North: Region", "2022", "2023"),
        (),
        ("Spend by region: South: Region", "2022", "2023"),
        (),
    ]


def test_a_later_title_takes_the_place_of_an_earlier_one() -> None:
    assert headers(table("2*2016", "Court|Cases", "A|1", "2*2019", "Court|Open cases", "A|2")) == [
        (),
        (),
        ("2016: Court", "Cases"),
        (),
        (),
        ("2019: Court", "Open cases"),
    ]
    assert headers(table("25 March", "A|1", "26 March", "B|2")) == [
        (),
        ("25 March", ""),
        (),
        ("26 March", ""),
    ]
    assert headers(table("2*2016", "Court|Judge", "A|B", "2*2019", "C|D"))[4] == ("2019: Court", "Judge")


def test_a_row_of_words_below_a_title_is_data_where_the_columns_are_known() -> None:
    found = headers(table("Court|Judge", "A|B", "2*2019", "C|D", "E|F"))
    assert found == [(), ("Court", "Judge"), (), ("2019: Court", "Judge"), ("2019: Court", "Judge")]


def test_a_title_below_a_header_row_that_leads_to_no_other_stays_for_its_rows_only() -> None:
    found = headers(table("Court|Cases", "2*2018", "A|1", "2*2019", "B|2", "Open|3"))
    assert found[2:] == [("2018: Court", "Cases"), (), ("2019: Court", "Cases"), ("2019: Court", "Cases")]


def test_a_note_between_rows_is_no_title() -> None:
    found = headers(table("Year|Number", "2020|5", "2*Note that this is part of it.", "2021|6"))
    assert found[2:] == [("Year", "Number"), ("Year", "Number")]


def test_a_row_across_a_table_that_began_with_data_heads_nothing() -> None:
    assert headers(table("A|1", "2*Other", "B|2")) == [(), (), ()]


def test_a_table_of_one_column_has_a_header_only_over_a_list() -> None:
    assert headers(table("Location", "Addis Ababa", "Beijing")) == [(), ("Location",), ("Location",)]
    assert headers(table("Notes: see below", "One", "Two")) == [(), (), ()]


def test_words_between_cells_and_captions_are_kept() -> None:
    html_text = "<table><caption>Cap</caption>stray<td>Year<td>No<tr><td>2020</td>more<td>5</td></table>"
    assert kept(html_text) == visible(html_text)
    assert texts("<table><td>a<td>b</table>") == ["a\tb"]


def test_a_table_in_a_cell_is_words_of_that_cell() -> None:
    found = parse_answer("<table><tr><td>a<table><tr><td>b</td><td>c</td></tr></table>d</td><td>e</td></tr></table>")
    assert found == (Block(BlockKind.TABLE_ROW, "a b c d\te", table=1),)


def test_tables_are_counted_and_a_list_in_a_cell_is_no_list() -> None:
    found = parse_answer(f"{table('a|b')}<p>x</p><table></table><table><tr><td><ul><li>c</li></ul></td></tr></table>")
    assert [(block.kind.value, block.table, block.depth) for block in found] == [
        ("table_row", 1, 0),
        ("paragraph", 0, 0),
        ("table_row", 2, 0),
    ]


def test_spans_that_are_no_numbers_are_one() -> None:
    cells = '<td colspan="0">a</td><td colspan="x" rowspan="-1">b</td><td colspan="99999999">c</td>'
    assert texts(f"<table><tr>{cells}</tr></table>") == ["a\tb\tc"]


def test_a_table_that_spans_too_many_cells_is_refused() -> None:
    rows = "<tr><td colspan=1000 rowspan=1000>x</td></tr>" + "<tr></tr>" * 500
    with pytest.raises(MalformedRecord, match=str(MAX_CELLS)):
        parse_answer(f"<table>{rows}</table>")


def test_a_cell_that_reaches_below_a_gap_keeps_its_column() -> None:
    assert texts(table("a|b|2^c", "d")) == ["a\tb\tc", "d"]


EXAMPLES = [
    "<p>The hon. Member&#39;s <b>question</b>s.</p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>",
    table("Year|2*Number", "2020|1|2", "2^x|3|4", "5|6"),
    "plain words &amp; no tags",
    "<p>a<p>b<ul><li>c<li>d</ul><table>e<tr><td>f<td>g<tr><td>h</table>i",
    "</p></div>a</table><br><br/>b</li>",
]


@pytest.mark.parametrize("html_text", EXAMPLES)
def test_every_visible_character_is_in_the_blocks(html_text: str) -> None:
    assert kept(html_text) == visible(html_text)


TAGS = [
    "p",
    "div",
    "ul",
    "ol",
    "li",
    "table",
    "tbody",
    "tr",
    "td",
    "th",
    "strong",
    "em",
    "sup",
    "span",
    "h3",
    "caption",
]
PIECES = st.one_of(
    st.sampled_from([f"<{name}>" for name in TAGS] + [f"</{name}>" for name in TAGS]),
    st.sampled_from(["<br>", "<br/>", '<td colspan="2">', '<td rowspan="3">', '<a href="http://a.org">', "</a>", "\n"]),
    st.sampled_from(["one", "Two.", "3", "&amp;", "&pound;", "&#8211;", " ", "é", "😀", "\u00a0", "<!-- no -->"]),
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_whatever_the_tags_every_visible_character_is_in_the_blocks_in_order_outside_tables(
    html_text: str,
) -> None:
    found = parse_answer(html_text)
    assert sorted(kept(html_text)) == sorted(visible(html_text))
    if "<t" not in html_text and "<caption" not in html_text:
        assert kept(html_text) == visible(html_text)
    assert all(block.text.strip("\t") and "\n" not in block.text for block in found)
    assert all((block.depth > 0) == (block.kind is BlockKind.LIST_ITEM) for block in found)
    assert all((block.table > 0) == (block.kind is BlockKind.TABLE_ROW) for block in found)


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_reason(text: str) -> None:
    hides_the_rest = re.search(r"<!--|<(script|style|title|template)", text, re.IGNORECASE)
    with pytest.raises(MalformedRecord) if hides_the_rest else nullcontext():
        assert all(block.text for block in parse_answer(text))


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>4,512<sup>1</sup> lanterns</p>", "4,512 1 lanterns"),
        ("<p>in 2022_2023<strong><sup>3</sup></strong></p>", "in 2022_2023 3"),
        ("<p>the 6<sup>th</sup> of May, CO<sub>2</sub></p>", "the 6th of May, CO2"),
        ("<table><tr><td>2022/23<sup>6</sup></td><td>5</td></tr></table>", "2022/23 6\t5"),
    ],
)
def test_the_number_of_a_footnote_is_never_joined_to_a_figure(source: str, text: str) -> None:
    assert [block.text for block in parse_answer(source)] == [text]


def test_a_table_of_a_few_wide_cells_is_refused_before_it_is_written_out() -> None:
    with pytest.raises(MalformedRecord, match="cells"):
        parse_answer("<table><tr>" + "<td colspan=1000>x" * 400 + "</tr></table>")


def test_a_long_cell_that_reaches_down_is_in_no_header() -> None:
    long = "word " * 200
    rows = "".join(f"<tr><td>{number}</td></tr>" for number in range(5))
    blocks = parse_answer(f"<table><tr><td rowspan=6>{long}</td><td>Number</td></tr>{rows}</table>")
    assert all(len("".join(block.headers)) < 400 for block in blocks)
