"""Saved pages of Parliament's site: what they show, and what is refused rather than guessed at."""

import contextlib
import gzip
import io
from datetime import date
from html import escape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import MalformedRecord, SourceError
from retrieval.records import Attachment, BlockKind, Genre, House, Link, Member, Provenance, Record
from retrieval.sources.documents import Document
from retrieval.sources.official_page import OfficialPage
from retrieval.sources.page_days import full_day
from retrieval.sources.reader import Received, Withdrawn

READ_ON = date(2026, 11, 22)
READER = OfficialPage()
SAMPLES = Path(__file__).parents[2] / "data" / "sources"
PAGES = sorted(path.name for path in SAMPLES.glob("*.html"))
ADDRESS = "https://questions-statements.parliament.uk/written-questions/detail"


def page(name="written-question.html"):
    return (SAMPLES / name).read_text()


def received(html):
    data = html if isinstance(html, bytes) else html.encode()
    with Document.of_stream("page.html", io.BytesIO(data)) as document:
        (item,) = READER.split(document, READ_ON)
    return item


def parse(html):
    return READER.parse(received(html))


def fault(html):
    """Line and reason of the fault that a page is."""
    with pytest.raises(MalformedRecord) as caught:
        parse(html)
    return caught.value.line, caught.value.reason


def texts(record):
    return [block.text for block in record.answer]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("packed", [bytes, gzip.compress])
def test_every_sample_is_recognised_plain_and_compressed(name, packed):
    with Document.of_stream("given", io.BytesIO(packed(page(name).encode()))) as document:
        assert READER.recognises(document)


@pytest.mark.parametrize(
    "html",
    [
        "",
        "Written questions, answers and statements - UK Parliament",
        "<html><title>Bees</title></html>",
        '{"results": ["questions-statements.parliament.uk"]}',
    ],
)
def test_other_documents_are_not_recognised(html):
    with Document.of_stream("given", io.BytesIO(html.encode())) as document:
        assert not READER.recognises(document)


def test_a_question_is_read_with_its_facts_and_the_key_of_the_api():
    record = parse(page())
    assert (record.key, record.house, record.uin) == ("commons-2023-07-18-194793", House.COMMONS, "194793")
    assert (record.tabled, record.answered) == (date(2023, 7, 18), date(2023, 7, 25))
    assert (record.heading, record.answering_body) == ("Hives: Inspections", "Department for Hives & Honey")
    assert record.asker == Member(9901, "Dee Sting", "Beekeepers", "Kent Hives")
    assert record.answerer == Member(9902, "Fay Queen", "Pollen", "Essex Comb")
    assert record.question == (
        "To ask the Secretary of State for Hives, pursuant to the Answer of 3 July 2023 to Question 190000, "
        "how many hives were inspected."
    )
    assert (record.genre, record.flagged_correction, record.corrected, record.inferred) == (
        Genre.ANSWER,
        None,
        None,
        (),
    )


def test_an_answer_is_read_whole_with_its_headings_and_nothing_of_the_page_around_it():
    record = parse(page())
    assert texts(record) == [
        "We inspected 12 hives.",
        "Six in Kent",
        "By county",
        "County\tHives",
        "Kent\t6",
        "See the guide.",
    ]
    assert (record.answer[1].kind, record.answer[4].headers) == (BlockKind.LIST_ITEM, ("County", "Hives"))
    assert record.answer[5].links == (Link("guide", "https://www.gov.uk/hives"),)


def test_a_corrected_answer_says_when_and_keeps_the_first_text():
    record = parse(page("written-question-corrected.html"))
    assert (record.key, record.house) == ("lords-2026-05-11-hl8422", House.LORDS)
    assert (record.answered, record.corrected) == (date(2026, 5, 20), date(2026, 6, 2))
    assert (record.flagged_correction, record.holding_answered) == (True, date(2026, 5, 15))
    assert texts(record) == ["There are 21 hives."]
    assert [block.text for block in record.first_answer] == ["There are 12 hives."]
    assert record.attachments == (Attachment("Hives (PDF)", "https://example.org/hives.pdf"),)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            "<p>Attachments:</p><p>Table 1 shows six.</p>",
            "'Attachments:' is no heading, and can be the minister's words",
        ),
        (
            "<p>The original answer:</p><p>was wrong.</p>",
            "'The original answer:' is no heading, and can be the minister",
        ),
        (
            "<p>Corrected on 3 June 2026</p>",
            "'Corrected on 3 June 2026' is no heading, and can be the minister's words",
        ),
        ("<h4>Attachments</h4><p>Six.</p>", "'Six.' stands among the attachments, and is none: read it on the site"),
        ('<h4>Attachments</h4><a href="javascript:alert(1)">H</a>', "'H' stands among the attachments, and is none"),
        (
            '<h4>Attachments</h4><p>Six of <a href="https://example.org/a.pdf">these</a> were lost.</p>',
            "'Six of these were lost.' stands among the attachments, and is none: read it on the site",
        ),
    ],
)
def test_a_label_among_the_minister_s_paragraphs_takes_no_words_of_theirs(words, reason):
    html = page("written-question-corrected.html").replace("<p>There are 21 hives.</p>", f"<p>There are 21.</p>{words}")
    told = fault(html)[1]
    assert told.split(": ", 1)[1].startswith(reason)


