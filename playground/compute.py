"""The border between the app and the models, and the only home of Streamlit's caches.

A page hands in a question (frozen, hashable) and gets the answer; equal questions share one answer between all
sessions, so answers are read-only.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import numpy as np
import streamlit as st
import torch
from numpy.typing import NDArray

from models import (
    backtest,
    chain,
    change,
    characters,
    clipping,
    counter,
    decay,
    echo,
    embeddings,
    forecasters,
    forecasting,
    kinds,
    language_model,
    one_hot,
    order,
    own_examples,
    own_model,
    own_reviews,
    packing,
    paper,
    person_tagger,
    probe,
    questions,
    reading,
    remedies,
    saliency,
    sentiment,
    series,
    shapes,
    shipped,
    slips,
    sweep,
    tagging,
    transfer,
    translators,
    trigrams,
    truncated,
    unrolled,
    what_if,
    windows,
    zoo,
)
from models.gradients import Progress
from models.loaders import labelled
from models.network import WordModel
from models.next_token import NextToken
from models.run import Run
from models.tasks import Measure, kitchen, memory_counter, persons
from models.trace import Trace, trace
from models.training import Snapshot
from models.translator import Said, Translated, Translator, beam
from models.workers import Workers

Answer = TypeVar("Answer")
Asked = TypeVar("Asked")

# One thread for each session: two are hardly faster alone, and 10 to 100 times slower as soon as two sessions compute.
# This holds for the thread that imports; the entry says the same to all others.
torch.set_num_threads(1)


@st.cache_resource(max_entries=48, show_spinner=False)
def read(question: reading.Question) -> reading.Reading:
    """What happens while a network reads a text; see `models.reading.read`. At most about 4 MB an answer."""
    return reading.read(question)


@st.cache_resource(show_spinner=False)
def facts(cell: str) -> dict:
    """How the trained network of a cell was made and how good it is; see `models.zoo.facts`."""
    return zoo.facts(f"agreement-{cell.lower()}")


@st.cache_resource(max_entries=48, show_spinner=False)
def changes(question: reading.Question) -> list[change.Change]:
    """How much the states of a reading move from step to step; see `models.change.changes`."""
    return change.changes(read(question).trace)


def number_unit(cell: str) -> int:
    """The unit of a trained network that keeps the subject's number; see `models.tasks.agreement.number_unit`."""
    return int(facts(cell)["number_unit"]["unit"])


@st.cache_resource(max_entries=64, show_spinner=False)
def changed(asked: what_if.WhatIf) -> what_if.Answer:
    """What happens while somebody holds gates, cuts units or edits weights; see `models.what_if.read`. At most 4 MB each."""
    return what_if.read(asked)


@st.cache_resource(max_entries=64, show_spinner=False)
def changeable(question: reading.Question) -> what_if.Scope:
    """What there is to change while a network reads a text; see `models.what_if.scope`."""
    return what_if.scope(question)


@st.cache_resource(max_entries=16, show_spinner=False)
def cut_each(question: reading.Question) -> NDArray:
    """How probable the verbs are when one unit is cut, unit by unit; see `models.what_if.cut_each`."""
    return what_if.cut_each(question)


@st.cache_resource(max_entries=256, show_spinner=False)
def solve(network: paper.Network, inputs: paper.Matrix) -> paper.Solution:
    """Every number of a network on paper; see `models.paper.solve`."""
    return paper.solve(network, inputs)


def both_orders(network: paper.Network, inputs: paper.Matrix, swap: tuple[int, int]) -> paper.Orders:
    """A sequence and the same with two steps swapped; see `models.paper.both_orders`."""
    return paper.both_orders(network, inputs, *swap)


@st.cache_resource(max_entries=256, show_spinner=False)
def scalar(question: paper.Scalar) -> paper.Orbit:
    """Where the state of an RNN with one unit goes, and where it ends; see `models.paper.orbit`."""
    return paper.orbit(question)


@st.cache_resource(max_entries=64, show_spinner=False)
def settled(nonlinearity: paper.Nonlinearity, push: float) -> paper.Settled:
    """Where the orbits of one number end; see `models.paper.settled`."""
    return paper.settled(nonlinearity, push)


