"""Questions about the shapes of tensors, answered from layers that are built and run."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from models.packing import Packed
from models.questions import LENGTHS, BatchFirst, Sentence, Units, Weights
from models.shapes import Returned, Shaped
from playground import figures
from playground.answers.entry import Answer, Asked
from playground.language import say
from playground.signpost import Signpost

PAGE = "shapes_of_networks"
STATES = {"shapes_tab": "output and h_n", "shapes_state_ways": "both ways"}


def output(found: Shaped) -> Answer:
    """What output and h_n are, from a layer with two layers, both ways."""
    last, steps = found.matches[-2], found.layer.steps
    assert last.step is not None  # noqa: S101 - the last layer's state always stands in the output
    there = [f"`h_n[{match.row}]`" for match in found.matches if match.step is not None]
    gone = [f"`h_n[{match.row}]`" for match in found.matches if match.step is None]
    shape = {name: tensor.shape for name, tensor in found.tensors.items()}
    text = say(
        "`output` is the state of the **last layer at every step**. `h_n` is the **last state of every layer** and "
        "direction. A bidirectional LSTM with 2 layers that reads 5 sequences of 7 steps, H = 4, gives output "
        "{output}, h_n {h_n} and c_n {c_n}. "
        "So they overlap in the last layer only: {there} stand in the output, {gone} nowhere. "
        "That makes h_n no copy. It is the only place where the lower layers' last states are, it saves you from looking for "
        "the right step, and with a packed batch it holds the last *real* state of each sequence.",
        output=shape["output"],
        h_n=shape["h_n"],
        c_n=shape["c_n"],
        there=_and(there),
        gone=_and(gone),
    )
    H = found.layer.hidden  # noqa: N806 - the axis letter
    frame = figures.Frame((last.step, last.step), (0, H - 1), f"h_n[{last.row}]")
    units = [f"→ {k}" for k in range(1, H + 1)] + [f"← {k}" for k in range(1, H + 1)]
    return Answer(
        text,
        partial(
            figures.slices,
            found.output.T,
            say("Framed: the same numbers as h_n[{row}]", row=last.row),
            (say("step, from 0"), [str(t) for t in range(steps)]),
            (say("unit"), units),
            [frame],
        ),
        say("The output of one sequence, steps across and units down, with the slice framed that equals a row of h_n"),
    )


def sentence(found: Sentence) -> Answer:
    """Which slice holds the whole sentence."""
    alone, stacked, steps = found.alone.trap, found.stacked.trap, found.alone.layer.steps
    if alone is None or stacked is None:
        raise ValueError("a layer reads one way, expected two that read both ways")
    forward, backward = found.forward, found.backward
    text = say(
        "Take **`torch.cat([h_n[-2], h_n[-1]], dim=1)`**: the forward reader's state at the last step and the backward "
        "reader's at the *first*. Both have read everything. The usual slip is `output[:, -1]`: its backward half has "
        "read the last word only. We changed all words but the last, and that half moved by "
        "{last:g}; at the first step the backward half moved by up to {first:.2f}. (With two "
        "layers it moves a little, {stacked:.2f}: the layer below has told it something.) "
        "You can check it with a pencil. With all weights 1 and ReLU on 0, 0, 1, 1 the forward states are "
        "{forward}, the backward states {backward}: h_n is {forward_last:g}, {backward_first:g}, and the "
        "output at the last step {forward_last:g}, {backward_last:g}.",
        last=alone.last_backward,
        first=alone.first_backward,
        stacked=stacked.last_backward,
        forward=_row(forward),
        backward=_row(backward),
        forward_last=forward[-1],
        backward_first=backward[0],
        backward_last=backward[-1],
    )
    by_step = [str(t) for t in range(1, len(forward) + 1)]
    return Answer(
        text,
        partial(
            figures.slices,
            np.array([forward, backward]),
            say("The pencil net: framed are the two numbers of h_n"),
            (say("step"), by_step),
            (say("reader"), [say("forward →"), say("← backward")]),
            [
                figures.Frame((len(forward) - 1, len(forward) - 1), (0, 0), ""),
                figures.Frame((0, 0), (1, 1), ""),
            ],
        ),
        say(
            "States of both readers at {steps} steps; h_n is the forward one's last and the backward one's first",
            steps=steps,
        ),
    )


def order(found: Sequence[tuple[str, float]]) -> Answer:
    """Whose state is in which row of h_n."""
    named = [
        (say("layer {number}", number=suffix[1]), say("backward" if "reverse" in suffix else "forward"))
        for suffix, _ in found
    ]
    text = say(
        "Layer by layer, and in each layer first forward, then backward: **l0 →, l0 ←, l1 →, l1 ←**. It is the order of the "
        "weights in `state_dict`, where `weight_hh_l0_reverse` follows `weight_hh_l0`. So `h_n[-2]` and `h_n[-1]` are "
        "the two directions of the last layer. `h_n.view(layers, directions, B, H)` takes the axes apart. "
        "The table was not copied from a manual: each layer and direction was run alone with its own weights, and its last "
        "state compared with the row. The largest difference is {apart:g}.",
        apart=max(apart for _, apart in found),
    )
    table = {
        say("row"): [f"h_n[{k}]" for k in range(len(found))],
        say("layer"): [layer for layer, _ in named],
        say("reads"): [way for _, way in named],
        say("weights"): [f"weight_hh_{suffix}" for suffix, _ in found],
        say("largest difference"): [f"{apart:g}" for _, apart in found],
    }
    return Answer(text, table=table, table_alt=say("Each row of h_n with its layer, its direction and its weights"))


def units(found: Units) -> Answer:
    """What hidden_size is, and what it is not."""
    text = say(
        "`hidden_size` (PyTorch), `units` (Keras) and `num_units` (old TensorFlow) are the same number **H**: how many "
        "numbers the state has. It has nothing to do with T, the number of time steps. T is how often the same cell is "
        "used; H is how wide its vectors are. From T = {least} to T = {most} this LSTM keeps its "
        "{by_steps} weights. From H = {least} to H = {most} it grows from "
        "{narrow} to {wide:,}, about with the square of H. A drawing that is unrolled "
        "shows T copies of one cell, not T cells.",
        least=found.sizes[0],
        most=found.sizes[-1],
        by_steps=found.by_steps[0],
        narrow=found.by_hidden[0],
        wide=found.by_hidden[-1],
    )
    lines = [
        figures.Line(say("H grows, T = 4"), found.sizes, found.by_hidden, "state"),
        figures.Line(say("T grows, H = 4"), found.sizes, found.by_steps, "candidate", dash=1),
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("H costs weights, T costs none"), say("H, or T"), say("weights of an LSTM, D = 3")
        ),
        say("Weights of an LSTM as H grows and as T grows: only H matters"),
    )


def batch_first(found: BatchFirst) -> Answer:
    """What batch_first changes."""
    one, two = found.first.tensors, found.second.tensors
    text = say(
        "A recurrent net computes step by step. With time first, `x[t]` is the whole batch at step t, lying in one piece in "
        "memory: that is why (T, B, D) is PyTorch's default. `batch_first=True` takes (B, T, D) instead, the order of most "
        "other layers. It turns x and output: {x} and {output} become {x_time} and "
        "{output_time}. It does **not** turn h_n and c_n, which stay {h_n}: layers × directions, "
        "batch, H. The numbers are the same, too; the largest difference between the two h_n is {apart:g}. "
        "Forget the option, and the layer reads your batch as time, without an error.",
        x=one["x"].shape,
        output=one["output"].shape,
        x_time=two["x"].shape,
        output_time=two["output"].shape,
        h_n=one["h_n"].shape,
        apart=found.apart,
    )
    table = {
        say("tensor"): list(one),
        "batch_first=True": [str(tensor.shape) for tensor in one.values()],
        "batch_first=False": [str(tensor.shape) for tensor in two.values()],
        say("axes with batch first"): [f"({', '.join(tensor.axes)})" for tensor in one.values()],
    }
    return Answer(text, table=table, table_alt=say("Shapes of the tensors with and without batch_first"))


def returned(found: Sequence[Returned]) -> Answer:
    """Keras' options."""
    last, every = found[0], found[1]
    text = say(
        "`return_sequences` says whether you get the state of **every step** or only of the last one. `return_state` "
        "gives the last states **in addition**, for a decoder to start from. PyTorch always gives all of it: `output`, "
        "and `h_n` (and `c_n`). A dense layer behind the last state is applied once, {last} → {last_dense}. "
        "Behind all states it is applied at every step with the same weights, {every} → {every_dense}: Keras' "
        "`TimeDistributed(Dense)` and plain `Dense` do the same here. Its {weights} weights do not depend on T; "
        "only after `Flatten` do they, and then it has {flat}.",
        last=last.shape,
        last_dense=last.dense,
        every=every.shape,
        every_dense=every.dense,
        weights=every.weights,
        flat=found[-1].weights,
    )
    table = {
        "Keras": [row.keras for row in found],
        "PyTorch": [row.torch for row in found],
        say("shape"): [str(row.shape) for row in found],
        say("after Dense(2)"): [str(row.dense) for row in found],
        say("weights of Dense"): [row.weights for row in found],
    }
    return Answer(text, table=table, table_alt=say("Keras' options with the same in PyTorch, shapes and weights"))


