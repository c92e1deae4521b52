"""Licences under which the text of each kind of source may be used, and what must be shown with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from retrieval.errors import UnknownSource


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence and what it asks to be shown. Primary key: `spdx` and `credits`.

    Attributes:
        name: As its text calls it.
        spdx: Identifier on the SPDX licence list.
        url: Where it can be read.
        statement: The words it requires beside any use.
        credits: What else is known, or not known, of who published the copy that was read.
    """

    name: str
    spdx: str
    url: str
    statement: str
    credits: tuple[str, ...] = ()


OPEN_PARLIAMENT_LICENCE: Final = Licence(
    name="Open Parliament Licence v3.0",
    spdx="OPL-UK-3.0",
    url="https://www.parliament.uk/site-information/copyright-parliament/open-parliament-licence/",
    statement="Contains Parliamentary information licensed under the Open Parliament Licence v3.0.",
)

_BY_READER: Final = {
    "parliament-api": OPEN_PARLIAMENT_LICENCE,
    "parliament-statements": OPEN_PARLIAMENT_LICENCE,
    "official-page": OPEN_PARLIAMENT_LICENCE,
    # The words are Parliament's, whoever republished them; the copy does not say who did.
    "saved-page": replace(
        OPEN_PARLIAMENT_LICENCE, credits=("saved web page; the republishing site is not named in it",)
    ),
    "parlparse-xml": replace(
        OPEN_PARLIAMENT_LICENCE,
        credits=("XML by mySociety's parlparse (TheyWorkForYou), which states CC BY-SA 3.0 for its own work",),
    ),
    "mysociety-dump": replace(
        OPEN_PARLIAMENT_LICENCE,
        credits=("copy published by mySociety (CC BY 4.0): https://github.com/mysociety/uk-parl-written-questions",),
    ),
    # Its reader takes no row that does not state this licence.
    "mapped-table": replace(
        OPEN_PARLIAMENT_LICENCE, credits=("from a user's own table, which states the licence; not checked",)
    ),
}


def licence_of(reader: str) -> Licence:
    """Return the licence of the text that a reader reads.

    Args:
        reader: Name of the reader, as in `Provenance.reader`.

    Raises:
        UnknownSource: If no licence is stated for that reader: one is never assumed.
    """
    licence = _BY_READER.get(reader)
    if licence is None:
        known = ", ".join(sorted(_BY_READER))
        raise UnknownSource(reader, f"no licence is stated for what this reader reads (known: {known})")
    return licence
