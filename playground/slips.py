"""The page "slips in the lectures" in words: what a slide says, what is right, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from models.decay import Memory
from models.entity_f1 import Score
from models.questions import Conventions
from models.slips import NAMES, First, FourBlocks, Larger, Late, Minus, Shown, SmallUpdate, Weeks
from playground import chaining, figures
from playground.answers.entry import Answer
from playground.language import number, say
from playground.signpost import Signpost

ASKED = (
    "**What do the slides print that is not so, and how does one see it?** Five good lectures stand behind this playground. "
    "Every long text has slips; finding them is a good exercise. Some are misprints, some are true of one case and not of "
    "all, and some are only another habit."
)

KINDS = {
    "misprint": "Misprints",
    "too strong": "True of one case, not of all",
    "other": "Another habit, and an exercise",
}
"""What there is to correct, by its heading."""


@dataclass(frozen=True)
class Slip:
    """A correction.

    Attributes:
        name: a key of `models.slips.EVIDENCE`.
        kind: a key of `KINDS`.
        lecture: whose slide.
        short: what the list and the URL call it.
        printed: what the slide says, as Markdown.
        right: what is right, as Markdown.
        evidence: from the numbers to words and a picture.
        signposts: exhibits in the state that shows it.
    """

    name: str
    kind: str
    lecture: str
    short: str
    printed: str
    right: str
    evidence: Callable[[Any], Answer]
    signposts: tuple[Signpost, ...]


def powers(found: Mapping[int, float]) -> Answer:
    """Riveill's powers of a quarter."""
    printed = {power.steps: float(number) for who, power, number in chaining.PRINTED if who == "Riveill"}
    off = printed[16] / 10 ** found[16]
    text = say(
        "The exact power is {power:.3e}; the number on the slide is {times:.0f} times too small: one zero too "
        "many. All the others on it are right, rounded or cut off.",
        power=10 ** found[16],
        times=1 / off,
    )
    exponents = list(found)
    lines = [
        figures.Magnitude(say("exact"), exponents, list(found.values()), "keep"),
        figures.Magnitude(
            say("printed"), exponents, [np.log10(printed[n]) for n in exponents], "candidate", 1, label=4
        ),
    ]
    rows = chaining.checked()
    theirs = [k for k, who in enumerate(rows["lecture"]) if who == "Riveill"]
    table = {say(title): [column[k] for k in theirs] for title, column in rows.items() if title != "lecture"}
    return Answer(
        text,
        partial(
            figures.magnitudes,
            lines,
            say("One printed power lies below the line"),
            say("exponent n"),
            say("0.25ⁿ"),
            say=say,
        ),
        say("Powers of 0.25, exact and as printed, on a log axis: they part at exponent 16"),
        table,
        say("The printed powers beside the exact ones"),
    )


def minus(found: Minus) -> Answer:
    """Yang's loss without its sign."""
    text = say(
        "A logarithm of a probability is at most 0, so the printed sum has no smallest value: it falls without end as "
        "the right word becomes impossible. Let a softmax over three words learn for {steps} "
        "steps. With the minus sign P(right word) rises from {first:.2f} to {last:.2f}; "
        "without it, it falls to {without:.0e}.",
        steps=len(found.with_minus) - 1,
        first=found.with_minus[0],
        last=found.with_minus[-1],
        without=found.without[-1],
    )
    steps = np.arange(len(found.with_minus))
    lines = [
        figures.Line("L = −Σ y log ŷ", steps, found.with_minus, "keep"),
        figures.Line("L = Σ y log ŷ", steps, found.without, "candidate", 1),
    ]
    return Answer(
        text,
        partial(
            figures.lines,
            lines,
            say("The sign decides what is learned"),
            say("steps of gradient descent"),
            say("P(right word)"),
            span=(0, 1.05),
        ),
        say("Probability of the right word while both losses are made small"),
    )


