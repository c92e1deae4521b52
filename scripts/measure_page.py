"""Measures a page as Chromium shows it: what is sent for it, and how soon after the response its text is painted.

    python -m scripts.measure_page http://127.0.0.1:8000/?q=bus+services --runs 7

Sizes are those sent, compressed, of the page and all that it loads, without a cache. Times are from the last byte of
the page to the first paint of its text and to the paint of its largest part, medians of the runs.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
from typing import Any, Final

from playwright.sync_api import Browser, ViewportSize, sync_playwright

# What the browser itself measured; the largest part of a page of results is the first of them, or lies in it.
_MEASURED: Final = """() => new Promise((done) => {
  const page = performance.getEntriesByType("navigation")[0];
  const loaded = performance.getEntriesByType("resource");
  const first = performance.getEntriesByName("first-contentful-paint")[0];
  new PerformanceObserver((list) => {
    const largest = list.getEntries().at(-1);
    done({
      bytes: page.transferSize + loaded.reduce((sum, one) => sum + one.transferSize, 0),
      files: 1 + loaded.length,
      first_paint_ms: first.startTime - page.responseEnd,
      largest_paint_ms: largest.startTime - page.responseEnd,
      shift: performance.getEntriesByType("layout-shift").reduce((sum, one) => sum + one.value, 0),
    });
  }).observe({ type: "largest-contentful-paint", buffered: true });
})"""


def measured(browser: Browser, address: str, width: int) -> dict[str, float]:
    """Return what one visit with an empty cache measures."""
    context = browser.new_context(viewport=ViewportSize(width=width, height=900))
    page = context.new_page()
    page.goto(address, wait_until="load")
    found: dict[str, float] = page.evaluate(_MEASURED)
    context.close()
    return found


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--width", type=int, default=1440)
    asked = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for address in asked.addresses:
            runs = [measured(browser, address, asked.width) for _ in range(asked.runs)]
            told: dict[str, Any] = {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}
            print(json.dumps({"address": address, "runs": asked.runs, **told}))
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
