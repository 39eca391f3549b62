"""The glossary: terms of the field, each in a sentence or two, with the exhibit that shows it. Pure data, and a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from playground.language import say
from playground.signpost import Signpost as At


@dataclass(frozen=True)
class Term:
    """One term.

    Attributes:
        name: the term.
        text: what it means, one or two sentences of Markdown.
        seen: where to see it.
        also: other names for it; a search finds them, too.
    """

    name: str
    text: str
    seen: tuple[At, ...]
    also: tuple[str, ...] = ()


SHAPES, DECAY, BPTT, REMEDY = "shapes_of_networks", "gradient_decay", "backpropagation", "clipping_and_remedies"
CELL, COUNTER, PAPER, CHAIN, LAB = (
    "step_a_cell", "memory_counter", "recurrence_on_paper", "chains_of_numbers", "training_lab",
)  # fmt: skip
WORDS, LM, SENTI, TAG, DATES, SERIES = (
    "words_into_numbers", "language_model", "sentiment", "tagging", "translation", "forecasting",
)  # fmt: skip

GROUPS: Mapping[str, tuple[Term, ...]] = {
    "Cells and states": (
        Term(
            "Recurrent neural network",
            "A network that reads a sequence step by step with the same weights, and hands its own state on to the "
            "next step.",
            (At(PAPER), At(SHAPES, "Many kinds of them")),
            ("RNN", "Elman network", "vanilla RNN"),
        ),
        Term(
            "Hidden state",
            "The vector h that a cell shows after each step: to the next step, to its own gates and to the layers "
            "above. For an RNN and a GRU it is also the memory.",
            (At(CELL, "h at every word", {"cell_cell": "LSTM", "value": "h"}),),
            ("h", "activation", "a<t>"),
        ),
        Term(
            "Cell state",
            "The memory c of an LSTM. It is only scaled by the forget gate and added to, so it has no bound; nothing outside "
            "the cell sees it.",
            (At(CELL, "c at every word", {"cell_cell": "LSTM", "value": "c"}), At(COUNTER, "c as a counter")),
            ("c", "memory cell", "carry state"),
        ),
        Term(
            "Gate",
            "A vector of numbers from 0 to 1, each a sigmoid of the input and the past state, that multiplies "
            "something else: 0 shuts, 1 lets everything through.",
            (At(COUNTER, "Open and shut gates by hand"),),
        ),
        Term(
            "Forget gate",
            "f of an LSTM: the share of each memory cell that is kept. It would better be called the gate that keeps.",
            (At(CELL, "f at every word", {"cell_cell": "LSTM", "value": "f"}),),
            ("f", "keep gate"),
        ),
        Term(
            "Input gate",
            "i of an LSTM: how far each memory cell opens for something new. Yang calls it the update gate.",
            (At(CELL, "i at every word", {"cell_cell": "LSTM", "value": "i"}),),
            ("i", "update gate", "write gate"),
        ),
        Term(
            "Output gate",
            "o of an LSTM: how much of the memory is shown as h.",
            (At(CELL, "o at every word", {"cell_cell": "LSTM", "value": "o"}),),
            ("o", "read gate"),
        ),
        Term(
            "Candidate",
            "What could be written into the memory, from −1 to 1: g of an LSTM, n of a GRU. It is no gate.",
            (At(CELL, "g at every word", {"cell_cell": "LSTM", "value": "g"}),),
            ("g", "n", "cell input", "new gate"),
        ),
        Term(
            "LSTM",
            "Long short-term memory: a cell with a memory c beside its state h, and with three gates that say what is kept, "
            "written and shown (Hochreiter & Schmidhuber 1997).",
            (At(CELL, "Step through one", {"cell_cell": "LSTM"}),),
            ("long short-term memory",),
        ),
        Term(
            "GRU",
            "Gated recurrent unit: a cell with one state and two gates, which blends the old state with a candidate "
            "(Cho et al. 2014).",
            (At(CELL, "Step through one", {"cell_cell": "GRU"}),),
            ("gated recurrent unit",),
        ),
        Term(
            "Update gate",
            "z of a GRU. In PyTorch and Keras it is the share of the past state that is kept; in many lectures and "
            "papers the share that is replaced.",
            (At(CELL, "z at every word", {"cell_cell": "GRU", "value": "z"}),),
            ("z", "Γu"),
        ),
        Term(
            "Reset gate",
            "r of a GRU: how much of the past state the candidate may see. Yang calls it the relevance gate.",
            (At(CELL, "r at every word", {"cell_cell": "GRU", "value": "r"}),),
            ("r", "relevance gate", "Γr"),
        ),
        Term(
            "Sigmoid",
            "σ(a) = 1 / (1 + e⁻ᵃ), a curve from 0 to 1 with a slope of at most ¼. It makes a gate.",
            (At(CHAIN, "Its slope", {"chain_tab": "A small RNN", "chain_squash": "sigmoid"}),),
            ("logistic function", "σ"),
        ),
        Term(
            "tanh",
            "The hyperbolic tangent, a curve from −1 to 1 with a slope of at most 1. It holds states within bounds.",
            (At(CHAIN, "Its slope", {"chain_tab": "A small RNN", "chain_squash": "tanh"}),),
            ("hyperbolic tangent", "squashing"),
        ),
        Term(
            "Saturation",
            "A squashed value near the end of its range, where the slope is nearly 0: what goes in hardly matters, and "
            "hardly any gradient comes back.",
            (At(CHAIN, "tanh with w = 2", {"chain_tab": "A small RNN", "chain_w": "2.0"}),),
        ),
        Term(
            "Time step",
            "One use of the cell: one word, one hour, one input vector. T is their number.",
            (At(SHAPES, "More steps, same weights", {"shapes_tab": "Kinds", "shapes_steps": "6"}),),
            ("t", "timestep", "sequence length"),
        ),
        Term(
            "Parameter sharing",
            "The same weights at every step. So the number of weights does not depend on the length of the sequence.",
            (At(SHAPES, "One badge for each set of weights", {"shapes_tab": "Kinds"}),),
            ("weight sharing",),
        ),
        Term(
            "Unrolling",
            "Drawing a recurrent net once for each step, side by side. It is still one cell.",
            (At(BPTT, "An unrolled net with all its numbers"),),
            ("unfolding",),
        ),
    ),
    "Gradients through time": (
        Term(
            "Backpropagation through time",
            "Backpropagation on the unrolled net. As every step used the same weights, their gradient is the sum of "
            "what each step adds.",
            (At(BPTT),),
            ("BPTT",),
        ),
        Term(
            "Truncated backpropagation",
            "The sequence is read in chunks of k steps; the state goes on from one to the next, the gradient does not. "
            "No loss reaches back further than the start of its chunk.",
            (At(BPTT, "Move the cut", {"bptt_tab": "Truncated"}),),
            ("truncated BPTT", "TBPTT"),
        ),
        Term(
            "Detach",
            "To cut a tensor from the graph that computed it: the number stays, the way back ends. `h = h.detach()` between "
            "batches is what truncates backpropagation.",
            (At(BPTT, "Where the way back ends", {"bptt_tab": "Truncated"}),),
            ("repackage_hidden",),
        ),
        Term(
            "Vanishing gradient",
            "A gradient that gets smaller by a factor at each step back, until early steps no longer count.",
            (At(DECAY), At(CHAIN, "0.25 times itself", {"chain_factor": "0.25"})),
        ),
        Term(
            "Exploding gradient",
            "A gradient that gets larger by a factor at each step back. Training jumps, or ends in NaN.",
            (At(REMEDY, "A training that explodes", {"remedy_tab": "Exploding"}),),
            ("NaN",),
        ),
        Term(
            "Gradient clipping",
            "A gradient that is longer than a threshold is shortened to it, with its direction kept. It bounds the step, and "
            "does nothing against vanishing.",
            (At(REMEDY, "A vector, cut two ways", {"remedy_tab": "Exploding"}),),
            ("clip_grad_norm_", "clipping"),
        ),
        Term(
            "Jacobian",
            "The matrix of all derivatives of one vector by another: dh_t/dh_{t−1}. The way back through T steps is a "
            "product of T of them.",
            (At(DECAY, "What makes a curve fall", {"decay_view": "Why they fall"}),),
        ),
        Term(
            "Half-life",
            "In how many steps a memory or a gradient halves: log ½ / log f for a constant forget gate f.",
            (At(DECAY, "Half-lives of fresh networks", {"decay_forget_bias": "1.0"}),),
        ),
        Term(
            "Spectral radius",
            "The largest |eigenvalue| of a matrix. It says how powers of the matrix grow in the long run, not at first.",
            (
                At(REMEDY, "Of a reservoir", {"remedy_tab": "Echo state network"}),
                At(DECAY, "Of W", {"decay_scale": "spectral radius", "decay_shown": "true"}),
            ),
            ("eigenvalue", "ρ"),
        ),
        Term(
            "Singular value",
            "How much a matrix stretches some direction. The largest one, the spectral norm, bounds what one step back "
            "can do to a gradient.",
            (At(DECAY, "The bound beside the curve", {"decay_view": "Why they fall"}),),
            ("spectral norm", "σ max"),
        ),
        Term(
            "Orthogonal initialisation",
            "W begins as a rotation: all singular values are 1, so a linear net neither shrinks nor stretches.",
            (At(DECAY, "An RNN that starts so", {"decay_start": "orthogonal", "decay_shown": "true"}),),
            ("orthogonal initialization",),
        ),
        Term(
            "IRNN",
            "An RNN with ReLU whose W begins as the identity: at first it just keeps its state (Le et al. 2015).",
            (
                At(
                    DECAY,
                    "ReLU and the identity",
                    {"decay_squash": "ReLU", "decay_start": "identity", "decay_shown": "true"},
                ),
            ),
            ("identity initialisation",),
        ),
        Term(
            "Forget bias",
            "The bias of the forget gate at the start. With 1 or more the gate stands open, and the gradient gets through.",
            (At(DECAY, "Move it", {"decay_forget_bias": "1.0"}), At(LAB, "Train with 0, 1 and 3")),
            ("unit_forget_bias",),
        ),
        Term(
            "Chrono initialisation",
            "Forget biases drawn so that half-lives are spread over the lags one expects, up to T (Tallec & Ollivier 2018).",
            (At(REMEDY, "Among the remedies", {"remedy_tab": "Remedies"}),),
        ),
        Term(
            "Constant error carousel",
            "The direct way c → c of an LSTM: with f = 1 a gradient runs along it unchanged.",
            (At(DECAY, "The product of f beside the whole", {"decay_view": "Why they fall"}),),
            ("highway", "additive path", "residual connection"),
        ),
        Term(
            "Echo state network",
            "A recurrent net whose weights stay as they were drawn; only the read-out is fitted. No gradient goes "
            "through time.",
            (At(REMEDY, "One that forecasts", {"remedy_tab": "Echo state network"}),),
            ("ESN", "reservoir computing"),
        ),
        Term(
            "Echo state property",
            "Whatever the state was at first, it is forgotten: two runs on the same input come together.",
            (At(REMEDY, "Two runs, one input", {"remedy_tab": "Echo state network", "remedy_radius": "0.9"}),),
        ),
    ),
    "Training": (
        Term(
            "Loss",
            "One number that says how wrong the network is; training makes it small. With several steps it is their "
            "sum or mean.",
            (At(LAB, "Watch it fall"),),
            ("cost", "objective"),
        ),
        Term(
            "Cross-entropy",
            "−log of the probability that the network gave to what was right, averaged.",
            (At(LM, "Word by word", {"lm_tab": "Two sentences"}),),
            ("negative log-likelihood", "surprise"),
        ),
        Term(
            "Learning rate",
            "How far a step goes along the gradient. Too low and nothing happens, too high and it leaps about.",
            (At(LAB, "Too low, fine, too high", {"lab_preset": "Learning rate: too low, fine, too high"}),),
        ),
        Term(
            "Latch",
            "A task: keep the first symbol over T steps of noise, and say it at the end. It shows whether a gradient "
            "gets through.",
            (At(LAB, "Over 30 steps", {"lab_preset": "RNN, GRU and LSTM on the latch over 30 steps"}),),
            ("long-lag task",),
        ),
        Term(
            "Adding problem",
            "A task: of many numbers two are marked; say their sum at the end. Who guesses the mean is off by 1/6.",
            (At(LAB, "Over 50 steps", {"lab_preset": "The adding problem over 50 steps"}),),
        ),
        Term(
            "Teacher forcing",
            "In training the decoder is fed the right token before, not its own. When it runs, it is fed its own.",
            (At(DATES, "Forced and free", {"translate_tab": "Teacher forcing"}),),
            ("exposure bias",),
        ),
        Term(
            "Dropout",
            "In training some values are set to 0 at random. In `nn.LSTM` it acts between layers, not between steps.",
            (At(SHAPES, "Where layers meet", {"shapes_tab": "Kinds", "shapes_kind": "Stacked"}),),
        ),
        Term(
            "Transfer learning",
            "To begin with a network that learned something else, often a language model, so that few labels are enough.",
            (At(SENTI, "Ten labels with it and without", {"senti_tab": "From a language model"}),),
            ("fine-tuning", "pre-training"),
        ),
        Term(
            "Stateful",
            "The state at the end of one batch is where the next one begins. Sensible only if the next batch continues "
            "the text.",
            (At(BPTT, "The loss at the seams", {"bptt_tab": "Truncated", "bptt_subject": "trained, reads a text"}),),
            ("carry the state",),
        ),
    ),
    "Shapes of networks": (
        Term(
            "hidden_size",
            "H, how many numbers the state has. `units` in Keras; it is not the number of steps.",
            (At(SHAPES, "More units", {"shapes_tab": "Shapes and parameters", "shapes_hidden": "8"}),),
            ("units", "num_units", "H"),
        ),
        Term(
            "output",
            "What a layer of PyTorch gives back first: the state of the last layer at every step, (B, T, H).",
            (At(SHAPES, "output beside h_n", {"shapes_tab": "output and h_n"}),),
            ("return_sequences=True",),
        ),
        Term(
            "h_n",
            "The last state of every layer and direction, (layers × directions, B, H). An LSTM gives c_n, too.",
            (At(SHAPES, "Row by row", {"shapes_tab": "output and h_n", "shapes_state_ways": "both ways"}),),
            ("c_n", "final state"),
        ),
        Term(
            "return_sequences",
            "Keras' option: the state of every step, or of the last one only.",
            (At(SHAPES, "Keras and PyTorch side by side", {"shapes_tab": "output and h_n"}),),
            ("return_state", "TimeDistributed"),
        ),
        Term(
            "batch_first",
            "PyTorch's option for (B, T, D) instead of (T, B, D). It turns x and output, never h_n.",
            (At(SHAPES, "Turn the box", {"shapes_tab": "Shapes and parameters", "shapes_order": "time first"}),),
        ),
        Term(
            "Padding",
            "Filling short sequences of a batch up with a sign that means nothing. Who asks the network there gets a "
            "worse answer.",
            (At(SHAPES, "Asked at a pad", {"shapes_tab": "Padding and packing"}),),
            ("pad",),
        ),
        Term(
            "Packing",
            "A padded batch without its pads, laid out step by step; `batch_sizes` says how many sequences have each step.",
            (At(SHAPES, "Cell by cell", {"shapes_tab": "Padding and packing"}),),
            ("pack_padded_sequence", "batch_sizes"),
        ),
        Term(
            "Bidirectional",
            "Two readers, one from the left and one from the right, with weights of their own; at each step their "
            "states stand side by side.",
            (At(SHAPES, "Who knows what when", {"shapes_tab": "Both directions", "shapes_ending_shown": "true"}),),
            ("Bi-RNN", "BiLSTM"),
        ),
        Term(
            "Stacked",
            "Layers upon each other: the states of one are the inputs of the next.",
            (At(SHAPES, "Two layers", {"shapes_tab": "Kinds", "shapes_kind": "Stacked"}),),
            ("deep RNN", "num_layers"),
        ),
        Term(
            "Many-to-one",
            "Reads a sequence and answers once, at the end: sentiment.",
            (At(SHAPES, "Drawn with its numbers", {"shapes_tab": "Kinds", "shapes_kind": "Many to one"}), At(SENTI)),
            ("sequence classification",),
        ),
        Term(
            "Many-to-many",
            "One answer for each step (tagging), or a sequence of another length (translation).",
            (
                At(SHAPES, "Drawn with its numbers", {"shapes_tab": "Kinds", "shapes_kind": "Many to many, equal"}),
                At(TAG),
            ),
            ("sequence labelling",),
        ),
        Term(
            "Encoder and decoder",
            "One network reads and leaves a vector; another one, with weights of its own, writes from it.",
            (At(DATES), At(SHAPES, "Drawn", {"shapes_tab": "Kinds", "shapes_kind": "Many to many, unequal"})),
            ("seq2seq", "sequence to sequence"),
        ),
        Term(
            "Attention",
            "At each step the decoder looks back at all states of the encoder, and takes a weighted mean of them: no single "
            "vector has to hold everything.",
            (At(DATES, "Where it looks", {"translate_tab": "Translate"}),),
        ),
    ),
    "Words and texts": (
        Term(
            "Token",
            "What a text is cut into: words, signs or letters.",
            (At(LM, "Letters or words", {"lm_tab": "Letters or words"}),),
            ("tokenisation",),
        ),
        Term(
            "Vocabulary",
            "The list of tokens that a network knows. A word's place in it is its number.",
            (At(WORDS, "A place in a list", {"words_tab": "One-hot"}),),
            ("lexicon",),
        ),
        Term(
            "One-hot",
            "A vector of zeros with a single 1 at the word's place. Any two words are equally far apart, √2.",
            (At(WORDS, "Type words", {"words_tab": "One-hot"}),),
        ),
        Term(
            "Embedding",
            "A learned vector for each word: a row of a matrix. Words that behave alike come to lie side by side.",
            (At(WORDS, "Before and after training", {"words_tab": "Embeddings"}),),
            ("word vector", "word2vec"),
        ),
        Term(
            "Out of vocabulary",
            "A word that is not in the list. It is read as `<unk>`, or letter by letter.",
            (
                At(WORDS, "The dimension “other”", {"words_tab": "One-hot", "words_other": "true"}),
                At(TAG, "Invent a word", {"tag_tab": "Invent a word"}),
            ),
            ("OOV", "<unk>", "unknown word"),
        ),
        Term(
            "Word hashing",
            "A word as the set of its letters in threes, so that unknown words still look like known ones.",
            (At(WORDS, "apple: app, ppl, ple", {"words_tab": "Letter trigrams"}),),
            ("letter trigrams",),
        ),
        Term(
            "Bag of words",
            "How often each word occurs, with the order thrown away.",
            (At(WORDS, "Two sentences, one bag", {"words_tab": "Order"}),),
            ("BoW",),
        ),
        Term(
            "End of sequence",
            "`<eos>`, a token that says that the text ends here; a language model draws it like any other.",
            (At(LM, "Until <eos>", {"lm_tab": "Sampling"}),),
            ("<eos>", "EOS"),
        ),
        Term(
            "Language model",
            "A network that says how probable each next token is, and so how probable a text is.",
            (At(LM),),
            ("LM",),
        ),
        Term(
            "Perplexity",
            "e to the mean surprise: as uncertain as a fair choice among so many tokens. A uniform guess over 65 "
            "letters has 65.",
            (At(LM, "Of two sentences", {"lm_tab": "Two sentences"}),),
        ),
        Term(
            "n-gram",
            "A language model that counts: how often a token followed the n − 1 before it.",
            (At(LM, "Beside the networks", {"lm_tab": "Letters or words"}),),
            ("bigram",),
        ),
        Term(
            "Sampling",
            "Drawing the next token from the distribution that the network says, and reading it as the next input.",
            (At(LM, "Draw by draw", {"lm_tab": "Sampling"}),),
        ),
        Term(
            "Temperature",
            "Divides the logits before softmax. Below 1 the probable becomes more probable, above 1 all come closer.",
            (At(LM, "T = 0.5", {"lm_tab": "Sampling", "lm_temperature": "0.5"}),),
        ),
        Term(
            "Softmax",
            "Makes probabilities of any numbers: e to each, over the sum.",
            (At(LM, "Bars of the next token", {"lm_tab": "Sampling"}),),
            ("logits",),
        ),
        Term(
            "Greedy decoding",
            "Always the likeliest next token. Fast, and not always the likeliest text.",
            (At(DATES, "Beside beam search", {"translate_tab": "Greedy and beam"}),),
        ),
        Term(
            "Beam search",
            "Keeps the b likeliest beginnings at each step and goes on from all of them.",
            (At(DATES, "Make the beam wider", {"translate_tab": "Greedy and beam", "translate_width": "10"}),),
            ("beam width",),
        ),
    ),
    "Tasks and measures": (
        Term(
            "Sentiment analysis",
            "Says whether a text praises or blames.",
            (At(SENTI, "Word by word", {"senti_tab": "Word by word"}),),
        ),
        Term(
            "Pooling",
            "One vector from the states of all steps: their mean, or the largest of each unit; the alternative to the "
            "last state.",
            (At(SENTI, "Last state or all of them", {"senti_tab": "Order and pooling"}),),
        ),
        Term(
            "Named entity recognition",
            "Marks names of persons, places and companies in a text.",
            (At(TAG, "Tag a sentence", {"tag_tab": "Tag a sentence"}),),
            ("NER", "tagging"),
        ),
        Term(
            "BIO",
            "Tags for entities of several words: B begins one, I goes on, O is outside.",
            (At(TAG, "In a sentence", {"tag_tab": "Tag a sentence"}),),
            ("IOB",),
        ),
        Term(
            "Entity F1",
            "The harmonic mean of precision and recall, with entities counted whole. Who always says O has high accuracy and "
            "an F1 of 0.",
            (At(TAG, "Beside the laziest tagger", {"tag_tab": "How good are they?"}),),
            ("precision", "recall", "F1"),
        ),
        Term(
            "Window",
            "A piece of a series that a forecaster reads, with what comes after it as the answer.",
            (At(SERIES, "Cut windows", {"forecast_tab": "Windows and shapes"}),),
            ("lookback",),
        ),
        Term(
            "Horizon",
            "How many steps ahead a forecast looks. Errors grow with it.",
            (At(SERIES, "24 hours", {"forecast_tab": "A day ahead"}),),
        ),
        Term(
            "Naive forecast",
            "The last value, or the same hour yesterday. Who is not better than that has learned nothing.",
            (At(SERIES, "Beside the networks", {"forecast_tab": "A month ahead"}),),
            ("persistence", "baseline"),
        ),
        Term(
            "TimeSeriesSplit",
            "Folds in the order of time: each trains on the past and is tested on what came after.",
            (At(SERIES, "Fold by fold", {"forecast_tab": "Splits", "forecast_order": "in the order of time"}),),
            ("cross-validation",),
        ),
        Term(
            "Leak",
            "The answer, or its neighbour, gets into training; a shuffled split of a series does it. The result flatters.",
            (At(SERIES, "Shuffle, and see", {"forecast_tab": "Splits", "forecast_order": "shuffled"}),),
            ("data leakage",),
        ),
    ),
}
"""The terms by group, in the order of the page."""

TERMS: tuple[Term, ...] = tuple(term for terms in GROUPS.values() for term in terms)
"""All of them."""

LONGEST = 80
"""Signs of a search that are looked at."""


def find(text: str) -> Mapping[str, Sequence[Term]]:
    """The terms that have every word of a search in them, by group: those named so first, then those that mention it.

    The words may be English or the visitor's language, and case does not matter. A search without words finds all; a
    group without finds is left out.
    """
    wanted = text[:LONGEST].casefold().split()
    found = {}
    for group, terms in GROUPS.items():
        kept = [term for term in terms if all(word in _text(term) for word in wanted)]
        if kept:
            found[group] = sorted(kept, key=lambda term: not all(word in _names(term) for word in wanted))
    return found


def _names(term: Term) -> str:
    return " ".join((term.name, say(term.name), *term.also)).casefold()


def _text(term: Term) -> str:
    words = f"{term.text} {say(term.text)}".casefold().replace("`", "").replace("*", "")
    return f"{_names(term)} {words}"