def four_blocks(found: FourBlocks) -> Answer:
    """A relevance gate in an LSTM."""
    letters = ", ".join(found.blocks)
    text = say(
        "`weight_ih_l0` of an LSTM with {hidden} units has {rows} rows: {blocks} blocks for "
        "{letters}, and no fifth one that a relevance gate could have. With these four the equations give the h of "
        "`nn.LSTM` on a whole sentence, to {deviation:.0e}.",
        hidden=found.hidden,
        rows=found.rows,
        blocks=len(found.blocks),
        letters=letters,
        deviation=found.deviation,
    )
    table = {
        say("block"): list(found.blocks),
        say("rows"): [
            say("{first} to {last}", first=k * found.hidden, last=(k + 1) * found.hidden - 1)
            for k in range(len(found.blocks))
        ],
    }
    return Answer(text, table=table, table_alt=say("The blocks of rows in the weights of an LSTM"))


def tanh_of_c(found: Shown) -> Answer:
    """A memory that is shown without tanh."""
    text = say(
        "Without tanh the state has no bound, as the memory has none. One unit with all weights 0.5 that reads 1 at "
        "every step: after {steps} steps h = o ∘ tanh(c) is {squashed:.3f}, and h = o ∘ c is "
        "{bare:.2f} and grows on. Luo, Xiao, Xu, Riveill and PyTorch have the tanh. (Some cells leave it "
        "out on purpose: Xu's memory counter.)",
        steps=len(found.bare),
        squashed=found.squashed[-1],
        bare=found.bare[-1],
    )
    steps = np.arange(1, len(found.bare) + 1)
    lines = [
        figures.Line("h = o ∘ c", steps, found.bare, "candidate", 1),
        figures.Line("h = o ∘ tanh(c)", steps, found.squashed, "state"),
    ]
    return Answer(
        text,
        partial(figures.lines, lines, say("Without tanh the state grows with the memory"), say("step"), say("state h")),
        say("State of one LSTM unit by step, with and without tanh on its way out"),
    )


def undefined_gates(found: float) -> Answer:
    """Gates that are used and never defined."""
    text = say(
        "With both lines filled in, and z written as Γu, the equations give the h of `nn.GRU` on a whole sentence, to "
        "{deviation:.0e}. Without them nothing says where Γu and Γr come from; each has weights of its own.",
        deviation=found,
    )
    return Answer(text)


def sampling(found: First) -> Answer:
    """Steps of sampling."""
    text = say(
        "The first state is 0, but the network also needs a first *input*. Yang's picture feeds the zero vector, so it is "
        "x<1> = 0. It then says {share:.0f} % for “{token}”; all probabilities add up to "
        "{total:.3f}. Draw one, feed it back, and repeat **these two** steps until `<eos>`. So it wrote: "
        "*{written} …*",
        share=100 * found.said[0],
        token=found.tokens[0],
        total=found.total,
        written=" ".join(found.text[:24]),
    )
    return Answer(
        text,
        partial(
            figures.choices,
            found.tokens,
            found.said,
            found.left,
            0,
            say("What may come first, after the zero vector"),
            say=say,
        ),
        say(
            "Probabilities of the likeliest first tokens, as said and as drawn from, where the unknown token has no share"
        ),
    )


def late(found: Late) -> Answer:
    """A recurrence that reads x(t - 1)."""
    right, printed = int(found.right.argmax()) + 1, int(found.printed.argmax()) + 1
    text = say(
        "A push comes in at step {push}. With x(t) the state answers at step {right}, with "
        "x(t − 1) at step {printed}: everything is one step late. In a tagger each word would get the tag of the word "
        "before it.",
        push=int(found.inputs.argmax()) + 1,
        right=right,
        printed=printed,
    )
    steps = np.arange(1, len(found.right) + 1)
    lines = [
        figures.Line(say("reads x(t)"), steps, found.right, "state"),
        figures.Line(say("reads x(t − 1)"), steps, found.printed, "candidate", 1),
    ]
    return Answer(
        text,
        partial(figures.lines, lines, say("One step late"), say("step"), say("state h"), span=(0.5, 0.85)),
        say("State of one unit that is pushed once, read at once and read one step late"),
    )


