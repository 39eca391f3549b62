"""Questions about memory and gates, answered from cells whose every number is known."""

from __future__ import annotations

from functools import partial

import numpy as np

from models.questions import Ablation, Conventions, Learned, Race, Squashings, TwoStates
from playground import figures
from playground.answers.entry import Answer, Asked
from playground.language import say
from playground.signpost import Signpost

COUNTER, CELL, LAB = "memory_counter", "step_a_cell", "training_lab"


def two_states(found: TwoStates) -> Answer:
    """Why an LSTM has c and h."""
    steps = np.arange(1, len(found.memory) + 1)
    memory, shown, kept, hidden = (row.round(6) + 0.0 for row in (found.memory, found.shown, found.kept, found.hidden))
    text = say(
        "**c is what the cell keeps, h is what it shows.** c is only ever scaled by f and added to, so it has no bound "
        "and can hold a number for a long time. h = o ∘ tanh(c) is a view of it between −1 and 1; all gates and all "
        "layers above read h, never c. So a unit can know something and be silent about it. In the lecture's memory "
        "counter c holds {memory:g} from step 4 on, and h stays {shown:g} until the output gate opens at step "
        "6. Shut that gate for good, and h is {hidden:g} at every step, while c still counts: {kept}. A "
        "GRU makes do with one state, and cannot keep a secret.",
        memory=memory[3],
        shown=shown[3],
        hidden=hidden.max(),
        kept=_row(kept),
    )
    lines = [
        figures.Line(say("c, what it keeps"), steps, found.memory, "memory"),
        figures.Line(say("h, what it shows"), steps, found.shown, "state", dash=1),
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("The memory counter knows 7 long before it says 7"), say("step"), say("value")
        ),
        say("c and h of the memory counter at nine steps"),
    )


def gates(found: Ablation) -> Answer:
    """What each gate is for, by freezing it."""
    right = np.array(found.truth)
    wrong = {name: int((np.abs(row - right) > 0.5).sum()) for name, row in found.output.items()}
    text = say(
        "**f** says what is kept, **i** what is let in, **o** what is shown. **g** is no gate but the candidate: what "
        "would be let in, from −1 to 1. Freeze one, and you see what it was for. The counter answers {steps} "
        "steps rightly. With f = 1 it cannot reset: it says {f:g} instead of {f_right:g}. "
        "With i = 1 it adds every number that comes: {i:g} instead of {right:g}. With o = 1 "
        "it talks all the time, {o} wrong steps. With g = 1 it counts additions, and forgets what was to "
        "be added: {g:g} instead of {right:g}.",
        steps=len(right),
        f=found.output["f = 1"][8],
        f_right=right[8],
        i=found.output["i = 1"][5],
        right=right[5],
        o=wrong["o = 1"],
        g=found.output["g = 1"][5],
    )
    steps = [str(t) for t in range(1, len(right) + 1)]
    names = {"none": say("all four gates"), "f = 1": "f = 1", "i = 1": "i = 1", "o = 1": "o = 1", "g = 1": "g = 1"}
    return Answer(
        text,
        partial(
            figures.grid,
            np.stack([found.output[name].round(6) for name in names]),
            "memory",
            say("What the counter says at each step, with one part frozen"),
            list(names.values()),
            steps,
            say("step"),
            "",
        ),
        say("Outputs of the memory counter at nine steps, whole and with one of its parts frozen at 1"),
        {
            say("frozen"): list(names.values()),
            say("memory after each step"): [_row(found.memory[name]) for name in names],
            say("wrong outputs"): [wrong[name] for name in names],
        },
        say("Memory rows and wrong outputs by what is frozen"),
    )


def conventions(found: Conventions) -> Answer:
    """(1 - z) n or z n."""
    keeps, writes = _row(found.keeps, 5), _row(found.writes, 5)
    text = (
        say(
            "Both are right; z means something else. In PyTorch and Keras z **keeps**: h = (1 − z) n + z h₋₁. In Yang's and "
            "Riveill's lectures, and in Chung et al. (2014), z **writes**: h = z h̃ + (1 − z) h₋₁. A trained network "
            "cannot tell, as 1 − σ(a) = σ(−a): turn the sign of z's weights, and both give the same h (largest "
            "difference here {turned:.0e}). But the *same* weights read in the other way are another network. With all "
            "weights 0.5 and the inputs 1, 1, 0, h is {keeps} where z keeps, {writes} where it writes. There is a second "
            "difference: whether r acts before the product with W, as in the papers, or after it, as in torch. That one "
            "cannot be turned away by a sign.",
            turned=found.turned,
            keeps=keeps,
            writes=writes,
        )
    ).replace("0e+00", "0")
    lines = [
        figures.Line(say("z writes (lectures)"), [1, 2, 3], found.writes, "write", dash=1),
        figures.Line(say("z keeps (PyTorch)"), [1, 2, 3], found.keeps, "keep"),
    ]
    return Answer(
        text,
        partial(figures.lines, lines, say("One set of weights, two readings of z"), say("step"), "h", span=(0, 0.5)),
        say("h of one GRU unit at three steps, where z keeps and where z writes"),
    )


