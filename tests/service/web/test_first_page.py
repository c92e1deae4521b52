from collections.abc import Callable

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def test_the_first_page_has_no_serious_fault_of_access(
    site: str, page: Page, faults_of_access: Callable[[Page], list[str]]
):
    page.goto(site)
    assert page.get_by_role("heading", level=1).inner_text() == "What have ministers said?"
    assert faults_of_access(page) == []
