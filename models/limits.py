"""Limits of the training lab on a public server, all in one place.

They are made for the smallest hosting, one core and 1 GB: the server takes 300 MB and the one training process 340 MB; what
remains is for the runs of a class. On a machine of one's own, change them here.
"""

from dataclasses import dataclass

import torch

from models.fairness import parameters
from models.network import RECURRENT
from models.run import Run
from models.tasks import TASKS


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

    def check(self, run: Run) -> None:
        """Sees that a run is not too large for this server.

        Raises:
            ValueError: With a sentence for who asked.
        """
        if run.cell not in RECURRENT:
            raise ValueError(f"There is no cell {run.cell!r}: choose one of {', '.join(RECURRENT)}.")
        for name, value, most in (
            ("updates are too many", run.steps, self.updates),
            ("hidden units are too many", run.hidden, self.hidden),
            ("numbers in a word's vector are too many", run.inputs, self.hidden),
            ("layers are too many", run.layers, self.layers),
            ("sequences in a batch are too many", run.batch, self.steps),
        ):
            _compare(name, value, most)
        # The task says how many steps a length is: a row of text has 64, whatever the distance of its verbs.
        inputs, _ = TASKS[run.task].batch(1, (run.lengths[1], run.lengths[1]), torch.Generator())
        steps = run.batch * inputs.shape[1]
        _compare("steps in a batch (sequences × their length) are too many", steps, self.steps)
        _compare(
            "states in a batch (steps × hidden units × layers) are too many", self._states(run, steps), self.states
        )
        _compare("weights are too many", parameters(run), self.parameters)

    def keep(self, run: Run) -> int:
        """How many snapshots of a run are kept."""
        return min(self.kept, max(self.kept_least, self.kept_bytes // (4 * parameters(run))))

    @staticmethod
    def _states(run: Run, steps: int) -> int:
        return steps * run.hidden * run.layers


def _compare(what: str, value: int, most: int) -> None:
    if value > most:
        raise ValueError(f"{value:,} {what} for this server: at most {most:,}.")


LIMITS = Limits()
"""The limits that hold unless somebody says otherwise."""