def test_an_answer_is_not_corrected_before_it_was_given():
    html = page("written-question-corrected.html").replace("2 June 2026", "3 May 2026")
    assert fault(html)[1] == "corrected: is 2026-05-03, before it was answered (2026-05-20): read it on the site"


def test_an_attachment_may_have_its_kind_and_size_beside_it():
    html = page("written-question-corrected.html").replace("Hives (PDF)</a>", "Hives</a> (PDF, 12.0 KB)")
    assert parse(html).attachments == (Attachment("Hives", "https://example.org/hives.pdf"),)


def test_without_the_known_classes_the_first_words_of_a_card_are_the_name():
    record = parse(page("written-question-corrected.html"))
    assert (record.asker, record.answerer) == (Member(9903, "Lord Skep"), Member(9904, "Baroness Comb"))


def test_a_question_that_waits_for_its_answer_is_kept_with_the_day_it_is_due():
    record = parse(page("written-question-unanswered.html"))
    assert (record.is_answered, record.due, record.answerer) == (False, date(2026, 11, 23), None)
    assert record.question == "To ask the Secretary of State for Hives, whether bees winter well."


def test_a_withdrawn_question_is_withdrawn():
    html = page("written-question-unanswered.html").replace("Awaiting answer", "This question was withdrawn.")
    assert parse(html) is Withdrawn.WITHDRAWN


def test_a_question_about_withdrawals_without_its_element_is_not_withdrawn():
    html = page("written-question-unanswered.html").replace("winter well", "are withdrawn")
    assert parse(html).question == "To ask the Secretary of State for Hives, whether bees are withdrawn."


def test_a_question_about_withdrawals_is_not_withdrawn():
    html = page("written-question-unanswered.html").replace("winter well", "are withdrawn")
    html = html.replace("<p>To ask", '<div id="collapse-details"><p>To ask').replace(
        "withdrawn.</p>", "withdrawn.</p></div>"
    )
    assert parse(html).question == "To ask the Secretary of State for Hives, whether bees are withdrawn."


def test_a_statement_is_read():
    record = parse(page("written-statement.html"))
    assert (record.genre, record.key, record.uin) == (Genre.STATEMENT, "commons-2021-12-08-hcws449", "HCWS449")
    assert (record.heading, record.answering_body) == ("Winter Stores", "Department for Hives")
    assert (record.answered, record.answerer) == (date(2021, 12, 8), Member(9905, "Gus Waggle", "Pollen"))
    assert (texts(record), record.question) == (["Stores are full.", "They will last."], "")


def test_a_day_on_the_line_of_its_label_or_below_it_is_the_same():
    one_line = page().replace("<h4>Answered on</h4><p>25 July 2023</p>", "<p>Answered on 25 July 2023</p>")
    assert parse(one_line) == parse(page())


def test_words_marked_as_struck_out_are_not_in_the_answer():
    record = parse(page().replace("12 hives.", "<del>12</del><ins>21</ins> hives."))
    assert (texts(record)[0], record.flagged_correction) == ("We inspected 21 hives.", True)


def test_words_between_blocks_are_part_of_the_answer():
    record = parse(page().replace("<ul><li>Six", "In <b>all</b> &lt;9 &amp; more<ul><li>Six"))
    assert texts(record)[1] == "In all <9 & more"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("UIN 194793, tabled", "Number 194793, tabled", "UIN: is nowhere on the page: save the page of one"),
        ("UIN 194793", "UIN 5", "UIN: is 194793 and 5, and one number such as 194793 is needed"),
        (
            "tabled on 18 July",
            "tabled on 19 July",
            "tabled on: is 2023-07-19, but the address of the page has 2023-07-18",
        ),
        ("tabled on 18 July", "tabled on 38 July", "tabled on: is 38 July 2023, and one real day is needed"),
        ("25 July 2023</p>", "a fine day</p>", "answered: is followed by 'a fine day', and a day such as"),
        ("<h4>Answered on</h4><p>25 July 2023</p>", "", "Answer: lacks the day it was given"),
        (
            "<p>See the",
            "<h4>Answered on 26 July 2023</h4><p>See the",
            "answered: has two days, 2023-07-25 and 2023-07-26: read it on the site",
        ),
        ("<h4>By county</h4>", "<h4>Answer</h4>", "Answer: stands twice, and one is needed"),
        ("<h3>Answer</h3>", "<h3>Reply</h3>", "Answer: is missing, and nothing says that the question still waits"),
        ('id="main-content"', "", None),
        ("<div>Commons</div>", "</div></div></div></a><p>Lords</p><div><div><div>", "House: is shown as Lords"),
        ("<main ", "<div ", "main-content: has 1"),
    ],
)
def test_a_page_that_lacks_a_part_or_contradicts_itself_is_refused(old, new, reason):
    html = page().replace(old, new)
    if reason is None or reason.startswith("main-content: has 1"):
        assert parse(html) == parse(page())  # the other of the two signs of the main part is enough
        return
    line, told = fault(html)
    assert told.startswith(reason)
    assert line >= 1


