"""Collections as files, read back by a maintained reader of each format."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
import rispy
from bibtexparser import middlewares as bibtex_steps
from bibtexparser.entrypoint import parse_string
from citeproc.source.json import CiteProcJSON
from markdown_it import MarkdownIt

from retrieval.build import build
from retrieval.citations import CitationStyle
from retrieval.collected import Collection, KeptPassage
from retrieval.collection import collect, text_hash
from retrieval.collection_files import COLUMNS, CollectionFormat, collection_file
from retrieval.corpus import Corpus

MADE = date(2026, 11, 22)
LICENCE = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0."
SAID = "<p>The “Department” said 5 < 6 & 7 > 2: {x} 100% of $3, a_b *c* `d` #1 | ~ ^ \\end. Café. ½</p>"
WORDS = "The “Department” said 5 < 6 & 7 > 2: {x} 100% of $3, a_b *c* `d` #1 | ~ ^ \\end. Café. ½"
NOTES = (
    "=cmd('rm')\nsecond \"line\", <b>bold</b> & \\textbf{x}",
    "- a list?\n\n1. no\n# no heading\n> no quotation\n    no code\n[no](link) ![no](image) <https://no.example>",
    "ER  - \nTY  - BOOK",
    "}, note = {forged},\n}\n@book{forged,",
    "</blockquote><script>alert(1)</script>",
    "中文 🎓 e\u0301",
    "",
)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, invented):
    from tests.conftest import ToyEncoder

    folder = tmp_path_factory.mktemp("files")
    table = "<table><tr><td>Region</td><td>2024</td></tr><tr><td>North East</td><td>1,204</td></tr></table>"
    raws = [
        invented.raw(1, answerText=SAID.replace("<p>", "<p>").replace(" < ", " &lt; ").replace(" & ", " &amp; ")),
        invented.raw(2, answerText=f"<p>The table below shows it.</p>{table}"),
        *(invented.raw(number) for number in range(3, 8)),
    ]
    build([invented.file(folder / "a.jsonl", raws)], folder / "data", ToyEncoder())
    return Corpus.open(folder / "data")


def kept_of(corpus, key, note=""):
    passage = corpus.answer(key).passages[-1]
    return KeptPassage(corpus.answer(key).key, passage.hash, passage.ordinal, note, date(2026, 11, 1), passage.text)


@pytest.fixture(scope="module")
def collection(corpus):
    return collect(corpus, [kept_of(corpus, str(number), note) for number, note in enumerate(NOTES, 1)])


@pytest.fixture(scope="module")
def gone(corpus):
    """Give a passage whose answer is gone, and one that was reworded."""
    reworded = kept_of(corpus, "3")
    before = reworded.text.replace("gave", "offered")
    reworded = replace(reworded, text=before, passage=text_hash(before))
    old = KeptPassage("commons-2019-01-01-1", text_hash("Old words."), 1, "Mine", MADE, "Old words.", "1 on Old")
    lost = KeptPassage("commons-2019-01-01-2", "0" * 16)
    return collect(corpus, [reworded, old, lost])


def folded(text):
    return " ".join(text.split())


def in_one_line(text):
    return " ¶ ".join(filter(None, (folded(line) for line in text.replace("\t", " | ").split("\n"))))


def test_csv_is_read_back_with_every_fact_and_no_formula(collection):
    text = collection_file(collection, CollectionFormat.CSV, CitationStyle.OSCOLA, made=MADE)
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == len(NOTES)
    for number, (row, item) in enumerate(zip(rows, collection.items, strict=True), 1):
        note = item.kept.note
        assert row["number"] == str(number)
        assert row["note"] == (f"'{note}" if note.startswith(("=", "-")) else note)
        assert (row["text"], row["key"], row["licence"]) == (item.now.text, item.now.key, LICENCE)
        assert row["citation"] == item.now.written["oscola"]
        assert (row["uin"], row["answered"], row["minister"]) == (
            item.now.citation.uin,
            item.now.citation.answered.isoformat(),
            "Dee Placeholder",
        )
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row.values())
    assert rows[0]["text"] == WORDS


def test_bibtex_is_read_back_with_the_passage_the_note_and_the_licence(collection):
    text = collection_file(collection, CollectionFormat.BIBTEX, made=MADE)
    library = parse_string(text, append_middleware=[bibtex_steps.LatexDecodingMiddleware()])
    assert not library.failed_blocks
    assert len(library.entries) == len(library.blocks) == len(NOTES)
    for entry, item in zip(library.entries, collection.items, strict=True):
        fields = {field.key: str(field.value).replace("\u02c6", "^") for field in entry.fields}
        assert fields["abstract"] == in_one_line(item.now.text)
        assert fields.get("annote", "") == in_one_line(item.kept.note)
        assert LICENCE.removesuffix(".") in fields["note"]
        assert fields["number"] == item.now.citation.uin


def test_ris_is_read_back_with_the_passage_the_note_and_the_licence(collection):
    entries = rispy.loads(collection_file(collection, CollectionFormat.RIS, made=MADE))
    assert len(entries) == len(NOTES)
    for entry, item in zip(entries, collection.items, strict=True):
        assert entry["type_of_reference"] == "GOVDOC"
        assert entry["abstract"] == in_one_line(item.now.text)
        assert entry["notes"][1:] == list(filter(None, [in_one_line(item.kept.note)]))
        assert LICENCE.removesuffix(".") in entry["notes"][0]
        assert entry["number"] == item.now.citation.uin


def test_csl_json_is_read_back_with_the_passage_and_the_whole_note(collection):
    items = json.loads(collection_file(collection, CollectionFormat.CSL_JSON, made=MADE))
    assert list(CiteProcJSON(items)) == [one["id"] for one in items]
    for one, item in zip(items, collection.items, strict=True):
        assert one["abstract"] == item.now.text
        assert one.get("annote", "") == item.kept.note
        assert LICENCE.removesuffix(".") in one["note"]


class Page(HTMLParser):
    """Reads HTML as its elements in order, each with the text within."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[list[str]] = []
        self.found: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        if tag == "br":
            self.handle_data("\n")
            return
        self.links += [value for name, value in attrs if name == "href"]
        if tag != "meta":
            self.open.append([tag, ""])

    def handle_data(self, data):
        for one in self.open:
            one[1] += data

    def handle_endtag(self, tag):
        if tag == "br":
            return
        name, text = self.open.pop()
        assert name == tag
        self.found.append((name, text))

    def texts(self, tag):
        return [text.strip() for name, text in self.found if name == tag]


