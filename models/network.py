"""The small networks built on a cell: words in, a recurrent layer, the next word out.

`fresh` makes an untrained one from a seed; `models.zoo.load` reads a trained one. Both leave the global random state of
torch alone: sessions of the playground are threads of one process and share it.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

UNKNOWN = "<unk>"
"""Stands for every word outside the vocabulary."""

END = "<eos>"
"""Says that a text ends here."""

RECURRENT: Mapping[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
"""The recurrent layer of torch by the name of its cell."""

_KEEP_ROWS = {"LSTM": 1, "GRU": 1}  # the block of rows that belongs to f in (i, f, g, o), to z in (r, z, n)


class WordModel(nn.Module):
    """A language model over words: after each word it says how probable every next word is.

        e_t = E[word t],   h_t = cell(e_t, h_{t-1}),   P(word t+1) = softmax(W h_t + b)

    It starts from zero states and reads exactly the words it is given: no invisible start token. It is born with every
    weight 0; `fresh` or `load_state_dict` gives it others.

    Attributes:
        vocabulary: The K words, `<unk>` among them; a word's id is its place.
        embedding: `nn.Embedding` (K, D).
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, one layer D -> H, batch first.
        head: `nn.Linear` H -> K.
    """

    def __init__(self, cell: str, vocabulary: Sequence[str], hidden: int, inputs: int) -> None:
        super().__init__()
        if cell not in RECURRENT:
            raise KeyError(f"cell is {cell!r}, expected one of {', '.join(RECURRENT)}")
        if UNKNOWN not in vocabulary or len(set(vocabulary)) != len(vocabulary):
            raise ValueError(f"vocabulary of {len(vocabulary)} words: expected distinct words, {UNKNOWN} among them")
        if hidden < 1 or inputs < 1:
            raise ValueError(f"hidden is {hidden} and inputs is {inputs}, expected 1 or more of each")
        self.vocabulary = tuple(vocabulary)
        self._ids = {word: k for k, word in enumerate(self.vocabulary)}
        # The constructors of torch.nn draw from the global generator, except on the "meta" device; there an embedding's
        # would import the compiler of torch (73 MB), so it is given its numbers.
        self.embedding = nn.Embedding.from_pretrained(torch.zeros(len(self.vocabulary), inputs), freeze=False)
        self.recurrent = RECURRENT[cell](inputs, hidden, batch_first=True, device="meta")
        self.head = nn.Linear(hidden, len(self.vocabulary), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Reads word ids (B, T); returns the logits (B, T, K) of the word after each."""
        states, _ = self.recurrent(self.embed(ids))  # (B, T, H)
        return self.head(states)

    def embed(self, ids: Tensor) -> Tensor:
        """The vectors (..., D) that the recurrent layer reads for word ids (...)."""
        return self.embedding(ids)

    def encode(self, words: Sequence[str]) -> Tensor:
        """The ids (T,) of words; a word outside the vocabulary becomes `<unk>`.

        Raises:
            TypeError: If `words` is one string: its letters would be taken for words.
        """
        if isinstance(words, str):
            raise TypeError(f"words is the string {words!r}, expected a sequence of words")
        return torch.tensor([self._ids.get(word, self._ids[UNKNOWN]) for word in words], dtype=torch.long)


def fresh(
    cell: str,
    vocabulary: Sequence[str],
    hidden: int,
    inputs: int,
    generator: torch.Generator,
    keep_bias: float = 0.0,
) -> WordModel:
    """An untrained network, initialised as `torch.nn` does it, but from a generator: equal seeds, equal numbers.

    Args:
        cell: "RNN", "LSTM" or "GRU".
        vocabulary: The K words, `<unk>` among them.
        hidden: H, the number of hidden units.
        inputs: D, the size of a word's vector.
        generator: Where every number comes from: N(0, 1) for the embedding, U(-1/√H, 1/√H) for all other weights.
        keep_bias: Added to the bias of the gate that keeps the past, f of an LSTM and z of a GRU. An RNN has none.
            With 1 the gate starts at about σ(1) = 0.73 (Jozefowicz et al. 2015, section 2.2).

    Raises:
        KeyError: If there is no such cell.
        ValueError: If a size is below 1, the vocabulary lacks `<unk>` or repeats a word.
    """
    model = WordModel(cell, vocabulary, hidden, inputs)
    with torch.no_grad():
        model.embedding.weight.normal_(generator=generator)
    initialise(model.recurrent, model.head, generator, keep_bias)
    return model


def initialise(recurrent: nn.RNNBase, head: nn.Linear, generator: torch.Generator, keep_bias: float = 0.0) -> None:
    """Gives a one-layer recurrent layer and its head the initial weights of `torch.nn`, but from a generator.

    Every number is drawn from U(-1/√H, 1/√H); then the bias of the gate that keeps the past grows by `keep_bias`.
    """
    hidden = recurrent.hidden_size
    bound = 1 / math.sqrt(hidden)
    with torch.no_grad():
        for weight in (*recurrent.parameters(), *head.parameters()):
            weight.uniform_(-bound, bound, generator=generator)
        if recurrent.mode in _KEEP_ROWS:
            first = _KEEP_ROWS[recurrent.mode] * hidden
            recurrent.get_parameter("bias_ih_l0")[first : first + hidden] += keep_bias