@st.cache_resource(max_entries=256, show_spinner=False)
def count(setting: counter.Setting, table: counter.Table) -> counter.Counted:
    """What a hand-set cell makes of a table; see `models.counter.run`."""
    return counter.run(setting, table)


@st.cache_resource(max_entries=1024, show_spinner=False)
def scores(setting: counter.Setting) -> dict[int, counter.Score]:
    """The marks of a hand-set cell at all lengths; see `models.counter.scores`."""
    return counter.scores(setting)


@st.cache_resource(max_entries=64, show_spinner=False)
def scale_errors(table: counter.Table, scales: tuple[float, ...] = tuple(counter.SCALES)) -> dict[str, NDArray]:
    """How far a standard LSTM is off for each scale, in float32 and float64; see `models.counter.scale_errors`."""
    types = {"float32": torch.float32, "float64": torch.float64}
    return {name: counter.scale_errors(counter.FIRM, table, scales, dtype) for name, dtype in types.items()}


@st.cache_resource(max_entries=64, show_spinner=False)
def standard(table: counter.Table, scale: float) -> Trace:
    """What a standard LSTM with firm weights and one scale makes of a table; see `models.counter.standard`."""
    return trace(counter.standard(counter.FIRM, [scale]), table.inputs)


@st.cache_resource(show_spinner=False)
def grown(name: str) -> dict[int, memory_counter.CountingNetwork]:
    """A network that learned to count, at all points of its training that ship; see `models.zoo.grown`."""
    return zoo.grown(name)


@st.cache_resource(show_spinner=False)
def progress(name: str) -> dict[int, dict]:
    """How good a network that learned to count was at each of these points, by updates made; see `models.zoo.facts`."""
    return {snapshot["step"]: snapshot for snapshot in zoo.facts(name)["snapshots"]}


@st.cache_resource(max_entries=64, show_spinner=False)
def learned(name: str, updates: int, table: counter.Table) -> tuple[Trace, NDArray]:
    """What a network made of a table after so many updates; see `models.tasks.memory_counter.read`."""
    return memory_counter.read(grown(name)[updates], table)


@st.cache_resource(max_entries=64, show_spinner=False)
def products(power: chain.Power) -> dict[str, chain.Product]:
    """A factor multiplied again and again in every format; see `models.chain.multiply_all`. At most 320 kB an answer."""
    return chain.multiply_all(power)


@st.cache_resource(max_entries=256, show_spinner=False)
def chained(network: chain.ScalarRNN) -> chain.Chain:
    """The chain of derivatives of an RNN with one unit; see `models.chain.unroll`."""
    return chain.unroll(network)


@st.cache_resource(max_entries=256, show_spinner=False)
def weight_sweep(network: chain.ScalarRNN) -> chain.Sweep:
    """How ∂h_T/∂h_1 changes with the weight; see `models.chain.sweep`."""
    return chain.sweep(network)


def decayed(question: decay.Fresh | decay.Trained, progress: Progress | None = None) -> decay.Decay:
    """How the gradient of a network decays; see `models.decay.decay`."""
    return _watched(decay.decay, question, progress)


def decayed_already(question: decay.Fresh | decay.Trained) -> bool:
    """Whether somebody has asked `decayed` this before."""
    return "answer" in _shelf(decay.decay.__name__, question)


def gradient_units(question: decay.Fresh | decay.Trained, progress: Progress | None = None) -> decay.Units:
    """The gradient unit by unit; see `models.decay.units`."""
    return _watched(decay.units, question, progress)


def gradient_memory(question: decay.Fresh | decay.Trained, progress: Progress | None = None) -> decay.Memory:
    """The forget gates' product and the derivative of which it is a part; see `models.decay.memory`."""
    return _watched(decay.memory, question, progress)


@st.cache_resource(max_entries=64, show_spinner=False)
def gradient_bound(question: decay.Fresh | decay.Trained) -> decay.Bound:
    """What the gradient of an RNN cannot exceed; see `models.decay.bound`."""
    return decay.bound(question)


@st.cache_resource(max_entries=256, show_spinner=False)
def salient(asked: saliency.Asked) -> saliency.Saliency:
    """How strongly a logit feels each word; see `models.saliency.saliency`."""
    return saliency.saliency(asked)


