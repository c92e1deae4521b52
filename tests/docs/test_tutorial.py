"""The tutorial, walked through in a browser as it says; with DOCS_IMAGES=1 its pictures are taken anew."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect, sync_playwright

ROOT = Path(__file__).parents[2]
IMAGES = ROOT / "docs" / "images"
QUESTION = "What security is there at asylum hotels?"
QUOTATION = "The Home Office says that “there is immediate intention to publish them”."

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport=ViewportSize(width=1100, height=760), locale="en-GB")
        yield context.new_page()
        browser.close()


def pictured(page: Page, name: str) -> None:
    """Take a picture where that is asked for; else see that there is one of the name."""
    if os.environ.get("DOCS_IMAGES"):
        page.screenshot(path=IMAGES / f"{name}.png")
    assert (IMAGES / f"{name}.png").stat().st_size > 10_000


def test_the_tutorial_can_be_followed_step_by_step(served: Any, page: Page) -> None:
    page.goto(served.address)
    page.get_by_role("searchbox").first.fill(QUESTION)
    page.keyboard.press("Enter")
    expect(page.locator("article mark").first).to_contain_text("security staff")
    pictured(page, "search")

    page.get_by_role("link", name="Full answer").first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert "passage=" in page.url
    linked = page.locator("[data-linked]")
    expect(linked).to_contain_text("All sites have security staff")
    page.mouse.wheel(0, -260)
    pictured(page, "answer")

    linked.get_by_role("button", name="Add to basket").click()
    expect(page.locator("[data-basket-count]")).to_have_text("1")
    page.get_by_role("link", name="Basket").click()
    page.get_by_label("Your note").fill("For Thursday's briefing: ask how often security is reviewed.")
    expect(page.locator("main blockquote").first).to_contain_text("security")
    page.evaluate("scrollTo(0, 0)")
    pictured(page, "basket")

    page.get_by_role("link", name="Check quotations").first.click()
    page.get_by_label("Your text").fill(QUOTATION)
    page.get_by_role("button", name="Check").click()
    expect(page.locator("main ins").first).to_have_text("[put in: no]")
    pictured(page, "quotes")

    page.get_by_role("link", name="Has it been asked?").first.click()
    page.get_by_label("Your draft question").fill("what security there is at asylum hotels")
    page.get_by_role("button", name="Compare").click()
    expect(page.locator("main")).to_contain_text("security")
    assert page.url.partition("#")[0].endswith("/asked")


def test_every_picture_is_of_a_page_and_has_words_in_its_place() -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    for picture in IMAGES.glob("*.png"):
        assert f"](images/{picture.name})" in text
        assert f"![](images/{picture.name})" not in text
