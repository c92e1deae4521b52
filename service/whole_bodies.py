"""Takes the body of a request before anything is done for it, so that work never waits for a client."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope

from service.body_limit import limit_of


async def taken(scope: Scope, receive: Receive) -> Receive | None:
    """Wait until a body has come, and return how to receive it.

    A body that is too long, or says that it is, is not waited for: who reads it refuses it.

    Args:
        scope: The request.
        receive: How to receive what its client sends.

    Returns:
        Gives the same messages again, then what comes after them; None where the client left before it had sent all.
    """
    headers, most = Headers(scope=scope), limit_of(scope["path"])
    claimed = headers.get("content-length", "0" if "transfer-encoding" not in headers else "")
    if claimed.isascii() and claimed.isdigit() and not 0 < int(claimed[:20]) <= most:
        return receive
    messages: list[Message] = []
    read, is_more = 0, True
    while is_more and read <= most:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        messages.append(message)
        read += len(message.get("body", b""))
        is_more = message.get("more_body", False)
    messages.reverse()

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again
