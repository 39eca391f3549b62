"""A network that labels every token of a sequence: an embedding, recurrent layers, a read-out.

    e_t = E[token t],   h_t = cell(e_t, h_{t-1}),   P(label at step t) = softmax(W h_t + b)

The tasks that read one set of tokens and say another share it: words and tags, characters of a text and those of a date.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from models.network import RECURRENT, Start, initialise

PAD_ID = 0
"""The id that fills a row of a batch behind its sequence."""


class Labeller(nn.Module):
    """Tokens in, logits of K labels out at every step.

    If it reads both ways, h_t is what the forward reader knows after tokens 1 to t, beside what the backward reader knows
    after tokens T to t. It is born with every weight 0; `initialise` or `load_state_dict` gives it others.

    Attributes:
        embedding: `nn.Embedding` (V, D).
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, D -> H in each direction, batch first.
        head: `nn.Linear` H·directions -> K.

    Args:
        cell: "RNN", "LSTM" or "GRU".
        tokens: V, different tokens; id 0 is the pad.
        hidden: H, hidden units of one direction.
        inputs: D, size of a token's vector.
        labels: K, what it may say at a step.
        both_ways: One more reader from the last token to the first.
        layers: Recurrent layers, one upon the other.
        nonlinearity: Of an RNN, "tanh" or "relu".

    Raises:
        KeyError: There is no such cell.
        ValueError: A size is below 1.
    """

    def __init__(
        self,
        cell: str,
        tokens: int,
        hidden: int,
        inputs: int,
        labels: int,
        *,
        both_ways: bool = False,
        layers: int = 1,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        if cell not in RECURRENT:
            raise KeyError(f"cell is {cell!r}, expected one of {', '.join(RECURRENT)}")
        sizes = {"tokens": tokens, "hidden": hidden, "inputs": inputs, "labels": labels, "layers": layers}
        for name, size in sizes.items():
            if size < 1:
                raise ValueError(f"{name} is {size}, expected 1 or more")
        # Torch's constructors draw from the global generator, except on the "meta" device: see models/network.py.
        self.embedding = nn.Embedding.from_pretrained(torch.zeros(tokens, inputs), freeze=False)
        options = {"nonlinearity": nonlinearity} if cell == "RNN" else {}
        self.recurrent = RECURRENT[cell](
            inputs, hidden, layers, batch_first=True, bidirectional=both_ways, device="meta", **options
        )
        self.head = nn.Linear(hidden * (1 + both_ways), labels, device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Reads token ids (B, T), each row a sequence and then pads; returns the logits (B, T, K).

        What it says at a pad has no meaning.
        """
        if not self.recurrent.bidirectional:  # no pad has been read before the last token
            return self.head(self.recurrent(self.embedding(ids))[0])
        lengths = (ids != PAD_ID).sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(self.embedding(ids), lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(
            self.recurrent(packed)[0], batch_first=True, total_length=ids.shape[1]
        )  # (B, T, 2H)
        return self.head(states)

    def vectors(self, ids: Tensor) -> Tensor:
        """What the recurrent layer reads for token ids (...): vectors (..., D)."""
        return self.embedding(ids)

    def initialise(self, generator: torch.Generator, keep_bias: float = 0.0, start: Start = Start()) -> None:  # noqa: B008 - frozen
        """Gives it initial weights, N(0, 1) for the embedding: see `models.network.initialise`."""
        with torch.no_grad():
            self.embedding.weight.normal_(generator=generator)
        initialise(self.recurrent, self.head, generator, keep_bias, start)
