"""The command that checks quotations: `verify-quote`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import typer

from retrieval.corpus import Corpus
from retrieval.errors import QueryError
from retrieval.quotations import MAX_BRIEFING_CHARACTERS, verify_briefing, verify_quote
from retrieval.quote_messages import briefing_message
from retrieval.quote_results import BriefingResult, QuoteOutcome
from service import options as given
from service.arguments import utf8
from service.building import data_option
from service.exits import ExitCode
from service.quotes_page import briefing_page, quote_page
from service.running import Session

_DATA = Path("data")
_STDIN: Final = "-"
_MOST_BYTES: Final = 4 * MAX_BRIEFING_CHARACTERS


class QuoteCommands:
    """The command, a method; `manual` has its help.

    Args:
        session: What it reads and writes.
    """

    def __init__(self, session: Session) -> None:
        """Keep what the command works with."""
        self._session = session

    def verify_quote(
        self,
        text: given.Quotation = None,
        key: given.QuotedKey = None,
        briefing: given.Briefing = None,
        data: given.Data = _DATA,
        as_json: given.Json = False,
    ) -> None:
        """Check a quotation or a briefing; exit with `CHECK_FAILED` unless all is word for word."""
        if (text is None) == (briefing is None):
            raise QueryError("text", "give one quotation, or a text full of them with --briefing FILE")
        if briefing is not None and key is not None:
            raise QueryError("key", "it goes with one quotation, and not with --briefing")
        option, output = data_option(data), self._session.output
        if text is not None:
            asked = self._read(_STDIN, "text") if text == _STDIN else utf8("text", text)
            found = verify_quote(Corpus.open(data), asked, utf8("key", key) if key is not None else None)
            output.give(found, as_json, lambda: quote_page(found, data=option))
            is_sound = found.outcome is QuoteOutcome.WORD_FOR_WORD
        else:
            checked = _whole(Corpus.open(data), self._read(briefing or "", "briefing"))
            output.give(checked, as_json, lambda: briefing_page(checked, data=option))
            is_sound = set(checked.counts) <= {QuoteOutcome.WORD_FOR_WORD}
        if not is_sound:
            raise typer.Exit(ExitCode.CHECK_FAILED)

    def _read(self, name: str, field: str) -> str:
        if name == _STDIN:
            return _text_of(self._session.input(field), "standard input", field)
        if not name:
            raise QueryError(field, "it is empty: name a file, or - for standard input")
        try:
            with Path(name).open("rb") as file:
                return _text_of(file, name, field)
        except OSError as error:
            raise QueryError(field, f"{name} can't be read: {error.strerror}") from error


def _text_of(stream: BinaryIO, name: str, field: str) -> str:
    read = stream.read(_MOST_BYTES + 1)
    if len(read) > _MOST_BYTES:
        raise QueryError(field, f"{name} has more than {_MOST_BYTES:,} bytes: check it in parts")
    try:
        return read.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QueryError(field, f"{name} is not UTF-8 text ({error.reason}): save it as plain text") from error


def _whole(corpus: Corpus, text: str) -> BriefingResult:
    """Check every quotation of a text, however many calls that takes elsewhere."""
    found = part = verify_briefing(corpus, text)
    while part.next_first is not None:
        part = verify_briefing(corpus, text, first=part.next_first)
        counts = {
            str(one): total for one in QuoteOutcome if (total := found.counts.get(one, 0) + part.counts.get(one, 0))
        }
        found = replace(
            found, quotations=(*found.quotations, *part.quotations), counts=counts, next_first=part.next_first
        )
    outcome = next((one for one in QuoteOutcome if one in found.counts), found.outcome)
    told = briefing_message(found.total, len(found.quotations), {QuoteOutcome(n): c for n, c in found.counts.items()})
    return replace(found, outcome=outcome, message=told)
