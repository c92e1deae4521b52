"""A walk through the page that tells whether a question has been asked before, in a browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
LANTERNS = "how many invented lanterns were lit in (a) district 10 and (b) the zebra house"


def _compared(page: Page, site: str) -> None:
    page.goto(f"{site}/asked")
    page.get_by_label("Your draft question").fill(LANTERNS)
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("heading", level=2)).to_contain_text("tabled")


def test_a_draft_is_compared_and_a_citation_copied(
    site: str, page: Page, faults_of_access: Callable[[Page], list[str]]
):
    page.goto(f"{site}/asked")
    assert faults_of_access(page) == []
    _compared(page, site)
    assert "lanterns" not in page.url
    assert page.get_by_label("Your draft question").input_value() == LANTERNS
    assert page.get_by_text("No answer found here to part (b).").is_visible()
    first = page.get_by_role("article").first
    cited = first.locator(".cited").inner_text()
    first.get_by_role("button", name="Copy citation").click()
    expect(page.get_by_role("status")).to_have_text("The citation is copied")
    assert page.evaluate("navigator.clipboard.readText()") == cited
    assert faults_of_access(page) == []


@pytest.mark.parametrize("dark", [False, True])
def test_on_a_telephone_without_scripts_all_is_there_and_nothing_runs_over(
    site: str, new_page: Callable[..., Page], dark: bool
):
    page = new_page(360, dark=dark, script=False)
    _compared(page, site)
    assert page.get_by_role("article").count() > 1
    assert page.get_by_role("button", name="Copy citation").count() == 0
    widest = page.locator("main *").evaluate_all(
        "all => Math.max(...all.map(one => one.getBoundingClientRect().right))"
    )
    assert widest <= 360


def test_the_page_can_be_used_by_keyboard_alone(site: str, page: Page):
    page.goto(f"{site}/asked")
    page.get_by_label("Your draft question").focus()
    page.keyboard.type("how many invented lanterns were lit in district 4")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("Commons")
    for _ in range(2):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2)).to_have_text("A question in the same words has been tabled.")
    assert page.get_by_label("House").input_value() == "Commons"
    assert page.get_by_text("Only a holding answer was given").is_visible()
