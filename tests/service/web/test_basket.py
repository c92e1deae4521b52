"""The basket in a browser: collect, annotate, arrange, copy and take away."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rispy
from playwright.sync_api import Download, FilePayload, Page, expect

from retrieval.collected import MAX_ITEMS
from retrieval.collection import text_hash
from retrieval.corpus import Corpus

pytestmark = pytest.mark.browser

STORED = "despatch-box.basket.v1"
KEEP = f"items => localStorage.setItem('{STORED}', JSON.stringify({{version: 1, items}}))"
BUTTON = ("key", "passage", "ordinal")
LICENCE = "Contains Parliamentary information licensed under the Open Parliament Licence v3.0."


@pytest.fixture(scope="module")
def items(filled_once: Path) -> list[dict[str, Any]]:
    """Give three passages of three answers."""
    corpus = Corpus.open(filled_once)
    lit = "number IN (SELECT record FROM passages WHERE text LIKE '%lit % lanterns%') AND house = 'Commons'"
    found = []
    for (key,) in corpus.store.rows(f"SELECT key FROM records WHERE {lit} ORDER BY number LIMIT 3"):
        passage = corpus.answer(str(key)).passages[0]
        found.append({"key": str(key), "passage": passage.hash, "ordinal": 1, "note": "", "added": "2026-11-01"})
    return found


def stored(page: Page) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = page.evaluate(f"JSON.parse(localStorage.getItem('{STORED}')).items")
    return kept


def open_basket(page: Page, site: str, items: list[dict[str, Any]]) -> None:
    page.goto(f"{site}/basket")
    page.evaluate(KEEP, items)
    page.reload()
    expect(page.locator("#basket-items > li")).to_have_count(len(items))


def keys_shown(page: Page) -> list[str]:
    shown: list[str] = page.eval_on_selector_all("#basket-items > li", "all => all.map((one) => one.dataset.key)")
    return shown


def saved(page: Page, act: Callable[[], None]) -> Download:
    with page.expect_download() as waiting:
        act()
    return waiting.value


def text_of(download: Download) -> str:
    return Path(download.path()).read_bytes().decode()


def put_buttons(page: Page, items: list[dict[str, Any]]) -> None:
    """Serve the first page with the buttons that results have."""
    buttons = "".join(
        f"<p><button type=button hidden data-basket-add='{json.dumps({name: one[name] for name in BUTTON})}'>"
        "<span data-label>Add to basket</span></button></p>"
        for one in items
    )

    def with_buttons(route: Any) -> None:
        response = route.fetch()
        route.fulfill(response=response, body=response.text().replace("</main>", f"{buttons}</main>"))

    page.route(re.compile(r"^http://[^/]+/$"), with_buttons)


def test_a_passage_is_put_in_and_taken_out_and_its_words_are_kept(site: str, page: Page, items: Any, filled_once: Path):
    put_buttons(page, items[:2])
    page.goto(site)
    first, second = page.locator("[data-basket-add]").all()
    assert (first.inner_text(), first.get_attribute("aria-pressed")) == ("Add to basket", "false")
    with page.expect_response("**/v1/collection"):
        first.click()
    expect(first).to_have_text("In basket: remove")
    expect(first).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#announcer")).to_have_text("Added to the basket: it has 1 passage now")
    expect(page.locator("[data-basket-count]")).to_have_text("1")
    answer = Corpus.open(filled_once).answer(items[0]["key"])
    page.wait_for_function(f"JSON.parse(localStorage.getItem('{STORED}')).items[0].text")
    kept = stored(page)[0]
    assert kept["text"] == answer.passages[0].text
    assert kept["citation"].startswith(f"{answer.uin} [of Session")
    second.click()
    expect(page.locator("[data-basket-count]")).to_have_text("2")
    first.click()
    expect(first).to_have_text("Add to basket")
    expect(page.locator("#announcer")).to_have_text("Removed from the basket: it has 1 passage now")
    assert [one["key"] for one in stored(page)] == [items[1]["key"]]


def test_a_note_stays_and_is_in_no_address_and_in_no_look_up(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    note = page.get_by_label("Your note").first
    note.fill("For <b>Tuesday</b> & after\nsecond line")
    sent: list[str] = []
    page.on("request", lambda asked: sent.append(f"{asked.url} {asked.post_data or ''}"))
    page.reload()
    expect(page.get_by_label("Your note").first).to_have_value("For <b>Tuesday</b> & after\nsecond line")
    assert "Tuesday" not in "".join(sent)
    assert any("/v1/collection" in one for one in sent)
    assert stored(page)[0]["note"] == "For <b>Tuesday</b> & after\nsecond line"


def test_the_order_is_changed_by_keyboard_and_the_focus_stays_with_the_passage(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    one, two, three = (item["key"] for item in items)
    page.locator("#basket-items > li").first.get_by_role("button", name="Move down").focus()
    page.keyboard.press("Enter")
    assert keys_shown(page) == [two, one, three]
    expect(page.locator("#announcer")).to_have_text("Moved to place 2 of 3")
    page.keyboard.press("Enter")
    assert keys_shown(page) == [two, three, one]
    page.keyboard.press("Enter")
    assert keys_shown(page) == [two, three, one] == [item["key"] for item in stored(page)]
    focused = page.evaluate("[document.activeElement.dataset.do, document.activeElement.closest('li').dataset.key]")
    assert focused == ["down", one]
    assert page.evaluate("document.activeElement.getAttribute('aria-disabled')") == "true"
    page.locator("#basket-items > li").last.get_by_role("button", name="Move up").press("Enter")
    assert keys_shown(page) == [two, one, three]


def test_what_was_removed_can_be_put_back_with_its_note(site: str, page: Page, items: Any):
    open_basket(page, site, [{**items[0], "note": "Mine"}, *items[1:]])
    page.get_by_role("button", name="Remove").first.click()
    assert keys_shown(page) == [item["key"] for item in items[1:]]
    undo = page.get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    page.get_by_label("Your note").first.fill("Written since")
    undo.press("Enter")
    assert keys_shown(page) == [item["key"] for item in items]
    assert [item["note"] for item in stored(page)] == ["Mine", "Written since", ""]
    expect(undo).to_be_hidden()


def test_the_basket_is_cleared_only_after_a_yes_and_that_can_be_undone(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    page.get_by_role("button", name="Clear the basket").click()
    expect(page.get_by_role("dialog")).to_contain_text("3 passages and your notes on them will be removed")
    page.get_by_role("button", name="Keep it").click()
    assert len(stored(page)) == 3
    page.get_by_role("button", name="Clear the basket").click()
    page.get_by_role("button", name="Clear it").click()
    expect(page.get_by_text("Nothing collected yet.")).to_be_visible()
    assert stored(page) == []
    expect(page.locator("[data-basket-count]")).to_have_text("")
    page.get_by_role("button", name="Undo").click()
    assert keys_shown(page) == [item["key"] for item in items]


FILES = {
    "html": "despatch-box-passages.html",
    "markdown": "despatch-box-passages.md",
    "text": "despatch-box-passages.txt",
    "csv": "despatch-box-passages.csv",
    "ris": "despatch-box-passages.ris",
    "bibtex": "despatch-box-passages.bib",
    "csl-json": "despatch-box-passages.json",
}


def test_each_format_is_saved_with_note_citation_and_licence(site: str, page: Page, items: Any):
    note = "=For Tuesday, “quoted”"
    open_basket(page, site, [{**items[0], "note": note}, *items[1:]])
    page.get_by_label("Citations").select_option("oscola")
    assert page.eval_on_selector_all("#basket-format option", "all => all.map((one) => one.value)") == list(FILES)
    texts = {}
    for form, name in FILES.items():
        page.get_by_label("File for").select_option(form)
        download = saved(page, page.get_by_role("button", name="Save the file").click)
        assert download.suggested_filename == name
        texts[form] = text_of(download)
        assert LICENCE.removesuffix(".") in texts[form]
        assert note in texts[form]
    rows = list(csv.DictReader(io.StringIO(texts["csv"].removeprefix("\ufeff"), newline="")))
    assert [row["key"] for row in rows] == [item["key"] for item in items]
    assert rows[0]["note"] == f"'{note}"
    assert rows[0]["citation"].startswith("HC Written Question")
    assert rispy.loads(texts["ris"])[0]["notes"][1] == note
    assert json.loads(texts["csl-json"])[0]["annote"] == note
    assert [texts[form].count("HC Written Question") for form in ("html", "markdown", "text")] == [3, 3, 3]


def clipboard(page: Page) -> dict[str, str]:
    read: dict[str, str] = page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const told = {};
            for (const type of item.types) told[type] = await (await item.getType(type)).text();
            return told;
        }"""
    )
    return read


