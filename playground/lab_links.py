"""Ways from the pages of "Sequences at work" into the training lab, each with its task chosen.

The pages show networks that were trained beforehand, or train one in a few lines. In the lab the loss, the gradient and every
gate of such a network can be watched, update by update. Its networks are simpler than some of the pages': each link says how.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from playground import lab, signpost
from playground.lab import OWN
from playground.language import say
from playground.signpost import Signpost


@dataclass(frozen=True)
class Link:
    """One way into the lab.

    Attributes:
        told: what is trained there, and how it differs from what the page shows.
        preset: a key of `lab.MENU`.
        task: where the preset is `OWN`, a key of `lab.TITLES`.
    """

    told: str
    preset: str = OWN
    task: str = ""

    @property
    def signpost(self) -> Signpost:
        """The link itself."""
        state = {"lab_preset": lab.MENU[self.preset]}
        state |= {"lab_task": lab.TITLES[self.task]} if self.preset == OWN else {}
        return Signpost("training_lab", "Train one in the lab", state)


LINKS: Mapping[str, Link] = {
    "shapes": Link(
        "Train the reader of both ways in the lab, on the same sentences. Then choose the task that reads forward: however "
        "long it trains, it hardly gets beyond the most frequent tag of each word.",
        task="persons_both_ways",
    ),
    "words": Link(
        "Train the network of number agreement in the lab, from vectors that mean nothing yet. It is the one whose "
        "vectors are shown here, with other sizes.",
        preset="agreement",
    ),
    "words_order": Link(
        "Train an RNN, a GRU and an LSTM in the lab on sentences like these, where the order decides and the bag does not.",
        task="order",
    ),
    "lm": Link(
        "Train a language model of the kitchen's notes in the lab, three cells side by side. The networks of this page are "
        "of the same kind and were trained for longer.",
        task="kitchen",
    ),
    "senti": Link(
        "Train a judge of reviews in the lab, asked at its last state as the first network of this page. Only the generated "
        "reviews are there, no file of yours.",
        task="reviews",
    ),
    "tag": Link(
        "Train a tagger of these sentences in the lab. It has one layer, reads whole words and only forward: no characters, "
        "no second reader, no parts of speech. A task that reads both ways is in the lab's own menu.",
        preset="entities",
    ),
    "translate": Link(
        "Train one network in the lab that reads a date and goes on to write it. It has one layer, no attention and no "
        "decoder of its own: reader and writer are the same weights.",
        preset="dates",
    ),
    "forecast": Link(
        "Train three cells in the lab on this temperature, one hour ahead. They read a window as the recurrent networks of "
        "this page do, but are asked after every hour and only for the next one.",
        preset="temperature",
    ),
}  # fmt: skip
"""The links by the name of the page, or of its part."""


def train_one(name: str) -> None:
    """Show a link into the lab, below a sentence on what is trained there."""
    link = LINKS[name]
    with st.container(border=True, key=f"{name}_to_lab"):
        st.markdown(say(link.told))
        signpost.show([link.signpost])
