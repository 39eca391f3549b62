"""Limits of a public server, all in one place: of the training lab, and of models that visitors bring.

They are made for the smallest hosting, one core and 1 GB: the server takes 300 MB and the one training process 340 MB; what
remains is for the runs of a class. On a machine of one's own, change them here.
"""

from dataclasses import dataclass

import torch

from models.fairness import parameters
from models.network import RECURRENT
from models.run import Run
from models.tasks import TASKS
from models.told import Told


@dataclass(frozen=True)
class Limits:
    """How much one may ask for.

    Attributes:
        updates: Of one run. The longest preset has 4,000.
        seconds: Of computing for one run, whatever it waited: nobody watches longer.
        hidden: Hidden units of a layer, and numbers of a word's vector.
        layers: Recurrent layers.
        parameters: Weights of a network: with 300,000 one snapshot has 1.2 MB.
        steps: Sequences in a batch times steps of the longest one: a batch of words then takes 20 MB.
        states: The same times hidden units and layers: what backpropagation has to keep is about 40 bytes for each.
        sessions: Visitors who train at once; who comes later waits, and is told so.
        runs: Runs of one visitor at once: three cells side by side; more wait.
        waiting: Runs of one visitor in all: a sweep.
        kept: Snapshots that are kept of a run.
        kept_bytes: Memory that these may take; of a large network fewer are kept, but never fewer than `kept_least`.
        kept_least: See `kept_bytes`.
        file_bytes: A saved run that is loaded; the server takes no larger uploads either.
        assignment_bytes: What a page sends to be learned, the visitor's data included: see `models.pupil`.
    """

    updates: int = 20_000
    seconds: float = 300.0
    hidden: int = 128
    layers: int = 4
    parameters: int = 300_000
    steps: int = 16_384
    states: int = 1_048_576
    sessions: int = 30
    runs: int = 3
    waiting: int = 100
    kept: int = 200
    kept_bytes: int = 4_000_000
    kept_least: int = 3
    file_bytes: int = 5_000_000
    assignment_bytes: int = 10_000_000

    def check(self, run: Run) -> None:
        """Sees that a run is not too large for this server.

        Raises:
            ValueError: With a sentence for who asked.
        """
        if run.cell not in RECURRENT:
            raise ValueError(
                Told("There is no cell {cell}: choose one of {known}.", cell=repr(run.cell), known=", ".join(RECURRENT))
            )
        for told, value, most in (
            ("{count:,} updates are too many for this server: at most {most:,}.", run.steps, self.updates),
            ("{count:,} hidden units are too many for this server: at most {most:,}.", run.hidden, self.hidden),
            (
                "{count:,} numbers in a word's vector are too many for this server: at most {most:,}.",
                run.inputs,
                self.hidden,
            ),
            ("{count:,} layers are too many for this server: at most {most:,}.", run.layers, self.layers),
            ("{count:,} sequences in a batch are too many for this server: at most {most:,}.", run.batch, self.steps),
        ):
            _compare(told, value, most)
        # The task says how many steps a length is: a row of text has 64, whatever the distance of its verbs.
        inputs, _ = TASKS[run.task].batch(1, (run.lengths[1], run.lengths[1]), torch.Generator())
        steps = run.batch * inputs.shape[1]
        _compare(
            "{count:,} steps in a batch (sequences × their length) are too many for this server: at most {most:,}.",
            steps,
            self.steps,
        )
        _compare(
            "{count:,} states in a batch (steps × hidden units × layers) are too many for this server: at most {most:,}.",
            self._states(run, steps),
            self.states,
        )
        _compare("{count:,} weights are too many for this server: at most {most:,}.", parameters(run), self.parameters)

    def check_assignment(self, updates: int, size: int) -> None:
        """Sees that an assignment of a page's own is not too large for this server.

        Args:
            updates: How many it takes.
            size: Bytes of it as it is sent.

        Raises:
            ValueError: With a sentence for who asked.
        """
        _compare("{count:,} updates are too many for this server: at most {most:,}.", updates, self.updates)
        _compare(
            "{count:,} bytes to learn from are too many for this server: at most {most:,}.", size, self.assignment_bytes
        )

    def keep(self, run: Run) -> int:
        """How many snapshots of a run are kept."""
        return min(self.kept, max(self.kept_least, self.kept_bytes // (4 * parameters(run))))

    @staticmethod
    def _states(run: Run, steps: int) -> int:
        return steps * run.hidden * run.layers


def _compare(told: str, value: int, most: int) -> None:
    if value > most:
        raise ValueError(Told(told, count=value, most=most))


LIMITS = Limits()
"""The limits that hold unless somebody says otherwise."""


@dataclass(frozen=True)
class OwnModel:
    """How large a model may be that a visitor brings, and what it reads.

    Attributes:
        file_bytes: Of the file; `nn.LSTM(256, 256, 2)` in float32 has 4.2 MB. The server takes no larger uploads either.
        index_bytes: Of the part of a file that says what is in it: it is read before anything else, and a megabyte of it
            takes some fifty megabytes in memory while it is looked through.
        tensors: In the file.
        weights: Of the recurrent layers that are looked at together.
        hidden: H, units of a layer in one direction.
        inputs: D, numbers in an input.
        layers: L, one upon the other.
        steps: T, steps of a sequence.
        states: T times H: the browser gets some twenty arrays of so many numbers.
        tokens: Of a vocabulary.
        text_bytes: Of a vocabulary's file.
    """

    file_bytes: int = 5_000_000
    index_bytes: int = 1_000_000
    tensors: int = 2_000
    weights: int = 2_500_000
    hidden: int = 256
    inputs: int = 2_048
    layers: int = 8
    steps: int = 512
    states: int = 16_384
    tokens: int = 100_000
    text_bytes: int = 2_000_000

    def longest(self, hidden: int) -> int:
        """How many steps a layer with so many units may read."""
        return max(1, min(self.steps, self.states // max(hidden, 1)))


OWN_MODEL = OwnModel()
"""The limits that hold for what visitors bring unless somebody says otherwise."""
