"""Networks that forecast: dense, RNN, GRU and LSTM; all steps at once, one step fed back, or encoder and decoder.

    recipe = Recipe("LSTM", "direct", length=24, horizon=24)
    fitting = Fitting(recipe, values)               # values (n,), the past that one may learn from
    while not fitting.done:
        fitting.update()
    fitting.model().forecast(windows)               # windows (N, 24) -> forecasts (N, 24), in the unit of the values

A network reads a window as numbers of a usual size: minus a mean, divided by a spread. Which mean matters more than which
network, so a recipe says it: see `SCALINGS`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.baselines import feed_back
from models.descent import Descending, Descent
from models.network import RECURRENT, initialise, layer
from models.trace import Trace, trace
from models.windows import windows

KINDS = ("dense", *RECURRENT)
"""What reads the window."""

STRATEGIES = ("direct", "fed back", "encoder-decoder")
"""How several steps are forecast: all at once; one step, repeated; by a second network that is handed the state."""

SCALINGS = ("past", "window", "range")
"""What is subtracted from a window before a network reads it, and added to what it says.

"past" is the mean of the values that one may learn from. "window" is the last value of the window itself: a forecast of
zero is then the last value, and a series that has grown out of its past still looks familiar. "range" is the smallest
value of the *whole* series, and the largest becomes 1: a well-known tutorial does so. It looks into the held-out part, and is
kept to show what that does.
"""

CHECKPOINTS = Path(__file__).parent / "checkpoints"

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a network for forecasts is made, but the series.

    Attributes:
        kind: One of `KINDS`.
        strategy: One of `STRATEGIES`.
        length: T, values in a window.
        horizon: K, steps to forecast.
        hidden: H, hidden units.
        scaling: One of `SCALINGS`.
        batch: B, windows in an update.
        learning_rate: Of Adam at the start; it falls to 0 along half a cosine.
        updates: How many.
        seed: Of the initial weights and of every batch.

    Raises:
        ValueError: There is no such kind, strategy or scaling, or a number is out of its range.
    """

    kind: str = "LSTM"
    strategy: str = "direct"
    length: int = 24
    horizon: int = 24
    hidden: int = 32
    scaling: str = "past"
    batch: int = 128
    learning_rate: float = 1e-2
    updates: int = 1500
    seed: int = 0

    def __post_init__(self) -> None:
        for name, options in {"kind": KINDS, "strategy": STRATEGIES, "scaling": SCALINGS}.items():
            if getattr(self, name) not in options:
                raise ValueError(f"{name} is {getattr(self, name)!r}, expected one of {', '.join(options)}")
        if self.kind == "dense" and self.strategy == "encoder-decoder":
            raise ValueError("strategy is 'encoder-decoder', expected another for a dense network: it has no state")
        for name, least in {"length": 1, "horizon": 1, "hidden": 1, "batch": 1, "updates": 0, "seed": 0}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}, expected {least} or more")
        if not 0 < self.learning_rate < math.inf:
            raise ValueError(f"learning_rate is {self.learning_rate}, expected more than 0")

    @property
    def outputs(self) -> int:
        """Steps that the network is trained to say at once."""
        return 1 if self.strategy == "fed back" else self.horizon


# ---- networks: each reads z (B, T) and says (B, K) -------------------------------------------------------------------


