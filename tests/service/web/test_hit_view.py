import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from retrieval.choices import Match
from retrieval.encoders import Encoder
from retrieval.filters import EVERY_KIND, Filters
from retrieval.hit_results import AttachmentSource, Hit, LaterAnswer, NearDuplicate, Span
from retrieval.records import AnswererKind, AnswerKind, Genre, Member
from retrieval.search import Searcher
from service.web.hit_view import hit_view, words_of

BUSES = "commons-2025-01-13-205"
BUSES_BEFORE = "commons-2024-09-02-102"


@pytest.fixture
def searcher(built_once: Path, toy_encoder: Encoder) -> Searcher:
    return Searcher.open(built_once, toy_encoder)


@pytest.fixture
def buses(searcher: Searcher) -> Hit:
    return searcher.search("local councils powers to run bus services in rural areas").hits[0]


def worded(searcher: Searcher, query: str) -> Hit:
    return searcher.search(query, Filters(kind=EVERY_KIND), match=Match.EXACT).hits[0]


def test_a_hit_has_who_answered_when_and_what_is_marked(buses: Hit):
    view = hit_view(buses)
    assert (view.rank, view.title, view.minister, view.body) == (
        1,
        "Bus Services: Rural Areas",
        "Eve Placeholder",
        "Department for Transport",
    )
    assert (view.given, view.answered) == ("answered 20 January 2025", date(2025, 1, 20))
    assert view.href == f"/answers/{BUSES}?passage={buses.passage.hash}#p{buses.passage.ordinal}"
    assert view.asker == "Cy Madeup (Liberal Democrat - Exampleshire)"
    assert view.question == "To ask the Secretary of State for Transport, what plans she has for village bus services."
    assert view.chance.endswith("%")
    assert json.loads(view.basket) == {
        "key": BUSES,
        "passage": buses.passage.hash,
        "ordinal": buses.passage.ordinal,
    }


def test_other_questions_with_the_same_answer_are_folded_with_who_asked_them(buses: Hit):
    also = hit_view(buses).lists[0]
    assert also.title == "Also given to 2 other questions"
    assert [(one.name, one.href, one.told) for one in also.items] == [
        (
            "101",
            "/answers/commons-2024-09-02-101",
            "Ann Invented (Labour - Testford North), answered 10 September 2024",
        ),
        (
            "102",
            f"/answers/{BUSES_BEFORE}",
            "Bob Fictional (Conservative - Sampleton), answered 10 September 2024",
        ),
    ]


def test_a_hit_of_words_says_no_chance(searcher: Searcher):
    view = hit_view(worded(searcher, "bus services"), is_scored=False)
    assert view.chance == ""
    assert view.words.html == Markup(
        "The Government is giving local councils powers to run <mark>bus services</mark> in rural areas."
    )
    assert view.words.is_marked


def test_what_is_copied_is_the_passage_in_quotation_marks_the_citation_and_the_address(buses: Hit):
    forms = {form.style: form for form in hit_view(buses).citation.forms}
    assert list(forms) == ["house", "member", "oscola"]
    assert forms["house"].text == buses.written["house"]
    text = buses.passage.text
    url = "https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205"
    assert forms["house"].quotation == f"\u201c{text}\u201d\n\n{buses.written['house']}\n{url}"
    # The OSCOLA form has the address in it.
    assert forms["oscola"].quotation == f"\u201c{text}\u201d\n\n{buses.written['oscola']}"


def test_who_copies_the_words_of_a_holding_answer_copies_that_it_is_one(searcher: Searcher):
    view = hit_view(worded(searcher, "answer is being prepared"))
    assert (view.badges[0].text, view.badges[0].tone) == ("Holding answer, not a reply", "bad")
    assert view.citation.forms[1].quotation.splitlines()[-1] == (
        "Note: this is a holding answer: it promises a reply and does not give one."
    )


def test_a_pointer_tells_where_it_points_and_links_it(searcher: Searcher):
    view = hit_view(worded(searcher, "answer given on 10 September"))
    assert view.badges[0].text == "Points to another answer"
    assert [one.href for one in view.points_to] == ["/answers/commons-2024-09-02-101"]
    assert view.lists == ()


def test_an_answer_that_is_pointed_to_says_by_which(buses: Hit):
    pointed = hit_view(buses).lists[1]
    assert pointed.title == "1 answer points to this one"
    assert [(one.name, one.href) for one in pointed.items] == [("413", "/answers/commons-2024-11-04-413")]


def test_a_table_row_is_cells_below_their_headers(searcher: Searcher):
    hit = worded(searcher, "1,204")
    view = hit_view(hit, is_scored=False)
    assert view.words.cells == (Markup("North East"), Markup("<mark>1,204</mark>"), Markup("1,310"))
    assert view.words.headers == ("Region", "2024", "2025")