def larger_weight(found: Larger) -> Answer:
    """A larger weight, a smaller derivative."""
    text = say(
        "True as long as nothing is squashed: then dh₃/dh₁ = w². With tanh a larger w also drives the state towards "
        "±1, where the slope is near 0. At w = 0.5 the derivative is {small:.4f}, at w = 2 only "
        "{large:.4f}: **smaller**. Explosions are seen with ReLU or a linear cell, or while the states are small.",
        small=found.small,
        large=found.large,
    )
    lines = [
        figures.Line(say("linear: w²"), found.w[::8], found.linear[::8], "candidate", 1),
        figures.Line("tanh", found.w[::8], found.tanh[::8], "state"),
    ]
    return Answer(
        text,
        partial(
            figures.lines,
            lines,
            say("With tanh it grows, and then it falls"),
            say("weight w"),
            "|dh₃/dh₁|",
            span=(0, 1.5),
        ),
        say("The derivative of the third state by the first for weights from 0 to 2, linear and with tanh"),
    )


def blend(found: Conventions) -> Answer:
    """Both readings of z."""
    keeps, writes = (" ".join(number(value, ".5f") for value in row) for row in (found.keeps, found.writes))
    text = say(
        "All weights 0.5, inputs 1, 1, 0. Where z keeps, h is {keeps}; where it writes, {writes}. Turn the sign of "
        "z's weights, and both agree (largest difference {turned:g}). On a heat map of z the two are mirror images.",
        keeps=keeps,
        writes=writes,
        turned=found.turned,
    )
    lines = [
        figures.Line(say("z writes (Yang, Riveill)"), [1, 2, 3], found.writes, "write", 1),
        figures.Line(say("z keeps (PyTorch, Keras)"), [1, 2, 3], found.keeps, "keep"),
    ]
    return Answer(
        text,
        partial(figures.lines, lines, say("The same weights, read both ways"), say("step"), "h", span=(0, 0.5)),
        say("h of one GRU unit where z keeps and where z writes"),
    )


def small_update(found: SmallUpdate) -> Answer:
    """An update gate of 1e-5."""
    ends = {name: curve[-1] for name, curve in found.curves.items()}
    fresh, plain, opened = ends["GRU as it begins"], ends["RNN as it begins"], ends["GRU, 3 added to z's bias"]
    text = say(
        "With Γu = 1e-5 a memory is kept: (1 − 1e-5)^1000 = {kept:.3f}. But a GRU has to *learn* such a gate. As it "
        "begins, Γu is about ½, and the gradient vanishes as that of an RNN: 99 steps back it is "
        "$10^{{{fresh:.0f}}}$, the RNN's $10^{{{plain:.0f}}}$. With 3 added to the bias of the gate that keeps it is "
        "$10^{{{opened:.1f}}}$.",
        kept=found.kept,
        fresh=fresh,
        plain=plain,
        opened=opened,
    )
    roles = ("candidate", "state", "keep")
    lines = [
        figures.Magnitude(say(name), np.arange(len(curve)), curve, role, dash)
        for dash, (role, (name, curve)) in enumerate(zip(roles, found.curves.items(), strict=True))
    ]
    return Answer(
        text,
        partial(
            figures.magnitudes, lines, say("A fresh GRU vanishes like an RNN"), say("steps back"), "‖dL/dh‖", say=say
        ),
        say("Size of the gradient by steps back, for a fresh RNN, a fresh GRU, and one whose gate stands open"),
    )


