"""Questions about gradients through time, answered from their real sizes."""

from __future__ import annotations

from functools import partial

import numpy as np

from models.questions import Clip, ForgetBias, Graph, Learned, Reach, Vanishing
from playground import figures
from playground.answers.entry import Answer, Asked
from playground.language import say
from playground.signpost import Signpost

BPTT, DECAY = "backpropagation", "gradient_decay"


def vanishing(found: Vanishing) -> Answer:
    """How an LSTM keeps its gradient, and that it does not by itself."""
    ends = {name: curve[-1] for name, curve in found.curves.items()}
    by_bias = {run.keep_bias: run for run in found.trained}
    text = say(
        "By adding. c = f ∘ c₋₁ + i ∘ g, so on the direct way back a gradient is multiplied by f alone: no matrix, no tanh. "
        "**If f is near 1, it survives; the gates have to be open.** As PyTorch starts them they are about half shut. "
        "Then an LSTM vanishes like an RNN: 99 steps back ‖dL/dh‖ is $10^{{{fresh:.0f}}}$, the RNN's "
        "$10^{{{rnn:.0f}}}$. With 3 on the forget bias it is $10^{{{opened:.1f}}}$. It decides what is "
        "learned, too. Keep a bit over {lag} steps: with b = 0 {zero}, with b = 1 "
        "{one}, with b = 3 {three}.",
        fresh=ends["LSTM, b = 0"],
        rnn=ends["RNN"],
        opened=ends["LSTM, b = 3"],
        lag=by_bias[0.0].lag,
        zero=_course(by_bias[0.0]),
        one=_course(by_bias[1.0]),
        three=_course(by_bias[3.0]),
    )
    roles = ("candidate", "state", "keep", "memory")
    lines = [
        figures.Magnitude(name, np.arange(len(curve)), curve, role, dash)
        for dash, (role, (name, curve)) in enumerate(zip(roles, found.curves.items(), strict=True))
    ]
    return Answer(
        text,
        partial(
            figures.magnitudes,
            lines,
            say("An LSTM vanishes, too, unless its forget gate is open"),
            say("steps back"),
            say("‖dL/dh‖"),
            say=say,
        ),
        say("Size of the gradient by steps back, for a fresh RNN and fresh LSTMs with forget biases 0, 1 and 3"),
    )


def forget_bias(found: ForgetBias) -> Answer:
    """Why 1, and which of the two biases."""
    halves = ", ".join(
        say("{half:.1f} for b = {bias:g}", half=half, bias=bias)
        for bias, half in zip(found.biases, found.half_lives, strict=True)
    )
    first, stop = found.rows
    text = say(
        "A forget gate at rest stands at σ(b), so a memory halves every log ½ / log σ(b) steps: "
        "{halves}. With b = 0 it is gone before any learning can begin; 1 (Jozefowicz et al. 2015) is a cheap start, and a "
        "longer lag wants more. PyTorch has no such option. Its two biases are **added**, so set one of them: rows H to 2H, "
        "between a quarter and a half of the vector, `bias_ih_l0[H:2*H] = 1`. For H = 4 those are rows {first} to "
        "{last}. Put 1 there, and the gate is {one:.3f} = σ(1). Put it in both, and it is "
        "{both:.3f} = σ(2). Keras has one bias and starts it at 1 by itself (`unit_forget_bias`).",
        halves=halves,
        first=first,
        last=stop - 1,
        one=found.one_set,
        both=found.both_set,
    )
    t = np.arange(0, 31)
    lines = [
        figures.Line(say("b = {bias:g}: f = {gate:.3f}", bias=bias, gate=gate), t, gate**t, "keep", dash)
        for dash, (bias, gate) in enumerate(zip(found.biases, found.gates, strict=True))
    ]
    return Answer(
        text,
        partial(
            figures.lines,
            lines,
            say("What is left of a memory"),
            say("steps"),
            say("share that is kept, σ(b)^t"),
            span=(-0.02, 1.05),
        ),
        say("Share of a memory that is kept after 0 to 30 steps, for forget biases 0, 1, 2 and 3"),
    )


