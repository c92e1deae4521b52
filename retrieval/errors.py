"""Every error raised on purpose.

DespatchError                  the base: catch this to catch them all
├── SourceError                a document or a record in it can't be read
│   ├── SourceNotFound         the path is not there
│   ├── UnknownSource          no reader knows this kind of document
│   ├── MalformedRecord        a record is broken, or lacks what every record has
│   ├── ClippedRecord          the source cut the question or the answer short
│   └── ExtraMissing           an optional library that reads it is not installed
├── ServiceError               a service can't be used: Parliament's own, or Despatch Box's for its client
│   ├── ServiceUnreachable     it does not answer, or only with errors
│   ├── UnexpectedResponse     it answers with something else than it should
│   └── FilterIgnored          it answers with records that were not asked for
├── BuildError                 sources were read, but no snapshot can be made of them
│   ├── NothingToIndex         not one answered question was found
│   ├── UnfaithfulPassage      a passage is not word for word in its answer
│   └── PassageTooLong         a passage does not fit the encoder's window
├── ModelError                 the encoder can't be used
│   ├── ModelNotFound          no such model in this folder or the local cache
│   └── ModelChanged           the weights are not those whose hash is known
├── SnapshotError              the data directory can't be used
│   ├── NoSnapshot             nothing has been built there
│   ├── SnapshotDamaged        a file is missing, or not as it was published
│   │   └── StoreDamaged       the Milvus server lacks its vectors, or has others
│   ├── NoTemporaryFolder      nothing can be written where temporary files go
│   ├── OtherModel             it was built with another encoder
│   ├── OtherFormat            it was written in another version's format
│   ├── PublishFailed          it could not be written whole; the old one stands
│   ├── StoreUnreachable       the Milvus server that holds its vectors does not answer
│   ├── PackDamaged            a pack can't be read, or is not what was packed
│   └── DirectoryBusy          another build is writing there
├── QueryError                 the question or a filter is not usable
│   ├── UnknownName            no such body, minister, asker, ... in the corpus
│   └── NotAvailableYet        asked for in the contract, not built yet
├── UnknownKey                 no answer has this key
│   └── NotAnswered            the question is here, and waits for its answer
└── LibraryMissing             an optional library is not installed
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias


class DespatchError(Exception):
    """Base of every error that Despatch Box raises on purpose; its text is fit to show to a user."""


class SourceError(DespatchError):
    """A document, or one record in it, can't be read.

    Args:
        path: The document, as the user named it.
        reason: What is wrong and what to do.
        line: Line, or place in a list, counted from 1; None where the whole document is meant.
    """

    def __init__(self, path: Path | str, reason: str, line: int | None = None) -> None:
        """Keep the parts and make the message `path:line: reason`."""
        self.path = str(path)
        self.reason = reason
        self.line = line
        super().__init__(f"{self.path}:{line}: {reason}" if line is not None else f"{self.path}: {reason}")


class SourceNotFound(SourceError):
    """The path is not there."""


class UnknownSource(SourceError):
    """No reader knows this kind of document."""


class MalformedRecord(SourceError):
    """A record is broken, or lacks what every record has."""


class ClippedRecord(SourceError):
    """The source cut the question or the answer short, so it must not be quoted.

    Args:
        path: The document.
        reason: Which part was cut, and where the whole can be had.
        line: Line, or place in a list.
        api_id: The API's id, by which the whole can be fetched; None is not known.
    """

    def __init__(self, path: Path | str, reason: str, line: int | None = None, api_id: int | None = None) -> None:
        """Keep the id beside the parts of every fault."""
        self.api_id = api_id
        super().__init__(path, reason, line)


class ExtraMissing(SourceError):
    """An optional library is not installed, without which this kind of file can't be read."""


class ServiceError(DespatchError):
    """A service can't be used: Parliament's own, or that of Despatch Box for its client."""


class ServiceUnreachable(ServiceError):
    """The service does not answer, or only with errors, though it was asked several times."""


class UnexpectedResponse(ServiceError):
    """The service answers with something else than it should."""


class FilterIgnored(ServiceError):
    """The service answers with records that were not asked for, as it does when it ignores a parameter."""


