"""The filters as options, which several commands have."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from types import MappingProxyType
from typing import Any, Concatenate, ParamSpec, TypeVar, get_type_hints

from service import options as given

FILTER_OPTIONS: dict[str, object] = {
    "answered_from": given.AnsweredFrom,
    "answered_to": given.AnsweredTo,
    "tabled_from": given.TabledFrom,
    "tabled_to": given.TabledTo,
    "house": given.Houses,
    "answering_body": given.Bodies,
    "minister": given.Ministers,
    "asker": given.Askers,
    "party": given.Parties,
    "kind": given.Kinds,
    "finding": given.Findings,
    "heading": given.Headings,
    "genre": given.Genres,
    "answerer": given.Answerers,
}
"""By the API's name of each filter, in the order of the help."""

NO_FILTERS: Mapping[str, object] = MappingProxyType({})
"""What a command that is called without filters takes."""

_NAME = "filters"
Given = ParamSpec("Given")
Commands = TypeVar("Commands")


def with_filters(command: Callable[Concatenate[Commands, Given], None]) -> Callable[Concatenate[Commands, Given], None]:
    """Give a command the options of the filters.

    Args:
        command: A method with a parameter `filters`, in whose place the options come; it is called with a dictionary
            of what was given, by the API's names, None for what was not.
    """
    signature, hints = inspect.signature(command), get_type_hints(command, include_extras=True)
    options = [
        inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=option)
        for name, option in FILTER_OPTIONS.items()
    ]
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        parameters += options if name == _NAME else [parameter.replace(annotation=hints.get(name, parameter.empty))]

    @wraps(command)
    def taking(commands: Commands, /, *args: Given.args, **kwargs: Given.kwargs) -> None:
        values: dict[str, Any] = {name: kwargs.pop(name, None) for name in FILTER_OPTIONS}
        kwargs[_NAME] = values
        command(commands, *args, **kwargs)

    taking.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    # Typer reads the options of a command off its signature.
    taking.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined] # any function has it
    return taking
