"""An encoder and a decoder that translate, character by character, with and without attention.

    from models.translator import Translator, greedy, beam

    found = greedy(model, ["September 27, 1994"])[0]
    found.text, found.log_probability           # "1994-09-27" and the sum of log P(character)
    beam(model, "September 27, 1994", width=5)  # the five likeliest that a search of that width finds

Without attention (Sutskever et al. 2014, Cho et al. 2014) all that the decoder ever hears of the text is one vector, the
encoder's state after the last character. With attention (Luong et al. 2015, "dot") it also looks back, at every step, at all
states of the encoder:

    e_s = d_t · h_s,   a = softmax(e),   c_t = sum of a_s h_s,   d~_t = tanh(W [c_t; d_t] + b)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.network import initialise, layer
from models.tasks.dates import (
    CHARACTERS,
    END_ID,
    ISO,
    PAD_ID,
    SAID,
    START,
    START_ID,
    decode,
    encode,
    encode_targets,
    read,
)
from models.trace import Trace, trace

MOST_STEPS = ISO + 4
"""Characters that a decoder may say before it is stopped, `<eos>` counted: a date needs 11."""

WIDEST = 10
"""The largest width of a beam."""


@dataclass(frozen=True, eq=False)
class Encoded:
    """What the encoder made of a batch of texts.

    Attributes:
        states: h after every character, (B, T, H).
        mask: Which characters are none but pads, (B, T).
        last: h after the last character of each text, (B, H): the vector between the halves.
    """

    states: Tensor
    mask: Tensor
    last: Tensor


class Translator(nn.Module):
    """Reads characters with one GRU, and writes characters with another.

        encoder:  h_s = GRU(E[x_s], h_{s-1}),            h_0 = 0
        decoder:  d_t = GRU'(E'[y_{t-1}], d_{t-1}),      d_0 = h_S
        P(y_t) = softmax(W d_t + b), or of d~_t where there is attention

    It is born with every weight 0; `initialise` or `load_state_dict` gives it others.

    Attributes:
        embedding: Vectors of characters that are read, (V, D).
        encoder: `nn.GRU` D -> H, batch first.
        written: Vectors of characters that are said, and of `<go>`, (K + 1, D).
        decoder: `nn.GRU` D -> H, batch first: weights of its own.
        combine: `nn.Linear` 2H -> H, of the context beside d; None without attention.
        head: `nn.Linear` H -> K.

    Args:
        hidden: H.
        inputs: D.
        attention: Whether the decoder looks back.

    Raises:
        ValueError: A size is below 1.
    """

    def __init__(self, hidden: int, inputs: int, *, attention: bool) -> None:
        super().__init__()
        if hidden < 1 or inputs < 1:
            raise ValueError(f"hidden is {hidden} and inputs is {inputs}, expected 1 or more of each")
        # Torch's constructors draw from the global generator, except on the "meta" device: see models/network.py.
        self.embedding = nn.Embedding.from_pretrained(torch.zeros(len(CHARACTERS), inputs), freeze=False)
        self.written = nn.Embedding.from_pretrained(torch.zeros(len(SAID) + 1, inputs), freeze=False)
        self.encoder = layer("GRU", inputs, hidden)
        self.decoder = layer("GRU", inputs, hidden)
        self.combine = nn.Linear(2 * hidden, hidden, device="meta") if attention else None
        self.head = nn.Linear(hidden, len(SAID), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    @property
    def attention(self) -> bool:
        """Whether the decoder looks back."""
        return self.combine is not None

    def initialise(self, generator: torch.Generator, keep_bias: float = 0.0) -> None:
        """Gives it the initial weights of `torch.nn`, but from a generator: equal seeds, equal numbers.

        Args:
            generator: Where every number comes from.
            keep_bias: Head start of the encoder's gate that keeps: see `models.network.start_recurrent`.
        """
        with torch.no_grad():
            self.embedding.weight.normal_(generator=generator)
            self.written.weight.normal_(generator=generator)
        initialise(self.encoder, self.head, generator, keep_bias)
        initialise(self.decoder, self.combine or self.head, generator)

    def encode(self, ids: Tensor) -> Encoded:
        """Reads character ids (B, T), pads behind.

        The GRU reads the pads as well, and nobody looks at what it makes of them: h at the last character is what a packed
        batch would have given.
        """
        states, _ = self.encoder(self.embedding(ids))  # (B, T, H)
        mask = ids == PAD_ID
        ends = (~mask).sum(1) - 1
        return Encoded(states, mask, states[torch.arange(len(ids)), ends])

    def decode(self, past: Tensor, state: Tensor, encoded: Encoded) -> tuple[Tensor, Tensor | None, Tensor]:
        """Writes on.

        Args:
            past: The characters before those that are to be said, ids (B, S), `START_ID` the first of all.
            state: d before them, (B, H).
            encoded: What attention looks at.

        Returns:
            Logits (B, S, K); the weights of attention (B, S, T), or None; d after the last step, (B, H).
        """
        states, after = self.decoder(self.written(past), state[None].contiguous())  # (B, S, H)
        if self.combine is None:
            return self.head(states), None, after[0]
        scores = states @ encoded.states.transpose(1, 2)  # (B, S, T)
        weights = scores.masked_fill(encoded.mask[:, None], -torch.inf).softmax(-1)
        context = weights @ encoded.states  # (B, S, H)
        return self.head(torch.tanh(self.combine(torch.cat([context, states], -1)))), weights, after[0]

    def forward(self, ids: Tensor, targets: Tensor) -> Tensor:
        """Teacher forcing: reads texts (B, T), is told the right character before each one, (B, S).

        Returns:
            Logits (B, S, K).
        """
        encoded = self.encode(ids)
        return self.decode(shifted(targets), encoded.last, encoded)[0]


def shifted(targets: Tensor) -> Tensor:
    """What the decoder is fed under teacher forcing: `START_ID`, then the targets (B, S) but the last."""
    return torch.cat([torch.full_like(targets[:, :1], START_ID), targets[:, :-1]], 1)


# ---- running freely --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What a decoder said.

    Attributes:
        text: Without `<eos>`.
        log_probability: The sum of log P over its characters, `<eos>` among them, in nats.
        finished: It ended with `<eos>` and was not stopped.
    """

    text: str
    log_probability: float
    finished: bool = True


