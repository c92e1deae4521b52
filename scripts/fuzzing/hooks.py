"""What Schemathesis does not know of the interface: it loads this as `SCHEMATHESIS_HOOKS=scripts.fuzzing.hooks`."""

from __future__ import annotations

from typing import Any, Final

import schemathesis

from scripts.fuzzing.refusals import is_about_what_is_indexed

_WELL_FORMED_AND_REFUSED: Final = "ST202"

# Schemathesis 4.32 joins a pattern of one piece with the most characters that a text may have, as if the pattern held
# for the whole of it: "has a character to see" becomes "has no space". It leaves a choice of two alone.
_SEEN, _LEFT_ALONE = r"\S", r"\S|\S"


def before_load_schema(context: Any, raw_schema: dict[str, Any]) -> None:
    """Write the pattern of texts in a way that is read as it is meant."""
    waiting: list[Any] = [raw_schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if part.get("pattern") == _SEEN:
                part["pattern"] = _LEFT_ALONE
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep every failure, but for a well-formed request that names what is not indexed."""
    return not (failure.code == _WELL_FORMED_AND_REFUSED and is_about_what_is_indexed(response.content))


schemathesis.hook(before_load_schema)
schemathesis.hook(filter_failure)
