"""What the app refuses before any page sees it: strangers' pages, other hosts, large uploads."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


class Guard:
    """ASGI middleware.

    A page of another site that is open in the same browser must not steer the app, so that the
    hosts of the address and of the page that asks (``Origin``) are checked, for websockets, too.

    Parameters
    ----------
    app : ASGI application
    hosts : frozenset of str
        Names by which the app may be addressed; empty: any (bound to all of the network).
    most_bytes : int
        Largest body of a request.
    """

    def __init__(self, app: Application, hosts: frozenset[str], most_bytes: int):
        self._app, self._hosts, self._most = app, hosts, most_bytes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        if not self._known(headers):
            await _refuse(scope, receive, send, 403, "This address does not serve the planner.")
            return
        declared = headers.get("content-length", "0")
        if not declared.isdigit() or int(declared) > self._most:
            await _refuse(scope, receive, send, 413, self._too_large())
            return
        await self._app(scope, self._counted(receive), send)

    def _known(self, headers: dict[str, str]) -> bool:
        host = _name(headers.get("host", ""))
        if self._hosts and host not in self._hosts:
            return False
        origin = headers.get("origin")
        # "null" is what a sandboxed page or a file sends: nobody that we know.
        return origin is None or (urlsplit(origin).netloc == headers.get("host") and host != "")

    def _too_large(self) -> str:
        return f"Too large: at most {self._most / 2**20:,.0f} MiB may be uploaded at a time."

    def _counted(self, receive: Receive) -> Receive:
        """The same, but at its end as soon as more has come than was allowed."""
        seen = 0

        async def limited() -> Message:
            nonlocal seen
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > self._most:
                    return {"type": "http.disconnect"}
            return message

        return limited


def _name(host: str) -> str:
    """The host of ``host:port``, without brackets."""
    return urlsplit(f"//{host}").hostname or ""


async def _refuse(scope: Message, receive: Receive, send: Send, status: int, text: str) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": text})
        return
    kind = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": kind})
    await send({"type": "http.response.body", "body": text.encode()})
