"""The trained networks that ship, by name, and the one command that makes them anew from their seeds.

    from models import zoo

    model = zoo.load("agreement-lstm")          # a models.network.WordModel, for looking
    zoo.facts("agreement-lstm")["accuracy"]     # how it was trained and what it can do
    zoo.grown("counter-lstm")[250]              # a CountingNetwork as it was after 250 updates

Make all of them anew with `python -m models.zoo`: some twenty-five minutes on one core, as docs/performance.md tells of each;
one only with, for example, `python -m models.zoo counter-lstm`. On the same machine with the same torch the files come out
equal to the last bit; elsewhere rounding differs and training magnifies it, so the numbers in the facts may move a little.

The networks of one task had the same data, the same budget and the same size. What differs is the seed, and each note
says why that one.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from models.network import WordModel
from models.tasks import agreement, memory_counter
from models.tasks.memory_counter import CountingNetwork
from models.training import Run, Snapshot, restore, train

CHECKPOINTS = Path(__file__).parent / "checkpoints"


@dataclass(frozen=True)
class Shipped:
    """A trained network that ships.

    Attributes:
        title: What a menu calls it.
        run: The training that made it.
        note: What one should know of how it was chosen.
    """

    title: str
    run: Run
    note: str


_RECIPE = Run("agreement", hidden=16, inputs=16, batch=32, learning_rate=0.02, steps=4000, keep_bias=1.0)

ZOO: Mapping[str, Shipped] = {
    "agreement-rnn": Shipped(
        "RNN, number agreement",
        replace(_RECIPE, cell="RNN", seed=0),
        "Seed 0 is the only one of seeds 0 to 3 with which the RNN learns agreement at every distance. With seeds 1 to "
        "3 it is always right at distance 0, but at distance 5 in 65 to 76 % and at distance 15 in 52 to 68 % only.",
    ),
    "agreement-lstm": Shipped(
        "LSTM, number agreement",
        replace(_RECIPE, cell="LSTM", seed=1),
        "With each of seeds 0 to 3 the LSTM learns agreement at every distance; nothing hung on the choice of seed 1.",
    ),
    "agreement-gru": Shipped(
        "GRU, number agreement",
        replace(_RECIPE, cell="GRU", seed=5),
        "With each of seeds 0 to 7 the GRU learns agreement at every distance. Seed 5 was chosen among them because it "
        "is the easiest to read: in 94 % of the sentences the update gate 1 - z of one unit opens at the subject and at "
        "the verb and stays shut between. With other seeds such a unit may open elsewhere too, or there is none.",
    ),
}
"""The trained language models by name; `checkpoints/` holds a file of weights for each."""

_COUNTER_RECIPE = Run(
    "memory_counter", hidden=16, inputs=3, batch=64, learning_rate=0.03, steps=4000, clip=20.0, keep_bias=1.0, every=25
)

COUNTERS: Mapping[str, Shipped] = {
    "counter-rnn": Shipped(
        "RNN, memory counter",
        replace(_COUNTER_RECIPE, cell="RNN", seed=2),
        "Seed 2 is the best of seeds 0 to 3 for the RNN: 84 % of its outputs are right at length 50, 77 to 82 % with the "
        "others. Who always says 0 is right in 65 %.",
    ),
    "counter-gru": Shipped(
        "GRU, memory counter",
        replace(_COUNTER_RECIPE, cell="GRU", seed=1),
        "Seed 1 is the best of seeds 0 to 3 for the GRU: 96 % of its outputs are right at length 50, 94 to 95 % with the "
        "others.",
    ),
    "counter-lstm": Shipped(
        "LSTM, memory counter",
        replace(_COUNTER_RECIPE, cell="LSTM", seed=3),
        "With each of seeds 0 to 3 the LSTM gives 99 % of its outputs rightly at length 50. Seed 3 was chosen among them "
        "because it is the easiest to read: one unit follows the true memory with correlation 0.99; the best unit of the "
        "others with 0.98.",
    ),
}
"""The networks that learned the memory counter, by name; the file of each holds its weights at all steps of `SHOWN`."""

ELSEWHERE: Mapping[str, str] = {
    "persons-forward": "models.person_tagger",
    "persons-both-ways": "models.person_tagger",
    "padding": "models.packing",
    "order-rnn": "models.order",
    "order-bag": "models.order",
    "order-padded": "models.order",
    "forecasting-dense": "models.forecasters",
    "forecasting-rnn": "models.forecasters",
    "forecasting-gru": "models.forecasters",
    "forecasting-lstm": "models.forecasters",
    "forecasting-monthly": "models.forecasters",
    "tagging-word": "models.tagging",
    "tagging-window": "models.tagging",
    "tagging-forward": "models.tagging",
    "tagging-both": "models.tagging",
    "tagging-stacked": "models.tagging",
    "tagging-spelling": "models.tagging",
    "tagging-characters": "models.tagging",
    "tagging-ads": "models.tagging",
    "dates-plain-8": "models.translators",
    "dates-plain-16": "models.translators",
    "dates-plain-32": "models.translators",
    "dates-plain-64": "models.translators",
    "dates-attention-8": "models.translators",
    "dates-attention-16": "models.translators",
    "dates-attention-32": "models.translators",
    "dates-attention-64": "models.translators",
    "sentiment-lstm": "models.sentiment",
    "sentiment-gru": "models.sentiment",
    "sentiment-rnn": "models.sentiment",
    "sentiment-mean": "models.sentiment",
    "sentiment-max": "models.sentiment",
    "sentiment-both-ways": "models.sentiment",
    "sentiment-bag": "models.sentiment",
    "lab-forget_bias": "models.shipped",
    "lab-learning_rate": "models.shipped",
    "lab-latch_cells": "models.shipped",
    "lab-latch_cells_far": "models.shipped",
    "lab-clipping": "models.shipped",
    "lab-rnn_start": "models.shipped",
    "lab-latch_solved": "models.shipped",
    "lab-forget_bias_far": "models.shipped",
    "lab-adding": "models.shipped",
    "lab-memory_counter": "models.shipped",
    "lab-agreement": "models.shipped",
    "lab-parity": "models.shipped",
    "lab-counting": "models.shipped",
    "lab-copy_memory": "models.shipped",
    "lab-entities": "models.shipped",
    "lab-dates": "models.shipped",
    "lab-temperature": "models.shipped",
    "lab-sweep": "models.sweep",
    "lm-words-rnn": "models.language_model",
    "lm-words-lstm": "models.language_model",
    "lm-words-gru": "models.language_model",
    "lm-letters-rnn": "models.language_model",
    "lm-letters-lstm": "models.language_model",
    "lm-letters-gru": "models.language_model",
}
"""Networks that a module of their own makes, by name: `module.make(name, folder)` trains one and writes its file."""

SHOWN = (0, 25, 100, 250, 500, 1000, 2000, 4000)
"""Updates after which the weights of a counter are kept: from untrained to done, closer together where more happens."""

DISTANCES = (*range(agreement.FARTHEST + 1), 20, 30, 50)
"""Distances at which accuracy is measured: those of training and three that no training sentence has."""


def load(name: str, folder: Path = CHECKPOINTS) -> WordModel:
    """Reads a trained language model for looking: in eval mode, without gradients, float32.

    Raises:
        KeyError: If no language model of that name ships.
    """
    _check(name, ZOO)
    known = facts(name, folder)
    model = WordModel(known["run"]["cell"], known["vocabulary"], known["run"]["hidden"], known["run"]["inputs"])
    model.load_state_dict(safetensors.torch.load_file(_file(name, folder)))
    return model.eval().requires_grad_(requires_grad=False)


def grown(name: str, folder: Path = CHECKPOINTS) -> dict[int, CountingNetwork]:
    """Reads a counter at all points of its training, by updates made, for looking: see `load`.

    Raises:
        KeyError: If no counter of that name ships.
    """
    _check(name, COUNTERS)
    known, weights = facts(name, folder), safetensors.torch.load_file(_file(name, folder))
    networks = {}
    for snapshot in known["snapshots"]:
        model = CountingNetwork(known["run"]["cell"], known["run"]["hidden"])
        model.load_state_dict({weight: weights[f"{snapshot['step']}/{weight}"] for weight in model.state_dict()})
        networks[snapshot["step"]] = model.eval().requires_grad_(requires_grad=False)
    return networks


def facts(name: str, folder: Path = CHECKPOINTS) -> dict[str, Any]:
    """What is known of a trained network, read from the head of its file; its weights stay on the disk.

    Returns:
        Of each: `run`, the recipe, seed and steps among it; `note`; `parameters`, how many; `command` and `torch`, what
        made it.
        Of a language model: `loss`, in nats per token, and `gradient_norm`, both of a batch after the last update;
        `accuracy` by distance, keyed "0" to "50": see `agreement.accuracy_at`; `number_unit` and `perplexity`: see the
        functions of that name in `agreement`; `vocabulary`.
        Of a counter: `snapshots`, one for each of `SHOWN`, with `step`; `loss`, in counts, and `gradient_norm`, both of
        a batch after that update; `accuracy` by length, keyed "10" to "100": see `memory_counter.accuracy_at`;
        `accuracy_by_size` and `counter_unit`: see the functions of that name in `memory_counter`.

    Raises:
        KeyError: If no network of that name ships.
    """
    _check(name, {**ZOO, **COUNTERS})
    with safetensors.safe_open(_file(name, folder), framework="numpy") as file:
        return json.loads(file.metadata()["facts"])


def make(name: str, shipped: Shipped, folder: Path = CHECKPOINTS) -> None:
    """Trains a network and writes its weights and facts to a file in `folder`."""
    tell = {"agreement": _language_model, "memory_counter": _counter}[shipped.run.task]
    weights, known = tell(shipped)
    folder.mkdir(parents=True, exist_ok=True)
    # One entry of metadata: with more, safetensors does not keep their order and equal runs would give unequal files.
    _file(name, folder).write_bytes(safetensors.torch.save(weights, {"facts": json.dumps(known)}))


def _language_model(shipped: Shipped) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights of a trained language model, and its facts."""
    *_, last = train(shipped.run)
    model = cast(WordModel, restore(shipped.run, last))
    known = {
        **_origin(shipped),
        "loss": last.loss,
        "gradient_norm": last.gradient_norm,
        "parameters": sum(weight.numel() for weight in model.parameters()),
        "accuracy": {str(d): agreement.accuracy_at(model, d) for d in DISTANCES},
        "number_unit": agreement.number_unit(model),
        "perplexity": agreement.perplexity(model),
        "vocabulary": model.vocabulary,
    }
    return model.state_dict(), known


