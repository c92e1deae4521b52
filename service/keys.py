"""API keys: made at random, shown once, and kept only as hashes in a file that its owner alone may read."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Final

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from retrieval.errors import DirectoryBusy, PublishFailed, QueryError
from retrieval.files import replace_file
from service.faults import nearest_to, shown

KEYS_FILE: Final = "keys.json"
"""Name of the file in the data directory, unless a setting names another."""

_PREFIX: Final = "despatch_"  # So that a key that got into a repository or a log is known for what it is.
_KEY_BYTES: Final = 32
_OWNER_ALONE: Final = 0o600
_WRITABLE_BY_OTHERS: Final = 0o022
_SECONDS_TO_WAIT: Final = 10.0
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key that was given to somebody. Primary key: `name`.

    Attributes:
        name: Of whoever holds it, for those who run the service.
        sha256: Hash of the key, in hex; the key itself is kept nowhere.
        made_on: The day it was made.
        per_minute: Units that it may use in a minute; None is as the settings have it, 0 is without limit.
    """

    name: str
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    made_on: date
    per_minute: Annotated[int, Field(ge=0)] | None = None


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All keys there are.

    Attributes:
        keys: In the order in which they were made.
    """

    keys: tuple[ApiKey, ...] = ()

    def holder(self, presented: bytes) -> ApiKey | None:
        """Return the key that was presented; None where there is no such key.

        A key has 256 random bits, so that one quick SHA-256 keeps it as safe as any hash can: nobody can try them
        all. Slow hashes such as bcrypt are for passwords, which people choose and machines can guess; here one
        would only let anybody keep the processor busy with keys that they made up. Every entry is compared, each in
        a time that does not depend on where two hashes differ, so that nothing can be told from how long it took.
        """
        digest, found = hash_of(presented), None
        for key in self.keys:
            if hmac.compare_digest(key.sha256, digest):
                found = key
        return found


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    keys: tuple[ApiKey, ...]


def looks_like_one(presented: bytes) -> bool:
    """Return whether what was presented is meant to be a key of this service, known or not."""
    return presented.startswith(_PREFIX.encode())


def hash_of(key: bytes) -> str:
    """Return what is kept of a key: its SHA-256, in hex."""
    return hashlib.sha256(key).hexdigest()


class KeyFile:
    """The file with the keys' hashes; without one there are no keys.

    Args:
        path: Where it is or is to be.
    """

    def __init__(self, path: Path) -> None:
        """Keep where it is."""
        self.path = path

    def ring(self) -> KeyRing:
        """Return the keys there are.

        Raises:
            QueryError: If the file can't be read, is not as it was written, or can be changed by others.
        """
        try:
            if self.path.stat().st_mode & _WRITABLE_BY_OTHERS:
                raise self._unusable(f"can be changed by other users: look at it, then run `chmod 600 {self.path}`")
            content = self.path.read_bytes()
        except FileNotFoundError:
            return KeyRing()
        except OSError as error:
            raise self._unusable(f"can't be read ({error.strerror}): it must belong to the user who serves") from error
        try:
            return KeyRing(_Kept.model_validate_json(content).keys)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            where = ".".join(map(str, first["loc"])) or "its beginning"
            reason = (
                f"is not as it was written ({where}: {first['msg']}): bring it back, or remove it and make new keys"
            )
            raise self._unusable(reason) from error

    def add(self, name: str, today: date, per_minute: int | None = None) -> str:
        """Make a key, and return it; it can't be had again.

        Args:
            name: Of whoever is to hold it.
            today: Kept as the day it was made.
            per_minute: Units that it may use in a minute; None is as the settings have it, 0 is without limit.

        Raises:
            QueryError: If the name can't be used or is taken, or the file can't be used.
            PublishFailed: If the file can't be written.
        """
        if not _NAME.fullmatch(name):
            raise QueryError("name", f"{shown(name)} can't be a name: take up to 40 letters, digits, dots and hyphens")
        key = f"{_PREFIX}{secrets.token_urlsafe(_KEY_BYTES)}"
        with self._changing():
            ring = self.ring()
            if any(one.name == name for one in ring.keys):
                raise QueryError("name", f"{shown(name)} has a key already: take another name, or remove that one")
            self._write((*ring.keys, ApiKey(name, hash_of(key.encode()), today, per_minute)))
        return key

    def remove(self, name: str) -> None:
        """Take a key away; a service that runs refuses it from its next request on.

        Raises:
            QueryError: If there is no key of this name, or the file can't be used.
            PublishFailed: If the file can't be written.
        """
        with self._changing():
            keys = self.ring().keys
            left = tuple(one for one in keys if one.name != name)
            if len(left) == len(keys):
                near = nearest_to(name, tuple(one.name for one in keys))
                step = f"did you mean {' or '.join(near)}?" if near else "`despatch keys` lists those there are"
                raise QueryError("name", f"{shown(name)} has no key: {step}")
            self._write(left)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.path.with_name(f".{self.path.name}.lock"), timeout=_SECONDS_TO_WAIT).acquire()
        except Timeout as error:
            raise DirectoryBusy(f"{self.path} is being changed by another command: try again") from error
        except OSError as error:
            raise self._unwritten(error) from error
        with lock:
            yield

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        try:
            replace_file(self.path, _Kept(keys=keys).model_dump_json(indent=1).encode(), mode=_OWNER_ALONE)
        except OSError as error:
            raise self._unwritten(error) from error

    def _unwritten(self, error: OSError) -> PublishFailed:
        return PublishFailed(f"{self.path} could not be written ({error.strerror}): the keys are as they were")

    def _unusable(self, what: str) -> QueryError:
        return QueryError("keys_file", f"{self.path} {what}")