@st.cache_resource(max_entries=256, show_spinner=False)
def unroll(question: unrolled.Unrolled) -> unrolled.Solution:
    """Every number of a small network, forward and backward through time; see `models.unrolled.unroll`."""
    return unrolled.unroll(question)


@st.cache_resource(max_entries=256, show_spinner=False)
def truncate_small(question: unrolled.Unrolled) -> truncated.Truncated:
    """What truncated backpropagation leaves of dE/dw of a small network; see `models.unrolled.truncations`."""
    return truncated.truncate_scalar(unrolled.truncations(question))


@st.cache_resource(max_entries=48, show_spinner=False)
def backward(question: truncated.Words | truncated.Noise) -> truncated.Backward:
    """A network, what it read and the gradient of its loss; see `models.truncated.backward`."""
    return truncated.backward(question)


@st.cache_resource(max_entries=256, show_spinner=False)
def contributions(question: truncated.Words | truncated.Noise, cut: int = 0) -> dict[str, truncated.Contributions]:
    """What each step adds to the gradient of each weight; see `models.truncated.contributions`."""
    return truncated.contributions(backward(question), cut)


@st.cache_resource(max_entries=48, show_spinner=False)
def truncate(question: truncated.Words | truncated.Noise) -> dict[str, truncated.Truncated]:
    """What truncated backpropagation leaves of a gradient, for every k; see `models.truncated.truncate`."""
    return truncated.truncate(backward(question))


@st.cache_resource(max_entries=48, show_spinner=False)
def slide(question: truncated.Words | truncated.Noise) -> dict[str, truncated.Truncated]:
    """What a sliding window leaves of a gradient, for every k; see `models.truncated.slide`."""
    return truncated.slide(backward(question))


@st.cache_resource(max_entries=256, show_spinner=False)
def loss_at_seams(question: truncated.Words | truncated.Noise, every: int) -> tuple[float, float]:
    """The loss with the state carried from chunk to chunk, and with zeros; see `models.truncated.loss_at_seams`."""
    return truncated.loss_at_seams(backward(question), every)


@st.cache_resource(show_spinner=False)
def second_backward() -> str:
    """What PyTorch says of a state that was not detached; see `models.truncated.second_backward`."""
    return truncated.second_backward()


@st.cache_resource(max_entries=256, show_spinner=False)
def unroll_kind(question: kinds.Question) -> kinds.Unrolled:
    """A network of some kind with all its numbers; see `models.kinds.unroll`."""
    return kinds.unroll(question)


@st.cache_resource(max_entries=64, show_spinner=False)
def shaped(layer: shapes.Layer) -> shapes.Shaped:
    """The tensors that a layer gave back; see `models.shapes.run`."""
    return shapes.run(layer)


@st.cache_resource(max_entries=64, show_spinner=False)
def returned(layer: shapes.Layer) -> tuple[shapes.Returned, ...]:
    """What Keras' options are in PyTorch; see `models.shapes.returned`."""
    return shapes.returned(layer)


@st.cache_resource(max_entries=256, show_spinner=False)
def packed(lengths: tuple[int, ...]) -> packing.Packed:
    """A packed batch; see `models.packing.pack`."""
    return packing.pack(lengths)


@st.cache_resource(max_entries=256, show_spinner=False)
def drift(lengths: tuple[int, ...]) -> packing.Drift:
    """What became of states on pads; see `models.packing.drift`."""
    return packing.drift(lengths)


@st.cache_resource(show_spinner=False)
def padding() -> dict[str, dict[str, list[float]]]:
    """What networks learned that were asked at pads, and at real steps; see `models.packing.facts`."""
    return packing.facts()["accuracy"]


@st.cache_resource(max_entries=128, show_spinner=False)
def tagged(question: person_tagger.Question) -> person_tagger.Tagged:
    """What the taggers make of a text; see `models.person_tagger.read`. At most about 100 kB an answer."""
    return person_tagger.read(question)


@st.cache_resource(show_spinner=False)
def tagger_facts() -> dict[str, dict]:
    """How the taggers were made and how good they are, by what they do; see `models.person_tagger.facts`."""
    return {reader: person_tagger.facts(name) for reader, name in person_tagger.READERS.items()}