@pytest.mark.parametrize(
    ("text", "context", "cells", "headers", "under"),
    [
        ("a\tb", "Lead:\nOne | Two", ("a", "b"), ("One", "Two"), "Lead:"),
        ("a\tb\tc", "One | Two", ("a", "b", "c"), ("One", "Two", ""), ""),
        ("a\tb", "One | Two | Three", ("a", "b"), (), "One | Two | Three"),
        ("a\tb", None, ("a", "b"), (), ""),
        ("a place in supported housing", "The scheme offers:", (), (), "The scheme offers:"),
    ],
)
def test_headers_are_put_above_cells_only_where_they_fit(
    text: str, context: str | None, cells: tuple[str, ...], headers: tuple[str, ...], under: str
):
    words = words_of(text, (), context)
    assert (tuple(map(str, words.cells)), words.headers, words.under) == (cells, headers, under)


def test_marks_keep_to_their_cells_and_all_text_is_escaped():
    words = words_of("<b>\tx & y", [Span(1, 6)])
    assert words.cells == (Markup("&lt;<mark>b&gt;</mark>"), Markup("<mark>x </mark>&amp; y"))


def test_that_the_whole_passage_tells_is_not_worth_a_mark():
    assert words_of("All of it.", [Span(0, 10)]).is_marked is False
    assert str(words_of("All of it.", [Span(0, 10)]).html) == "All of it."


def test_what_the_source_does_not_give_is_said_to_be_missing(buses: Hit):
    bare = replace(buses.citation, minister=Member(id=7), asker=None, answering_body=None, answered=None)
    view = hit_view(replace(buses, citation=bare, heading=None))
    assert (view.minister, view.body, view.given) == (
        "Member 7 (name not in the source)",
        "answering body not known",
        "date answered not known",
    )
    assert (view.title, view.asker) == ("No heading in the source", "asker's name not in the source")
    nobody = replace(buses.citation, minister=None)
    assert hit_view(replace(buses, citation=nobody)).minister == "Minister's name not in the source"


def test_a_member_who_answers_for_a_body_is_not_taken_for_a_minister(buses: Hit):
    church = replace(buses.citation, answering_body="Church Commissioners", minister=Member(name="Dee", post="Estates"))
    view = hit_view(replace(buses, citation=church, answerer=AnswererKind.NON_MINISTER))
    assert view.body == "Church Commissioners (answers for the Church Commissioners; not a minister)"
    assert view.post == "Estates"


def test_a_statement_has_a_title_and_no_question(buses: Hit):
    made = replace(buses, genre=Genre.STATEMENT, heading=None)
    view = hit_view(made)
    assert (view.title, view.question, view.given) == ("Title not in the source", "", "made 20 January 2025")
    assert view.badges[0].text == "Written statement"
    assert view.lists[0].title == "The same text in 2 other statements"


def test_a_passage_of_an_attachment_says_so(buses: Hit):
    source = AttachmentSource(1, "Table 1", "https://files.example/1.pdf", "application/pdf", "page 3")
    view = hit_view(replace(buses, passage=replace(buses.passage, attachment=source)))
    assert (view.source, view.source_href) == ("Table 1, page 3", "https://files.example/1.pdf")
    assert "From an attachment: rights not known" in [one.text for one in view.badges]


def test_answers_that_say_nearly_the_same_show_where_they_differ(buses: Hit):
    other = NearDuplicate("k2", "206", None, None, date(2025, 2, 3), "Six <buses>.", 1, "206", (Span(0, 3),))
    view = hit_view(replace(buses, near_duplicates=(other,), near_duplicates_total=12, also_given=()))
    near = view.lists[0]
    assert near.title == "12 answers say nearly the same"
    assert near.note == "The nearest 1 of them. The words that differ are marked."
    assert near.items[0].told == "answering body not known, answered 3 February 2025"
    assert near.items[0].words == Markup("<mark>Six</mark> &lt;buses&gt;.")
    same = hit_view(replace(buses, near_duplicates=(replace(other, differing=()),), near_duplicates_total=1))
    assert [one.note for one in same.lists if "nearly" in one.title] == [""]


def test_a_later_answer_is_dated_linked_and_shown(buses: Hit):
    later = LaterAnswer(
        "lords-2025-02-03-hl77", "HL77", None, Member(name="Eve"), date(2025, 3, 4), "Later.", 2, "ab" * 8, "HL77", 0.9
    )
    view = hit_view(replace(buses, later=later))
    assert view.later is not None
    assert view.later.told == "Eve, answering body not known"
    href = "/answers/lords-2025-02-03-hl77?passage=abababababababab#p2"
    assert (view.badges[-1].text, view.badges[-1].href) == ("Later answer: 4 March 2025", href)
    assert (view.later.text, view.later.href) == ("Later.", href)


def test_an_answer_that_names_others_lists_them(searcher: Searcher):
    pointer = worded(searcher, "answer given on 10 September")
    view = hit_view(replace(pointer, kind=AnswerKind.SUBSTANTIVE))
    assert [one.title for one in view.lists] == ["Names 1 other answer or statement"]
