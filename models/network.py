"""The small networks built on a cell: words in, a recurrent layer, the next word out.

`fresh` makes an untrained one from a seed; `models.zoo.load` reads a trained one. Both leave the global random state of
torch alone: sessions of the playground are threads of one process and share it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

UNKNOWN = "<unk>"
"""Stands for every word outside the vocabulary."""

END = "<eos>"
"""Says that a text ends here."""

RECURRENT: Mapping[str, type[nn.RNN | nn.LSTM | nn.GRU]] = {"RNN": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
"""The recurrent layer of torch by the name of its cell."""


@dataclass(frozen=True)
class Start:
    """How the recurrent weights of a network begin.

    Attributes:
        kind: "default" leaves W_hh as it was drawn. "orthogonal" makes it a random orthogonal matrix, of each gate by
            itself: all singular values are 1 (Saxe et al. 2014). "identity" makes it the identity and the biases 0: of
            an RNN with relu, an IRNN (Le et al. 2015). "chrono" lets the gates that keep begin where they remember for 1
            to `longest` steps: b_f = log U(1, longest - 1) and b_i = -b_f of an LSTM, b_z of a GRU likewise (Tallec &
            Ollivier 2018, equation 16); an RNN has none.
        gain: Factor on W_hh.
        longest: Longest stretch to remember, in steps; for "chrono".

    Raises:
        ValueError: There is no such kind.
    """

    kind: str = "default"
    gain: float = 1.0
    longest: int = 1

    def __post_init__(self) -> None:
        if self.kind not in STARTS:
            raise ValueError(f"start is {self.kind!r}, expected one of {', '.join(STARTS)}")


STARTS = ("default", "orthogonal", "identity", "chrono")
"""The kinds of `Start`."""

_KEEP_ROWS = {"LSTM": 1, "GRU": 1}  # the block of rows that belongs to f in (i, f, g, o), to z in (r, z, n)


class WordModel(nn.Module):
    """A language model over words: after each word it says how probable every next word is.

        e_t = E[word t],   h_t = cell(e_t, h_{t-1}),   P(word t+1) = softmax(W h_t + b)

    It starts from zero states and reads exactly the words it is given: no invisible start token. It is born with every
    weight 0; `fresh` or `load_state_dict` gives it others.

    Attributes:
        vocabulary: The K words, `<unk>` among them; a word's id is its place.
        embedding: `nn.Embedding` (K, D).
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, D -> H, batch first; one layer unless asked for more.
        head: `nn.Linear` H -> K.
    """

    def __init__(
        self,
        cell: str,
        vocabulary: Sequence[str],
        hidden: int,
        inputs: int,
        *,
        layers: int = 1,
        nonlinearity: str = "tanh",
    ) -> None:
        super().__init__()
        if UNKNOWN not in vocabulary or len(set(vocabulary)) != len(vocabulary):
            raise ValueError(f"vocabulary of {len(vocabulary)} words: expected distinct words, {UNKNOWN} among them")
        if hidden < 1 or inputs < 1:
            raise ValueError(f"hidden is {hidden} and inputs is {inputs}, expected 1 or more of each")
        self.vocabulary = tuple(vocabulary)
        self._ids = {word: k for k, word in enumerate(self.vocabulary)}
        # The constructors of torch.nn draw from the global generator, except on the "meta" device; there an embedding's
        # would import the compiler of torch (73 MB), so it is given its numbers.
        self.embedding = nn.Embedding.from_pretrained(torch.zeros(len(self.vocabulary), inputs), freeze=False)
        self.recurrent = layer(cell, inputs, hidden, layers=layers, nonlinearity=nonlinearity)
        self.head = nn.Linear(hidden, len(self.vocabulary), device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, ids: Tensor) -> Tensor:
        """Reads word ids (B, T); returns the logits (B, T, K) of the word after each."""
        states, _ = self.recurrent(self.embed(ids))  # (B, T, H)
        return self.head(states)

    def embed(self, ids: Tensor) -> Tensor:
        """The vectors (..., D) that the recurrent layer reads for word ids (...)."""
        return self.embedding(ids)

    def vectors(self, ids: Tensor) -> Tensor:
        """What the recurrent layer reads: see `embed`."""
        return self.embed(ids)

    def initialise(self, generator: torch.Generator, keep_bias: float = 0.0, start: Start = Start()) -> None:
        """Gives it initial weights, N(0, 1) for the embedding: see `fresh` and the function of this name."""
        with torch.no_grad():
            self.embedding.weight.normal_(generator=generator)
        initialise(self.recurrent, self.head, generator, keep_bias, start)

    def encode(self, words: Sequence[str]) -> Tensor:
        """The ids (T,) of words; a word outside the vocabulary becomes `<unk>`.

        Raises:
            TypeError: If `words` is one string: its letters would be taken for words.
        """
        if isinstance(words, str):
            raise TypeError(f"words is the string {words!r}, expected a sequence of words")
        return torch.tensor([self._ids.get(word, self._ids[UNKNOWN]) for word in words], dtype=torch.long)


class SequenceModel(nn.Module):
    """Numbers in, recurrent layers, numbers out at every step: K logits, or one number.

        h_t = cell(x_t, h_{t-1}),   y_t = W h_t + b

    It starts from zero states. It is born with every weight 0; `initialise` or `load_state_dict` gives it others.

    Attributes:
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, D -> H, batch first.
        head: `nn.Linear` H -> K.

    Args:
        cell: "RNN", "LSTM" or "GRU".
        inputs: D, numbers at a step.
        hidden: H, hidden units of a layer.
        outputs: K, numbers that it gives at a step.
        layers: Recurrent layers, one upon the other.
        nonlinearity: Of an RNN, "tanh" or "relu".

    Raises:
        KeyError: There is no such cell.
        ValueError: A size is below 1.
    """

    def __init__(
        self, cell: str, inputs: int, hidden: int, outputs: int, *, layers: int = 1, nonlinearity: str = "tanh"
    ) -> None:
        super().__init__()
        for name, size in {"inputs": inputs, "hidden": hidden, "outputs": outputs, "layers": layers}.items():
            if size < 1:
                raise ValueError(f"{name} is {size}, expected 1 or more")
        self.recurrent = layer(cell, inputs, hidden, layers=layers, nonlinearity=nonlinearity)
        self.head = nn.Linear(hidden, outputs, device="meta")
        self.load_state_dict({name: torch.zeros(w.shape) for name, w in self.named_parameters()}, assign=True)

    def forward(self, x: Tensor) -> Tensor:
        """Reads numbers (B, T, D); returns (B, T, K)."""
        states, _ = self.recurrent(x)  # (B, T, H)
        return self.head(states)

    def vectors(self, x: Tensor) -> Tensor:
        """What the recurrent layer reads for numbers (..., T, D): the numbers themselves."""
        return x

    def initialise(self, generator: torch.Generator, keep_bias: float = 0.0, start: Start = Start()) -> None:
        """Gives it the initial weights of `torch.nn`, but from a generator: see the function of this name."""
        initialise(self.recurrent, self.head, generator, keep_bias, start)


def layer(cell: str, inputs: int, hidden: int, *, layers: int = 1, nonlinearity: str = "tanh") -> nn.RNNBase:
    """A recurrent layer of torch, batch first, on the "meta" device: without numbers, and without drawing any.

    Raises:
        KeyError: There is no such cell.
    """
    if cell not in RECURRENT:
        raise KeyError(f"cell is {cell!r}, expected one of {', '.join(RECURRENT)}")
    options = {"nonlinearity": nonlinearity} if cell == "RNN" else {}
    return RECURRENT[cell](inputs, hidden, layers, batch_first=True, device="meta", **options)


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
        keep_bias: Head start of the gate that keeps the past: see `start_recurrent`.

    Raises:
        KeyError: If there is no such cell.
        ValueError: If a size is below 1, the vocabulary lacks `<unk>` or repeats a word.
    """
    model = WordModel(cell, vocabulary, hidden, inputs)
    model.initialise(generator, keep_bias)
    return model