def graph(found: Graph) -> Answer:
    """The error of a second backward, and detach."""
    message = found.message.split(" (or")[0]
    exactly = int(np.isneginf(found.cut).sum())
    zero = int(np.isneginf(found.whole).sum())
    text = say(
        "Because the state that you carry into the next batch still hangs on the graph of the last one. `backward()` frees "
        "that graph; the next `backward()` wants to walk through it again, and PyTorch says “{message}”. Cut the chain: "
        "**`h = h.detach()`** between batches, for an LSTM `h, c = h.detach(), c.detach()`. The numbers stay the same, "
        "the way back ends there. That is truncated backpropagation through time. `retain_graph=True` only hides the "
        "error: the chain grows with every batch, and so does the time. In the picture the loss stands at the last of "
        "{steps} steps. Cut every {every} steps, and {more} more steps add exactly 0.",
        message=message,
        steps=len(found.cut),
        every=found.every,
        more=exactly - zero,
    )
    steps = np.arange(1, len(found.whole) + 1)
    lines = [
        figures.Magnitude(say("uncut"), steps, found.whole, "memory"),
        figures.Magnitude(say("detached every {every} steps", every=found.every), steps, found.cut, "candidate", 1),
    ]
    return Answer(
        text,
        partial(
            figures.magnitudes,
            lines,
            say("Before the cut nothing comes back"),
            say("step"),
            say("what it adds to dL/dW"),
            say=say,
        ),
        say("Size of what each step adds to the gradient, uncut and detached"),
    )


def reach(found: Reach) -> Answer:
    """How long it can remember."""
    lags = ", ".join(say("{lag} steps for b = {bias:g}", lag=lag, bias=bias) for bias, lag in found.lags.items())
    solved = ", ".join(_solved(run) for run in found.trained)
    lag = found.trained[0].lag
    text = say(
        "Two limits. **What the cell keeps**: in a fresh LSTM the gradient is under 1 % after "
        "{lags}. Training moves that limit, if it gets a foothold: keeping a bit over {lag} steps is {solved}. "
        "**What you let through**: with truncated backpropagation over k steps, no loss reaches back further than k, so "
        "nothing that is longer than k can be *learned*, though a carried state may still hold it. As a start take k two or "
        "three times the distance that matters, and look whether more helps. On 30 steps of noise k = 1 loses "
        "{one:.0f} % of the gradient, k = 15 loses {fifteen:.0f} %, k = 30 loses "
        "{thirty:.0f} %.",
        lags=lags,
        lag=lag,
        solved=solved,
        one=100 * found.lost[0],
        fifteen=100 * found.lost[14],
        thirty=100 * found.lost[-1],
    )
    k = np.arange(1, len(found.lost) + 1)
    lines = [figures.Line(say("lost"), k, 100 * found.lost, "candidate")]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("Truncation loses what lies before the last border"), say("k, steps of a chunk"),
            say("lost of the gradient, %"), span=(-4, 104),
        ),
        say("Share of the gradient that truncated backpropagation loses, by k; it saws, as the last chunk may be short"),
    )  # fmt: skip


def clip(found: Clip) -> Answer:
    """What clipping changes."""
    text = say(
        "Only the *length* of a step that would be too long. The gradient of a recurrent net has cliffs: one step from the "
        "edge throws the weights far away, and the loss may be NaN. Clipping by norm shortens the whole vector: (3, 4) with "
        "threshold 1 becomes ({norm_x:g}, {norm_y:g}), still at {norm_angle:.2f}°. Clipping "
        "by value cuts each part alone: ({value_x:g}, {value_y:g}), turned to "
        "{value_angle:g}°. So a step is never longer than learning rate × threshold. On the cliff of Pascanu et "
        "al. the longest step falls from {free:.1f} to {clipped:.2f}. It does nothing against "
        "*vanishing*: a short gradient stays as it is. Use `clip_grad_norm_` after `backward()` and before `step()`.",
        norm_x=found.by_norm[0],
        norm_y=found.by_norm[1],
        norm_angle=found.angles[1],
        value_x=found.by_value[0],
        value_y=found.by_value[1],
        value_angle=found.angles[2],
        free=found.longest[0],
        clipped=found.longest[1],
    )
    steps = np.arange(len(found.free))
    lines = [
        figures.Line(say("without clipping"), steps, found.free, "candidate", 1),
        figures.Line(say("clipped to 0.1"), steps, found.clipped, "keep"),
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("At the cliff: one step throws the weight away"), say("update"), say("weight w")
        ),
        say("The weight during gradient descent on a loss with a cliff, with and without clipping"),
    )


