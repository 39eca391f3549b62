"""A visitor without a browser: speaks Streamlit's own protocol, so that many of them fit on one machine.

What a browser tab sends and waits for, and nothing that it draws. Each visit is one websocket to `/_stcore/stream`; a
request is a `BackMsg` with the page, the query string, every widget value that was changed so far and the hashes of the
messages that are known already; the answer is a row of `ForwardMsg`s up to `script_finished`.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.asyncio.client import ClientConnection, connect

PATIENCE = 120
"""Seconds without a message after which a visit has failed."""


@dataclass(frozen=True)
class Wait:
    """How long a visitor waited, in seconds from the request.

    Attributes:
        first: until the first element of the page.
        finished: until the script had finished and everything was delivered.
    """

    first: float
    finished: float


@dataclass
class Visitor:
    """One open tab. `arrive` makes one."""

    _socket: ClientConnection
    _pages: dict[str, str] = field(default_factory=dict)  # script hashes by the name in the URL
    _page: str = ""
    _query: dict[str, str] = field(default_factory=dict)
    _widgets: dict[str, Element] = field(default_factory=dict)  # by the widget's key
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _known: dict[str, ForwardMsg] = field(
        default_factory=dict
    )  # large messages by their hash, as the browser keeps them

    @classmethod
    async def arrive(cls, port: int) -> Self:
        """Connect to the server on this loopback port, without asking for a page yet."""
        address = f"ws://127.0.0.1:{port}/_stcore/stream"
        return cls(await connect(address, subprotocols=None, max_size=None, max_queue=None, proxy=None))

    async def leave(self) -> None:
        """Close the tab."""
        await self._socket.close()

    async def open(self, page: str) -> Wait:
        """Open a page by its name in the URL; "" is the start page."""
        self._query.clear()
        self._states.clear()
        self._widgets.clear()
        return await self._ask(ClientState(page_script_hash=self._pages.get(page, ""), page_name=page))

    async def change(self, key: str, value: str) -> Wait:
        """Change a text input, or what is chosen in a segmented control.

        Raises:
            KeyError: the page has no such widget.
        """
        element = self._widgets[key]
        if element.HasField("button_group"):
            state = WidgetState(id=element.button_group.id)
            state.string_array_value.data.append(value)
        else:
            state = WidgetState(id=element.text_input.id, string_value=value)
        self._states[key] = state
        self._query[key] = value
        return await self._ask(ClientState(page_script_hash=self._page))

    async def _ask(self, client: ClientState) -> Wait:
        request = self._request(client)
        began = time.perf_counter()
        await self._socket.send(request)
        first = 0.0
        while True:
            message = await self._receive()
            if message.WhichOneof("type") == "delta" and not first:
                first = time.perf_counter() - began
            if self._heard(message):
                return Wait(first, time.perf_counter() - began)

    def _request(self, client: ClientState) -> bytes:
        """The message that asks for a run, with everything that a browser adds to each."""
        client.query_string = urlencode(self._query)
        client.widget_states.widgets.extend(self._states.values())
        client.cached_message_hashes.extend(self._known)
        client.context_info.color_scheme = "light"
        return BackMsg(rerun_script=client).SerializeToString()

    async def _receive(self) -> ForwardMsg:
        data = await asyncio.wait_for(self._socket.recv(decode=False), PATIENCE)
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "ref_hash":
            return self._known[message.ref_hash]
        if message.metadata.cacheable:
            self._known[message.hash] = message
        return message

    def _heard(self, message: ForwardMsg) -> bool:
        """Take in a message; whether it was the last one of a run."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._page = message.navigation.page_script_hash
            self._pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
        elif kind == "delta" and message.delta.HasField("new_element"):
            self._seen(message.delta.new_element)
        return kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY

    def _seen(self, element: Element) -> None:
        """Remember a widget by its key.

        Raises:
            RuntimeError: the page shows an exception; its time would mean nothing.
        """
        kind = element.WhichOneof("type")
        if kind == "exception":
            raise RuntimeError(f"the page failed: {element.exception.type}: {element.exception.message}")
        if kind in ("button_group", "text_input"):
            _, _, key = getattr(element, kind).id.split("-", 2)
            self._widgets[key] = element