def test_all_is_copied_for_word_with_headings_quotations_and_notes(
    site: str, page: Page, items: Any, filled_once: Path
):
    open_basket(page, site, [{**items[0], "note": "Mine"}, *items[1:]])
    page.get_by_role("button", name="Copy all for Word").click()
    expect(page.locator("#announcer")).to_have_text("Copied 3 passages with citations")
    copied = clipboard(page)
    corpus = Corpus.open(filled_once)
    for number, item in enumerate(items, 1):
        answer = corpus.answer(item["key"])
        assert f"{number}. {answer.heading}</h2>" in copied["text/html"]
        assert all(line in copied["text/html"] for line in answer.passages[0].text.split("\n"))
        assert f"{number}. {answer.heading}" in copied["text/plain"]
    assert copied["text/html"].count("<blockquote") == 3
    assert "<strong" in copied["text/html"]
    assert "Note: Mine" in copied["text/plain"]
    assert LICENCE in copied["text/html"]
    assert LICENCE in copied["text/plain"]


def test_one_passage_is_copied_alone(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    page.locator("#basket-items > li").nth(1).get_by_role("button", name="Copy").click()
    expect(page.locator("#announcer")).to_have_text("Copied 1 passage with citations")
    assert clipboard(page)["text/html"].count("<blockquote") == 1


def test_two_tabs_keep_step_and_what_is_being_typed_is_not_taken_away(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    other = page.context.new_page()
    other.goto(f"{site}/basket")
    expect(other.locator("#basket-items > li")).to_have_count(3)
    page.get_by_role("button", name="Remove").last.click()
    expect(other.locator("#basket-items > li")).to_have_count(2)
    expect(other.locator("[data-basket-count]")).to_have_text("2")
    typing = other.get_by_label("Your note").first
    typing.press_sequentially("Mine")
    expect(page.get_by_label("Your note").first).to_have_value("Mine")
    page.get_by_label("Your note").nth(1).fill("Yours")
    expect(other.get_by_label("Your note").nth(1)).to_have_value("Yours")
    expect(typing).to_be_focused()
    assert [item["note"] for item in stored(page)] == ["Mine", "Yours"]


def test_where_nothing_may_be_kept_it_is_said_and_nothing_is_claimed(site: str, page: Page, items: Any):
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError'); }})"
    )
    put_buttons(page, items[:1])
    page.goto(site)
    button = page.locator("[data-basket-add]")
    button.click()
    expect(page.locator(".fault")).to_contain_text("Your browser does not let this page keep anything")
    expect(button).to_have_text("Add to basket")
    page.goto(f"{site}/basket")
    expect(page.get_by_role("alert")).to_contain_text("Allow site data for this address")


def test_a_full_storage_is_said_and_what_was_kept_stays(site: str, page: Page, items: Any):
    open_basket(page, site, items[:1])
    page.evaluate("localStorage.setItem('other', 'x'.repeat(5242880 - 1200))")
    page.get_by_label("Your note").fill("y" * 4000)
    expect(page.get_by_role("alert")).to_contain_text("The browser has no room left for the basket")
    assert stored(page)[0]["note"] == ""


def test_a_basket_that_holds_its_most_takes_no_more(site: str, page: Page, items: Any):
    put_buttons(page, items[:1])
    page.goto(site)
    page.evaluate(KEEP, [{**items[1], "passage": f"{number:016x}"} for number in range(MAX_ITEMS)])
    page.reload()
    page.locator("[data-basket-add]").click()
    expect(page.locator(".fault")).to_contain_text(f"The basket holds at most {MAX_ITEMS} passages")
    assert len(stored(page)) == MAX_ITEMS


def test_a_basket_that_cannot_be_read_is_put_aside_and_can_be_saved(site: str, page: Page):
    page.goto(f"{site}/basket")
    for broken in ("{", "[]", '{"version": 1, "items": [{"key": 5}]}', "null"):
        page.evaluate("text => localStorage.setItem('despatch-box.basket.v1', text)", broken)
        page.reload()
        expect(page.get_by_role("alert")).to_contain_text("could not be read")
        assert text_of(saved(page, page.get_by_role("button", name="Save what was there").click)) == broken
        expect(page.get_by_role("alert")).to_be_hidden()
        assert stored(page) == []


def test_a_basket_of_a_newer_version_is_left_as_it_is(site: str, page: Page):
    page.goto(f"{site}/basket")
    newer = '{"version": 2, "passages": ["?"]}'
    page.evaluate("text => localStorage.setItem('despatch-box.basket.v1', text)", newer)
    page.reload()
    expect(page.get_by_role("alert")).to_contain_text("made by a newer version")
    assert page.evaluate("localStorage.getItem('despatch-box.basket.v1')") == newer


def test_a_saved_copy_is_opened_elsewhere_and_joined_to_what_is_there(site: str, new_page: Any, items: Any):
    page = new_page()
    open_basket(page, site, [{**items[0], "note": "Mine"}, items[1]])
    download = saved(page, page.get_by_role("button", name="Save a copy").click)
    assert re.fullmatch(r"despatch-box-basket-\d{4}-\d\d-\d\d\.json", download.suggested_filename)
    there = new_page()
    open_basket(there, site, [{**items[1], "note": "Stays"}, items[2]])
    there.get_by_label("Open a saved copy").set_input_files(download.path())
    expect(there.locator("#basket-told")).to_contain_text("1 passage added from the file, 1 was here already.")
    assert [(one["key"], one["note"]) for one in stored(there)] == [
        (items[1]["key"], "Stays"),
        (items[2]["key"], ""),
        (items[0]["key"], "Mine"),
    ]


def test_words_looked_up_too_late_are_not_drawn_over_newer_ones(site: str, new_page: Any, items: Any):
    page = new_page()
    open_basket(page, site, items[:1])
    file = saved(page, page.get_by_role("button", name="Save a copy").click).path()
    there = new_page()
    open_basket(there, site, items[1:2])
    held: list[Any] = []
    there.route("**/v1/collection", lambda route: route.continue_() if held else held.append(route))
    # The file's passages are looked up twice: as the basket has changed, and to tell what came of the file.
    there.get_by_label("Open a saved copy").set_input_files(file)
    told = there.locator("#basket-told")
    expect(told).to_contain_text("1 passage added from the file.")
    assert len(held) == 1
    with there.expect_response("**/v1/collection"):
        held[0].continue_()
    there.wait_for_timeout(100)
    expect(told).to_contain_text("1 passage added from the file.")


def test_a_file_that_is_no_basket_changes_nothing(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    for name, content in {
        "a": "not JSON",
        "b": "{}",
        "c": '{"version": 1, "items": [{"key": "a", "passage": "b"}]}',
    }.items():
        file = FilePayload(name=f"{name}.json", mimeType="application/json", buffer=content.encode())
        page.get_by_label("Open a saved copy").set_input_files(file)
        expect(page.get_by_role("alert")).to_contain_text(f"“{name}.json” is no basket")
        assert len(stored(page)) == 3


def test_a_rewording_and_a_gone_answer_are_told_beside_the_passage(
    site: str, page: Page, items: Any, filled_once: Path
):
    now = Corpus.open(filled_once).answer(items[0]["key"]).passages[0].text
    before = now.replace("The Department", "The Ministry", 1)
    assert before != now
    reworded = {**items[0], "text": before, "passage": text_hash(before)}
    gone = {**items[1], "key": "commons-1999-01-01-1", "text": "Old words.", "citation": "1 on Old", "note": "Mine"}
    open_basket(page, site, [reworded, {**gone, "passage": text_hash("Old words.")}])
    first, second = page.locator("#basket-items > li").all()
    expect(first).to_contain_text("The wording has changed since the passage was collected on 1 November 2026.")
    expect(first.locator("[data-passage-text]")).to_have_text(now)
    first.get_by_text("What it said when you added it").click()
    expect(first.locator("[data-before]")).to_have_text(before)
    assert (first.locator("del").inner_text(), first.locator("ins").inner_text()) == ("Ministry", "Department")
    expect(second).to_contain_text("This answer is no longer in the index.")
    expect(second.locator("[data-passage-text]")).to_have_text("Old words.")
    expect(second.locator("[data-citation]")).to_have_text("1 on Old")
    expect(page.locator("#basket-told")).to_contain_text("1 passage can’t go into files for Zotero")


def test_where_the_index_cannot_be_asked_the_basket_shows_what_it_kept(site: str, page: Page, items: Any):
    page.route("**/v1/collection", lambda route: route.abort())
    open_basket(page, site, [{**items[0], "text": "Kept words.", "citation": "A kept citation"}])
    expect(page.locator("[data-passage-text]")).to_have_text("Kept words.")
    expect(page.locator("[data-citation]")).to_have_text("A kept citation")
    expect(page.locator("#basket-told")).to_contain_text("The index can’t be asked now")


def test_the_style_last_chosen_is_kept_and_shown(site: str, page: Page, items: Any):
    open_basket(page, site, items)
    page.get_by_label("Citations").select_option("oscola")
    expect(page.locator("[data-citation]").first).to_contain_text("HC Written Question")
    page.reload()
    expect(page.get_by_label("Citations")).to_have_value("oscola")
    expect(page.locator("[data-citation]").first).to_contain_text("HC Written Question")


def test_the_basket_has_the_form_of_citations_chosen_beside_answers_by_the_same_names(
    site: str, page: Page, items: Any
):
    open_basket(page, site, items)
    page.goto(f"{site}/?q=invented&match=words")
    names = page.get_by_label("Cite in").locator("option").all_inner_texts()
    page.get_by_label("Cite in").select_option("oscola")
    page.goto(f"{site}/basket")
    chosen = page.get_by_label("Citations")
    expect(chosen).to_have_value("oscola")
    assert chosen.locator("option").all_inner_texts() == names == ["House form", "Form for a Member", "OSCOLA form"]
    chosen.select_option("member")
    page.goto(f"{site}/?q=invented&match=words")
    expect(page.get_by_label("Cite in")).to_have_value("member")


def test_without_a_script_nothing_is_shown_that_needs_one(site: str, new_page: Any):
    page = new_page(script=False)
    page.goto(f"{site}/basket")
    expect(page.locator("#basket")).to_be_hidden()
    # This way of switching scripts off leaves the parser as it is, so that it does not show what is for others.
    assert "The basket needs JavaScript, which is off in your browser." in page.locator("noscript").inner_text()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_basket_has_no_serious_fault_of_access_and_fits_its_width(
    site: str, new_page: Any, items: Any, faults_of_access: Callable[[Page], list[str]], width: int, dark: bool
):
    page = new_page(width, dark=dark)
    page.goto(f"{site}/basket")
    expect(page.get_by_text("Nothing collected yet.")).to_be_visible()
    assert faults_of_access(page) == []
    open_basket(page, site, [*items, {**items[0], "key": "commons-1999-01-01-1", "note": "long word " + "x" * 400}])
    for folded in page.locator("summary").all():
        if folded.is_visible():
            folded.click()
    assert faults_of_access(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == width
    small = page.eval_on_selector_all(
        "main button, main a, main summary, main select, main .button",
        "all => all.filter((one) => one.checkVisibility() && getComputedStyle(one).display !== 'inline'"
        " && one.getBoundingClientRect().height < 24).map((one) => one.outerHTML)",
    )
    assert small == []