def test_a_fault_has_the_line_of_the_page():
    html = page().replace("<h4>By county</h4>", "<h4>Answer</h4>")
    assert fault(html)[0] == html[: html.index("<h4>Answer</h4>")].count("\n") + 1


def test_a_page_without_a_main_part_or_with_two_is_refused():
    reason = "main parts, and one is needed: save the whole page of one question as HTML"
    html = page().replace('<main id="main-content">', "<div>").replace("</main>", "</div>")
    assert fault(html)[1] == f"main-content: has 0 {reason}"
    html = page().replace("<footer>", '<div id="main-content"></div><footer>')
    assert fault(html)[1] == f"main-content: has 2 {reason}"
    assert fault(b"")[1] == f"main-content: has 0 {reason}"


def test_a_heading_after_an_answer_on_a_flat_page_leaves_open_where_the_answer_ends():
    flat = (
        "<html><main><h1>Bees</h1><p>UIN 5, tabled on 1 May 2026</p><h3>Question</h3><p>To ask why.</p>"
        "<h3>Answer</h3><p>Answered on 2 May 2026</p><p>So.</p>{}</main></html>"
    )
    assert texts(parse(flat.format(""))) == ["So."]
    assert fault(flat.format("<h3>Share</h3><p>Send it.</p>"))[1] == (
        "Answer: 'Share' follows, and nothing tells whether it is the minister's: read it on the site"
    )


def test_words_of_another_part_are_never_taken_for_an_empty_one():
    html = page()
    begin, end = html.index("<p>We inspected"), html.index('<div class="col-lg-4')
    for beside in (html[:begin] + "</div></div></div>" + html[end:], html[:begin] + html[end:]):
        assert fault(beside)[1].startswith("Answer: lacks its text")
    waiting = page("written-question-unanswered.html")
    begin, end = waiting.index("<p>To ask"), waiting.index("</div>")
    assert fault(waiting[:begin] + waiting[end:])[1].startswith("Question: has no words")
    assert fault(waiting[:begin] + waiting[end:].replace("secondary-content", "more"))[1].startswith(
        "Question: has no words"
    )


def test_a_heading_or_a_passage_beside_the_text_is_no_part_of_the_answer():
    html = page().replace(
        '</div></div>\n    </div>\n    <div class="col-lg-4', '</div></div>\n    <div class="col-lg-4'
    )
    assert html != page()
    assert texts(parse(html)) == texts(parse(page()))


def test_a_second_passage_under_a_question_on_a_flat_page_leaves_open_where_it_ends():
    flat = (
        "<html><main><h1>Bees</h1><p>UIN 5, tabled on 1 May 2026</p><h3>Question</h3><p>Commons</p><p>To ask why.</p>"
        "<p>Awaiting answer</p></main></html>"
    )
    assert fault(flat)[1].startswith("Question: is followed by more than one passage")
    assert fault(flat.replace("<p>To ask why.</p><p>Awaiting answer</p>", ""))[1].startswith("Question: has no words")


def test_a_question_or_a_statement_without_words_is_refused():
    html = (
        page("written-question-unanswered.html").replace("<p>To ask", "<p hidden></p><!--").replace("well.</p>", "-->")
    )
    assert fault(html)[1] == "Question: has no words, and an answer can't be read without its question"
    html = page("written-statement.html").replace("<p>Stores are full.</p><p>They will last.</p>", "")
    assert fault(html)[1].startswith("Statement: has no text")
    html = page("written-statement.html").replace("<h3>Statement</h3>", "")
    assert fault(html)[1].startswith("Statement: has no text")
    html = (
        page()
        .replace("<h4>Answered on</h4>", "<h4>Answered on</h4><p>25 July 2023</p><!--")
        .replace("</main>", "--></main>")
    )
    assert fault(html)[1].startswith("Answer: lacks its text")


