"""Errors as assistants get them: marked as errors, with what was wrong and the next step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import mcp_types as types

from retrieval.errors import DespatchError, NotAnswered, UnknownKey, UnknownName
from retrieval.results import Outcome
from retrieval.search import Searcher
from service.assistants import facts
from service.assistants.texts import plain, searched_lines
from service.faults import Fault, shortened
from service.problems import public

_DETAIL_CHARACTERS: Final = 600
_FAULTS_TOLD: Final = 20


def failure(title: str, detail: str, beside: Sequence[str] = ()) -> types.CallToolResult:
    """Return a result that says what went wrong, in text alone.

    Clients hold structured content to the tool's output schema, in errors too, and an error that fits none would be
    kept from the model.

    Args:
        title: Names this kind of problem.
        detail: The value seen, the value needed and the next step; cut short if it is very long.
        beside: Further lines.
    """
    # The path of a data directory need not be UTF-8, and can't be sent as it is then.
    told = plain(shortened(detail, _DETAIL_CHARACTERS).encode("utf-8", "backslashreplace").decode())
    text = "\n".join([f"Error. {title}: {told}", *beside])
    return types.CallToolResult(content=[types.TextContent(text=text)], is_error=True)


def failure_of_faults(found: Sequence[Fault]) -> types.CallToolResult:
    """Return a result that says what is wrong with the arguments."""
    told = "; ".join(f"{fault.field}: {fault.reason}" for fault in found[:_FAULTS_TOLD])
    return failure("Invalid arguments", told)


def failure_of(error: DespatchError, searcher: Searcher | None) -> types.CallToolResult:
    """Return a result that says what one of the library's errors says.

    Args:
        error: The error.
        searcher: What was searched, if it got that far: whoever asks for an answer that is not there is told what is.
    """
    title = re.sub(r"(?<!^)([A-Z])", lambda found: f" {found[0].lower()}", type(error).__name__)
    if isinstance(error, UnknownKey) and searcher is not None:
        return _not_there(error, title, searcher)
    step = ""
    if isinstance(error, UnknownName):
        step = f". To find the right name, call list_filters with filter={error.field}"
    return failure(title, f"{public(error)}{step}")


def _not_there(error: UnknownKey, title: str, searcher: Searcher) -> types.CallToolResult:
    searched = facts.indexed(searcher.corpus)
    waits = isinstance(error, NotAnswered)
    advice = (
        "Tell the user that it waits for an answer."
        if waits
        else "It is not in what is indexed, which does not mean that there is no such answer: say so with these dates. "
        "Take keys from search_answers; never make one up."
    )
    return failure(title, str(error), [f"Outcome: {Outcome.NOTHING_CLOSE}. {advice}", *searched_lines(searched)])
