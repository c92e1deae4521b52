"""Passages are what a person would quote: paragraphs, lists with their lead-in, rows with their headers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.markup import parse_answer
from retrieval.passages import (
    MAX_CHARACTERS,
    MAX_CONTEXT,
    MIN_CHARACTERS,
    Passage,
    encoder_text,
    is_faithful,
    passages_of,
    question_for_encoder,
)
from retrieval.records import Block, BlockKind

LONG = "The Government keeps this policy under review and will publish its findings in due course as usual."
OTHER = "Local authorities are responsible for these services; the Department works closely with all of them."


def paragraph(text: str) -> Block:
    return Block(BlockKind.PARAGRAPH, text)


def item(text: str, depth: int = 1) -> Block:
    return Block(BlockKind.LIST_ITEM, text, depth=depth)


def row(text: str, *headers: str, table: int = 1) -> Block:
    return Block(BlockKind.TABLE_ROW, text, table=table, headers=headers)


def texts(answer: Sequence[Block]) -> list[str]:
    return [passage.text for passage in passages_of(answer)]


def contexts(answer: Sequence[Block]) -> list[str]:
    return [passage.context for passage in passages_of(answer)]


def words(count: int) -> str:
    """A sentence of `count` words, nine characters each with the space after."""
    return " ".join(f"word{i:04d}" for i in range(count - 1)) + " the end."


def test_an_answer_without_blocks_has_no_passages() -> None:
    assert passages_of(()) == ()


def test_each_paragraph_is_a_passage() -> None:
    assert passages_of((paragraph(LONG), paragraph(OTHER))) == (
        Passage(1, LONG, 0, 0),
        Passage(2, OTHER, 1, 1),
    )


def test_the_hash_is_that_of_the_folded_text() -> None:
    expected = hashlib.sha256(b"a b c").hexdigest()[:16]
    assert Passage(1, "a\tb\nc", 0, 0).hash == Passage(7, "a b  c", 3, 4, "else").hash == expected


def test_a_list_stays_with_its_lead_in() -> None:
    answer = (paragraph(LONG), paragraph(f"{LONG[:-1]}:"), item("one"), item("two", 2), paragraph(OTHER))
    assert texts(answer) == [LONG, f"{LONG[:-1]}:\none\ntwo", OTHER]
    assert contexts(answer) == ["", "", ""]


def test_a_sentence_that_announces_a_list_leads_in_without_a_colon() -> None:
    lead = f"{LONG} The services that are covered include the following."
    assert texts((paragraph(lead), item(OTHER))) == [f"{lead}\n{OTHER}"]
    assert texts((paragraph(LONG), item(OTHER), item("x" * 90))) == [LONG, f"{OTHER}\n{'x' * 90}"]


def test_paragraphs_with_marks_of_a_list_are_its_items() -> None:
    answer = tuple(map(paragraph, (f"{LONG[:-1]}:", "• one thing", "(b) two things", "- three", OTHER)))
    assert texts(answer) == [f"{LONG[:-1]}:\n• one thing\n(b) two things\n- three", OTHER]


def test_long_paragraphs_with_labels_are_no_list() -> None:
    labelled = [f"({label}) {LONG} {OTHER} {LONG}" for label in "ab"]
    assert texts(tuple(map(paragraph, labelled))) == labelled


def test_a_long_list_is_split_and_its_later_parts_stand_under_the_lead_in() -> None:
    lead = f"{OTHER} We will do the following:"
    answer = (paragraph(lead), *(item(f"{i} {LONG}") for i in range(12)))
    found = passages_of(answer)
    assert [(passage.first_block, passage.last_block) for passage in found] == [(0, 5), (6, 12)]
    assert [passage.context for passage in found] == ["", "We will do the following:"]
    assert found[0].text.startswith(lead)
    assert lead not in found[1].text


def test_nested_items_stay_with_the_item_above_them_where_they_can() -> None:
    answer = (paragraph("We will:"), *(item(LONG, 1 + (i % 4 > 0)) for i in range(16)))
    assert [passage.first_block for passage in passages_of(answer)] == [0, 9]
    deep = (item(LONG), *(item(LONG, 2) for _ in range(12)))
    assert [(p.first_block, p.last_block) for p in passages_of(deep)] == [(0, 6), (7, 12)]


def test_a_lead_in_that_is_too_long_gives_its_last_words_as_context() -> None:
    lead = words(60)[:-1] + " as follows:"
    found = passages_of((paragraph(lead), *(item(LONG) for _ in range(9))))
    assert found[0].text.startswith(lead)
    assert found[-1].context.startswith("… word00")
    assert found[-1].context.endswith("the end as follows:")
    assert len(found[-1].context) <= MAX_CONTEXT + 2


def test_a_heading_joins_what_follows() -> None:
    assert texts((paragraph(LONG), paragraph("Next steps"), paragraph(OTHER))) == [
        LONG,
        f"Next steps\n{OTHER}",
    ]


def test_a_heading_stays_with_the_list_and_lead_in_that_follow() -> None:
    answer = (paragraph("Scope"), paragraph("It covers:"), *(item(LONG) for _ in range(10)))
    found = passages_of(answer)
    assert found[0].text.startswith("Scope\nIt covers:\nThe Government")
    assert [passage.context for passage in found] == ["", "It covers:"]


def test_a_short_sentence_joins_what_precedes() -> None:
    assert texts((paragraph(LONG), paragraph("Thank you."), paragraph(OTHER))) == [
        f"{LONG}\nThank you.",
        OTHER,
    ]


def test_a_short_sentence_with_nothing_before_it_joins_what_follows() -> None:
    assert texts((paragraph("No assessment has been made."), paragraph(LONG))) == [
        f"No assessment has been made.\n{LONG}"
    ]


def test_a_short_answer_alone_is_a_passage() -> None:
    assert texts((paragraph("No."),)) == ["No."]


def test_a_series_of_short_lines_is_one_passage() -> None:
    lines = [f"{year} – {year * 7}" for year in range(2010, 2024)]
    assert texts(tuple(map(paragraph, (LONG, *lines)))) == [LONG, "\n".join(lines)]


def test_a_fragment_joins_nothing_it_would_make_too_long() -> None:
    full = words(110)
    assert len(full) > MAX_CHARACTERS - MIN_CHARACTERS
    heading = "A heading that is not so very short as other headings are"
    assert texts((paragraph(full), paragraph(heading), paragraph(full))) == [full, heading, full]


def test_a_paragraph_that_ends_with_a_colon_joins_the_one_after_it() -> None:
    assert texts((paragraph(f"{LONG[:-1]}:"), paragraph(OTHER))) == [f"{LONG[:-1]}:\n{OTHER}"]


def test_an_over_long_paragraph_is_split_at_sentences_into_even_parts() -> None:
    text = " ".join(f"{i} {LONG}" for i in range(12))
    found = passages_of((paragraph(text),))
    assert " ".join(passage.text for passage in found) == text
    assert [len(passage.text) for passage in found] == [611, 613]
    assert all((p.first_block, p.last_block, p.context) == (0, 0, "") for p in found)


def test_an_over_long_sentence_is_split_at_white_space() -> None:
    text = words(150)
    found = texts((paragraph(text),))
    assert [len(part) for part in found] == [674, 674]
    assert " ".join(found) == text


def test_a_word_that_is_too_long_is_split_into_pieces_that_fit() -> None:
    assert texts((paragraph("x" * 3000),)) == ["x" * 1000] * 3
    link = "https://www.example.org/" + "a-" * 150
    found = passages_of((paragraph(f"See {link} for the figures."),), lambda text: len(text) <= 120)
    assert all(len(passage.text) <= 120 for passage in found)
    assert all(is_faithful(passage, f"See {link} for the figures.") for passage in found)
    assert "".join(passage.text for passage in found).replace(" ", "") == f"See{link}forthefigures."


def test_a_table_row_is_a_passage_and_its_headers_are_its_context() -> None:
    answer = (
        paragraph(LONG),
        row("Year\tNumber"),
        row("2020\t5", "Year", "Number"),
        row("\t6", "", "Number"),
        paragraph(OTHER),
    )
    assert passages_of(answer) == (
        Passage(1, LONG, 0, 0),
        Passage(2, "2020\t5", 2, 2, "Year | Number"),
        Passage(3, "\t6", 3, 3, "| Number"),
        Passage(4, OTHER, 4, 4),
    )


def test_rows_without_headers_and_notes_below_a_table_are_passages() -> None:
    assert texts((row("only\trow"),)) == ["only\trow"]
    answer = (
        row("a\t1"),
        row("b\t2"),
        row("h\tk", table=2),
        row("c\t3", "h", "k", table=2),
        row("Note", table=2),
    )
    assert texts(answer) == ["a\t1", "b\t2", "c\t3", "Note"]


def test_words_that_announce_a_table_stand_above_its_headers() -> None:
    data = (row("Year\tNumber"), row("2020\t5", "Year", "Number"))
    assert contexts((paragraph("Table 2: Leavers"), *data)) == ["", "Table 2: Leavers\nYear | Number"]
    assert contexts((paragraph(f"{LONG} The table below has leavers."), *data))[1].startswith(
        "The table below has leavers.\n"
    )
    assert contexts((paragraph(LONG), *data)) == ["", "Year | Number"]
    assert contexts((item("Leavers"), *data)) == ["", "Year | Number"]
    assert contexts((*data, row("5\t6", table=2))) == ["Year | Number", ""]


def test_headers_that_are_too_long_are_cut_at_the_end() -> None:
    (context,) = contexts((row("h\tk"), row("2020\t5", *(f"Column number {i}" for i in range(40)))))
    assert context.startswith("Column number 0 | Column number 1 |")
    assert context.endswith(" …")
    assert len(context) <= MAX_CONTEXT + 2


def test_a_passage_that_does_not_fit_is_split_until_it_does() -> None:
    def fits(text: str) -> bool:
        return len(text.split()) <= 8

    found = passages_of((paragraph(LONG), row("h\tk"), row("one two three four\tfive six", "h", "k")), fits)
    assert all(fits(f"{passage.context}\n{passage.text}") for passage in found)
    assert " ".join(passage.text for passage in found[:3]) == LONG
    assert [(p.text, p.context) for p in found[3:]] == [("one two three four\tfive six", "")]


def test_context_goes_before_a_sentence_is_cut() -> None:
    (found,) = passages_of((row("h"), row("a b c d", "x y z")), lambda text: len(text.split()) <= 5)[-1:]
    assert (found.text, found.context) == ("a b c d", "")


def test_a_word_that_does_not_fit_stands_alone() -> None:
    assert [p.text for p in passages_of((paragraph("one two"),), lambda _: False)] == ["one", "two"]


def test_a_faithful_passage_is_word_for_word_in_the_answer() -> None:
    clean = "One  two\nthree."
    assert is_faithful(Passage(1, "two\tthree.", 0, 1), clean)
    assert not is_faithful(Passage(1, "two, three.", 0, 1), clean)
    assert not is_faithful(Passage(1, " ", 0, 0), clean)


PASSAGE = Passage(1, "the text", 0, 0, "a context")


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (99, "A heading\nTo ask him now\na context\nthe text"),
        (9, "A heading\nTo ask him\na context\nthe text"),
        (6, "A heading\na context\nthe text"),
        (5, "a context\nthe text"),
        (3, "the text"),
        (1, "the text"),
    ],
)
def test_the_question_is_cut_first_then_the_heading_goes_then_the_context(limit: int, expected: str) -> None:
    made = encoder_text(PASSAGE, "A  heading", "To ask him\nnow", lambda text: len(text.split()) <= limit)
    assert made == expected


def test_what_is_missing_leaves_no_empty_line() -> None:
    assert encoder_text(Passage(1, "the text", 0, 0), None, "", lambda _: True) == "the text"


def test_the_encoder_reads_what_is_asked_and_not_whom_it_is_put_to() -> None:
    question = "To ask the Secretary of State for  Defence, what is\n planned."
    assert question_for_encoder(question) == "what is planned."


def test_parsed_mark_up_makes_passages_that_can_be_quoted() -> None:
    answer = parse_answer(
        "<p>I refer the hon. Member to the following:</p><ul><li>one</li><li>two</li></ul>"
        "<table><tr><td>Year</td><td>Cost</td></tr><tr><td>2020</td><td>£5</td></tr></table><p>Thank you.</p>"
    )
    assert [(p.text, p.context) for p in passages_of(answer)] == [
        ("I refer the hon. Member to the following:\none\ntwo", ""),
        ("2020\t£5", "Year | Cost"),
        ("Thank you.", ""),
    ]


def made_row(cells: list[str], table: int, headed: bool) -> Block:
    return row("\t".join(cells), *(["Head"] * len(cells) if headed else []), table=table)


TEXT = st.lists(
    st.sampled_from(["One", "two", "No.", "hon.", "é😀", "end.", "is:", "• a", "word" * 9, LONG]),
    min_size=1,
    max_size=30,
).map(" ".join)
BLOCKS = st.lists(
    st.one_of(
        TEXT.map(paragraph),
        st.builds(item, TEXT, st.integers(1, 3)),
        st.builds(made_row, st.lists(TEXT, min_size=1, max_size=3), st.integers(1, 2), st.booleans()),
    ),
    max_size=12,
)


def heads(answer: Sequence[Block], place: int) -> bool:
    """The slow, obvious rule for rows that are in contexts only."""
    block = answer[place]
    later = [other for other in answer[place + 1 :] if other.table == block.table]
    return block.kind is BlockKind.TABLE_ROW and not block.headers and any(other.headers for other in later)


@given(BLOCKS, st.integers(12, 400))
def test_every_block_is_covered_once_in_order_and_every_passage_is_faithful_and_fits(
    answer: list[Block], limit: int
) -> None:
    def fits(text: str) -> bool:
        return len(text) <= limit * 10

    found = passages_of(answer, fits)
    expected = [block.text for place, block in enumerate(answer) if not heads(answer, place)]
    assert "".join("".join(p.text for p in found).split()) == "".join("".join(expected).split())
    assert [p.ordinal for p in found] == list(range(1, len(found) + 1))
    clean = "\n".join(block.text for block in answer)
    for passage in found:
        assert is_faithful(passage, clean)
        assert len(passage.text) <= MAX_CHARACTERS
        assert fits(f"{passage.context}\n{passage.text}" if passage.context else passage.text)
        held = "\n".join(block.text for block in answer[passage.first_block : passage.last_block + 1])
        assert passage.text in held
        assert passage.first_block == passage.last_block or passage.text == held
    places = [place for p in found for place in (p.first_block, p.last_block)]
    assert places == sorted(places)


@given(BLOCKS)
def test_the_same_blocks_make_the_same_passages(answer: list[Block]) -> None:
    assert passages_of(answer) == passages_of(tuple(answer))
    assert all(re.fullmatch(r"[0-9a-f]{16}", passage.hash) for passage in passages_of(answer))


def test_the_items_of_one_list_never_stand_under_the_lead_in_of_another() -> None:
    items = [
        Block(BlockKind.LIST_ITEM, f"item {number} {'is funded by the Department ' * 3}".strip(), 1)
        for number in range(14)
    ]
    answer = (
        paragraph("We do not fund:"),
        Block(BlockKind.LIST_ITEM, "hotels.", 1),
        paragraph("We fund all of the following:"),
        *items,
    )
    for passage in passages_of(answer):
        if "item" in passage.text:
            assert "do not fund" not in passage.context


def test_a_long_bullet_does_not_lead_in_the_bullets_after_it() -> None:
    bullets = [f"- {'one more thing that was done for patients this year ' * 8}".strip() for _ in range(2)]
    answer = (paragraph("This is evidenced by:"), *(paragraph(text) for text in bullets), paragraph("- a short one"))
    assert all(not passage.context.endswith("patients this year") for passage in passages_of(answer))