@st.cache_resource(show_spinner=False)
def frequencies() -> persons.Frequencies:
    """The most frequent tag of each word; see `models.tasks.persons.most_frequent`."""
    return persons.most_frequent()


@st.cache_resource(max_entries=256, show_spinner=False)
def _shelf(what: str, question: object) -> dict[str, Any]:  # noqa: ARG001 - they are the key
    """A place for one answer that is computed in its visitor's sight: a cached function itself may not move a bar."""
    return {}


def _watched(work: Callable[[Asked, Progress | None], Answer], question: Asked, progress: Progress | None) -> Answer:
    """work(question, progress) from its shelf, or worked out and put there. A click that stops it leaves the shelf empty."""
    shelf = _shelf(work.__name__, question)
    if "answer" not in shelf:
        shelf["answer"] = work(question, progress)
    return shelf["answer"]


@st.cache_resource(max_entries=64, show_spinner=False)
def race(explosion: clipping.Explosion) -> tuple[clipping.Course, clipping.Course]:
    """The same training without and with clipping; see `models.clipping.race`."""
    return clipping.race(explosion)


@st.cache_resource(max_entries=64, show_spinner=False)
def start_profiles(lag: int, seed: int) -> dict[str, NDArray]:
    """How the gradient fades before the first update, by remedy; see `models.remedies.start_profile`."""
    return {name: remedies.start_profile(name, lag, seed) for name in remedies.REMEDIES}


@st.cache_resource(max_entries=64, show_spinner=False)
def foretold(reservoir: echo.Reservoir) -> echo.Forecast:
    """What an echo state network makes of the series; see `models.echo.forecast`."""
    return echo.forecast(reservoir)


@st.cache_resource(max_entries=64, show_spinner=False)
def echoes(reservoir: echo.Reservoir) -> NDArray:
    """How far two runs from different starts are apart; see `models.echo.distances`."""
    return echo.distances(reservoir)


@st.cache_resource(show_spinner=False)
def baselines() -> tuple[int, echo.Forecast, echo.Forecast]:
    """The best straight line through past values, its order first, and the last value; see `models.echo`."""
    return *echo.best_line(), echo.last_value()


@st.cache_resource(show_spinner=False, on_release=Workers.close)
def workers() -> Workers:
    """The processes in which all visitors train; see `models.workers`. None is started before somebody trains."""
    return Workers()


@st.cache_resource(show_spinner=False)
def forecaster_facts(name: str) -> dict:
    """How the forecasting networks of a file were made and how far off they are; see `models.forecasters.facts`."""
    return forecasters.facts(name)


@st.cache_resource(show_spinner=False)
def forecasting_models(name: str) -> dict[str, forecasting.Model]:
    """The forecasting networks of a file; see `models.forecasters.load`."""
    return forecasters.load(name)


@st.cache_resource(max_entries=8, show_spinner=False)
def day_errors(strategy: str) -> dict[str, NDArray]:
    """Mean |error| 1 to 24 hours ahead on the held-out year, by forecaster: computed without a network, or from the facts.

    A network that knows no such strategy is left out.
    """
    found = {name: e.absolute for name, e in forecasters.errors("hourly", 24, 24, strategy).items()}
    for kind, name in forecasters.HOURLY.items():
        errors = forecaster_facts(name)["errors"]
        if strategy in errors:
            found[kind] = np.array(errors[strategy]["absolute"])
    return found


@st.cache_resource(max_entries=128, show_spinner=False)
def day_ahead(strategy: str, window: int) -> tuple[dict[str, NDArray], NDArray, NDArray]:
    """What everybody says of the day after a held-out window; see `models.forecasters.day_ahead`."""
    return forecasters.day_ahead(strategy, window)


@st.cache_resource(max_entries=64, show_spinner=False)
def forecast_steps(kind: str, strategy: str, window: int) -> forecasting.Read:
    """A recurrent network on a held-out window, step by step; see `models.forecasting.read`."""
    inputs = day_ahead(strategy, window)[1]
    return forecasting.read(forecasting_models(forecasters.HOURLY[kind])[strategy], inputs)