def weights(found: Weights) -> Answer:
    """How many parameters, and why two libraries disagree."""
    text = say(
        "An LSTM has four blocks, each with a matrix on the input, one on the past state, and a bias: 4 (n m + n² + n) "
        "weights for m inputs and n units. For m = 25, n = 100 that is {keras:,}, what Keras has. "
        "PyTorch has a *second* bias per gate, 4 n more: {torch:,}, counted in the layer itself: "
        "{built:,}. An RNN has one block, a GRU three. The GRU is the exception in Keras: its default, "
        "`reset_after=True`, keeps both biases as PyTorch does. So GRU(5) on one feature and Dense(1) have "
        "{gru} weights today, and had {gru_old} in old Keras (`reset_after=False`).",
        keras=found.lstm["Keras"],
        torch=found.lstm["PyTorch"],
        built=found.built[0],
        gru=found.gru["Keras"],
        gru_old=found.gru["old Keras"],
    )
    table = {
        say("network"): [say("LSTM, 25 inputs, 100 units"), say("GRU(5) + Dense(1), one feature")],
        "PyTorch": [f"{found.lstm['PyTorch']:,}", found.gru["PyTorch"]],
        say("Keras today"): [f"{found.lstm['Keras']:,}", found.gru["Keras"]],
        say("old Keras"): [f"{found.lstm['old Keras']:,}", found.gru["old Keras"]],
    }
    table = {title: [str(value) for value in column] for title, column in table.items()}
    return Answer(text, table=table, table_alt=say("Weights of two networks by library"))


