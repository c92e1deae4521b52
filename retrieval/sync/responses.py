"""Tells a whole response from a broken one, and a fault that may pass from one that will not."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

OK = 200


class PassingFaultError(Exception):
    """A fault that may pass: the call is worth another try.

    Args:
        what: The fault.
        wait_seconds: How long the service asks to wait; None where it does not say.
    """

    def __init__(self, what: str, wait_seconds: float | None = None) -> None:
        """Keep the wait beside the message."""
        self.wait_seconds = wait_seconds
        super().__init__(what)


class ListBody(msgspec.Struct, rename="camel"):
    """What a list call gives: how many rows there are in all, and some of them."""

    total_results: int
    results: list[msgspec.Raw]


class _Status(msgspec.Struct):
    status: int | str | None = None


_list = msgspec.json.Decoder(ListBody)
_status = msgspec.json.Decoder(_Status)


def check_body(body: bytes) -> None:
    """Refuse broken JSON, and errors that come with the status of success.

    Raises:
        PassingFaultError: If the body is either.
    """
    try:
        status = _status.decode(body).status
    except msgspec.ValidationError:
        return  # JSON of another shape: whoever reads it knows which is needed
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PassingFaultError(f"the JSON is broken: {error}") from error
    if status is not None and str(status) != str(OK):
        raise PassingFaultError(f"status {status} in the body")


def list_in(body: bytes) -> ListBody:
    """Return the list that a body holds.

    Raises:
        msgspec.ValidationError: If it holds something else.
        UnicodeDecodeError: If it is not UTF-8.
    """
    return _list.decode(body)


def seconds_to_wait(header: str | None) -> float | None:
    """Return what `Retry-After` asks for: seconds, or the time until a date (RFC 9110, section 10.2.3).

    Args:
        header: Its value; None where there is none.
    """
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        when = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
