"""A visitor without a browser who trains in the lab: looks again as often as a browser tab would, until it leaves.

trainee = await Trainee.arrive(port)
await trainee.train(lab_preset="Your own: choose task and cells", lab_cells="LSTM")
looking = asyncio.create_task(trainee.stay())
...
print(trainee.updates)  # as the page says
"""

import asyncio
import re
import time
from dataclasses import dataclass, field
from typing import NoReturn

from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

from benchmarks.visitor import Visitor

PAGE = "training_lab"
_MADE = re.compile(r"([\d,]+) of [\d,]+")


@dataclass
class Trainee(Visitor):
    """An open tab with the training lab. `arrive` makes one.

    Attributes:
        told: moments (`time.perf_counter`) at which the page told its progress, and the updates made by then.
        pictures: messages with curves so far.
    """

    told: list[tuple[float, int]] = field(default_factory=list)
    pictures: int = 0
    _again: dict[str, float] = field(default_factory=dict)  # fragments that run by themselves: seconds between two runs
    _due: dict[str, float] = field(default_factory=dict)

    @property
    def updates(self) -> int:
        """Updates of all runs of this visitor, as the page told last."""
        return self.told[-1][1] if self.told else 0

    async def train(self, **link: str) -> None:
        """Open the lab with these settings and press Train; `stay` hears what comes of it.

        Raises:
            KeyError: the page has no such button.
        """
        for old in (self._query, self._states, self._widgets, self._again, self._due):
            old.clear()
        self._query.update(link)
        await self._ask(ClientState(page_script_hash=self._pages.get(PAGE, ""), page_name=PAGE))
        await self._send(ClientState(), WidgetState(id=self._widgets["lab_train"].button.id, trigger_value=True))

    async def stay(self) -> NoReturn:
        """Hear the server, and run each fragment again when it is due; to be cancelled, or ended by `leave`."""
        while True:
            wait = min(self._due.values(), default=time.perf_counter() + 1) - time.perf_counter()
            try:
                async with asyncio.timeout(max(wait, 0.001)):
                    self._heard(await self._receive())
            except TimeoutError:
                for fragment in [name for name, due in self._due.items() if due <= time.perf_counter()]:
                    self._due[fragment] = time.perf_counter() + self._again[fragment]
                    await self._send(ClientState(fragment_id=fragment, is_auto_rerun=True))

    async def _send(self, client: ClientState, *pressed: WidgetState) -> None:
        client.page_script_hash = self._page
        client.widget_states.widgets.extend(pressed)
        await self._socket.send(self._request(client))

    def _heard(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session" and not message.metadata.run.fragment_ids:
            self._again.clear()  # the whole page runs: its fragments will say anew how often they want to
            self._due.clear()
        elif kind == "auto_rerun":
            fragment, seconds = message.auto_rerun.fragment_id, message.auto_rerun.interval
            self._again[fragment] = seconds
            self._due.setdefault(fragment, time.perf_counter() + seconds)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self._again.pop(fragment, None)
                self._due.pop(fragment, None)
        return super()._heard(message)

    def _seen(self, element: Element) -> None:
        super()._seen(element)
        kind = element.WhichOneof("type")
        if kind == "progress":
            made = sum(int(number.replace(",", "")) for number in _MADE.findall(element.progress.text))
            self.told.append((time.perf_counter(), made))
        elif kind == "button":
            self._widgets[element.button.id.split("-", 2)[-1]] = element
        elif kind == "bidi_component" and element.bidi_component.component_name.endswith("live_curves"):
            self.pictures += 1
