"""Questions about training, answered from trainings and from what PyTorch itself says."""

from __future__ import annotations

from functools import partial

from models.questions import Chance, Dropout, Forcing, Seam
from playground import figures
from playground.answers.entry import Answer, Asked
from playground.language import number, say
from playground.signpost import Signpost


def chance(found: Chance) -> Answer:
    """A loss of .693."""
    widths = list(found.accuracy)
    pads, reals = ([100 * found.accuracy[width][k] for width in widths] for k in (0, 1))
    last = widths[-1]
    text = say(
        "A loss of {loss:.3f} is −ln ½: the network says 50 % to everything. It has learned nothing, and with "
        "two classes that makes 50 % accuracy. A frequent reason with recurrent nets is **padding**: `output[:, "
        "-1]` of a padded batch is the state after the last *pad*, and what was read is forgotten on the way there. In "
        "our experiment an RNN reads 2 to 6 numbers, padded to {steps} steps. Asked at the last padded step it gets "
        "{pad:.0f} % right, at the last real step {real:.0f} %. Pack the batch and use h_n, or pick the "
        "last real step by its length. If that is not it: a learning rate too high or too low, labels in the wrong "
        "order, a vanishing gradient.",
        loss=found.loss,
        steps=last,
        pad=pads[-1],
        real=reals[-1],
    )
    lines = [
        figures.Line(say("asked at the last real step"), widths, reals, "keep"),
        figures.Line(say("asked at the last pad"), widths, pads, "candidate", 1),
    ]
    return Answer(
        text,
        partial(
            figures.lines, lines, say("Asked far behind the last word, it guesses"), say("steps of a padded row"),
            say("right, %, median of four seeds"), span=(40, 104),
        ),
        say("Share of right answers by padded length, asked at the last pad and at the last real step"),
    )  # fmt: skip


def seam(found: Seam) -> Answer:
    """Reset the state or carry it on."""
    text = say(
        "Ask whether the next batch **continues the same text**. If it does (a book cut into pieces, one long series), carry "
        "the state on and detach it. If sequences are separate (reviews, sentences), begin each with zeros. PyTorch begins "
        "with zeros whenever you pass no state, so by default nothing is carried. Keras carries only with "
        "`stateful=True`, and then *you* have to reset the states where a text ends. It costs something to forget "
        "at the seam: the trained LSTM reads our sentence in chunks of {every} words. With the state carried it "
        "pays {carried:.2f} nats a word, with zeros at the seam {zeroed:.2f}. At the start of an epoch "
        "begin anew in any case.",
        every=found.every,
        carried=found.carried,
        zeroed=found.zeroed,
    )
    table = {
        say("at the seam"): [say("state carried on"), say("state of zeros")],
        say("mean surprise, nats per word"): [number(found.carried, ".3f"), number(found.zeroed, ".3f")],
    }
    return Answer(text, table=table, table_alt=say("Mean surprise with the state carried on and with a state of zeros"))


def dropout(found: Dropout) -> Answer:
    """The warning about dropout."""
    text = say(
        "The option `dropout` of `nn.LSTM` acts **between layers**, on what one layer hands up to the next, never "
        "between time steps. A single layer has nothing above it. So it does nothing, and PyTorch warns: "
        "“{warning}”. Put an `nn.Dropout` behind the layer instead, or add a layer. We ran two layers twice in "
        "train mode, with fresh masks: the lower layer's last state {below}, the upper one's "
        "{above}. In eval mode the upper one's {quiet}. Keras has two options: `dropout` on "
        "the input of every layer, and `recurrent_dropout` on the way from step to step.",
        warning=found.warning,
        below=_told(found.below),
        above=_told(found.above),
        quiet=_told(found.quiet),
    )
    table = {
        say("last state of"): [say("lower layer, train"), say("upper layer, train"), say("upper layer, eval")],
        say("two runs differ"): [say("yes" if apart else "no") for apart in (found.below, found.above, found.quiet)],
    }
    return Answer(text, table=table, table_alt=say("Whether two runs with dropout differ, by layer and mode"))


def _told(differs: bool) -> str:  # noqa: FBT001 - a fact, not a switch
    return say("is another one" if differs else "is the same")


def forcing(found: Forcing) -> Answer:
    """Good in training, bad when it runs."""
    sizes = list(found.forced)
    middle = sizes[-2]
    text = say(
        "In training the decoder is fed the **right** token before, so it sees one step at a time and its loss looks "
        "fine. When it runs it is fed what it said itself. One slip, and it stands where it never was in training; the "
        "next ones follow. Small errors multiply, too: a date in ISO has ten characters, and is right only if all of "
        "them are. Our translator of dates with {units} units gets {forced:.0f} % of the "
        "characters right when forced, {free:.0f} % when it runs freely, but only "
        "{exact:.0f} % of the dates. With {most} units all three are "
        "{all_right:.0f} %. So judge a decoder by free runs, on whole answers, never by its "
        "training loss.",
        units=middle,
        forced=100 * found.forced[middle],
        free=100 * found.free[middle],
        exact=100 * found.exact[middle],
        most=sizes[-1],
        all_right=100 * found.exact[sizes[-1]],
    )
    rows = {
        "characters, forced": (found.forced, "keep"),
        "characters, free": (found.free, "memory"),
        "whole dates, free": (found.exact, "candidate"),
    }
    curves = [
        figures.Curve(say(name), sizes[:-1], [100 * share[size] for size in sizes[:-1]], role, dash, dots=True)
        for dash, (name, (share, role)) in enumerate(rows.items())
    ]
    axes = figures.Axes(say("hidden units"), say("right, % on held-out dates"), span=(-4, 104))
    return Answer(
        text,
        partial(figures.curves, curves, say("Most characters right, most dates wrong"), axes),
        say("Share of characters and of whole dates that are right, for 8, 16 and 32 hidden units"),
    )


QUESTIONS = (
    Asked(
        "chance",
        "The loss is stuck at .693",
        "The loss is stuck at 0.693, the accuracy at 50 %. What is wrong?",
        chance,
        (Signpost("shapes_of_networks", "The last pad is not the last step", {"shapes_tab": "Padding and packing"}),),
    ),
    Asked(
        "seam",
        "Reset the hidden state?",
        "Do I reset the hidden state for every batch, or for every epoch? What is `stateful`?",
        seam,
        (
            Signpost(
                "backpropagation",
                "The loss at the seams",
                {"bptt_tab": "Truncated", "bptt_subject": "trained, reads a text"},
            ),
        ),
        "“stateful remembers across epochs.” It carries the state from batch to batch until you reset it. Without a "
        "reset the end of one epoch runs into the start of the next, which is never what you want.",
    ),
    Asked(
        "dropout",
        "The dropout warning",
        "Why does PyTorch warn about dropout with one layer?",
        dropout,
        (
            Signpost(
                "shapes_of_networks", "Two layers upon each other", {"shapes_tab": "Kinds", "shapes_kind": "Stacked"}
            ),
            Signpost("training_lab", "Train two layers", {"lab_layers": "2"}),
        ),
    ),
    Asked(
        "forcing",
        "Teacher forcing: good, then bad",
        "With teacher forcing it is good in training and bad when it runs. Why?",
        forcing,
        (
            Signpost(
                "translation",
                "Forced and free, side by side",
                {
                    "translate_tab": "Teacher forcing",
                    "translate_force_attention": "without",
                    "translate_force_size": "32 units",
                },
            ),
        ),
    ),
)
"""The questions of this group."""