def race(found: Race) -> Answer:
    """LSTM or GRU."""
    weights = found.weights
    text = say(
        "Try both; on most tasks they are close. A GRU has three blocks of weights, an LSTM four: for one input and 5 units "
        "{gru} against {lstm} in PyTorch (an RNN has {rnn}), so a GRU of equal width is a "
        "quarter smaller. The LSTM has a memory without bound and an output gate, which helps where something is "
        "*counted*: on 100 steps of the memory counter it answers {lstm_counts:.0f} % rightly, the GRU "
        "{gru_counts:.0f} %, the RNN {rnn_counts:.0f} %. On keeping one bit, with "
        "the right bias at the start, both learn, and the RNN never does. {near} {far}",
        gru=weights["GRU"],
        lstm=weights["LSTM"],
        rnn=weights["RNN"],
        lstm_counts=100 * found.counting["LSTM"],
        gru_counts=100 * found.counting["GRU"],
        rnn_counts=100 * found.counting["RNN"],
        near=_solved(found.near),
        far=_solved(found.far),
    )
    lines = [
        figures.Line(
            run.cell, run.steps, run.accuracies, {"RNN": "state", "GRU": "keep", "LSTM": "memory"}[run.cell], k
        )
        for k, run in enumerate(found.near)
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("Keeping one bit for 30 steps"), say("updates"),
            say("share of held-out sequences right"), span=(0.35, 1.05),
        ),
        say("Accuracy of an RNN, a GRU and an LSTM during training"),
    )  # fmt: skip


def tanh(found: Squashings) -> Answer:
    """Why tanh for the state, and a sigmoid for gates."""
    text = say(
        "A state is used again at every step, so it must not grow by itself. tanh holds it between −1 and 1 and lets it be "
        "negative; its slope is 1 at 0, the largest of the usual ones. ReLU has no upper bound. Push a unit once and "
        "let it run with w = 1.1: with tanh it rests at {tanh:.2f}, with ReLU it stands at "
        "{relu:.0f} after 50 steps and goes on. At exactly w = 1 ReLU keeps the push for ever, "
        "{identity:g}: that is the IRNN, which starts at the identity. A **gate** is a share, from nothing "
        "to everything, so it needs values from 0 to 1: a sigmoid. A gate of −1 would turn what it lets through into "
        "its opposite.",
        tanh=found.tanh[-1],
        relu=found.relu[-1],
        identity=found.identity[-1],
    )
    shown = slice(26)
    steps = np.arange(len(found.tanh))[shown]
    curves = [
        figures.Curve(say("ReLU, w = 1.1"), steps, found.relu[shown], "candidate", 1),
        figures.Curve(say("ReLU, w = 1"), steps, found.identity[shown], "memory", 2),
        figures.Curve(say("tanh, w = 1.1"), steps, found.tanh[shown], "state"),
    ]
    return Answer(
        text,
        partial(
            figures.curves, curves, say("One push at step 1, then nothing"), figures.Axes(say("step"), say("state h"))
        ),
        say("The state of one unit over 25 steps with tanh, with ReLU, and with ReLU at the identity"),
    )


def _solved(runs: tuple[Learned, ...]) -> str:
    """After how many updates each cell had learned to keep a bit."""
    by_cell = {run.cell: run.updates for run in runs}
    lag = runs[0].lag
    return say(
        "Over {lag} steps the GRU needs {gru} updates and the LSTM {lstm}.",
        lag=lag,
        gru=by_cell["GRU"],
        lstm=by_cell["LSTM"],
    )


def _row(values: np.ndarray, digits: int = 0) -> str:
    return " ".join(f"{value:.{digits}f}" for value in values.round(6) + 0.0)


QUESTIONS = (
    Asked(
        "two_states",
        "Why c and h?",
        "Cell state and hidden state: why does an LSTM have two?",
        two_states,
        (
            Signpost(COUNTER, "The counter with its output gate shut", {"counter_o_x3": "0.0"}),
            Signpost(CELL, "c and h of one unit in a sentence", {"cell_cell": "LSTM", "value": "c"}),
        ),
    ),
    Asked(
        "gates",
        "What does each gate do?",
        "Why four gates, and what does each of them do?",
        gates,
        (
            Signpost(COUNTER, "Freeze the forget gate open", {"counter_f_x2": "0.0", "counter_f_bias": "50.0"}),
            Signpost(COUNTER, "Freeze the input gate open", {"counter_i_x2": "0.0", "counter_i_bias": "50.0"}),
            Signpost(COUNTER, "Set all gates yourself", {"counter_tab": "Build it yourself"}),
        ),
    ),
    Asked(
        "conventions",
        "Is the GRU formula wrong?",
        "(1 − z) h or (1 − z) n: is the GRU formula of my lecture wrong?",
        conventions,
        (
            Signpost(
                CELL,
                "The lectures' GRU, in Riveill's letters",
                {
                    "cell_cell": "GRU",
                    "cell_form_gru": "z writes, reset before the product (lectures)",
                    "cell_letters": "Riveill",
                },
            ),
            Signpost(CELL, "PyTorch's GRU", {"cell_cell": "GRU"}),
        ),
        "“The GRU in the paper is wrong.” It is not: its letter z stands for what PyTorch calls 1 − z.",
    ),
    Asked(
        "race",
        "LSTM or GRU?",
        "Which is better, an LSTM or a GRU?",
        race,
        (
            Signpost(LAB, "All three on the latch", {"lab_preset": "RNN, GRU and LSTM on the latch over 30 steps"}),
            Signpost(COUNTER, "All three learn to count", {"counter_tab": "Learn it"}),
        ),
    ),
    Asked(
        "tanh",
        "Why tanh and not ReLU?",
        "Why tanh for the state and not ReLU? And why a sigmoid for gates?",
        tanh,
        (
            Signpost(
                "recurrence_on_paper",
                "ReLU with w = 1.1",
                {"paper_tab": "One number", "paper_one_squash": "ReLU", "paper_one_w_h": "1.1"},
            ),
            Signpost(
                "gradient_decay",
                "An RNN with ReLU that starts at the identity",
                {"decay_squash": "ReLU", "decay_start": "identity", "decay_shown": "true"},
            ),
        ),
    ),
)
"""The questions of this group."""
