"""What a library logs of an exception is its type and its lines of code, never its text."""

from __future__ import annotations

import logging

from service.logs import WithoutTexts

MARKER = "zyzzyva"


def test_an_exception_leaves_its_type_and_its_lines_in_the_log_and_not_its_text():
    try:
        raise ValueError(MARKER)
    except ValueError as error:
        info = (ValueError, error, error.__traceback__)
    record = logging.LogRecord("mcp.server", logging.ERROR, "", 0, "it broke", None, info)
    assert WithoutTexts().filter(record)
    told = logging.Formatter("%(message)s").format(record)
    assert told.startswith("it broke\nbuiltins.ValueError\n")
    assert "test_logs.py" in told
    assert MARKER not in told


def test_a_line_without_an_exception_stays_as_it_is():
    record = logging.LogRecord("mcp.server", logging.ERROR, "", 0, "it broke", None, None)
    assert WithoutTexts().filter(record)
    assert logging.Formatter("%(message)s").format(record) == "it broke"