class BuildError(DespatchError):
    """Sources were read, but no snapshot can be made of them."""


class NothingToIndex(BuildError):
    """Not one answered question was found."""


class UnfaithfulPassage(BuildError):
    """A passage is not word for word in the answer it was taken from."""


class PassageTooLong(BuildError):
    """A passage does not fit the encoder's window, so part of it would not be found."""


class ModelError(DespatchError):
    """The encoder can't be used."""


class ModelNotFound(ModelError):
    """No such model in this folder or in the local cache."""


class ModelChanged(ModelError):
    """The weights are not those whose hash is known."""


class SnapshotError(DespatchError):
    """The data directory, or the snapshot it points to, can't be used."""


class NoSnapshot(SnapshotError):
    """Nothing has been built in this directory."""


class SnapshotDamaged(SnapshotError):
    """A file of the snapshot is missing, or not as it was published."""


class StoreDamaged(SnapshotDamaged):
    """The Milvus server that should hold the vectors and words of a snapshot lacks them, or has others."""


class NoTemporaryFolder(SnapshotError):
    """Nothing can be written where temporary files go, and reading a snapshot needs a folder there."""


class OtherModel(SnapshotError):
    """The snapshot was built with another encoder."""


class OtherFormat(SnapshotError):
    """The snapshot was written in another version's format."""


class PublishFailed(SnapshotError):
    """The snapshot could not be written whole; the one before it still stands."""


class StoreUnreachable(SnapshotError):
    """The Milvus server that holds the vectors and words of a snapshot does not answer, or not as it should."""


StoreFault: TypeAlias = StoreUnreachable | StoreDamaged
"""What can be the matter with a Milvus server; the text has its address, which is not for everybody to see."""


class PackDamaged(SnapshotError):
    """A pack can't be read, or is not what was packed."""


class DirectoryBusy(SnapshotError):
    """Another build is writing in this data directory."""


class QueryError(DespatchError):
    """The question, a filter or a limit is not usable.

    Args:
        field: The parameter at fault, by the name used on every surface.
        reason: The value seen, the value needed and the next step.
    """

    def __init__(self, field: str, reason: str) -> None:
        """Keep the parts and make the message `field: reason`."""
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


class UnknownName(QueryError):
    """A filter names a body, minister, asker or party that is not in the corpus, or that is unclear.

    Args:
        field: The filter.
        reason: The name asked for, what is wrong with it and the next step.
        nearest: The nearest names that are there, best first.
    """

    def __init__(self, field: str, reason: str, nearest: tuple[str, ...] = ()) -> None:
        """Keep the parts and make the message `field: reason`."""
        self.nearest = nearest
        super().__init__(field, reason)


class NotAvailableYet(QueryError):
    """The contract has a place for this, but this version does not do it yet."""


class UnknownKey(DespatchError):
    """No answer in the corpus has this key.

    Args:
        key: The key asked for.
    """

    def __init__(self, key: str) -> None:
        """Keep the key and say what a key looks like."""
        self.key = key
        super().__init__(
            f"no answer has the key {key!r}: keys look like commons-2023-07-18-194793, or are the API's id"
        )


class NotAnswered(UnknownKey):
    """The question with this key is kept, and has no answer yet.

    Args:
        key: The key asked for.
        tabled: The day it was tabled, in words; None is not known.
        due: The day its answer is due, in words; None is not known.
    """

    def __init__(self, key: str, tabled: str | None, due: str | None) -> None:
        """Say what is known of it."""
        super().__init__(key)
        days = [f"tabled {tabled}"] if tabled else []
        days += [f"due {due}"] if due else []
        told = f" ({', '.join(days)})" if days else ""
        self.args = (f"question {key!r} has no answer yet{told}: `despatch sync` fetches it when it has",)


class LibraryMissing(DespatchError):
    """An optional library is not installed, without which a result can't be given in its form.

    Args:
        library: Its name, which is also how it is installed.
    """

    def __init__(self, library: str) -> None:
        """Say how it is installed."""
        self.library = library
        super().__init__(f"{library} is not installed: run `pip install {library}`, or use `to_table()` without it")
