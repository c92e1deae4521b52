"""What Parliament's own lists were last seen to hold, month by month, to tell what a corpus lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec

from retrieval.errors import PublishFailed, SnapshotDamaged
from retrieval.files import replace_file
from retrieval.records import Genre, House

CHECKS_FILE = "checks.json"


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """One month of one House as Parliament's list gave it. Primary key: `genre`, `house`, `month`.

    Attributes:
        genre: Questions (by the month they were tabled in) or statements (by the month they were made in).
        month: As `2024-03`.
        listed: The API's `totalResults`, withdrawn ones included.
        withdrawn: How many of those were withdrawn.
        failed: How many could not be fetched whole, and are asked for again next time.
        checked_at: When the whole month was last listed.
        bodies: Ids of the answering bodies that alone were asked for; empty: all of them.
        surplus: How many were held with an id of Parliament's then that the list lacked, withdrawn ones included.
    """

    genre: Genre
    house: House
    month: Annotated[str, msgspec.Meta(pattern=r"^\d{4}-(?:0[1-9]|1[0-2])$")]
    listed: int
    withdrawn: int
    failed: int
    checked_at: datetime
    bodies: tuple[int, ...] = ()
    surplus: int = 0


@dataclass(frozen=True, slots=True)
class Checks:
    """Every month that was checked, by genre, House and month."""

    months: tuple[MonthCheck, ...] = ()


def read_checks(data: Path) -> Checks:
    """Return the checks kept in a data directory; none where it was never filled from Parliament's service.

    Raises:
        SnapshotDamaged: If the file can't be read.
    """
    path = data / CHECKS_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=Checks)
    except FileNotFoundError:
        return Checks()
    except (OSError, msgspec.DecodeError) as error:
        raise SnapshotDamaged(f"{path} can't be read ({error}): remove it and run `despatch sync` again") from error


def write_checks(data: Path, checks: Checks) -> None:
    """Replace the checks kept in a data directory, whole or not at all.

    Raises:
        PublishFailed: If the disk is full or can't be written; the file stands as it was.
    """
    ordered = sorted(checks.months, key=lambda check: (check.genre, check.house, check.month))
    raw = msgspec.json.format(msgspec.json.encode(Checks(tuple(ordered))), indent=1)
    path = data / CHECKS_FILE
    try:
        replace_file(path, raw + b"\n")
    except OSError as error:
        raise PublishFailed(
            f"{path} could not be written ({error}) and stands as it was: make room on the disk, then run this again"
        ) from error