def test_a_day_that_is_neither_shown_nor_in_the_address_is_missing():
    html = page("written-question-unanswered.html").replace(", tabled on 16 November 2026", "")
    assert fault(html)[1].startswith("tabled on: is not on the page, nor in the address it was saved from")
    canonical = f'<link rel="canonical" href="{ADDRESS}/2026-11-16/5501">'
    assert parse(html.replace("<title>", canonical + "<title>")).tabled == date(2026, 11, 16)


def test_two_addresses_that_differ_are_refused():
    canonical = f'<link rel="canonical" href="{ADDRESS}/2023-07-18/2">'
    assert fault(page().replace("<title>", canonical + "<title>"))[1].startswith("address: says two things")


def test_a_page_nested_past_reason_is_refused():
    html = page().replace("<p>We inspected", "<div>" * 230 + "<p>We inspected")
    assert "nests deeper than 200 elements" in fault(html)[1]


def test_a_page_that_is_not_utf_8_is_refused_by_line():
    item = received(page().replace("12 hives", "£12").encode("latin-1"))
    assert isinstance(item, MalformedRecord)
    assert (item.line, item.reason[:27]) == (42, "is not UTF-8 text (byte 0xa")
    place = Provenance("official-page", "p.html", 1, READ_ON)
    with pytest.raises(MalformedRecord, match=r"^p\.html:1: is not UTF-8 text"):
        READER.parse(Received("official-page", b"\xff", place))


def test_a_page_past_the_limit_is_refused_and_one_of_16_mib_is_read():
    with (
        Document.of_stream("p", io.BytesIO(b"x" * 51)) as document,
        pytest.raises(SourceError, match="is larger than 50 bytes, and no saved page is"),
    ):
        list(OfficialPage(max_bytes=50).split(document, READ_ON))
    data = page().replace("</head>", "<style>" + "x" * ((1 << 24) - len(page().encode()) - 15) + "</style></head>")
    assert len(data.encode()) == 1 << 24
    assert texts(parse(data)) == texts(parse(page()))


@pytest.mark.parametrize(
    "doctype",
    ['<!DOCTYPE html [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<!DOCTYPE html SYSTEM "file:///etc/passwd">'],
)
def test_entities_of_a_page_are_never_expanded_nor_fetched(doctype):
    html = page().replace("<!DOCTYPE html>", doctype).replace("12 hives", "12 hives &b;")
    record = parse(html)
    assert texts(record)[0] == "We inspected 12 hives &b;."


def test_a_byte_order_mark_is_not_part_of_the_page():
    assert received(b"\xef\xbb\xbf" + page().encode()).raw == page().encode()


def test_there_are_no_ids_of_the_api():
    assert READER.api_id(received(page())) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("9 January 2020", date(2020, 1, 9)),
        ("09 January 2020", date(2020, 1, 9)),
        ("31 February 2020", None),
        ("9 Janvier 2020", None),
        ("9th January 2020", None),
    ],
)
def test_a_written_day_is_read_or_is_none(text, day):
    assert full_day(text) == day


class Seen(HTMLParser):
    """Keeps the words between tags: a slow reader that shares nothing with the fast one."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.words = []
        self.unseen = 0

    def handle_starttag(self, tag, attrs):
        self.unseen += tag in ("script", "style", "title", "del")

    def handle_endtag(self, tag):
        self.unseen -= tag in ("script", "style", "title", "del")

    def handle_data(self, data):
        if not self.unseen:
            self.words.append(data)


@pytest.mark.parametrize("name", PAGES)
def test_every_block_is_word_for_word_in_what_the_page_shows(name):
    seen = Seen()
    seen.feed(page(name))
    shown = "".join("".join(seen.words).split())
    record = parse(page(name))
    for block in (*record.answer, *record.first_answer):
        assert "".join(block.text.split()) in shown


words = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn", "Cf"], exclude_characters="\x7f"), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(words, words, st.integers(1, 999999))
def test_splitting_and_parsing_give_back_what_was_put_in(asked, said, uin):
    html = page("written-question-corrected.html").replace("HL8422", f"HL{uin}")
    html = html.replace("how many hives there are", escape(asked)).replace("There are 21 hives.", f"So {escape(said)}.")
    item = received(html)
    record = READER.parse(item)
    assert isinstance(record, Record)
    assert record.uin == f"HL{uin}"
    assert record.question == " ".join(f"To ask His Majesty's Government {asked}.".split())
    assert "".join(record.answer_text.split()) == "".join(f"So {said}.".split())
    assert (READER.parse(item), received(html)) == (record, item)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PAGES), st.binary(max_size=40), st.integers(0, 3000))
def test_no_bytes_raise_anything_but_a_fault(name, noise, place):
    data = bytearray(page(name).encode())
    data[place : place + len(noise)] = noise
    with contextlib.suppress(SourceError):
        item = received(bytes(data))
        if not isinstance(item, SourceError):
            READER.parse(item)
