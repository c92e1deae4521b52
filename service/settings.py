"""What the service is told from outside: by the command line, else by the environment."""

from __future__ import annotations

import ipaddress
import re
from enum import StrEnum
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
from service.values import YES_OR_NO, one_of

_Given = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


# A page's origin as its browser sends it: no path, and no capital letters.
_ORIGIN: Final = re.compile(r"https?://(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?", re.ASCII)


def _listed(value: object) -> object:
    # The environment has one text for them all.
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _hosts(value: object) -> object:
    listed = _listed(value)
    for host in listed if isinstance(listed, list | tuple) else ():
        if not is_host(str(host)):
            told = "is not a host: write its name or address, with a port or without, such as answers.example.org:8443"
            raise PydanticCustomError("host", "{seen} {told}", {"told": told, "seen": shown(host)})
    return listed


def _proxies(value: object) -> object:
    listed = _listed(value)
    for proxy in listed if isinstance(listed, list | tuple) else ():
        try:
            ipaddress.ip_network(str(proxy))
        except ValueError:
            told = "is not an address: write that of a proxy or of a network, such as 127.0.0.1 or 10.0.0.0/8"
            raise PydanticCustomError("proxy", "{seen} {told}", {"told": told, "seen": shown(proxy)}) from None
    return listed


def _origins(value: object) -> object:
    listed = _listed(value)
    for origin in listed if isinstance(listed, list | tuple) else ():
        if not _ORIGIN.fullmatch(str(origin)):
            told = "is not an origin: write the scheme and host of each site, such as https://notes.example.org"
            raise PydanticCustomError("origin", "{seen} {told}", {"told": told, "seen": shown(origin)})
    return listed


class LogFormat(StrEnum):
    """How lines of the log are written."""

    TEXT = "text"
    """To be read by people."""

    JSON = "json"
    """One object a line, to be read by programs."""


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
    threads: int = Field(default=8, ge=1, le=256, description="How many requests are worked on at once.")
    queue: int = Field(default=128, ge=0, le=10_000, description="How many more may wait; others are refused with 503.")
    queue_seconds: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="How long the last of them may have to wait, as far as can be told, in seconds; more are refused.",
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_hosts)] = Field(
        default=(), description="Names under which assistants reach /mcp from other machines, parted by commas."
    )
    metrics: Annotated[bool, YES_OR_NO] = Field(
        default=False, description="Whether /metrics tells Prometheus how the service does."
    )
    traces: Annotated[bool, YES_OR_NO] = Field(
        default=False, description="Whether traces are sent to where the OTEL_ variables say; needs the extra `otel`."
    )
    log_format: Annotated[LogFormat, one_of(LogFormat)] = Field(
        default=LogFormat.TEXT, description="How the log is written: text or json."
    )
    drain_seconds: float = Field(
        default=1.0,
        ge=0,
        le=600,
        allow_inf_nan=False,
        description="How long requests are taken after SIGTERM, while /readyz says that the service stops, in seconds.",
    )
    finish_seconds: int = Field(
        default=5, ge=1, le=600, description="How long requests under way have to finish then, in seconds."
    )
    require_key: Annotated[bool, YES_OR_NO] = Field(
        default=False, description="Whether everything but the checks of health needs a key."
    )
    keys_file: Path | None = Field(
        default=None, description="The file with the hashes of keys, if it is not `keys.json` in the data directory."
    )
    address_limit: int = Field(
        default=600,
        ge=0,
        description="Units that one address may use in a minute without a key; 0 is without limit, as is this machine.",
    )
    key_limit: int = Field(
        default=1800,
        ge=0,
        description="Units that one key may use in a minute, unless it has a limit of its own; 0 is without limit.",
    )
    trusted_proxies: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_proxies)] = Field(
        default=(), description="Addresses of proxies whose X-Forwarded-For and -Proto are believed, parted by commas."
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)] = Field(
        default=(), description="Other sites whose pages may read this service from a browser, parted by commas."
    )

    receive_seconds: float = Field(
        default=10.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="How long a request may take to arrive: its head, and then its body, with a second more for each "
        "4,096 bytes of that.",
    )
    send_seconds: float = Field(
        default=60.0,
        gt=0,
        le=3600,
        allow_inf_nan=False,
        description="How long a client may take nothing of its answer before the connection is ended, in seconds.",
    )
    connections: int = Field(
        default=512,
        ge=1,
        le=100_000,
        description="The most connections open at once; more are told to come again.",
    )
    connections_per_address: int = Field(
        default=64,
        ge=0,
        description="The most of them from one address, but for trusted proxies and this machine; 0 is without limit.",
    )


BY_ENVIRONMENT_ALONE: Final = frozenset(Settings.model_fields) - {
    *("data", "model", "reranker", "host", "port"),
    *("store", "uri"),
}
"""These have no option: nobody needs them on the command line."""


class _Access(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="DESPATCH_", frozen=True)

    milvus_token: str = Field(default="", repr=False)
    uri: str | None = None


def milvus_token() -> str:
    """Return what lets a build into a Milvus server, from the environment; empty where nothing does."""
    return _Access().milvus_token


def milvus_uri() -> str | None:
    """Return where the environment says that the Milvus server is; None where it says nothing."""
    return _Access().uri


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
