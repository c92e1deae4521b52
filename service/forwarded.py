"""Says once in the log that requests come through a proxy that the settings do not name."""

from __future__ import annotations

import logging
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from service.client_networks import LOOPBACK, Proxies, network_of

LOGGER: Final = logging.getLogger(__name__)


class UnnamedProxies:
    """Looks whether a request says whom it was forwarded for, though nobody is believed who sends it.

    It changes nothing. The log gets one line in the life of the application, and no address: anybody can send such a
    header, and an address is of a person.

    Args:
        app: The application; what changes the address of a request stands within this.
        proxies: Those that are named.
    """

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        """Keep both; nothing was said yet."""
        self._app = app
        self._proxies = proxies
        self._has_warned = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look, and pass the request on."""
        if scope["type"] == "http" and not self._has_warned and "x-forwarded-for" in Headers(scope=scope):
            host = scope["client"][0] if scope.get("client") else ""
            if host not in self._proxies:
                self._has_warned = True
                where = "on this machine" if network_of(host) == LOOPBACK else "on another machine"
                LOGGER.warning(
                    "A request has the header X-Forwarded-For, and comes from an address %s that "
                    "DESPATCH_TRUSTED_PROXIES does not name. If a proxy of yours sent it, name that: until then all "
                    "who come through it have the limits of one address. This is said once",
                    where,
                )
        await self._app(scope, receive, send)
