"""Questions about using a network, answered from networks that ship."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

from models.forecasters import MonthAhead
from models.questions import Embedding
from playground import figures
from playground.answers.entry import Answer, Asked
from playground.language import number, say
from playground.signpost import Signpost

_SHOWN = 24  # months in the picture: with more of them the curves lie upon each other


def shifted(found: MonthAhead) -> Answer:
    """A forecast that is the series, shifted by one."""
    text = say(
        "Because saying “the same as last time” is a good forecast of one step, and the net found that out. The curve "
        "then looks close to the truth and is one step late. On a series like the famous airline passengers our LSTM "
        "that sees one month is off by {lstm:.1f} thousand, the last value by "
        "{last:.1f}, a straight line by {linear:.1f}. To the series one month "
        "*earlier* its distance is only {echo:.1f}: it is an echo. **Always draw the naive "
        "forecasts beside it.** To learn more than an echo it needs to see more (12 months hold a season), or a harder "
        "target: the *change* from the last value, or several steps ahead.",
        lstm=found.off("LSTM"),
        last=found.off("last value"),
        linear=found.off("linear"),
        echo=found.off_shifted("LSTM"),
    )
    shown = slice(-_SHOWN, None)
    months = np.arange(1, len(found.truth) + 1)[shown]
    rows = {say("truth"): ("state", found.truth), "LSTM": ("memory", found.said["LSTM"])}
    rows[say("last value")] = ("candidate", found.said["last value"])
    curves = [
        figures.Curve(name, months, values[shown], role, dash)
        for dash, (name, (role, values)) in enumerate(rows.items())
    ]
    return Answer(
        text,
        partial(
            figures.curves,
            curves,
            say("The forecast is last month's value"),
            figures.Axes(say("held-out month"), say("thousands")),
        ),
        say(
            "The last {months} held-out months with the forecasts of an LSTM that sees one month, and of the last value",
            months=_SHOWN,
        ),
    )


def temperature(found: Mapping[float, NDArray[np.float64]]) -> Answer:
    """What temperature does."""
    shown = {T: " ".join(number(p, ".3f") for p in chances) for T, chances in found.items()}
    text = say(
        "It divides the logits before softmax: P ∝ exp(logit / T). The order of the tokens stays, the distances change. "
        "**Below 1** the probable becomes more probable: safe and repetitive. **Above 1** all come closer: varied, and more "
        "slips. For the logits 2, 1, 0 it is {half} at T = 0.5, {one} at T = 1, {two} at T = 2. "
        "T → 0 always takes the likeliest (greedy), T → ∞ draws evenly. Nothing is learned by it: it belongs to the drawing, "
        "not to the network.",
        half=shown[0.5],
        one=shown[1.0],
        two=shown[2.0],
    )
    return Answer(
        text,
        partial(
            figures.grid, np.stack(list(found.values())), "keep", "softmax(logits / T)", [f"T = {T:g}" for T in found],
            ["logit 2", "logit 1", "logit 0"], say("token"), "",
        ),
        say("Probabilities of three tokens at temperatures 0.5, 1 and 2"),
    )  # fmt: skip


def embedding(found: Embedding) -> Answer:
    """Embedding or one-hot."""
    near, fresh = (
        ", ".join(f"{word} ({number(cosine, '.2f')})" for word, cosine in words) for words in (found.near, found.fresh)
    )
    one_hot, vectors = found.weights
    text = say(
        "They are the same operation: a one-hot vector times a matrix *is* the row of that matrix (largest difference here "
        "{apart:g}). An embedding layer leaves out the multiplications by 0, and the matrix is learned. One-hot "
        "vectors are all equally far apart, {distance:.3f} = √2, so nothing is like anything else. Learned rows "
        "put like words side by side: nearest to “cat” are {near}; before training they were {fresh}. It saves "
        "weights, too. For {words} words an LSTM of 16 units needs {one_hot:,} weights to read one-hot vectors, "
        "and {vectors:,} with vectors of {size} numbers, the matrix included. With ten signs or fewer one-hot is fine.",
        apart=found.apart,
        distance=found.one_hot,
        near=near,
        fresh=fresh,
        words=found.words,
        one_hot=one_hot,
        vectors=vectors,
        size=found.size,
    )
    names = [*(word for word, _ in found.near), *(word for word, _ in found.fresh)]
    table = {
        say("nearest to “cat”"): names,
        say("cosine"): [number(cosine, ".2f") for _, cosine in (*found.near, *found.fresh)],
        "": [say("after training")] * len(found.near) + [say("before training")] * len(found.fresh),
    }
    return Answer(text, table=table, table_alt=say("The words nearest to cat, after and before training"))


QUESTIONS = (
    Asked(
        "shifted",
        "My forecast is shifted by one",
        "Why is my forecast just the series, shifted by one step?",
        shifted,
        (
            Signpost(
                "forecasting",
                "Echoes of the last month",
                {"forecast_tab": "A month ahead", "forecast_reads": "1 month"},
            ),
            Signpost("forecasting", "With 12 months", {"forecast_tab": "A month ahead", "forecast_reads": "12 months"}),
        ),
    ),
    Asked(
        "temperature",
        "What does temperature do?",
        "What does the temperature do when a network writes?",
        temperature,
        (
            Signpost("language_model", "Write at T = 0.5", {"lm_tab": "Sampling", "lm_temperature": "0.5"}),
            Signpost("language_model", "Write at T = 2", {"lm_tab": "Sampling", "lm_temperature": "2.0"}),
        ),
    ),
    Asked(
        "embedding",
        "Embedding or one-hot?",
        "Embedding or one-hot vectors: what is the difference?",
        embedding,
        (
            Signpost(
                "words_into_numbers",
                "Vectors before and after training",
                {"words_tab": "Embeddings", "words_near": "cat"},
            ),
            Signpost("words_into_numbers", "One-hot, and a word that is not in the list", {"words_tab": "One-hot"}),
        ),
    ),
)
"""The questions of this group."""
