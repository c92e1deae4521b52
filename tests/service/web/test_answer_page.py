"""The pages of answers, and those about the service, in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

pytestmark = pytest.mark.browser

LAID_OUT, CORRECTED, FOLLOWED = "commons-2026-06-03-2", "commons-2026-06-06-5", "commons-2026-06-12-11"
EVERY_PAGE = [
    *(f"/answers/{key}" for key in (LAID_OUT, CORRECTED, FOLLOWED, "4", "7", "8", "10", "30", "80")),
    *("/answers/3", "/answers/nothing", "/coverage", "/help", "/accessibility"),
]
DARK_PAGES = [f"/answers/{CORRECTED}", "/answers/4", "/coverage", "/help"]
SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
SEEN = """(() => { const box = document.querySelector("[data-linked]").getBoundingClientRect();
    return box.top >= 0 && box.top < innerHeight; })()"""


def asked(site: str, path: str) -> dict[str, object]:
    with urlopen(f"{site}{path}") as response:
        found: dict[str, object] = json.load(response)
    return found


def hashes(site: str, key: str) -> list[str]:
    passages = asked(site, f"/v1/answers/{key}")["passages"]
    assert isinstance(passages, list)
    return [one["hash"] for one in passages]


def copied(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


@pytest.mark.parametrize("dark", [False, True])
def test_no_page_has_a_serious_fault_of_access(
    pages_site: str, new_page: Callable[..., Page], faults_of_access: Callable[[Page], list[str]], dark: bool
):
    page = new_page(dark=dark)
    # What differs in the dark is the colours, which these have all of.
    for path in DARK_PAGES if dark else EVERY_PAGE:
        page.goto(pages_site + path)
        assert (path, faults_of_access(page)) == (path, [])


def test_no_page_scrolls_sideways_on_a_phone_or_at_200_percent(
    pages_site: str, new_page: Callable[..., Page], chromium: Browser
):
    phone = new_page(360)
    # A screen of 1280 by 1024 at 200%: half as many CSS pixels each way, each drawn by four.
    context = chromium.new_context(viewport=ViewportSize(width=640, height=512), device_scale_factor=2)
    zoomed = context.new_page()
    for page in (phone, zoomed):
        for path in EVERY_PAGE:
            page.goto(pages_site + path)
            assert (path, page.evaluate(SCROLLS_SIDEWAYS)) == (path, False)
    context.close()


def test_the_citation_that_is_copied_is_that_of_the_api_in_the_form_chosen(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    for style, label in (("house", "House form"), ("member", "Form for a Member"), ("oscola", "OSCOLA form")):
        cited = asked(pages_site, f"/v1/answers/{CORRECTED}/citation?style={style}&paragraph=1")["text"]
        page.get_by_role("button", name=f"Copy {label}").click()
        expect(page.locator("#announcer")).to_have_text(f"{label} copied")
        assert copied(page) == cited
        page.get_by_label("Copy passages with the").select_option(style)
        page.get_by_role("button", name="Copy citation (passage 1)").click()
        expect(page.locator("#announcer")).to_have_text("Citation copied")
        assert copied(page) == cited
    page.get_by_role("button", name="Copy with citation (passage 1)").click()
    expect(page.locator("#announcer")).to_have_text("Passage 1 and its citation copied")
    assert copied(page).startswith(
        "“The Department lit 17 invented lanterns in district 5.\nThis answer is invented.”\n\nHC Written Question 5, "
    )


def test_the_form_of_citation_is_remembered_on_the_next_page(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    page.get_by_label("Copy passages with the").select_option("member")
    page.goto(f"{pages_site}/answers/{LAID_OUT}")
    expect(page.get_by_label("Copy passages with the")).to_have_value("member")
    page.get_by_role("button", name="Copy citation (passage 1)").click()
    expect(page.locator("#announcer")).to_have_text("Citation copied")
    assert copied(page) == asked(pages_site, f"/v1/answers/{LAID_OUT}/citation?style=member")["text"]


def test_a_citation_for_a_reference_manager_is_copied_and_downloaded(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    page.locator("summary", has_text="RIS").click()
    page.get_by_role("button", name="Copy RIS").click()
    expect(page.locator("#announcer")).to_have_text("RIS copied")
    written = asked(pages_site, f"/v1/answers/{CORRECTED}/citation?style=ris")["text"]
    # A page has no carriage returns.
    assert copied(page).split() == str(written).split()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download RIS").click()
    assert started.value.suggested_filename == f"{CORRECTED}.ris"
    assert started.value.path().read_bytes().decode() == written


def test_a_link_to_a_passage_marks_it_and_brings_it_into_sight(pages_site: str, new_page: Callable[..., Page]):
    page = new_page(360, 400)
    page.goto(f"{pages_site}/answers/{LAID_OUT}")
    link = page.get_by_role("link", name="Passage 2", exact=True)
    link.click()
    assert page.url.endswith(f"?passage={hashes(pages_site, LAID_OUT)[1]}#p2")
    assert page.locator("[data-linked]").get_attribute("id") == "p2"
    assert page.evaluate(SEEN)


def test_a_link_whose_passage_has_another_place_now_follows_the_words(pages_site: str, new_page: Callable[..., Page]):
    page = new_page(360, 400)
    fourth = hashes(pages_site, LAID_OUT)[3]
    page.goto(f"{pages_site}/answers/{LAID_OUT}?passage={fourth}#p1")
    expect(page.locator("tr[data-linked]")).to_have_attribute("id", "p4")
    assert page.url.endswith(f"?passage={fourth}#p4")
    assert page.evaluate(SEEN)


def test_a_link_to_words_since_corrected_says_so_and_shows_what_changed(pages_site: str, page: Page):
    before = asked(pages_site, f"/v1/answers/{CORRECTED}/history")["texts"]
    assert isinstance(before, list)
    assert len(before) == 2
    page.goto(f"{pages_site}/answers/{CORRECTED}?passage=79b4eb4982057d83#p1")
    notice = page.get_by_role("region", name="The passage of the link")
    expect(notice).to_contain_text("no longer in the answer: it was corrected on 20 June 2026.")
    notice.get_by_role("link", name="What changed").click()
    section = page.get_by_role("region", name="The texts it has had")
    expect(section.get_by_role("deletion").last).to_have_text("[removed: 5]")
    expect(section.get_by_role("insertion").last).to_have_text("[added: 17]")


def test_a_table_is_a_table_with_a_name_and_headings(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{LAID_OUT}")
    expect(page.get_by_role("region", name="Table 1 of the answer")).to_match_aria_snapshot(
        """
        - table "Table 1 of the answer":
          - rowgroup:
            - row "Year Region Lanterns Passage":
              - columnheader "Year"
              - columnheader "Region"
              - columnheader "Lanterns"
              - columnheader "Passage"
          - rowgroup:
            - row /2024 North 1,024 Passage 3/:
              - rowheader "2024"
              - cell "North"
              - cell "1,024"
              - cell /Passage 3/
            - row /2024 South 2,048 Passage 4/:
              - rowheader "2024"
              - cell "South"
              - cell "2,048"
              - cell /Passage 4/
            - row /2025 North <new> 4,096 Passage 5/:
              - rowheader "2025"
              - cell "North <new>"
              - cell "4,096"
              - cell /Passage 5/
        """
    )


def test_assistive_technology_is_given_the_answer_in_order(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{LAID_OUT}")
    outline = page.evaluate(
        "[...document.querySelectorAll('main h1, main h2, main h3')].map((h) => `${h.tagName} ${h.textContent.trim()}`)"
    )
    assert outline == [
        "H1 Lanterns <counted>",
        "H2 Question",
        "H2 Answer",
        "H2 Cite this answer",
        "H3 House form",
        "H3 Form for a Member",
        "H3 OSCOLA form",
        "H3 For a reference manager",
        "H3 Know before you cite",
        "H2 Facts",
        "H2 Where this was read",
    ]
    expect(page.get_by_role("region", name="Answer", exact=True)).to_match_aria_snapshot(
        """
        - region "Answer":
          - heading "Answer" [level=2]
          - paragraph:
            - text: The Department publishes its counts on
            - link "its site"
          - link "Passage 1"
          - button "Copy with citation (passage 1)"
          - button "Copy citation (passage 1)"
          - button "Add to basket (passage 1)"
          - paragraph: "Lanterns are counted by these three, in this order:"
          - list:
            - listitem: the wardens of the north
            - listitem:
              - text: those of the south
              - list:
                - listitem: of its coast
        """
    )


def test_a_thread_is_walked_by_its_links_with_the_present_one_marked(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{FOLLOWED}")
    items = page.get_by_role("region", name="The thread").get_by_role("listitem")
    expect(items).to_have_count(3)
    expect(page.locator("[aria-current=true]")).to_contain_text("Tabled 12 June 2026, 11 (this one)")
    items.first.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Invented Lanterns: District 1")
    expect(page.get_by_role("heading", name="1 other answer points to this one")).to_be_visible()


def test_an_answer_is_read_without_a_script(pages_site: str, new_page: Callable[..., Page]):
    page = new_page(script=False)
    fourth = hashes(pages_site, LAID_OUT)[3]
    page.goto(f"{pages_site}/answers/{LAID_OUT}?passage={fourth}#p4")
    expect(page.locator("tr[data-linked]")).to_be_visible()
    expect(page.get_by_role("link", name="Passage 1", exact=True)).to_be_visible()
    expect(page.locator("#cite-house")).to_have_text(
        str(asked(pages_site, f"/v1/answers/{LAID_OUT}/citation?style=house")["text"])
    )
    # A button that would do nothing is not shown.
    expect(page.get_by_role("button")).to_have_count(0)


def test_a_keyboard_alone_reaches_a_passage_and_copies_it(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    page.keyboard.press("Enter")
    wanted = page.get_by_role("button", name="Copy with citation (passage 1)")
    for _ in range(12):
        page.keyboard.press("Tab")
        if wanted.evaluate("(button) => button === document.activeElement"):
            break
    expect(wanted).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#announcer")).to_have_text("Passage 1 and its citation copied")
    assert copied(page).startswith("“The Department lit 17 invented lanterns in district 5.")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="Passage 1", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-linked]")).to_have_attribute("id", "p1")


def test_what_can_be_pressed_is_large_enough(pages_site: str, new_page: Callable[..., Page]):
    page = new_page(360)
    for path in (f"/answers/{LAID_OUT}", "/coverage", "/help"):
        page.goto(pages_site + path)
        # Links in the line of a sentence may be smaller: WCAG 2.2, 2.5.8.
        small = page.evaluate(
            """[...document.querySelectorAll("main button, main .tools a, main summary, main .cite a, main .inline a")]
                .filter((one) => one.checkVisibility())
                .filter((one) => { const box = one.getBoundingClientRect(); return box.width < 24 || box.height < 24; })
                .map((one) => one.outerHTML)"""
        )
        assert (path, small) == (path, [])


def test_a_page_prints_its_words_and_citation_without_buttons(pages_site: str, page: Page):
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    page.emulate_media(media="print")
    expect(page.locator("#p1 > p").first).to_be_visible()
    expect(page.locator("#cite-house")).to_be_visible()
    expect(page.get_by_role("button").first).to_be_hidden()
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    ink = page.locator("#p1 > p").first.evaluate("(one) => getComputedStyle(one).color")
    assert ink == "rgb(0, 0, 0)"


def test_a_marked_passage_and_what_changed_are_seen_without_the_pages_colours(pages_site: str, page: Page):
    page.emulate_media(forced_colors="active")
    page.goto(f"{pages_site}/answers/{LAID_OUT}?passage={hashes(pages_site, LAID_OUT)[0]}#p1")
    assert page.locator("#p1").evaluate("(one) => getComputedStyle(one).outlineStyle") == "solid"
    page.goto(f"{pages_site}/answers/{CORRECTED}")
    lines = [
        page.locator(f".changed {tag}").evaluate("(one) => getComputedStyle(one).textDecorationLine")
        for tag in ("del", "ins")
    ]
    assert lines == ["line-through", "underline"]


def test_a_question_that_waits_is_told_calmly_and_an_unknown_key_with_ways_on(pages_site: str, page: Page):
    waiting = page.goto(f"{pages_site}/answers/3")
    assert waiting
    assert waiting.status == 200
    expect(page.locator("main")).to_contain_text("One is due on 7 June 2026")
    unknown = page.goto(f"{pages_site}/answers/commons-2099-01-01-5")
    assert unknown
    assert unknown.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no answer at this address")
    page.get_by_role("link", name="what is indexed").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What is indexed")


def test_a_wide_table_scrolls_within_itself_and_with_the_keyboard(pages_site: str, new_page: Callable[..., Page]):
    page = new_page(360)
    page.goto(f"{pages_site}/coverage")
    table = page.get_by_role("region", name="Questions by the month tabled")
    assert table.evaluate("(one) => one.scrollWidth > one.clientWidth")
    table.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("(one) => one.scrollLeft > 0", arg=table.element_handle())