def packing(found: Sequence[Packed]) -> Answer:
    """Why to pack, and what batch_sizes are."""
    small, batch = found
    sizes = " ".join(map(str, batch.batch_sizes))
    text = say(
        "Sequences of a batch have unlike lengths, so they are padded with zeros. A layer that does not know this also reads "
        "the pads: it wastes time, and its last state has run on over them. `pack_padded_sequence` lays the real steps one "
        "after the other, **step by step, not sequence by sequence**. `batch_sizes[t]` says how many sequences still have a "
        "step t. [1, 2, 3] and [3, 4] become 1 3 2 4 3 with batch_sizes {small}. A batch of "
        "the lengths {lengths} shrinks from {padded} to {packed} cells, with "
        "batch_sizes {sizes}; they add up to {total}.",
        small=" ".join(map(str, small.batch_sizes)),
        lengths=" ".join(map(str, LENGTHS)),
        padded=batch.padded_cells,
        packed=batch.packed_cells,
        sizes=sizes,
        total=sum(batch.batch_sizes),
    )
    steps = list(range(1, len(batch.batch_sizes) + 1))
    lines = [
        figures.Line(say("padded"), steps, [len(LENGTHS)] * len(steps), "candidate", dash=1),
        figures.Line(say("packed: batch_sizes"), steps, batch.batch_sizes, "state"),
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("Packed, each step reads only who is still there"), say("step"), say("sequences"),
            span=(0, len(LENGTHS) + 0.6),
        ),
        say("How many sequences are computed at each step, padded and packed"),
    )  # fmt: skip


def _and(names: Sequence[str]) -> str:
    return say(" and ").join(names)


def _row(values: Sequence[float]) -> str:
    return " ".join(f"{value:g}" for value in values)