def _counter(shipped: Shipped) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The weights of a counter at all steps of `SHOWN` that its run has, and its facts."""
    shown = {s.step: s for s in train(shipped.run) if s.step in SHOWN}
    models = {step: cast(CountingNetwork, restore(shipped.run, snapshot)) for step, snapshot in shown.items()}
    known = {
        **_origin(shipped),
        "parameters": sum(weight.numel() for weight in models[0].parameters()),
        "snapshots": [_progress(shown[step], model) for step, model in models.items()],
    }
    return {f"{step}/{name}": w for step, model in models.items() for name, w in model.state_dict().items()}, known


def _origin(shipped: Shipped) -> dict[str, Any]:
    """What made a network: the head of its facts."""
    return {
        "command": "python -m models.zoo",
        "torch": torch.__version__,
        "run": asdict(shipped.run),
        "note": shipped.note,
    }


def _progress(snapshot: Snapshot, model: CountingNetwork) -> dict[str, Any]:
    return {
        "step": snapshot.step,
        "loss": snapshot.loss,
        "gradient_norm": snapshot.gradient_norm,
        "accuracy": {str(length): memory_counter.accuracy_at(model, length) for length in memory_counter.LENGTHS},
        "accuracy_by_size": memory_counter.accuracy_by_size(model),
        "counter_unit": memory_counter.counter_unit(model),
    }


def _check(name: str, networks: Mapping[str, Any]) -> None:
    if name not in networks:
        raise KeyError(f"name is {name!r}, expected one of {', '.join(networks)}")


def _file(name: str, folder: Path) -> Path:
    return folder / f"{name}.safetensors"


def table() -> Iterator[str]:
    """Accuracy by distance in percent, a line at a time: on all sentences, and on those with attractors."""
    known = {name: facts(name) for name in ZOO}
    yield "distance  nearest noun  " + "  ".join(f"{name:>14}" for name in ZOO)
    for d in map(str, DISTANCES):
        rows = [known[name]["accuracy"][d] for name in ZOO]
        cells = [(rows[0]["nearest_noun"], rows[0]["nearest_noun_with_attractors"])]
        cells += [(row["all"], row["with_attractors"]) for row in rows]
        yield f"{d:>8}  " + "  ".join(f"{_percent(all_):>6} {_percent(hard):>7}" for all_, hard in cells)
    for name in ZOO:
        p = known[name]["perplexity"]
        yield f"{name}: perplexity {p['network']:.3f} (bigram {p['bigram']:.3f}, unigram {p['unigram']:.3f})"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f}"


def counter_table() -> Iterator[str]:
    """Accuracy of the counters by updates made and by length in percent, a line at a time."""
    lengths = list(map(str, memory_counter.LENGTHS))
    yield "counter       updates  " + "  ".join(f"{length:>5}" for length in lengths) + "  counter unit"
    for name in COUNTERS:
        for snapshot in facts(name)["snapshots"]:
            shares = "  ".join(f"{_percent(snapshot['accuracy'][length]['every']):>5}" for length in lengths)
            unit = snapshot["counter_unit"]
            yield f"{name:<12}  {snapshot['step']:>7}  {shares}  {unit['unit']:>4} ({unit['correlation']:.3f})"


if __name__ == "__main__":
    torch.set_num_threads(1)
    every = {**ZOO, **COUNTERS}
    for asked in sys.argv[1:]:
        _check(asked, {**every, **ELSEWHERE})
    for each in sys.argv[1:] or (*every, *ELSEWHERE):
        if each in ELSEWHERE:
            import_module(ELSEWHERE[each]).make(each, CHECKPOINTS)
        else:
            make(each, every[each])
    sys.stdout.writelines(line + "\n" for line in (*table(), "", *counter_table()))