def greedy(model: Translator, texts: Sequence[str], vectors: Tensor | None = None) -> list[Said]:
    """The likeliest character at each step, fed back, until `<eos>`.

    Args:
        model: The network.
        texts: What to read.
        vectors: (B, H), what the decoder starts from, where that is not the encoder's own last state.
    """
    with torch.no_grad():
        encoded = model.encode(encode(texts))
        ids, scores = free_run(model, encoded, vectors)
    return [_said(row, score) for row, score in zip(ids.tolist(), scores, strict=True)]


def _said(ids: list[int], scores: Tensor) -> Said:
    """What one row of `free_run` comes to."""
    end = ids.index(END_ID) if END_ID in ids else len(ids) - 1
    return Said(decode(ids), float(scores[: end + 1].double().sum()), END_ID in ids)


def free_run(model: Translator, encoded: Encoded, vectors: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Ids (B, S) of what is said, and log P of each, (B, S); what comes after an `<eos>` means nothing."""
    state = encoded.last if vectors is None else vectors
    past, done = torch.full((len(state), 1), START_ID), torch.zeros(len(state), dtype=torch.bool)
    ids, scores = [], []
    for _ in range(MOST_STEPS):
        logits, _, state = model.decode(past, state, encoded)
        score, past = logits[:, -1:].log_softmax(-1).max(-1)
        ids.append(past)
        scores.append(score)
        done |= past[:, 0] == END_ID
        if done.all():
            break
    return torch.cat(ids, 1), torch.cat(scores, 1)


def beam(model: Translator, text: str, width: int) -> list[Said]:
    """Beam search: at every step the `width` likeliest beginnings go on; the likeliest of what they come to, best first.

    A hypothesis that has said `<eos>` keeps its place in the beam until no beginning that goes on can overtake it. Scores are
    plain sums of log P: as all dates are equally long, nothing has to be made up for length.

    With width 1 it is `greedy`. What greedy search says could be crowded out of a wider beam by beginnings that lead
    nowhere; it is kept as one more hypothesis, so the best one is never less likely than greedy's.

    Raises:
        ValueError: The width is not 1 to `WIDEST`.
    """
    if not 1 <= width <= WIDEST:
        raise ValueError(f"width is {width}, expected 1 to {WIDEST}")
    with torch.no_grad():
        encoded = model.encode(encode([text]))
        found = {said.text: said for wide in {1, width} for said in _search(model, encoded, wide)}
    return sorted(found.values(), key=lambda said: -said.log_probability)[:width]


def _search(model: Translator, encoded: Encoded, width: int) -> list[Said]:
    live: list[tuple[list[int], float]] = [([], 0.0)]
    states, finished = encoded.last, []
    for _ in range(MOST_STEPS):
        past = torch.tensor([[ids[-1] if ids else START_ID] for ids, _ in live])
        wide = Encoded(
            *(part.expand(len(live), *part.shape[1:]) for part in (encoded.states, encoded.mask, encoded.last))
        )
        logits, _, after = model.decode(past, states, wide)
        totals = (
            logits[:, -1].double().log_softmax(-1) + torch.tensor([[score] for _, score in live]).double()
        )  # (B, K)
        best, places = totals.flatten().topk(min(width, totals.numel()))
        rows, said = places // len(SAID), places % len(SAID)
        longer = [([*live[r][0], k], s) for r, k, s in zip(rows.tolist(), said.tolist(), best.tolist(), strict=True)]
        finished += [Said(decode(ids), score) for ids, score in longer if ids[-1] == END_ID]
        on = [place for place, (ids, _) in enumerate(longer) if ids[-1] != END_ID]
        live, states = [longer[place] for place in on], after[rows[on]]
        kept = sorted((s.log_probability for s in finished), reverse=True)[:width]
        if not live or (len(kept) == width and kept[-1] >= live[0][1]):
            break
    return [*finished, *(Said(decode(ids), score, finished=False) for ids, score in live)]


# ---- one text, everything kept ---------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Translated:
    """One text on its way through both halves: T characters read, S said.

    Attributes:
        tokens: The T characters read.
        fed: The S characters that the decoder was fed, `<go>` first.
        said: The likeliest character at each step, S of them.
        probabilities: Of every character at each step, (S, K), in the order of `models.tasks.dates.SAID`.
        weights: Of attention, (S, T); None without.
        encoder, decoder: Every value of every step of the two GRUs.
        vector: What the decoder started from, (H,).
        so_far: What the decoder would have said had the text ended after 1, 2, ... T characters; with attention, looking back
            at just these.
        result: What it said.
    """

    tokens: tuple[str, ...]
    fed: tuple[str, ...]
    said: tuple[str, ...]
    probabilities: NDArray
    weights: NDArray | None
    encoder: Trace
    decoder: Trace
    vector: NDArray
    so_far: tuple[Said, ...]
    result: Said


def translate(model: Translator, text: str, *, started_by: str = "", teacher: str = "") -> Translated:
    """Translates one text and keeps everything.

    Args:
        model: The network.
        text: What is read, and what attention looks at.
        started_by: Another text, whose last state the decoder starts from instead.
        teacher: The right ISO date: the decoder is fed its characters whatever it says itself. Its own if not given.

    Raises:
        ValueError: A text has nothing to read, or the teacher is no ISO date.
    """
    ids = encode([text])
    with torch.no_grad():
        encoded = model.encode(ids)
        vector = model.encode(encode([started_by])).last if started_by else encoded.last
        if teacher:
            targets = encode_targets([teacher])
        else:
            targets, _ = free_run(model, encoded, vector)
        fed = shifted(targets)
        logits, weights, _ = model.decode(fed, vector, encoded)
        so_far = _beginnings(model, ids)
    log_p = logits[0].double().log_softmax(-1)  # (S, K)
    said = log_p.argmax(-1).tolist()
    ended = END_ID in said
    cut = said.index(END_ID) + 1 if ended else len(said)
    names = (*SAID, START)
    return Translated(
        tokens=tuple(read(text)),
        fed=tuple(names[k] for k in fed[0].tolist()),
        said=tuple(SAID[k] for k in said),
        probabilities=_read_only(log_p.exp()),
        weights=None if weights is None else _read_only(weights[0]),
        encoder=trace(model.encoder, model.embedding(ids[0])),
        decoder=trace(model.decoder, model.written(fed[0]), vector),
        vector=_read_only(vector[0]),
        so_far=so_far,
        result=Said(decode(said), float(log_p.max(-1).values[:cut].sum()), ended),
    )


def _beginnings(model: Translator, ids: Tensor) -> tuple[Said, ...]:
    """See `Translated.so_far`: all beginnings of a text are the rows of one batch."""
    rows = ids.repeat(ids.shape[1], 1)  # (T, T)
    rows = rows.masked_fill(torch.ones_like(rows).tril() == 0, PAD_ID)
    said, scores = free_run(model, model.encode(rows))
    return tuple(_said(row, score) for row, score in zip(said.tolist(), scores, strict=True))


def _read_only(tensor: Tensor) -> NDArray:
    array = tensor.numpy()
    array.flags.writeable = False
    return array
