"""Sequences of unlike length in one batch: padded, packed, and what a network says that is asked at a pad.

    from models import packing

    found = packing.pack((3, 2))
    found.data, found.batch_sizes       # (sequence, step) in the order in which they are read; 2, 2, 1
    packing.facts()["accuracy"]["32"]   # read at the last padded step, and at the last real one

`nn.utils.rnn.pack_padded_sequence` does the packing; here is only looked at what it made.

The experiment behind `facts`: an RNN reads 2 to 6 numbers and says which sign the first one had. The rows of a batch are
padded with zeros to W steps. One network is asked at the last step of the row, which is a pad, as in `output[:, -1]`; the
other at the last real step, as in h_n of a packed batch. Everything else is equal.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn

from models.descent import Descent
from models.network import SequenceModel

LONGEST, MOST = 40, 16
"""Steps of a sequence, and sequences, at most: a picture of more could not be read."""

CHECKPOINTS = Path(__file__).parent / "checkpoints"

NAME = "padding"
"""The file of the experiment among the checkpoints."""

WIDTHS = (6, 16, 32, 48, 64, 96)
"""W, steps of a padded row in the experiment; sequences have 2 to 6."""

READ_AT = ("padded", "real")
"""Where the networks of the experiment are asked: at the last step of the padded row, at the last real step."""

SEEDS = range(4)
"""Seeds of the experiment."""

_SHORTEST, _FARTHEST = 2, 6
_UPDATES, _BATCH, _HIDDEN, _RATE = 300, 32, 16, 0.01
_HELD_OUT_SEED = 8_500_000


@dataclass(frozen=True)
class Packed:
    """A packed batch.

    Attributes:
        lengths: Of the sequences, as they were given.
        data: Which cell stands where in the packed data: (sequence, step), both from 0.
        batch_sizes: How many sequences are still there at each step.
        order: The sequences from the longest to the shortest, as packing sorts them.
        padded_cells: Cells of the padded batch, B · T.
    """

    lengths: tuple[int, ...]
    data: tuple[tuple[int, int], ...]
    batch_sizes: tuple[int, ...]
    order: tuple[int, ...]
    padded_cells: int

    @property
    def packed_cells(self) -> int:
        """Cells that hold something."""
        return len(self.data)


def pack(lengths: tuple[int, ...]) -> Packed:
    """Pack a batch of sequences of these lengths with torch, and see which cell went where.

    Raises:
        ValueError: There is no sequence, there are too many, or one has an unfit length.
    """
    if not 1 <= len(lengths) <= MOST:
        raise ValueError(f"lengths has {len(lengths)} numbers, expected 1 to {MOST}: one for each sequence")
    for place, length in enumerate(lengths, 1):
        if not 1 <= length <= LONGEST:
            raise ValueError(f"sequence {place} has length {length}, expected 1 to {LONGEST}")
    T = max(lengths)
    cells = torch.arange(len(lengths) * T).view(len(lengths), T)  # each cell bears its own number
    packed = nn.utils.rnn.pack_padded_sequence(cells, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
    assert packed.sorted_indices is not None  # noqa: S101 - as it was not sorted before
    return Packed(
        lengths=tuple(lengths),
        data=tuple(divmod(cell, T) for cell in packed.data.tolist()),
        batch_sizes=tuple(packed.batch_sizes.tolist()),
        order=tuple(packed.sorted_indices.tolist()),
        padded_cells=cells.numel(),
    )


@dataclass(frozen=True)
class Drift:
    """What became of the states of an untrained layer on the pads.

    Attributes:
        padded: Of each sequence, the largest |difference| between output[:, -1] of the padded batch and the state after
            its last real step.
        packed: The same for h_n of the packed batch.
    """

    padded: tuple[float, ...]
    packed: tuple[float, ...]


def drift(lengths: tuple[int, ...], seed: int = 0) -> Drift:
    """Let an untrained GRU with 8 units read a batch, padded with zeros and packed, beside each sequence alone.

    Raises:
        ValueError: What `pack` raises.
    """
    pack(lengths)
    generator = torch.Generator().manual_seed(seed)
    model = SequenceModel("GRU", 3, 8, 1)
    model.initialise(generator)
    sequences = [torch.randn(length, 3, generator=generator) for length in lengths]
    batch = nn.utils.rnn.pad_sequence(sequences, batch_first=True)
    with torch.no_grad():
        alone = torch.stack([model.recurrent(sequence)[1][0] for sequence in sequences])  # (B, H)
        output, _ = model.recurrent(batch)
        packed = nn.utils.rnn.pack_padded_sequence(batch, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        _, h_n = model.recurrent(packed)
    return Drift(*(tuple((found - alone).abs().amax(1).tolist()) for found in (output[:, -1], h_n[0])))


# ---- the experiment --------------------------------------------------------------------------------------------------


def batch(size: int, width: int, generator: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Sequences padded to `width` steps (B, W, 1), their lengths (B,), and which have a positive first number (B,)."""
    x = torch.randn(size, width, 1, generator=generator)
    positive = torch.randint(2, (size,), generator=generator)
    x[:, 0, 0] = 2.0 * positive - 1
    lengths = torch.randint(_SHORTEST, _FARTHEST + 1, (size,), generator=generator)
    return x * (torch.arange(width) < lengths[:, None])[..., None], lengths, positive


