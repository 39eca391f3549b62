"""Which questions a page asked the models, kept only while somebody has the panel for saving open.

`listen(compute)` puts an ear to every public function of `playground/compute.py`, whoever wrote it: nothing there has to
know. Functions that one of them calls in turn are part of its answer and not kept; only what the page asked is.
"""

import functools
import inspect
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

OPEN = "save_panel"
"""The key of the panel for saving: true in the session state while it is open."""

_CALLS = "save_calls"
_MOST = 300  # calls that one view keeps: a fragment that ticks must not fill the memory


@dataclass(frozen=True, eq=False)
class Call:
    """One question of a page, and its answer.

    Attributes:
        function: the function of `playground/compute.py`, as it is written there.
        arguments: by parameter, those left to their defaults included.
        answer: what it gave back.
    """

    function: Callable[..., Any]
    arguments: Mapping[str, object]
    answer: object


_NO_NUMBERS = {"workers", "decayed_already"}
"""Functions whose answers are no numbers: the processes that train, and whether somebody has asked before."""

_inside = threading.local()
_lock = threading.Lock()


def listen(module: ModuleType) -> None:
    """Hear the public functions of a module from now on. Once heard, a function stays as it is."""
    with _lock:
        for name, function in list(vars(module).items()):
            ours = getattr(function, "__module__", "") == module.__name__ and not isinstance(function, type)
            if (
                ours
                and callable(function)
                and not (name.startswith("_") or name in _NO_NUMBERS or hasattr(function, "heard"))
            ):
                setattr(module, name, _heard(function))


def begin() -> None:
    """A run of the whole page starts: forget the questions of the last one."""
    st.session_state[_CALLS] = {}


def calls() -> list[Call]:
    """What this view has asked so far, in order, each question once."""
    return list(st.session_state.get(_CALLS, {}).values())


def wanted() -> bool:
    """Whether somebody has the panel for saving open, so that there is something to keep."""
    return get_script_run_ctx(suppress_warning=True) is not None and bool(st.session_state.get(OPEN))


def _heard(function: Callable[..., Any]) -> Callable[..., Any]:
    plain = inspect.unwrap(function)
    signature = inspect.signature(plain)

    @functools.wraps(function)
    def ask(*args: object, **kwargs: object) -> object:
        if getattr(_inside, "call", False):
            return function(*args, **kwargs)
        _inside.call = True
        try:
            answer = function(*args, **kwargs)
        finally:
            _inside.call = False
        if wanted():
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            _keep(Call(plain, dict(bound.arguments), answer))
        return answer

    ask.heard = True  # type: ignore[attr-defined]
    if clear := getattr(function, "clear", None):
        ask.clear = clear  # type: ignore[attr-defined]
    return ask


def _keep(call: Call) -> None:
    kept: dict[object, Call] = st.session_state.setdefault(_CALLS, {})
    key = (call.function.__name__, *(_identity(value) for value in call.arguments.values()))
    if key in kept or len(kept) < _MOST:
        kept[key] = call


def _identity(value: object) -> object:
    """What makes two arguments the same: their value, or for what has none, the thing itself."""
    try:
        hash(value)
    except TypeError:
        return id(value)
    return (type(value).__qualname__, value)