def only_f(found: Memory) -> Answer:
    """The direct path and the rest."""
    lag = len(found.path) - 1
    text = say(
        "That is the direct path. But the gates read h, which was made from c: a second way, with matrices. In a fresh "
        "LSTM with a forget bias of 3, {lag} steps back the product of the f is $10^{{{path:.2f}}}$ in the unit "
        "where it is largest. The whole derivative has a norm of $10^{{{whole:.2f}}}$: most of it came through "
        "the gates.",
        lag=lag,
        path=found.path[-1],
        whole=found.whole[-1],
    )
    lags = np.arange(lag + 1)
    lines = [
        figures.Magnitude(say("whole dc/dc"), lags, found.whole, "memory"),
        figures.Magnitude(say("product of f"), lags, found.path, "keep", 1),
        figures.Magnitude(say("through the gates"), lags, found.through_h, "candidate", 2),
    ]
    return Answer(
        text,
        partial(
            figures.magnitudes,
            lines,
            say("The direct path is not all"),
            say("steps back"),
            say("norm of the derivative"),
            say=say,
        ),
        say("The product of forget gates, the whole derivative, and what the gates add, by steps back"),
    )


def names(found: Score) -> Answer:
    """Entities found by a program."""
    text = say(
        "Of {predicted} entities that the program marked {right} are right; {gold} are in the text, "
        "so F1 is {f1:g}. It is real output and a good exercise: cover the last column, and find the errors. A "
        "tagger that has never seen a name guesses from its letters and its neighbours, and there it went wrong.",
        predicted=found.predicted,
        right=found.right,
        gold=found.gold,
        f1=found.f1,
    )
    table = {
        say("word"): [word for word, _, _ in NAMES],
        say("the program says"): [said for _, said, _ in NAMES],
        say("right"): [right or say("no entity") for _, _, right in NAMES],
    }
    return Answer(text, table=table, table_alt=say("Words with the type that the program gave and the right one"))


def weeks(found: Weeks) -> Answer:
    """Weeks in years."""
    text = say(
        "200,000 articles at 400 a week are {weeks:g} weeks, as printed, and {weeks:g} weeks are "
        "{years:.1f} years. Rounded up it is 10; the point stands: nobody labels that much by hand.",
        weeks=found.weeks,
        years=found.years,
    )
    return Answer(text)


