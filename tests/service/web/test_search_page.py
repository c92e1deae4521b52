import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from retrieval.build import build
from tests.conftest import ToyEncoder
from tests.replay.invented import question

if TYPE_CHECKING:
    from tests.service.conftest import Running

pytestmark = pytest.mark.browser

NewPage = Callable[..., Page]
Faults = Callable[[Page], list[str]]
COUNCILS = "local councils powers to run bus services in rural areas"
WORDS = "/?q=invented&match=words"
MARKUP = '<script>document.title = "taken"</script><img src=x onerror="document.title = \'taken\'">'


def address(running: "Running") -> str:
    return running.address


@pytest.fixture(scope="module")
def site(start_once: "Callable[..., Running]", filled_once: Path) -> str:
    """Serve records of every kind in a process of its own, and give its address."""
    return address(start_once(filled_once))


@pytest.fixture(scope="module")
def small_site(start_once: "Callable[..., Running]", built_once: Path) -> str:
    """Serve the twelve records likewise."""
    return address(start_once(built_once))


@pytest.fixture
def hostile_site(start: "Callable[..., Running]", tmp_path: Path) -> str:
    """Serve an answer with markup in all of its texts."""
    told = MARKUP.replace("<", "&lt;").replace(">", "&gt;")
    record = question(1, answerText=f"<p>Lanterns {told} were lit.</p>", heading=told, questionText=f"To ask {told}.")
    (tmp_path / "hostile.jsonl").write_text(json.dumps({"value": record, "links": []}) + "\n", encoding="utf-8")
    build([str(tmp_path / "hostile.jsonl")], tmp_path / "data", ToyEncoder(), now=datetime(2026, 11, 21, tzinfo=UTC))
    return address(start(tmp_path / "data"))


def answers(page: Page) -> Locator:
    return page.get_by_role("article")


def first_count(page: Page) -> int:
    return int(page.get_by_role("heading", level=1).inner_text().split()[0])


def pasted(page: Page) -> str:
    told: str = page.evaluate("navigator.clipboard.readText()")
    return told


def cited(site: str, page: Page, style: str) -> str:
    """Return the citation of the first answer as the API writes it."""
    href = answers(page).first.get_by_role("link").first.get_attribute("href") or ""
    found = re.fullmatch(r"/answers/([^?]+)\?passage=\w+#p(\d+)", href)
    assert found
    with urlopen(f"{site}/v1/answers/{found[1]}/citation?style={style}&paragraph={found[2]}") as response:
        written: str = json.load(response)["text"]
    return written


def is_sideways(page: Page) -> bool:
    wider: bool = page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    return wider


def test_a_question_is_asked_and_answered_with_the_count_told(small_site: str, page: Page):
    page.goto(small_site)
    page.get_by_label("Ask in plain words").fill(COUNCILS)
    page.get_by_role("button", name="Search").first.click()
    expect(page).to_have_title(f"1 close answer: {COUNCILS} - Despatch Box")
    expect(answers(page).first.locator(".passage")).to_contain_text("giving local councils powers")
    expect(page.locator("#announcer")).to_have_text(f"1 close answer: {COUNCILS}")
    # The search is the URL: opened again, it is the same.
    expect(page.get_by_label("Ask in plain words")).to_have_value(COUNCILS)
    assert "q=local+councils" in page.url


def test_empty_fields_are_left_out_of_the_address(site: str, page: Page):
    page.goto(site)
    page.get_by_label("Ask in plain words").fill("invented")
    page.get_by_label("Ask in plain words").press("Enter")
    page.wait_for_url("**/?q=invented")
    page.get_by_text("More ways to search").click()
    page.get_by_label("Words", exact=True).check()
    page.get_by_role("button", name="Search").first.click()
    page.wait_for_url("**/?q=invented&match=words")
    page.get_by_label("Ask in plain words").fill("")
    page.get_by_role("button", name="Search").first.click()
    page.wait_for_url("**/?q=&match=words")
    page.go_back()
    expect(page.locator("input:disabled")).to_have_count(0)
    page.goto(f"{site}/timeline")
    page.get_by_label("A topic, a question or a phrase").fill("invented")
    page.get_by_role("button", name="Show the line").click()
    page.wait_for_url("**/timeline?q=invented&match=meaning&sort=newest")


def test_no_heading_comes_before_the_name_of_the_page(site: str, page: Page):
    page.goto(site + WORDS)
    assert page.locator("main").get_by_role("heading").first.evaluate("one => one.tagName") == "H1"
    for name, chosen in (("Search by", "Words"), ("Order", "Newest")):
        assert page.get_by_role("group", name=name, exact=True).locator("[aria-current]").inner_text() == chosen


