"""Lines of a log as JSON objects, one a line, for programs that collect logs."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

from service.access_log import without_texts
from service.request_ids import request_id


class JsonLines(logging.Formatter):
    """Writes a line with its time, level, event and message, the request it belongs to, and the fields it was given.

    `logging` takes both as `extra`: `event`, a word for this kind of line, and `fields`, a mapping. Of an exception
    come its type and lines of code, and never its text, which may hold what was asked.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return one JSON object without a line break."""
        written: dict[str, object] = {
            "time": f"{datetime.fromtimestamp(record.created, UTC):%Y-%m-%dT%H:%M:%S}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "event": getattr(record, "event", "message"),
            "message": record.getMessage(),
            "logger": record.name,
        }
        if request_id():
            written["request_id"] = request_id()
        written |= getattr(record, "fields", {})
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            written["error"] = "".join(without_texts(error)).rstrip()
        elif record.exc_text:
            # A filter has taken the texts out of it already.
            written["error"] = record.exc_text
        return json.dumps(written, separators=(",", ":"), default=str)