SLIPS = (
    Slip(
        "powers", "misprint", "Riveill", "0.25 to the 16th",
        "0.25¹⁶ = 0.0000000000233", "0.25¹⁶ = 0.000000000233",
        powers, (Signpost("chains_of_numbers", "Multiply 0.25 with itself", {"chain_factor": "0.25", "chain_steps": "20"}),),
    ),
    Slip(
        "minus", "misprint", "Yang", "The loss of a language model",
        "$L = \\sum y \\log \\hat y$", "$L = -\\sum y \\log \\hat y$",
        minus, (Signpost("language_model", "Surprises add up to the loss", {"lm_tab": "Two sentences"}),),
    ),
    Slip(
        "four_blocks", "misprint", "Yang", "A relevance gate in the LSTM",
        "the candidate reads $[\\Gamma_r \\odot a, x]$", "it reads $[a, x]$: an LSTM has no relevance gate",
        four_blocks, (Signpost("step_a_cell", "The LSTM in Yang's letters", {"cell_letters": "Yang"}),),
    ),
    Slip(
        "tanh_of_c", "misprint", "Yang", "The LSTM's output without tanh",
        "$a = \\Gamma_o \\odot c$", "$a = \\Gamma_o \\odot \\tanh(c)$",
        tanh_of_c,
        (Signpost("step_a_cell", "As Yang prints it", {"cell_letters": "Yang", "cell_form_lstm": "h = o ∘ c (Yang)"}),),
    ),
    Slip(
        "undefined_gates", "misprint", "Yang", "Gates that are never defined",
        "$\\Gamma_u$ and $\\Gamma_r$ are used; no line says what they are",
        "$\\Gamma_u = \\sigma(W_u[c^{\\langle t-1 \\rangle}, x^{\\langle t \\rangle}] + b_u)$ and "
        "$\\Gamma_r = \\sigma(W_r[c^{\\langle t-1 \\rangle}, x^{\\langle t \\rangle}] + b_r)$",
        undefined_gates,
        (
            Signpost(
                "step_a_cell", "The GRU in Yang's letters",
                {
                    "cell_cell": "GRU",
                    "cell_letters": "Yang",
                    "cell_form_gru": "z writes, reset before the product (lectures)",
                },
            ),
        ),
    ),
    Slip(
        "sampling", "misprint", "Yang", "The steps of sampling",
        "“a<1> = 0”, “keep doing 3 & 4”", "x<1> = 0 (and a<0> = 0); repeat steps 2 & 3",
        sampling, (Signpost("language_model", "Write a text token by token", {"lm_tab": "Sampling", "lm_seed": "5"}),),
    ),
    Slip(
        "late", "misprint", "Xiao", "A recurrence that reads x(t − 1)",
        "h(t) = σ(W(h(t−1); x(t−1)))", "h(t) = σ(W(h(t−1); x(t)))",
        late,
        (
            Signpost(
                "recurrence_on_paper", "A unit that is pushed once",
                {"paper_tab": "One number", "paper_one_squash": "sigmoid", "paper_one_w_h": "0.5"},
            ),
        ),
    ),
    Slip(
        "weeks", "misprint", "Luo", "500 weeks are 10 years",
        "200K articles, 400 a week: 500 weeks = 10 years", "500 weeks = 9.6 years",
        weeks, (Signpost("sentiment", "How many labels a language model saves", {"senti_tab": "From a language model"}),),
    ),
    Slip(
        "larger_weight", "too strong", "Xu", "A larger weight explodes",
        "if $w_{hh}$ is larger, the gradient explodes", "only while tanh is not saturated",
        larger_weight,
        (
            Signpost("chains_of_numbers", "w = 2, with tanh", {"chain_tab": "A small RNN", "chain_w": "2.0"}),
            Signpost(
                "chains_of_numbers", "w = 2, linear",
                {"chain_tab": "A small RNN", "chain_w": "2.0", "chain_squash": "identity"},
            ),
        ),
    ),
    Slip(
        "small_update", "too strong", "Yang", "A GRU does not vanish",
        "the GRU does not vanish, because Γu is small, like 1e-5",
        "true of a *trained* unit; a fresh GRU vanishes like an RNN",
        small_update, (Signpost("gradient_decay", "Open the GRU's gate", {"decay_update_bias": "3.0"}),),
    ),
    Slip(
        "only_f", "too strong", "Xu", "From c to c only f is multiplied",
        "from $c_t$ to $c_{t-1}$ there is only a product with $f_t$", "that is the direct path; the gates also read h",
        only_f,
        (Signpost("gradient_decay", "Both curves", {"decay_view": "Why they fall", "decay_forget_bias": "3.0"}),),
    ),
    Slip(
        "blend", "other", "Yang and Riveill", "h = (1 − z) h + z h̃",
        "$h = (1 - z) \\odot h_{t-1} + z \\odot \\tilde h$",
        "PyTorch and Keras: $h = (1 - z) \\odot \\tilde h + z \\odot h_{t-1}$",
        blend,
        (
            Signpost(
                "step_a_cell", "A GRU whose z writes",
                {"cell_cell": "GRU", "cell_form_gru": "z writes, reset after the product"},
            ),
        ),
    ),
    Slip(
        "names", "other", "Riveill", "Names that a program found",
        "Alibaba GPE, Tencent PERSON, CAGR PERSON, AI both GPE and PERSON", "ORG, ORG, and no entity for CAGR and AI",
        names,
        (Signpost("tagging", "Our taggers on these names", {"tag_text": "Alibaba and Tencent grow ."}),),
    ),
)  # fmt: skip
"""All corrections, misprints first."""

NOTICE = (
    "A slip is found by computing. Each of these was: by running the printed formula and the right one side by side. A "
    "misprint changes the numbers at once; a sentence that is too strong needs a second case to be seen through."
)