@st.cache_resource(max_entries=64, show_spinner=False)
def forecast_shapes(
    kind: str, length: int, horizon: int, hidden: int, *, sequences: bool
) -> tuple[list[forecasting.Shape], float]:
    """Every tensor on the way through a network that reads all windows of 100 hours; see `models.forecasting.shapes`."""
    inputs, _ = windows.windows(series.generated("hourly").values[:100], length, horizon)
    return forecasting.shapes(kind, inputs, horizon, hidden, sequences=sequences)


@st.cache_resource(show_spinner=False)
def split_leak() -> dict[str, backtest.Leak]:
    """How much a shuffled split flatters, on 60 days of the generated hours; see `models.backtest.leak`."""
    return backtest.leak(series.generated("hourly").values[: 60 * 24], 24, 24)


@st.cache_resource(max_entries=16, show_spinner=False)
def month_ahead(kind: str, length: int, scaling: str) -> forecasters.MonthAhead:
    """Forecasts of the held-out months; see `models.forecasters.month_ahead`."""
    return forecasters.month_ahead(kind, length, scaling)


@st.cache_resource(show_spinner=False)
def kept_trainings(preset: str) -> tuple[shipped.Kept, ...]:
    """A preset of the training lab, trained beforehand; see `models.shipped.load`. At most 400 kB each."""
    return shipped.load(preset)


@st.cache_resource(show_spinner=False)
def kept_sweep() -> tuple[sweep.Line, ...]:
    """The sweep that ships; see `models.sweep.load`."""
    return sweep.load()


def looked_at(run: Run, snapshot: Snapshot, question: probe.Probe, layer: int) -> probe.Seen:
    """What a network at one point of its training makes of a sequence; see `models.probe.look`. It takes milliseconds."""
    return probe.look(run, snapshot, question, layer)


def accuracy_by_length(run: Run, snapshot: Snapshot) -> dict[int, float]:
    """Accuracy at all lengths that a task tests; see `models.probe.by_length`.

    Weights, not steps, are the key: a loaded training need not be what its settings say.
    """
    return _accuracy_by_length(run, probe.fingerprint(snapshot), snapshot)


def measures(run: Run, snapshot: Snapshot) -> tuple[Measure, ...]:
    """What a task measures beside accuracy and loss; see `models.probe.measures`. Weights are the key here, too."""
    return _measures(run, probe.fingerprint(snapshot), snapshot)


@st.cache_resource(max_entries=512, show_spinner=False)
def _measures(run: Run, weights: str, _snapshot: Snapshot) -> tuple[Measure, ...]:  # noqa: ARG001 - the key
    return probe.measures(run, _snapshot)


@st.cache_resource(max_entries=512, show_spinner=False)
def _accuracy_by_length(run: Run, weights: str, _snapshot: Snapshot) -> dict[int, float]:  # noqa: ARG001 - the key
    return probe.by_length(run, _snapshot)


@st.cache_resource(max_entries=64, show_spinner=False)
def translated(question: translators.Question) -> Translated:
    """What a translator makes of a text; see `models.translators.answer`. At most about 300 kB an answer."""
    return translators.answer(question)


@st.cache_resource(show_spinner=False)
def translator(name: str) -> Translator:
    """A trained translator; see `models.translators.load`."""
    return translators.load(name)


@st.cache_resource(max_entries=256, show_spinner=False)
def hypotheses(text: str, name: str, width: int) -> list[Said]:
    """What a beam search finds; see `models.translator.beam`."""
    return beam(translator(name), text, width)


@st.cache_resource(show_spinner=False)
def translator_facts(name: str) -> dict:
    """How a translator was made and how good it is; see `models.translators.facts`."""
    return translators.facts(name)


@st.cache_resource(show_spinner=False)
def translation_rules() -> dict[str, Any]:
    """How good rules are that were written by hand; see `models.translators.rules`."""
    return translators.rules()


@st.cache_resource(max_entries=16, show_spinner=False)
def language_network(source: str, cell: str) -> WordModel:
    """A language model that ships: of the kitchen's words or letters, or of number agreement."""
    if source == "agreement":
        return zoo.load(f"agreement-{cell.lower()}")
    return language_model.load(language_model.name_of(source, cell))


@st.cache_resource(max_entries=16, show_spinner=False)
def language_facts(level: str, cell: str) -> dict:
    """How a language model was made and what it reaches; see `models.language_model.facts`."""
    return language_model.facts(language_model.name_of(level, cell))