class DenseNet(nn.Module):
    """One hidden layer over the whole window: relu(W z + b), then K numbers. Every place has weights of its own.

    Attributes:
        hidden: `nn.Linear` T -> H.
        head: `nn.Linear` H -> K.
    """

    def __init__(self, length: int, hidden: int, horizon: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(length, hidden, device="meta")
        self.head = nn.Linear(hidden, horizon, device="meta")
        _fill(self)

    def forward(self, z: Tensor) -> Tensor:
        """Windows (B, T) in, forecasts (B, K) out."""
        return self.head(torch.relu(self.hidden(z)))

    def initialise(self, generator: torch.Generator) -> None:
        """The initial weights of `torch.nn.Linear`, but from a generator."""
        with torch.no_grad():
            for part in (self.hidden, self.head):
                bound = 1 / math.sqrt(part.in_features)
                part.weight.uniform_(-bound, bound, generator=generator)
                part.bias.uniform_(-bound, bound, generator=generator)


class RecurrentNet(nn.Module):
    """A recurrent layer reads the window value by value; its last state says K numbers.

    Attributes:
        recurrent: `nn.RNN`, `nn.GRU` or `nn.LSTM`, 1 -> H, batch first.
        head: `nn.Linear` H -> K.
    """

    def __init__(self, cell: str, hidden: int, horizon: int) -> None:
        super().__init__()
        self.recurrent = layer(cell, 1, hidden)
        self.head = nn.Linear(hidden, horizon, device="meta")
        _fill(self)

    def forward(self, z: Tensor) -> Tensor:
        """Windows (B, T) in, forecasts (B, K) out."""
        return self.every_step(z)[:, -1]

    def every_step(self, z: Tensor) -> Tensor:
        """What the head would say after each value, (B, T, K): the window might have ended there."""
        states, _ = self.recurrent(z[..., None])  # (B, T, H)
        return self.head(states)

    def initialise(self, generator: torch.Generator) -> None:
        """See `models.network.initialise`; the gate that keeps the past has a head start of 1."""
        initialise(self.recurrent, self.head, generator, 1.0)


class EncoderDecoder(nn.Module):
    """One layer reads the window and hands its state to a second one, which says a number a step and reads it again.

    Unlike one step fed back, it is *trained* on its own forecasts, so it learns to live with their errors.

    Attributes:
        recurrent: The encoder, 1 -> H.
        decoder: 1 -> H; reads the last value, then its own forecasts.
        head: `nn.Linear` H -> 1.
        horizon: K.
    """

    def __init__(self, cell: str, hidden: int, horizon: int) -> None:
        super().__init__()
        self.recurrent, self.decoder = layer(cell, 1, hidden), layer(cell, 1, hidden)
        self.head = nn.Linear(hidden, 1, device="meta")
        self.horizon = horizon
        _fill(self)

    def forward(self, z: Tensor) -> Tensor:
        """Windows (B, T) in, forecasts (B, K) out."""
        _, state = self.recurrent(z[..., None])
        said, found = z[:, -1:], []
        for _ in range(self.horizon):
            h, state = self.decoder(said[..., None], state)  # (B, 1, H)
            said = self.head(h)[..., 0]
            found.append(said)
        return torch.cat(found, 1)

    def initialise(self, generator: torch.Generator) -> None:
        """As a `RecurrentNet`, twice."""
        initialise(self.recurrent, self.head, generator, 1.0)
        initialise(self.decoder, self.head, generator, 1.0)


Net = DenseNet | RecurrentNet | EncoderDecoder


def _fill(network: nn.Module) -> None:
    """Gives a network born on the "meta" device zeros: constructors of `torch.nn` draw from the global generator."""
    network.load_state_dict({name: torch.zeros(w.shape) for name, w in network.named_parameters()}, assign=True)


def network(recipe: Recipe) -> Net:
    """The network of a recipe, every weight 0."""
    if recipe.kind == "dense":
        return DenseNet(recipe.length, recipe.hidden, recipe.outputs)
    if recipe.strategy == "encoder-decoder":
        return EncoderDecoder(recipe.kind, recipe.hidden, recipe.horizon)
    return RecurrentNet(recipe.kind, recipe.hidden, recipe.outputs)


# ---- from values to what a network reads, and back -------------------------------------------------------------------


@dataclass(frozen=True)
class Scale:
    """How values become numbers of a usual size.

    Attributes:
        zero: The value that a network reads as 0; without effect where `to_window`.
        unit: The difference that it reads as 1.
        to_window: The last value of each window is its 0.
    """

    zero: float
    unit: float
    to_window: bool = False

    @classmethod
    def of(cls, scaling: str, past: Array, whole: Array) -> Scale:
        """The scale of a kind in `SCALINGS`, from the past (n,) and the whole series."""
        if scaling == "range":
            return cls(float(whole.min()), float(np.ptp(whole)) or 1.0)
        return cls(float(past.mean()), float(past.std()) or 1.0, scaling == "window")

    def base(self, inputs: Array) -> Array:
        """What is subtracted from each window (N, T), (N, 1)."""
        return inputs[:, -1:] if self.to_window else np.full((len(inputs), 1), self.zero)

    def scaled(self, inputs: Array) -> Tensor:
        """What a network reads for windows (N, T), float32."""
        return torch.from_numpy(((inputs - self.base(inputs)) / self.unit).astype(np.float32))


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network with the scale on which it reads."""

    recipe: Recipe
    scale: Scale
    net: Net

    def forecast(self, inputs: Array) -> Array:
        """Forecasts (N, K) for windows (N, T), in the unit of the series.

        Raises:
            ValueError: The windows have another length.
        """
        if inputs.ndim != 2 or inputs.shape[1] != self.recipe.length:
            raise ValueError(f"inputs have shape {inputs.shape}, expected (N, {self.recipe.length})")
        if self.recipe.strategy == "fed back":
            return feed_back(lambda window: self._said(window)[:, 0], inputs, self.recipe.horizon)
        return self._said(inputs)

    def _said(self, inputs: Array) -> Array:
        with torch.no_grad():
            said = self.net(self.scale.scaled(inputs))
        return said.double().numpy() * self.scale.unit + self.scale.base(inputs)


class Fitting(Descending):
    """A training that goes on one update at a time: gradient of the mean squared error, Adam.

    Attributes:
        recipe: How.
        losses: The loss before each update: mean squared error, in squared units of the scale.

    Args:
        recipe: How.
        past: What one may learn from, (n,); every window of it with its targets may be drawn.
        whole: The whole series, for the scaling "range"; the past if not given.

    Raises:
        ValueError: The past is too short for one window with its targets.
    """

    def __init__(self, recipe: Recipe, past: Array, whole: Array | None = None) -> None:
        self.recipe, self.losses = recipe, []
        self._inputs, self._targets = windows(past, recipe.length, recipe.outputs)
        self._scale = Scale.of(recipe.scaling, past, past if whole is None else whole)
        self._generator = torch.Generator().manual_seed(recipe.seed)
        self._net = network(recipe)
        self._net.initialise(self._generator)
        super().__init__(Descent(self._net.parameters(), recipe.learning_rate, recipe.updates))

    def update(self) -> None:
        """Draws a batch and makes one update.

        Raises:
            RuntimeError: It is done.
        """
        size = (self.recipe.batch,)
        drawn = torch.randint(len(self._inputs), size, generator=self._generator).numpy()
        inputs, targets = self._inputs[drawn], self._targets[drawn]
        wanted = torch.from_numpy(((targets - self._scale.base(inputs)) / self._scale.unit).astype(np.float32))
        self._descent.update(nn.functional.mse_loss(self._net(self._scale.scaled(inputs)), wanted))
        self.losses.append(self.loss)

    def model(self) -> Model:
        """The network as it is now: a copy, for looking."""
        return restored(
            self.recipe, self._scale, {name: weight.numpy() for name, weight in self._net.state_dict().items()}
        )


def restored(recipe: Recipe, scale: Scale, weights: Mapping[str, NDArray[np.float32]]) -> Model:
    """A network with given weights, a copy of them, for looking: in eval mode, without gradients."""
    net = network(recipe)
    net.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})
    return Model(recipe, scale, net.eval().requires_grad_(requires_grad=False))


def fit(recipe: Recipe, past: Array, whole: Array | None = None) -> Model:
    """Trains to the end; see `Fitting`."""
    fitting = Fitting(recipe, past, whole)
    while not fitting.done:
        fitting.update()
    return fitting.model()


# ---- looking inside --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Read:
    """A recurrent network on one window: every value of every step.

    Attributes:
        encoder: The layer that read the window, T steps.
        says: What the head would forecast for the next step after each value, in the unit of the series, (T,); of an encoder
            and decoder, whose encoder has no head, None.
        decoder: The layer that says the forecasts, K steps; None but for an encoder and decoder.
        forecast: (K,).
    """

    encoder: Trace
    says: Array | None
    decoder: Trace | None
    forecast: Array


def read(model: Model, window: Array) -> Read:
    """Lets a recurrent network read one window (T,).

    Raises:
        ValueError: The network is dense and has no steps, or the window has another length.
    """
    net = model.net
    if not hasattr(net, "recurrent"):
        raise ValueError("the network is dense, expected a recurrent one: it reads the whole window at once")
    assert not isinstance(net, DenseNet)  # noqa: S101 - it has a recurrent layer
    forecast = model.forecast(window[None])[0]
    z = model.scale.scaled(window[None])[0]
    encoder = trace(net.recurrent, z[:, None])
    if isinstance(net, RecurrentNet):
        with torch.no_grad():
            said = net.every_step(z[None])[0, :, 0].double().numpy()
        return Read(encoder, said * model.scale.unit + model.scale.base(window[None])[0], None, forecast)
    last = {name: torch.from_numpy(encoder[name][-1:].copy()) for name in encoder.start}  # (1, H) each
    state = (last["h"], last["c"]) if "c" in last else last["h"]
    z_said = (forecast - model.scale.base(window[None])[0]) / model.scale.unit
    fed = np.concatenate([z.numpy()[-1:], z_said[:-1]]).astype(np.float32)
    return Read(encoder, None, trace(net.decoder, fed[:, None], state), forecast)


@dataclass(frozen=True)
class Shape:
    """A tensor on its way through a network: its name in the code, its shape, what it is."""

    name: str
    shape: tuple[int, ...]
    meaning: str


def shapes(kind: str, inputs: Array, horizon: int, hidden: int, *, sequences: bool) -> tuple[list[Shape], float]:
    """Runs an untrained network, seed 0, on windows (N, T) and reports every tensor on the way.

    Args:
        kind: One of `KINDS`.
        inputs: (N, T).
        horizon: K.
        hidden: H.
        sequences: Whether the head reads the state of every step ("return_sequences") or of the last one alone.

    Returns:
        The shapes, and the largest |difference| between `output[:, -1]` and `h_n`; NaN for a dense network.
    """
    length = inputs.shape[1]
    net = network(Recipe(kind, "direct", length, horizon, hidden))
    net.initialise(torch.Generator().manual_seed(0))
    x = Scale.of("past", inputs, inputs).scaled(inputs)
    found = []
    with torch.no_grad():
        if isinstance(net, DenseNet):
            a = torch.relu(net.hidden(x))
            found = [
                ("x", x, "windows × places"),
                ("a", a, "windows × hidden units"),
                ("y", net.head(a), "windows × steps ahead"),
            ]
            return [Shape(name, tuple(value.shape), meaning) for name, value, meaning in found], math.nan
        assert isinstance(net, RecurrentNet)  # noqa: S101 - the strategy is direct
        output, state = net.recurrent(x[..., None])
        h_n, *rest = state if isinstance(state, tuple) else (state,)
        found = [("x", x[..., None], "windows × steps × features"), ("output", output, "h of every step")]
        found += [("h_n", h_n, "h of the last step"), *[("c_n", c_n, "c of the last step") for c_n in rest]]
        read = output if sequences else output[:, -1]
        found += [("read", read, "what the head reads"), ("y", net.head(read), "forecasts")]
        off = (output[:, -1] - h_n[0]).abs().max().item()
    return [Shape(name, tuple(value.shape), meaning) for name, value, meaning in found], off