QUESTIONS = (
    Asked(
        "output",
        "output or h_n?",
        "What is the difference between `output` and `h_n`? Is h_n not just a copy?",
        output,
        (
            Signpost(
                PAGE,
                "See each row of h_n framed in the output",
                STATES | {"shapes_state_hidden": "4", "shapes_row4": "h_n[2]: layer 2, forward"},
            ),
            Signpost(
                PAGE,
                "All shapes",
                {"shapes_tab": "Shapes and parameters", "shapes_ways": "both ways", "shapes_layers": "2"},
            ),
        ),
        "“h_n is the final state for each element in the *sequence*.” An old page of the manual said so. It is one for each "
        "element of the **batch**: one per sequence, not one per word.",
    ),
    Asked(
        "sentence",
        "The sentence of a bidirectional net",
        "Which slice of a bidirectional network is the vector of the whole sentence?",
        sentence,
        (
            Signpost(
                PAGE, "The pencil net, step by step", STATES | {"shapes_state_layers": "1", "shapes_ones": "0; 0; 1; 1"}
            ),
            Signpost(
                PAGE, "What each reader can know", {"shapes_tab": "Both directions", "shapes_ending_shown": "true"}
            ),
        ),
    ),
    Asked(
        "order",
        "The order of h_n",
        "In which order does h_n hold layers and directions?",
        order,
        (Signpost(PAGE, "Walk through the rows", STATES | {"shapes_row4": "h_n[1]: layer 1, backward"}),),
    ),
    Asked(
        "units",
        "hidden_size or time steps?",
        "What is `hidden_size` (units, num_units)? Is it the number of time steps?",
        units,
        (
            Signpost(PAGE, "More steps, same weights", {"shapes_tab": "Kinds", "shapes_steps": "6"}),
            Signpost(PAGE, "More units, more weights", {"shapes_tab": "Shapes and parameters", "shapes_hidden": "8"}),
        ),
        "“An LSTM has as many cells as there are time steps.” It has **one** cell, used T times; H is the length of "
        "its state.",
    ),
    Asked(
        "batch_first",
        "What does batch_first turn?",
        "Why is the input (seq, batch, feature), and what does `batch_first` change?",
        batch_first,
        (
            Signpost(
                PAGE,
                "Turn the box",
                {"shapes_tab": "Shapes and parameters", "shapes_order": "time first", "shapes_layers": "2"},
            ),
        ),
    ),
    Asked(
        "returned",
        "return_sequences and return_state",
        "`return_sequences` or `return_state`? And how often is the Dense layer behind an LSTM applied?",
        returned,
        (
            Signpost(PAGE, "Keras and PyTorch side by side", {"shapes_tab": "output and h_n"}),
            Signpost(
                "forecasting",
                "All states of a forecaster",
                {"forecast_tab": "Windows and shapes", "forecast_sequences": "true"},
            ),
        ),
    ),
    Asked(
        "weights",
        "How many parameters?",
        "How many parameters does it have, and why do Keras and PyTorch disagree?",
        weights,
        (
            Signpost(
                PAGE,
                "Count them matrix by matrix",
                {
                    "shapes_tab": "Shapes and parameters",
                    "shapes_inputs": "25",
                    "shapes_hidden": "100",
                    "shapes_dense": "0",
                },
            ),
            Signpost(
                PAGE,
                "The GRU with 126",
                {
                    "shapes_tab": "Shapes and parameters",
                    "shapes_cell": "GRU",
                    "shapes_inputs": "1",
                    "shapes_hidden": "5",
                    "shapes_dense": "1",
                },
            ),
        ),
    ),
    Asked(
        "packing",
        "Why pack? What are batch_sizes?",
        "Why pack a padded batch, and what is `batch_sizes`?",
        packing,
        (
            Signpost(
                PAGE,
                "This batch, cell by cell",
                {"shapes_tab": "Padding and packing", "shapes_lengths": "4 6 8 5 4 3 7 8"},
            ),
            Signpost(PAGE, "Two sequences of 3 and 2", {"shapes_tab": "Padding and packing", "shapes_lengths": "3 2"}),
        ),
        "“Packing needs (seq, batch, feature).” It takes `batch_first=True`, and with `enforce_sorted=False` any order of "
        "lengths.",
    ),
)
"""The questions of this group."""
