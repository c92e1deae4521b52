"""What Schemathesis does not know of the interface: it loads this as `SCHEMATHESIS_HOOKS=scripts.fuzzing.hooks`."""

from __future__ import annotations

from typing import Any, Final

import schemathesis

from scripts.fuzzing.refusals import is_about_what_is_indexed

_WELL_FORMED_AND_REFUSED: Final = "ST202"


def filter_failure(context: Any, failure: Any, case: Any, response: Any) -> bool:
    """Keep every failure, but for a well-formed request that names what is not indexed."""
    return not (failure.code == _WELL_FORMED_AND_REFUSED and is_about_what_is_indexed(response.content))


schemathesis.hook(filter_failure)