def answers(model: SequenceModel, x: Tensor, lengths: Tensor, read_at: str) -> Tensor:
    """Logits (B, 2) of a network that is asked at the last step of the padded row, or at the last real step.

    Raises:
        ValueError: There is no such place.
    """
    if read_at not in READ_AT:
        raise ValueError(f"read_at is {read_at!r}, expected one of {', '.join(READ_AT)}")
    if read_at == "padded":
        return model(x)[:, -1]
    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return model.head(model.recurrent(packed)[1][-1])


def experiment(width: int, read_at: str, seed: int, updates: int = _UPDATES) -> tuple[SequenceModel, float]:
    """Train one network; it and the share of held-out sequences that it gets right, in [0, 1]."""
    generator = torch.Generator().manual_seed(seed)
    model = SequenceModel("RNN", 1, _HIDDEN, 2)
    model.initialise(generator)
    descent = Descent(model.parameters(), _RATE, updates, decay="none")
    while not descent.done:
        x, lengths, positive = batch(_BATCH, width, generator)
        descent.update(nn.functional.cross_entropy(answers(model, x, lengths, read_at), positive))
    return model, accuracy(model, width, read_at)


def accuracy(model: SequenceModel, width: int, read_at: str) -> float:
    """Share of 2,000 held-out sequences whose sign the network says rightly, in [0, 1]."""
    x, lengths, positive = batch(2000, width, torch.Generator().manual_seed(_HELD_OUT_SEED + width))
    with torch.no_grad():
        return (answers(model, x, lengths, read_at).argmax(-1) == positive).double().mean().item()


def make(name: str, folder: Path = CHECKPOINTS) -> None:
    """Runs the experiment and writes the networks of the first seed and all accuracies to a file in `folder`.

    Raises:
        KeyError: There is no experiment of that name.
    """
    if name != NAME:
        raise KeyError(f"name is {name!r}, expected {NAME!r}")
    weights, found = {}, {str(width): {place: [] for place in READ_AT} for width in WIDTHS}
    for width in WIDTHS:
        for place in READ_AT:
            for seed in SEEDS:
                model, share = experiment(width, place, seed)
                found[str(width)][place].append(share)
                if seed == SEEDS[0]:
                    weights |= {f"{width}/{place}/{part}": weight for part, weight in model.state_dict().items()}
    known = {"command": "python -m models.zoo", "torch": torch.__version__, "updates": _UPDATES, "accuracy": found}
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    (folder / f"{NAME}.safetensors").write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def load(width: int, read_at: str, folder: Path = CHECKPOINTS) -> SequenceModel:
    """A trained network of the experiment, of the first seed, for looking.

    Raises:
        KeyError: There is no such network.
    """
    if width not in WIDTHS or read_at not in READ_AT:
        raise KeyError(f"width is {width} and read_at is {read_at!r}, expected one of {WIDTHS} and of {READ_AT}")
    stored = safetensors.torch.load_file(folder / f"{NAME}.safetensors")
    model, start = SequenceModel("RNN", 1, _HIDDEN, 2), f"{width}/{read_at}/"
    model.load_state_dict(
        {name.removeprefix(start): weight for name, weight in stored.items() if name.startswith(start)}
    )
    return model.eval().requires_grad_(requires_grad=False)


def facts(folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What the experiment found: `accuracy` by width, then by `READ_AT`, a share in [0, 1] for each of `SEEDS`."""
    with safetensors.safe_open(folder / f"{NAME}.safetensors", framework="numpy") as file:
        return json.loads(file.metadata()["facts"])