def check_page(page, collection):
    items = collection.items
    assert page.texts("h1") == ["Collected passages"]
    assert page.texts("h2") == [*(f"{n}. {item.now.heading}" for n, item in enumerate(items, 1)), "Licence"]
    assert len(page.texts("blockquote")) == len(items)
    assert "script" not in {name for name, _ in page.found}
    paragraphs = page.texts("p")
    assert LICENCE in paragraphs
    for item in items:
        assert any(item.now.written["house"] in one for one in paragraphs)
        assert item.now.citation.url in page.links


def test_html_is_read_back_whole_and_nothing_in_it_is_markup_of_a_text(collection):
    page = Page(collection_file(collection, CollectionFormat.HTML, made=MADE))
    check_page(page, collection)
    assert page.texts("blockquote")[0] == WORDS
    assert page.texts("td") == ["North East", "1,204"]
    notes = [text for text in page.texts("p") if text.startswith("Note:")]
    assert notes == [f"Note: {note}" for note in NOTES if note]
    assert page.texts("p")[0] == (
        f"7 passages, looked up on 22 November 2026 with Despatch Box in the index {collection.snapshot}."
    )


@pytest.mark.parametrize("dialect", ["commonmark", "with tables and strikethrough"])
def test_markdown_is_read_back_whole_and_nothing_in_it_is_markup_of_a_text(collection, dialect):
    parser = MarkdownIt("commonmark" if dialect == "commonmark" else "js-default", {"html": True})
    page = Page(parser.render(collection_file(collection, CollectionFormat.MARKDOWN, made=MADE)))
    check_page(page, collection)
    assert page.texts("blockquote")[0] == WORDS
    assert {"ol", "ul", "pre", "code", "h3", "img", "b", "del", "table"} & {name for name, _ in page.found} == set()
    shown = folded(" ".join(page.texts("p")))
    for note in filter(None, NOTES):
        assert folded(note) in shown


def test_plain_text_has_all_of_it(collection):
    text = collection_file(collection, CollectionFormat.TEXT, made=MADE)
    assert WORDS in text
    assert "North East\t1,204" in text
    for item in collection.items:
        assert item.now.written["house"] in text
        assert f"<{item.now.citation.url}>" in text
        assert item.kept.note in text
    assert text.endswith(f"{LICENCE}\nThe licence: {collection.licence.url}\n")


def url_of(collection: Collection) -> str:
    now = collection.items[0].now
    assert now
    assert now.citation.url
    return now.citation.url


@pytest.mark.parametrize("form", [CollectionFormat.HTML, CollectionFormat.MARKDOWN, CollectionFormat.TEXT])
def test_an_address_that_the_citation_has_is_not_given_twice(corpus, form):
    one = collect(corpus, [kept_of(corpus, "3")])
    text = collection_file(one, form, CitationStyle.OSCOLA, made=MADE)
    assert text.count("1 passage,") == 1
    assert "Official page" not in text
    assert text.count(url_of(one)) == (2 if form is CollectionFormat.HTML else 1)


@pytest.mark.parametrize("form", CollectionFormat)
def test_a_gone_answer_is_told_as_not_checked_or_left_out_and_a_rewording_is_told(gone, form):
    text = collection_file(gone, form, made=MADE)
    assert "The wording has changed since the passage was collected on 1 November 2026." in text
    assert ("Old words." in text) is ("could not be checked" in text) is not form.is_of_references
    if not form.is_of_references:
        assert "1 on Old" in text
        assert "offered" in text
    if form in (CollectionFormat.HTML, CollectionFormat.MARKDOWN, CollectionFormat.TEXT):
        assert "The words of this passage are not known here." in text
        assert "No citation is known here." in text
        assert re.search("When it was collected it said:", text)


def test_a_gone_answers_words_are_in_the_column_of_what_was_kept_alone(gone):
    text = collection_file(gone, CollectionFormat.CSV, made=MADE).removeprefix("\ufeff")
    row = list(csv.DictReader(io.StringIO(text, newline="")))[1]
    assert (row["text"], row["text_when_added"], row["state"]) == ("", "Old words.", "answer_gone")


@pytest.mark.parametrize("form", CollectionFormat)
def test_an_empty_collection_is_a_file_without_entries(corpus, form):
    text = collection_file(collect(corpus, []), form, made=MADE)
    assert "commons-" not in text
    if form is CollectionFormat.CSL_JSON:
        assert json.loads(text) == []