@st.cache_resource(max_entries=256, show_spinner=False)
def text_chances(source: str, cell: str, tokens: tuple[str, ...]) -> language_model.Chain:
    """How probable a network finds a text; see `models.language_model.score`."""
    return language_model.score(language_network(source, cell), tokens)


@st.cache_resource(max_entries=256, show_spinner=False)
def counted_chances(level: str, order: int, tokens: tuple[str, ...]) -> language_model.Chain:
    """The same of an n-gram of the kitchen language; see `models.language_model.score_counted`."""
    letters = level == "letters"
    vocabulary = language_network(level, "LSTM").vocabulary
    return language_model.score_counted(language_model.counted(order, letters=letters), vocabulary, tokens)


@st.cache_resource(max_entries=48, show_spinner=False)
def text_steps(source: str, cell: str, tokens: tuple[str, ...]) -> language_model.Read:
    """A language model on a text, step by step; see `models.language_model.read`. At most about 8 MB an answer."""
    return language_model.read(language_network(source, cell), tokens)


@st.cache_resource(max_entries=128, show_spinner=False)
def sampled(level: str, cell: str, asked: language_model.Sampling) -> language_model.Sampled:
    """A text that a network wrote; see `models.language_model.sample`."""
    model = language_network(level, cell)
    assert isinstance(model, NextToken)  # noqa: S101 - those of number agreement write nothing
    return language_model.sample(model, asked)


def softmaxes(logits: tuple[float, ...], temperatures: tuple[float, ...]) -> dict[float, NDArray]:
    """softmax(logits / T) by T; see `models.language_model.softened`."""
    return {temperature: language_model.softened(logits, temperature) for temperature in temperatures}


@st.cache_resource(show_spinner=False)
def kitchen_text(count: int) -> str:
    """Texts of the kitchen language, one a line."""
    texts = kitchen.texts(count, torch.Generator().manual_seed(0))
    return "\n".join(characters.written(text.words) for text in texts)


@st.cache_resource(max_entries=128, show_spinner=False)
def judged(question: sentiment.Question) -> sentiment.Judged:
    """What a network makes of a review; see `models.sentiment.read`. At most about 400 kB an answer."""
    return sentiment.read(question)


@st.cache_resource(max_entries=128, show_spinner=False)
def two_reviews(one: str, other: str) -> sentiment.Compared:
    """Two reviews as bags and as sequences; see `models.sentiment.compare`."""
    return sentiment.compare(one, other)


@st.cache_resource(show_spinner=False)
def sentiment_facts() -> tuple[dict[str, dict], dict]:
    """How good the networks for reviews are, by name, and the bags of words; see `models.sentiment.facts`."""
    return {name: sentiment.facts(name) for name in sentiment.SHIPPED}, sentiment.facts(sentiment.BAG)


@st.cache_resource(show_spinner=False)
def own_language() -> labelled.Labelled:
    """Reviews of our own language as if a visitor had brought them; see `models.own_reviews.example`."""
    return own_reviews.example()


@st.cache_resource(show_spinner=False)
def numbers_of(question: str) -> Any:  # noqa: ANN401 - each question has numbers of its own kind
    """The numbers of the answer to a question that learners ask; see `models.questions`."""
    return questions.NUMBERS[question]()


@st.cache_resource(show_spinner=False)
def evidence_of(slip: str) -> Any:  # noqa: ANN401 - each slip has evidence of its own kind
    """The numbers that show a slip in the lectures; see `models.slips`."""
    return slips.EVIDENCE[slip]()


@st.cache_resource(show_spinner=False)
def transferred() -> dict:
    """How many labels a language model saves; see `models.transfer.known`."""
    return transfer.known()


@st.cache_resource(max_entries=3, show_spinner=False)
def embedded(cell: str) -> embeddings.Embedded:
    """The words of a trained network before and after training; see `models.embeddings.embedded`."""
    return embeddings.embedded(cell)


@st.cache_resource(max_entries=128, show_spinner=False)
def both_read(question: order.Question) -> order.Read:
    """What three readers make of two sentences; see `models.order.read`. At most about 200 kB an answer."""
    return order.read(question)