def _course(run: Learned) -> str:
    if run.updates is None:
        return say(
            "it stays at chance ({share:.0f} % after {updates} updates)",
            share=100 * run.accuracy,
            updates=run.steps[-1],
        )
    return say("it is solved after {updates}", updates=run.updates)


def _solved(run: Learned) -> str:
    name = say("an {cell}" if run.cell in ("RNN", "LSTM") else "a {cell}", cell=run.cell)
    if run.keep_bias:
        name = say("{name} with {bias:g} on the bias that keeps", name=name, bias=run.keep_bias)
    if run.updates is None:
        return say("never learned by {name}", name=name)
    return say("learned by {name} in {updates} updates", name=name, updates=run.updates)


QUESTIONS = (
    Asked(
        "vanishing",
        "How does an LSTM prevent vanishing?",
        "How does an LSTM prevent vanishing gradients?",
        vanishing,
        (
            Signpost(DECAY, "Forget bias 3", {"decay_forget_bias": "3.0"}),
            Signpost(DECAY, "Forget bias 0: it vanishes", {"decay_forget_bias": "0.0", "decay_compare": "false"}),
            Signpost(
                "training_lab", "Train it with 0, 1 and 3", {"lab_preset": "Forget bias 0, 1 and 3, over 30 steps"}
            ),
        ),
        "“An LSTM cannot vanish.” As it is initialised, it does. “The second derivative of the sigmoid prevents it.” "
        "No second derivative plays a part; the sum in c = f ∘ c₋₁ + i ∘ g does.",
    ),
    Asked(
        "forget_bias",
        "Why forget bias 1, and which bias?",
        "Why is the forget bias set to 1, and which of PyTorch's two biases is it?",
        forget_bias,
        (
            Signpost(DECAY, "Move the forget bias", {"decay_forget_bias": "1.0"}),
            Signpost("clipping_and_remedies", "All remedies on the latch", {"remedy_tab": "Remedies"}),
        ),
    ),
    Asked(
        "graph",
        "Backward a second time, detach",
        "Why “backward through the graph a second time”? What does `detach` do?",
        graph,
        (
            Signpost(BPTT, "Move the cut", {"bptt_tab": "Truncated", "bptt_k60": "10"}),
            Signpost(BPTT, "The error, where it comes from", {"bptt_tab": "Forward and back"}),
        ),
    ),
    Asked(
        "reach",
        "How long can it remember?",
        "How long can it remember? What is a good sequence length for truncated BPTT?",
        reach,
        (
            Signpost(BPTT, "What k loses", {"bptt_tab": "Truncated", "bptt_bias": "3", "bptt_k60": "15"}),
            Signpost(
                "training_lab",
                "The latch over 100 steps",
                {"lab_preset": "RNN, GRU and LSTM on the latch over 100 steps"},
            ),
        ),
    ),
    Asked(
        "clip",
        "What does clipping change?",
        "Exploding gradients and NaN: what does clipping change?",
        clip,
        (
            Signpost(
                "clipping_and_remedies", "The vector and the cliff", {"remedy_tab": "Exploding", "remedy_cut": "1.0"}
            ),
            Signpost("training_lab", "Training with and without", {"lab_preset": "Clipping on and off"}),
        ),
    ),
)
"""The questions of this group."""