def initialise(
    recurrent: nn.RNNBase,
    head: nn.Linear,
    generator: torch.Generator,
    keep_bias: float = 0.0,
    start: Start = Start(),
) -> None:
    """Gives a recurrent layer and its head the initial weights of `torch.nn`, but from a generator.

    Every number is drawn from U(-1/√H, 1/√H); then `start_recurrent` does the rest.

    Raises:
        ValueError: What `start_recurrent` raises.
    """
    bound = 1 / math.sqrt(recurrent.hidden_size)
    with torch.no_grad():
        for weight in (*recurrent.parameters(), *head.parameters()):
            weight.uniform_(-bound, bound, generator=generator)
    start_recurrent(recurrent, generator, keep_bias, start)


def start_recurrent(
    recurrent: nn.RNNBase, generator: torch.Generator, keep_bias: float = 0.0, start: Start = Start()
) -> None:
    """Changes the initial weights of every layer and direction of a recurrent layer in the ways that are known to help.

    Args:
        recurrent: `nn.RNN`, `nn.LSTM` or `nn.GRU`, its weights drawn already.
        generator: Where new numbers come from.
        keep_bias: Added to the bias of the gate that keeps the past, f of an LSTM and z of a GRU. An RNN has none.
            With 1 the gate starts at about σ(1) = 0.73 (Jozefowicz et al. 2015, section 2.2).
        start: What else.

    Raises:
        ValueError: The identity does not fit a cell with gates.
    """
    if start.kind == "identity" and recurrent.mode in _KEEP_ROWS:
        raise ValueError(f"start is 'identity', expected another for {recurrent.mode}: only an RNN has one W_hh")
    with torch.no_grad():
        for name, weight in recurrent.named_parameters():
            if name.startswith("weight_hh"):
                _start_matrix(weight, recurrent.hidden_size, generator, start)
            elif start.kind == "identity" and name.startswith("bias"):
                weight.zero_()
            elif name.startswith("bias_ih") and recurrent.mode in _KEEP_ROWS:
                blocks = weight.view(-1, recurrent.hidden_size)
                if start.kind == "chrono":
                    _chrono(blocks, recurrent.get_parameter(name.replace("ih", "hh")), generator, start.longest)
                blocks[_KEEP_ROWS[recurrent.mode]] += keep_bias


def _start_matrix(w_hh: Tensor, hidden: int, generator: torch.Generator, start: Start) -> None:
    for block in w_hh.split(hidden):
        if start.kind == "orthogonal":
            block.copy_(_orthogonal(hidden, generator))
        elif start.kind == "identity":
            block.copy_(torch.eye(hidden))
        block.mul_(start.gain)


def _chrono(b_ih: Tensor, b_hh: Tensor, generator: torch.Generator, longest: int) -> None:
    """Sets the bias of the gate that keeps, and of an LSTM's gate that writes; blocks (G, H) in the order of torch."""
    gates, hidden = b_ih.shape
    steps = torch.empty(hidden).uniform_(1, max(longest - 1, 1), generator=generator)
    b_ih[1] = steps.log()  # f of (i, f, g, o), z of (r, z, n)
    b_hh.view(gates, hidden)[1] = 0
    if gates == 4:
        b_ih[0] = -steps.log()
        b_hh.view(gates, hidden)[0] = 0


def _orthogonal(size: int, generator: torch.Generator) -> Tensor:
    """A random orthogonal matrix, uniform over all of them: Q of a Gaussian matrix, the signs of R's diagonal put right."""
    q, r = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))
    return q * r.diagonal().sign()