@st.cache_resource(max_entries=3, show_spinner=False)
def order_facts(name: str) -> dict:
    """What a reader of the order task reaches on held-out pairs; see `models.order.facts`."""
    return order.facts(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def order_sizes(lengths: tuple[int, ...]) -> dict[str, list[int]]:
    """Weights of readers by the length that they have room for; see `models.order.sizes`."""
    return order.sizes(lengths)


@st.cache_resource(max_entries=256, show_spinner=False)
def words_tagged(question: tagging.Question) -> tagging.Tagged:
    """What a tagger makes of a text; see `models.tagging.read`."""
    return tagging.read(question)


@st.cache_resource(max_entries=256, show_spinner=False)
def tag_evidence(question: tagging.Question, word: int) -> NDArray:
    """How strongly each word moves the tag of one; see `models.tagging.evidence`."""
    return tagging.evidence(question, word)


@st.cache_resource(max_entries=64, show_spinner=False)
def spelled(word: str) -> tagging.Spelled:
    """A word letter by letter; see `models.tagging.spell`."""
    return tagging.spell(word)


@st.cache_resource(show_spinner=False)
def tagging_facts(name: str) -> dict:
    """How a tagger was made and how good it is; see `models.tagging.facts`."""
    return tagging.facts(name)


@st.cache_resource(max_entries=64, show_spinner=False)
def filled(text: str) -> tuple[tuple[str, ...], tuple[str, ...], dict[str, str]]:
    """The template of an ad, filled by a network; see `models.tagging.fill`."""
    return tagging.fill(text)


@st.cache_resource(max_entries=64, show_spinner=False)
def own_example(example: str, asked: own_model.Asked) -> own_model.Reading:
    """What a model that ships makes of an input; see `models.own_examples.read`. A visitor's model is never cached."""
    return own_examples.read(example, asked)


@st.cache_resource(max_entries=64, show_spinner=False)
def own_example_profiles(example: str, asked: own_model.Asked, loss: own_model.Loss) -> own_model.Profiles:
    """How a gradient fades in a model that ships; see `models.own_examples.profiles`."""
    return own_examples.profiles(example, asked, loss)


# ---- quicker than a cache: they stand here so that a view's script has them (playground/view_script.py) ---------------


def one_hot_vectors(lexicon: one_hot.Lexicon, tokens: tuple[str, ...]) -> NDArray:
    """The vectors of words, a row for each; see `models.one_hot.Lexicon`."""
    return lexicon.vectors(tokens)


def coverages(tokens: tuple[str, ...]) -> NDArray:
    """The share of a text that its most frequent words cover, by their number; see `models.one_hot.coverages`."""
    return one_hot.coverages(tokens)


def shared_trigrams(one: str, other: str, *, marks: bool) -> trigrams.Shared:
    """Two words as letter trigrams; see `models.trigrams.compare`."""
    return trigrams.compare(one, other, marks=marks)


def slopes(nonlinearity: chain.Nonlinearity, reach: float) -> tuple[NDArray, NDArray]:
    """The derivative of a nonlinearity; see `models.chain.slope_curve`."""
    return chain.slope_curve(nonlinearity, reach)


def cuts(gradient: tuple[float, ...], threshold: float) -> dict[str, NDArray]:
    """A gradient, and the same clipped two ways; see `models.clipping.both_ways`."""
    return clipping.both_ways(np.array(gradient), threshold)


def cliff_paths(start: float, rate: float, threshold: float) -> dict[str, tuple[NDArray, NDArray]]:
    """Gradient descent on the loss with a wall, without and with clipping; see `models.clipping.paths`."""
    return clipping.paths(start, rate, threshold)


def remedies_measured(lag: int) -> Mapping[str, remedies.Outcome]:
    """What the remedies came to when they were measured; see `models.remedies.measured`."""
    return remedies.measured(lag)


def reservoirs_measured() -> Mapping[int, NDArray]:
    """Errors of many reservoirs by their size; see `models.echo.measured`."""
    return echo.measured()


def folds(samples: int, count: int, gap: int, *, shuffled: bool) -> list[windows.Fold]:
    """Which samples each fold trains on and tests on; see `models.windows`."""
    return windows.shuffled_split(samples, count) if shuffled else windows.time_series_split(samples, count, gap)
