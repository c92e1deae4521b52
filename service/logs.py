"""Which log says what: to standard error, and without anything that was asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final

from service.access_log import without_texts
from service.json_lines import JsonLines
from service.settings import LogFormat


class WithoutTexts(logging.Filter):
    """Takes the text of exceptions out of a library's log, as it may hold what was asked: type and lines stay."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without the text of its exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            record.exc_info, record.exc_text = None, "".join(without_texts(error)).rstrip()
        return True


# Requests are logged by the service itself: the server's own log would hold every question asked by a URL.
# The protocol's SDK logs whole messages, but only below the level of an error.
LOGGING: Final[dict[str, Any]] = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"without texts": {"()": WithoutTexts}},
    "formatters": {
        "plain": {"format": "%(message)s"},
        "timed": {"format": "%(asctime)s %(levelname)s %(message)s"},
    },
    "handlers": {
        "plain": {"class": "logging.StreamHandler", "formatter": "plain"},
        "timed": {"class": "logging.StreamHandler", "formatter": "timed"},
        "guarded": {"class": "logging.StreamHandler", "formatter": "timed", "filters": ["without texts"]},
    },
    "loggers": {
        "service": {"handlers": ["timed"], "level": "INFO", "propagate": False},
        "service.server": {"handlers": ["plain"], "level": "INFO", "propagate": False},
        "uvicorn": {"handlers": ["guarded"], "level": "WARNING", "propagate": False},
        "mcp": {"handlers": ["guarded"], "level": "ERROR", "propagate": False},
        "opentelemetry": {"handlers": ["guarded"], "level": "ERROR", "propagate": False},
    },
}


def logging_as(log_format: LogFormat) -> Mapping[str, Any]:
    """Return how the service logs, as `logging.config` takes it."""
    if log_format is LogFormat.TEXT:
        return LOGGING
    as_json = {name: {"()": JsonLines} for name in LOGGING["formatters"]}
    return {**LOGGING, "formatters": as_json}
