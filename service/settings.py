"""What the service is told from outside: by the command line, else by the environment."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from retrieval.errors import QueryError
from retrieval.milvus.place import StoreName
from retrieval.models import DEFAULT_MODEL, DEFAULT_RERANKER
from service.faults import faults, shown
from service.mcp_gate import is_host

# These have no option: nobody needs them on the command line.
BY_ENVIRONMENT_ALONE: Final = frozenset({"reload_seconds", "allowed_hosts", "milvus_token"})
_Given = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _hosts(value: object) -> object:
    # The environment has one text for them all.
    listed = value.replace(",", " ").split() if isinstance(value, str) else value
    for host in listed if isinstance(listed, list | tuple) else ():
        if not is_host(str(host)):
            told = "is not a host: write its name or address, with a port or without, such as answers.example.org:8443"
            raise PydanticCustomError("host", "{seen} {told}", {"told": told, "seen": shown(host)})
    return listed


class Settings(BaseSettings):
    """Settings of the service; each can be given as `DESPATCH_` and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="DESPATCH_", frozen=True, extra="forbid")

    data: Path = Field(default=Path("data"), description="The data directory.")
    model: _Given = Field(default=DEFAULT_MODEL, description="Name or folder of the model that encodes questions.")
    reranker: _Given = Field(
        default=DEFAULT_RERANKER, description="Name or folder of the model that reads the best answers again, or none."
    )
    store: StoreName | None = Field(
        default=None,
        description="Where vectors and words must be: local or milvus. Unset, where they are.",
    )
    uri: _Given | None = Field(
        default=None, description="Where the Milvus server is, if not where it was when the index was built."
    )
    milvus_token: str = Field(default="", repr=False, description="Lets the service into the Milvus server.")
    host: _Given = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port to listen on; 0 takes any that is free.")
    reload_seconds: float = Field(
        default=2.0, gt=0, le=3600, allow_inf_nan=False, description="How often to look for a new snapshot, in seconds."
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        default=(), description="Names under which assistants reach /mcp from other machines, parted by commas."
    )


class _Access(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DESPATCH_", frozen=True)

    milvus_token: str = Field(default="", repr=False)


def milvus_token() -> str:
    """Return what lets a build into a Milvus server, from the environment; empty where nothing does."""
    return _Access().milvus_token


def read_settings(**given: str | int | Path | None) -> Settings:
    """Return the settings: those given, for the rest the environment's, for the rest the defaults.

    Args:
        given: By name, what the user said; None is the same as not said.

    Raises:
        QueryError: If one can't be used; it names the setting and the variable.
    """
    try:
        # Of no one type, because each setting has its own: pydantic checks them.
        said: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        return Settings(**said)
    except ValidationError as error:
        fault = faults(error.errors(include_url=False), Settings.model_fields)[0]
        option = "" if fault.field in BY_ENVIRONMENT_ALONE else f"give --{fault.field} or "
        where = f"{option}set DESPATCH_{fault.field.upper()} to another value"
        raise QueryError(fault.field, f"{fault.reason} ({where})") from error
