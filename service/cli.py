"""The command `despatch`: its commands put together, and every end it can come to."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.metadata import version
from typing import Annotated, BinaryIO

import typer
import typer.main

from retrieval.encoders import Encoder, SentenceEncoder
from retrieval.errors import DespatchError, ServiceUnreachable
from retrieval.rerankers import reranker_named
from retrieval.reranking import Reranker
from service import manual
from service.asked_commands import AskedCommands
from service.assistant_commands import AssistantCommands
from service.attaching import AttachingCommands
from service.commands import Commands
from service.exits import ExitCode, code_for, in_words
from service.filling import FillingCommands
from service.key_commands import KeyCommands
from service.packing import PackingCommands
from service.quote_commands import QuoteCommands
from service.rolling_back import RollbackCommands
from service.running import Session
from service.terminal import OUTPUT, Terminal, show, standard, words
from service.timeline_commands import TimelineCommands
from service.whole_set_commands import WholeSetCommands


def make_app(
    load_encoder: Callable[[str], Encoder] = SentenceEncoder,
    out: Terminal | None = None,
    err: Terminal | None = None,
    stdin: BinaryIO | None = None,
    load_reranker: Callable[[str], Reranker | None] = reranker_named,
) -> typer.Typer:
    """Put the commands together.

    Args:
        load_encoder: Makes the encoder of a name.
        out: For results; standard output unless another is given.
        err: For progress and for what is wrong; standard error likewise.
        stdin: What "-" reads; standard input likewise.
        load_reranker: Makes the reranker of a name; None where there is to be none.
    """
    session = Session(load_encoder, out or Terminal(sys.stdout), err or Terminal(sys.stderr), stdin, load_reranker)
    groups = (
        *(Commands(session), WholeSetCommands(session), FillingCommands(session)),
        *(AttachingCommands(session), PackingCommands(session), QuoteCommands(session)),
        *(AssistantCommands(session), AskedCommands(session), TimelineCommands(session)),
        RollbackCommands(session),
        KeyCommands(session),
    )
    app = typer.Typer(
        name="despatch",
        help=manual.DESPATCH,
        epilog=manual.EXIT_CODES,
        # Plain help reads the same with or without colour, at any width, and when piped.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        add_completion=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_with_version)
    for name, text in manual.COMMANDS.items():
        command = next(found for group in groups if (found := getattr(group, name.replace("-", "_"), None)))
        app.command(name, help=text)(command)
    return app


def run(app: typer.Typer, arguments: Sequence[str], err: Terminal) -> int:
    """Run one command line and return the exit code; whatever a user did wrong is told without a traceback.

    Args:
        app: What `make_app` returned.
        arguments: Those after the name of the command.
        err: Where to tell what is wrong.
    """
    try:
        typer.main.get_command(app)(args=list(arguments), prog_name="despatch")
    except SystemExit as end:
        # Typer ends with 1 where the reader of a pipe has gone, which must not look like a failed check.
        if isinstance(end.__context__, BrokenPipeError):
            return ExitCode.PIPE_CLOSED
        return end.code if isinstance(end.code, int) else ExitCode.OK
    except DespatchError as error:
        _tell(err, in_words(error))
        if isinstance(error, ServiceUnreachable):
            _tell(err, "run the same command again later: it goes on where it was")
        return code_for(error)
    except OSError as error:
        if error.filename != OUTPUT:
            raise
        _tell(err, f"the output could not be written: {error.strerror}")
        return ExitCode.UNWRITTEN
    return ExitCode.OK


def main() -> None:
    """Run `despatch` with the arguments of this process, and end the process."""
    # Kept by name: Typer puts others in their place where the reader of a pipe has gone.
    streams = sys.stdout, sys.stderr = standard(sys.stdout), standard(sys.stderr)
    out, err = Terminal(sys.stdout), Terminal(sys.stderr)
    code = run(make_app(out=out, err=err), sys.argv[1:], err)
    for stream in streams:
        try:
            stream.flush()
        except OSError:
            # What is still in the buffer has nowhere to go, and Python would complain of that as it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    raise SystemExit(code)


def _tell(err: Terminal, what: str) -> None:
    # Where this can't be told either, the exit code says it alone.
    with suppress(OSError):
        show(err, [words(f"despatch: {what}")])


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"despatch {version('despatch-box')}")
        raise typer.Exit


def _with_version(
    version_asked: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    """Take the options that stand before the name of a command."""
