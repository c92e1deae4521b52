"""Measures a page as Chromium shows it: what is sent for it, and how soon after the response its text is painted.

    python -m scripts.measure_page http://127.0.0.1:8000/?q=bus+services --runs 7
    python -m scripts.measure_page http://127.0.0.1:8000/?q=bus+services --after http://127.0.0.1:8000/

Sizes are those sent, compressed, of the page and all that it loads, with an empty cache, or with what `--after` left in
it. Times are from the last byte of the page to the first paint of its text and to the paint of its largest part,
medians of the runs. Without `--after` each visit is the first of a new browser profile, so that the browser starts a
process for the site while it waits; with it, another page of the site was open before, as when a search is made.
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
  const tell = () => {
    const [first] = performance.getEntriesByName("first-contentful-paint");
    // A page may be loaded before it is painted.
    if (!first) return setTimeout(tell, 50);
    done({
      bytes: page.transferSize + loaded.reduce((sum, one) => sum + one.transferSize, 0),
      files: 1 + loaded.length,
      first_paint_ms: first.startTime - page.responseEnd,
      largest_paint_ms: (largest ?? first).startTime - page.responseEnd,
      shift: performance.getEntriesByType("layout-shift").reduce((sum, one) => sum + one.value, 0),
    });
  };
  let largest = null;
  new PerformanceObserver((list) => { largest = list.getEntries().at(-1); tell(); })
    .observe({ type: "largest-contentful-paint", buffered: true });
  // Where the browser names no largest part, the first is all that there is.
  setTimeout(tell, 2000);
})"""


def measured(browser: Browser, address: str, width: int, after: str | None) -> dict[str, float]:
    """Return what one visit measures, in a profile that has seen nothing but the page `after`, if any."""
    context = browser.new_context(viewport=ViewportSize(width=width, height=900))
    page = context.new_page()
    if after:
        page.goto(after, wait_until="networkidle")
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
    parser.add_argument("--after", metavar="ADDRESS", help="open this page first, in the same tab")
    asked = parser.parse_args(arguments)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for address in asked.addresses:
            runs = [measured(browser, address, asked.width, asked.after) for _ in range(asked.runs)]
            told: dict[str, Any] = {name: round(statistics.median(run[name] for run in runs), 1) for name in runs[0]}
            print(json.dumps({"address": address, "after": asked.after, "runs": asked.runs, **told}))
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
