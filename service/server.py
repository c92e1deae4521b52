"""Runs the application on an address until it is told to stop."""

from __future__ import annotations

import errno
import gc
import logging
import logging.config
import shlex
import socket
from typing import Final

import uvicorn
from fastapi import FastAPI

from retrieval.errors import OtherModel, QueryError, SnapshotError
from retrieval.native_memory import give_back_large_blocks
from service.client_networks import Proxies
from service.dependencies import Readiness
from service.doors import Doors
from service.draining import DrainingServer
from service.held import held_in
from service.logs import logging_as
from service.phrases import count
from service.settings import Settings
from service.slow_clients import Patience, patient_protocol

LOGGER: Final = logging.getLogger(__name__)

_TOPIC: Final = "bus services in rural areas"
_COLLECTED_AFTER: Final = (50_000, 20, 100)
"""Objects made, and collections of the younger, before the next one: chosen by the worst time of a search in 8 s."""

_LONGEST_HEAD_BYTES: Final = 256 * 1024  # Room to read a question far too long, and to say so in a problem.


def run(app: FastAPI, settings: Settings) -> None:
    """Serve until Ctrl-C or a signal to end; requests under way are finished first.

    Args:
        app: The application.
        settings: The address, how it logs, and how it ends.

    Raises:
        QueryError: If the address can't be listened on; it names host or port.
    """
    listener = listen(settings)
    logging.config.dictConfig(dict(logging_as(settings.log_format)))
    config = uvicorn.Config(
        app,
        http=patient_protocol(
            Patience(settings.receive_seconds, settings.send_seconds),
            doors_of(settings),
            app.state.account,
        ),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        # By default it believes whoever is on this machine about where a request comes from: settings name the proxies.
        proxy_headers=False,
        lifespan="on",
        h11_max_incomplete_event_size=_LONGEST_HEAD_BYTES,
    )
    address = _address(settings.host, listener.getsockname()[1])
    gc.set_threshold(*_COLLECTED_AFTER)
    give_back_large_blocks()

    def listening() -> None:
        # To look for cycles in all that was loaded takes a third of a second in which nothing is answered: it is done
        # once more, and from here all that is left is passed over. A snapshot that is taken out of service is in no
        # cycle, and is freed as soon as nobody refers to it.
        gc.collect()
        gc.freeze()
        LOGGER.info("%s", announcement(address, app.state.readiness), extra={"event": "started"})

    with listener:
        DrainingServer(
            config,
            app.state.drain,
            accept_seconds=settings.drain_seconds,
            finish_seconds=settings.finish_seconds,
            listening=listening,
        ).run(sockets=[listener])
    LOGGER.info("Stopped.", extra={"event": "stopped"})


def doors_of(settings: Settings) -> Doors:
    """Return what says which connection is one too many."""
    return Doors(settings.connections, settings.connections_per_address, Proxies(settings.trusted_proxies))


def announcement(address: str, readiness: Readiness) -> str:
    """Return what is said at the start: where, what is searched and with what, and what to try.

    Args:
        address: Where the service listens, as a URL.
        readiness: What opening the snapshot and the model came to.
    """
    if readiness.searcher is None:
        told = f"Despatch Box listens on {address}, but has nothing to search: {readiness.reason}"
        waits = isinstance(readiness.reason, SnapshotError) and not isinstance(readiness.reason, OtherModel)
        return f"{told}. It is searched as soon as it is there" if waits else told
    corpus, encoder = readiness.searcher.corpus, readiness.searcher.encoder
    counts = corpus.manifest.counts
    lines = [
        f"Despatch Box listens on {address}: snapshot {corpus.manifest.name}, {held_in(corpus)}, "
        f"{count(counts.answers, 'distinct answer')}, {encoder.identity.name} in {encoder.precision}"
    ]
    question = _TOPIC
    if corpus.sample:
        question = corpus.sample.questions[0]
        lines += [
            f"{corpus.sample.note}. Questions to try:",
            *(f"  {one}" for one in corpus.sample.questions),
        ]
    asked = shlex.quote(f"q={question}")
    lines.append(f"Try: curl --get {address}/v1/search --data-urlencode {asked}")
    return "\n".join(lines)


def refusal(settings: Settings, error: OSError) -> QueryError:
    """Return in plain words why an address can't be listened on, naming the setting to change."""
    where = f"{settings.port} on {settings.host}"
    if error.errno == errno.EADDRINUSE:
        reason = f"{where} is in use: stop what listens there, or choose another with --port"
        return QueryError("port", reason)
    if error.errno == errno.EACCES:
        return QueryError("port", f"{where} is reserved to the system: choose one above 1023 with --port")
    reason = f"{settings.host!r} is not an address of this machine ({error.strerror}): choose one with --host"
    return QueryError("host", reason)


def listen(settings: Settings) -> socket.socket:
    """Return a socket that listens where the settings say.

    What is written to a connection is sent at once: asyncio sees to that only for sockets that it made itself, and a
    client that keeps its connection waited 40 ms for the second part of each answer (RFC 896, RFC 1122 4.2.3.2).

    Raises:
        QueryError: If it can't listen there.
    """
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family)
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Connections have it from here.
        return listener
    except (OSError, UnicodeError) as error:
        # A name that is too long, or empty between its dots, is no OSError.
        found = error if isinstance(error, OSError) else OSError(errno.EINVAL, "not a host name")
        raise refusal(settings, found) from error


def _address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
