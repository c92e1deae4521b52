"""A browser, and a service for it to look at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright

SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, without a window; for one module, as other tests can't use asyncio while it runs."""
    with sync_playwright() as playwright:
        # The tests may run as root, as in CI, where Chromium has no sandbox.
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def site(start_once: Callable[..., object], filled_once: Path) -> str:
    """Serve records of every kind in a process of its own, and give its address."""
    running = start_once(filled_once)
    return f"http://{running.host}:{running.port}"  # type: ignore[attr-defined]


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(chromium: Browser) -> Iterator[NewPage]:
    """Open pages, such as `new_page(360, dark=True, script=False)`. What a page complains of is a fault."""
    opened: list[BrowserContext] = []
    complaints: list[str] = []

    def open_one(width: int = 1440, height: int = 900, *, dark: bool = False, script: bool = True) -> Page:
        context = chromium.new_context(
            viewport=ViewportSize(width=width, height=height),
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            locale="en-GB",
        )
        opened.append(context)
        if script:
            context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in opened:
        context.close()
    # A page that was not there, or was refused, is no fault of the page's code.
    assert [one for one in complaints if "Failed to load resource" not in one] == []


@pytest.fixture
def page(new_page: NewPage) -> Page:
    """Open one page on a wide screen."""
    return new_page()


@pytest.fixture(scope="session")
def faults_of_access() -> Callable[[Page], list[str]]:
    """Give a function that looks over a page with axe, and tells its serious faults with where they are."""
    axe = Axe()

    def found(page: Page) -> list[str]:
        violations = axe.run(page).response["violations"]
        return [
            f"{one['id']}: {node['html']}" for one in violations if one["impact"] in SERIOUS for node in one["nodes"]
        ]

    return found