@pytest.mark.parametrize(("width", "is_stacked"), [(360, True), (480, True), (768, False)])
def test_on_a_phone_the_box_and_its_button_stand_one_above_the_other(
    site: str, new_page: NewPage, width: int, is_stacked: bool
):
    page = new_page(width)
    page.goto(site)
    box, button = (page.locator(f".box {kind}").bounding_box() for kind in ("input", "button"))
    assert box
    assert button
    assert (button["y"] >= box["y"] + box["height"], button["width"] == box["width"]) == (is_stacked, is_stacked)


def test_a_search_is_narrowed_by_a_facet_and_widened_by_its_chip(site: str, page: Page):
    page.goto(site + WORDS)
    before = first_count(page)
    value = page.get_by_role("complementary").get_by_role("listitem").filter(has_text="Ministry of Imaginary Works")
    told = int(value.locator(".number").inner_text().split()[0])
    value.get_by_role("link").click()
    expect(page.get_by_role("group", name="Filters")).to_contain_text("Department: Ministry of Imaginary Works")
    assert first_count(page) == told < before
    page.get_by_role("link", name="Take away the filter Department: Ministry of Imaginary Works").click()
    expect(page.get_by_role("group", name="Filters")).to_have_count(0)
    assert first_count(page) == before


def test_the_days_beside_the_answers_belong_to_the_search(site: str, page: Page):
    page.goto(site + WORDS)
    page.get_by_role("complementary").get_by_label("From").fill("2026-06-15")
    page.get_by_role("button", name="Apply dates").click()
    expect(page.get_by_role("group", name="Filters")).to_contain_text("Answered from: 15 June 2026")
    assert "match=words" in page.url


def test_a_filter_understood_from_the_question_is_taken_away(small_site: str, page: Page):
    page.goto(f"{small_site}/?q={quote('what has the Department for Transport said about ' + COUNCILS)}")
    chip = page.get_by_role("link", name="Take away the filter Department: Department for Transport")
    expect(chip).to_contain_text("from “has the Department for Transport said”")
    chip.click()
    expect(chip).to_have_count(0)
    expect(page.get_by_text("Words of your question are not read as filters.")).to_be_visible()


def test_a_citation_is_copied_as_the_api_writes_it_in_the_form_last_chosen(site: str, page: Page):
    page.goto(site + WORDS)
    first = answers(page).first
    first.get_by_role("button", name="Copy citation").click()
    expect(page.locator("#announcer")).to_have_text("Citation copied")
    assert pasted(page) == cited(site, page, "house")
    page.get_by_label("Cite in").select_option("oscola")
    expect(page.locator("#announcer")).to_contain_text("OSCOLA form")
    expect(first.locator("[data-form=oscola]").first).to_be_visible()
    first.get_by_role("button", name="Copy citation").click()
    expect(page.locator("#announcer")).to_have_text("Citation copied")
    assert pasted(page) == cited(site, page, "oscola")
    # It is remembered for the next search.
    page.goto(site + "/?q=lanterns&match=words")
    expect(page.get_by_label("Cite in")).to_have_value("oscola")
    expect(answers(page).first.locator("p[data-form=oscola]")).to_be_visible()
    expect(answers(page).first.locator("p[data-form=house]")).to_be_hidden()


def test_a_passage_is_copied_in_quotation_marks_with_its_citation_and_address(site: str, page: Page):
    page.goto(site + WORDS)
    first = answers(page).first
    first.get_by_role("button", name="Copy passage with citation").click()
    expect(page.locator("#announcer")).to_have_text("Passage copied with its citation")
    quoted, _, rest = pasted(page).partition("\n\n")
    assert quoted == f"“{first.locator('.passage').inner_text()}”"
    citation, url = rest.split("\n")
    assert citation == cited(site, page, "house")
    assert url == first.get_by_role("link", name="Parliament's page").get_attribute("href")


def test_a_page_without_a_clipboard_copies_all_the_same(site: str, page: Page):
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto(site + WORDS)
    page.evaluate("addEventListener('copy', () => { window.copied = document.activeElement.value; })")
    answers(page).first.get_by_role("button", name="Copy citation").click()
    expect(page.locator("#announcer")).to_have_text("Citation copied")
    assert page.evaluate("window.copied") == cited(site, page, "house")


