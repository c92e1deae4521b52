"""Links of an answer are put round their words, and nothing but addresses on the web becomes a link."""

import pytest
from markupsafe import Markup

from retrieval.records import Block, BlockKind, Link
from service.web.linked_text import PlacedLink, links_without_place, placed_links, with_links


def paragraph(text: str, *links: Link) -> Block:
    return Block(BlockKind.PARAGRAPH, text, links=links)


def test_a_link_stands_round_its_words_and_everything_is_escaped():
    block = paragraph("See <the> table here.", Link("table", 'https://a.example/?x="1"&y=2'))
    assert with_links(block.text, placed_links(block)) == Markup(
        'See &lt;the&gt; <a href="https://a.example/?x=&#34;1&#34;&amp;y=2" rel="noreferrer noopener">table</a> here.'
    )


def test_links_of_the_same_words_stand_one_after_the_other():
    block = paragraph("here and here", Link("here", "https://a.example"), Link("here", "https://b.example"))
    assert placed_links(block) == (PlacedLink(0, 4, "https://a.example"), PlacedLink(9, 13, "https://b.example"))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "mailto:a@b.example", "file:///etc/passwd", "//a.example", ""])
def test_what_is_not_on_the_web_is_no_link(url: str):
    block = paragraph("write here", Link("here", url), Link("nowhere", url))
    assert placed_links(block) == ()
    assert links_without_place(block) == ()
    assert with_links(block.text, placed_links(block)) == "write here"


def test_a_link_on_the_web_has_any_case():
    assert placed_links(paragraph("here", Link("here", "HTTPS://A.example"))) == (
        PlacedLink(0, 4, "HTTPS://A.example"),
    )


def test_a_link_that_is_not_web_still_takes_its_place():
    block = paragraph("here and here", Link("here", "mailto:a@b.example"), Link("here", "https://a.example"))
    assert placed_links(block) == (PlacedLink(9, 13, "https://a.example"),)


def test_words_that_stand_more_often_than_they_are_a_link_are_not_guessed_at():
    link = Link("here", "https://a.example")
    block = paragraph("There is nothing here. The figures are here.", link)
    assert placed_links(block) == ()
    assert links_without_place(block) == (link,)


def test_words_within_a_word_are_not_taken_for_a_link():
    block = paragraph("There it is, here.", Link("here", "https://a.example"))
    assert placed_links(block) == (PlacedLink(13, 17, "https://a.example"),)


def test_a_link_within_the_words_of_another_is_told_apart():
    inner = Link("5", "https://b.example")
    block = paragraph("Question 5", Link("Question 5", "https://a.example"), inner)
    assert placed_links(block) == (PlacedLink(0, 10, "https://a.example"),)
    assert links_without_place(block) == (inner,)


def test_a_link_whose_words_are_not_in_the_text_is_told_apart():
    lost = Link("other words", "https://a.example")
    block = paragraph("these words", Link("words", "https://b.example"), lost)
    assert links_without_place(block) == (lost,)


def test_a_part_of_a_text_has_the_part_of_a_link_that_is_in_it():
    links = placed_links(paragraph("one long link here", Link("long link", "https://a.example")))
    assert with_links("one lo", links) == 'one <a href="https://a.example" rel="noreferrer noopener">lo</a>'
    assert with_links("ng link here", links, 6) == (
        '<a href="https://a.example" rel="noreferrer noopener">ng link</a> here'
    )
    assert with_links(" here", links, 13) == " here"