def test_the_bench_is_worked_with_keys_alone(site: str, page: Page):
    page.goto(site)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Ask in plain words")).to_be_focused()
    page.keyboard.type("how many invented lanterns were lit in district 1")
    page.keyboard.press("Enter")
    expect(answers(page).first).to_be_visible()
    page.goto(site + WORDS)
    # A key does nothing while no answer has the focus.
    page.keyboard.press("c")
    assert page.locator("#announcer").inner_text() != "Citation copied"
    skip = page.get_by_role("link", name="Skip to the answers")
    for _ in range(40):
        page.keyboard.press("Tab")
        if skip.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('article') !== null"):
            break
    page.keyboard.press("c")
    expect(page.locator("#announcer")).to_have_text("Citation copied")
    assert pasted(page) == cited(site, page, "house")
    page.keyboard.press("j")
    expect(answers(page).nth(1)).to_be_focused()
    page.keyboard.press("p")
    expect(page.locator("#announcer")).to_have_text("Passage copied with its citation")
    assert answers(page).nth(1).locator(".passage").inner_text() in pasted(page)
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(page.locator("#announcer")).to_have_text("This is the first answer on the page")
    expect(answers(page).first).to_be_focused()
    page.keyboard.press("b")
    expect(page.locator("[data-basket-count]")).to_have_text("1")
    expect(answers(page).first.locator("[data-basket-add]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("o")
    page.wait_for_url("**/answers/**")


def test_a_key_in_a_field_is_a_letter(site: str, page: Page):
    page.goto(site + WORDS)
    box = page.get_by_label("Ask in plain words")
    box.focus()
    page.keyboard.press("End")
    page.keyboard.type("jkcpbo")
    expect(box).to_have_value(re.compile("jkcpbo$"))
    answers(page).first.focus()
    page.keyboard.press("Control+c")
    expect(page.locator("#announcer")).not_to_have_text("Citation copied")


def test_a_fault_gets_the_focus_and_leads_to_its_field(small_site: str, page: Page):
    page.goto(f"{small_site}/?q=buses&minister=Dee+Placehodler")
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_role("textbox", name="Minister")).to_be_focused()
    expect(page.get_by_role("textbox", name="Minister")).to_have_value("Dee Placehodler")


def test_everything_is_there_without_a_script(site: str, new_page: NewPage):
    page = new_page(script=False)
    page.goto(site)
    page.get_by_label("Ask in plain words").fill("invented")
    page.get_by_text("More ways to search").click()
    page.get_by_role("radio", name="Words").check()
    page.get_by_role("button", name="Search").first.click()
    assert first_count(page) > 3
    first = answers(page).first
    expect(first.locator("p[data-form=house]")).to_be_visible()
    expect(first.get_by_role("button")).to_have_count(0)
    first.get_by_text("All forms of the citation").click()
    expect(first.locator(".unscripted dd").nth(2)).to_be_visible()
    expect(page.get_by_label("Cite in")).to_be_hidden()
    page.get_by_role("link", name="Oldest").click()
    expect(page.get_by_role("link", name="Oldest")).to_have_attribute("aria-current", "true")


def test_a_phone_needs_no_sideways_scrolling(site: str, new_page: NewPage):
    page = new_page(360, 740)
    for path in ("/", WORDS, "/?q=invented&match=words&answered_from=soon", "/?q=zebra+moon"):
        page.goto(site + path)
        assert not is_sideways(page), path
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        assert not is_sideways(page), path


def test_beside_the_answers_what_narrows_them_is_open(site: str, page: Page):
    page.goto(site + WORDS)
    expect(page.get_by_role("heading", name="Narrow these answers")).to_be_visible()
    expect(page.locator("summary", has_text="Narrow these answers")).to_be_hidden()
    expect(page.get_by_role("complementary").get_by_role("link", name="Ministry of Imaginary Works")).to_be_visible()


def test_a_phone_folds_what_narrows_the_answers(site: str, new_page: NewPage):
    page = new_page(360, 740)
    page.goto(site + WORDS)
    narrowed = page.get_by_role("complementary").get_by_role("link", name="Ministry of Imaginary Works")
    expect(narrowed).to_be_hidden()
    page.locator("summary", has_text="Narrow these answers").click()
    expect(narrowed).to_be_visible()


STATES = {
    "opening": "/",
    "found": f"/?q={quote(COUNCILS)}",
    "weak": "/?q=village+bus+services",
    "nothing close": "/?q=zebra+moon",
    "left out by filters": "/?q=bus+services+in+rural+areas&house=Lords",
    "words": "/?q=bus+OR+patients+OR+homeless+OR+place&match=words&limit=2",
    "a table": "/?q=1,204&match=exact",
    "every kind": "/?q=answer+OR+information+OR+letter&match=words&kind=all",
    "a fault": "/?q=buses&minister=Nobody+Atall&house=Commons",
    "left out and told": "/?q=buses&utm_source=x",
}


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_state_has_a_serious_fault_of_access(
    small_site: str, new_page: NewPage, faults_of_access: Faults, dark: bool
):
    page = new_page(dark=dark)
    for state, path in STATES.items():
        page.goto(small_site + path)
        assert faults_of_access(page) == [], state


def test_a_phone_with_everything_open_has_no_serious_fault_of_access(
    site: str, new_page: NewPage, faults_of_access: Faults
):
    page = new_page(360, 740)
    page.goto(site + WORDS)
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert faults_of_access(page) == []


def test_markup_in_an_answer_is_words_and_does_nothing(hostile_site: str, page: Page):
    page.goto(f"{hostile_site}/?q=lanterns&match=words")
    expect(answers(page)).to_have_count(1)
    assert "taken" not in page.title()
    expect(answers(page).locator(".passage")).to_contain_text(MARKUP)
    expect(page.locator("img")).to_have_count(0)


def test_nothing_moves_while_the_page_comes(site: str, page: Page):
    page.goto(site + WORDS)
    page.get_by_label("Cite in").select_option("oscola")
    page.add_init_script(
        "window.moved = 0; new PerformanceObserver((list) => { for (const one of list.getEntries()) "
        "window.moved += one.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    page.goto(site + WORDS)
    page.wait_for_timeout(300)
    assert page.evaluate("window.moved") == 0


WALK_OF_THE_SUMMARY = """
- heading "1 answer" [level=1]
- paragraph: 1 answer has these words.
- group: Searched 6 of 12 records, answered 24 May 2024 to 16 April 2025; what is indexed may be incomplete.
- list "This search elsewhere":
  - listitem:
    - link "How this changed over time":
      - /url: /timeline?q=bus+services&match=exact
  - listitem:
    - link "Feed of new answers (Atom)":
      - /url: /v1/feed.atom?q=bus+services&match=exact
  - listitem:
    - link "Download as CSV":
      - /url: /v1/export?q=bus+services&match=exact&sort=newest
  - listitem:
    - link "As JSON":
      - /url: /v1/search?q=bus+services&match=exact&understand=true
"""
WALK_OF_AN_ANSWER = """
- 'article "Answer 1 Bus Services: Rural Areas"':
  - 'heading "Answer 1 Bus Services: Rural Areas" [level=2]':
    - text: Answer 1
    - 'link "Bus Services: Rural Areas"':
      - /url: /answers/commons-2025-01-13-205?passage=cd56b40f5c66217f#p1
  - paragraph: The words looked for are marked.
  - blockquote:
    - text: The Government is giving local councils powers to run
    - mark: bus services
    - text: in rural areas.
  - paragraph:
    - strong: Eve Placeholder
    - text: Department for Transport,
    - time: answered 20 January 2025
  - list "About this answer":
    - listitem: "Earlier government: Starmer Labour Government"
  - group: Question, asked by Cy Madeup (Liberal Democrat - Exampleshire)
  - group: Before and after it in the answer
  - group: Also given to 2 other questions
  - group: 1 answer points to this one
  - paragraph: "House form 205 [of Session 2024-26] on Bus Services: Rural Areas given on 20 January 2025"
  - group: "Before you cite it: 4 notes"
  - button "Copy citation of answer 1"
  - button "Copy passage with citation of answer 1"
  - button "Add to basket (answer 1)"
  - paragraph:
    - link "Full answer (answer 1)":
      - /url: /answers/commons-2025-01-13-205?passage=cd56b40f5c66217f#p1
    - 'link "Parliament''s page (another site) (answer 1)"':
      - /url: https://questions-statements.parliament.uk/written-questions/detail/2025-01-13/205
"""


def test_what_a_screen_reader_is_told_of_a_result(small_site: str, page: Page):
    """The written walk: count, what was searched, one answer, its badges, citation and ways on."""
    page.goto(f"{small_site}/?q=bus+services&match=exact")
    expect(page.locator(".summary")).to_match_aria_snapshot(WALK_OF_THE_SUMMARY)
    expect(answers(page).first).to_match_aria_snapshot(WALK_OF_AN_ANSWER)
