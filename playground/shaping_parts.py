"""Parts of the page "shapes of networks": its widgets and its pictures."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from models.kinds import LONGEST, Question, Unrolled
from models.packing import Packed
from models.person_tagger import Question as Text
from models.person_tagger import Tagged
from models.shapes import LIMITS, Layer, Shaped
from playground import compute, controls, figures, guesses, shaping, shaping_drawing, showing, typed
from playground.graph import asked, graph
from playground.language import formula, say
from playground.player import player
from playground.player.player import asked as player_asked

_TEXT, _LENGTHS = "shapes_text", "shapes_lengths"
_ROW = 35  # pixels of a row in Streamlit's tables


def ending(page: str, notice: str, tries: shaping.Attempts) -> None:
    """What to notice, and things to try: each a click that sets widgets, with what to look at."""
    st.subheader(say("What to notice"))
    st.markdown(say(notice))
    st.subheader(say("Two things to try"))
    typed.attempts(f"shapes_{page}", tries)


def _table(columns: Mapping[str, Sequence[object]], alt: str) -> None:
    """A table that shows all its rows; heads and `alt` are translated here."""
    rows = len(next(iter(columns.values())))
    said = {say(name): values for name, values in columns.items()}
    showing.table(said, hide_index=True, height=(rows + 1) * _ROW + 3, alt=say(alt))


def _slider(key: str, label: str, low: int, high: int, value: int, width: int = 150) -> int:
    controls.check_link(key, low, high)
    return st.slider(say(label), low, high, value, key=key, bind="query-params", width=width)


def _number(key: str, label: str, low: int, high: int, value: int, width: int = 110) -> int:
    controls.check_link(key, low, high)
    found = st.number_input(say(label), low, high, value, key=key, bind="query-params", width=width)
    return value if found is None else int(found)


# ---- kinds -----------------------------------------------------------------------------------------------------------


def ask_kind() -> Question:
    """Ask for a kind of network, its number of steps, and the seed of its numbers."""
    kind = controls.choice("shapes", "kind", "Kind", shaping.KINDS, "many-to-one")
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="shapes_kind_controls"):
        steps = 1 if kind == "one-to-one" else _slider("shapes_steps", "Steps T", 2, LONGEST, 4)
        writes = _slider("shapes_writes", "Outputs of the decoder U", 1, 4, 3, 190) if kind == "encoder-decoder" else 3
        seed = _number("shapes_seed", "Seed", 0, 2**31 - 1, 0, 130)
    return Question(kind, steps, writes, seed)


def draw(found: Unrolled, key: str) -> None:
    """The unrolled network with all its numbers, and the badge of each set of weights."""
    st.markdown(shaping_drawing.badges(found))
    nodes, edges, stops, captions = shaping_drawing.drawing(found)
    if wrong := asked(nodes, stops, key=key):
        st.warning(wrong)
    graph(nodes, edges, stops, key=key, captions=captions, labels="all", number=shaping_drawing.first_look(found))
    st.markdown(shaping.agreement(found))


def show_kind(found: Unrolled) -> None:
    """The lines that build a network, and its weights one by one."""
    kind = found.question.kind
    left, right = st.columns([1.15, 1], gap="medium")
    with left:
        st.markdown(say("**The lines that build and run it**"))
        st.code(shaping.code(kind), language="python")
    with right:
        st.markdown(say("**Its weights, matrix by matrix**"))
        _table(
            shaping.weights_of(found.question, found),
            "Each weight with its rows and columns, here and in a larger network",
        )
        st.markdown(
            say(
                "${formula}$ = **{count}** here, where D = H = K = 1.",
                formula=shaping.formula_of(kind),
                count=found.parameters,
            )
        )
    with st.expander(say("Every use of every set of weights")):
        _table(
            shaping_drawing.copies(found),
            "Each use of each set of weights: whose, when, and whether it is the same object as at first",
        )


def predict_longer(found: Unrolled) -> None:
    """How many weights does a longer sequence need? Asked first, answered by a network that is built."""
    question = found.question
    if question.kind == "one-to-one":
        st.markdown(say("A plain network has one step and no answer to a second one: choose another kind."))
        return
    asked, options = shaping.longer_question(question, found), {"none": "?", **shaping.LENGTHS}
    st.markdown(asked)
    guess = controls.choice("shapes", "longer", "Your guess", options, "none", asks=asked)
    if guess != "none":
        other = compute.unroll_kind(shaping.longer(question))
        controls.answer("shapes_longer", shaping.longer_answer(guess, question, found, other))


# ---- shapes and parameters -------------------------------------------------------------------------------------------


def ask_layer() -> Layer:
    """Ask for a layer and the batch that it reads."""
    with st.container(horizontal=True, gap="medium", key="shapes_layer_kind"):
        cell = controls.choice("shapes", "cell", "Cell", shaping.CELLS, "LSTM")
        ways = controls.choice("shapes", "ways", "Reads", shaping.WAYS, "one")
        order = controls.choice("shapes", "order", "Axes of x", shaping.ORDERS, "batch")
    labels = {
        "batch": ("B, sequences", 5), "steps": ("T, steps", 7), "inputs": ("D, inputs", 3), "hidden": ("H, units", 4),
        "layers": ("L, layers", 1), "outputs": ("K, dense cells", 2),
    }  # fmt: skip
    keys = {"outputs": "dense"}
    with st.container(horizontal=True, key="shapes_layer_sizes"):
        sizes = {
            name: _number(
                f"shapes_{keys.get(name, name if name != 'steps' else 'length')}", label, *LIMITS[name], value
            )
            for name, (label, value) in labels.items()
        }
    return Layer(cell, both_ways=ways == "both", batch_first=order == "batch", **sizes)


def predict_shape() -> None:
    """Which shape has h_n? Asked first, answered by the tensor."""
    st.markdown(say(shaping.QUESTION_SHAPE))
    options = {"none": "?", **shaping.SHAPES}
    guess = controls.choice("shapes", "shape", "Your guess", options, "none", asks=shaping.QUESTION_SHAPE)
    if guess != "none":
        controls.answer("shapes_shape", shaping.shape_answer(guess, compute.shaped(shaping.ASKED_SHAPE)))


def show_shapes(found: Shaped) -> None:
    """Each tensor as a box, its shape in letters and numbers."""
    for column, (name, tensor) in zip(st.columns(len(found.tensors)), found.tensors.items(), strict=True):
        with column:
            showing.chart(
                figures.box(
                    tensor.shape, tensor.axes, shaping.ROLES[name], f"{name} {tensor.shape}", dark=controls.dark()
                ),
                key=f"shapes_box_{name}",
                alt=say(
                    "{name} as a box: {sizes}",
                    name=name,
                    sizes=", ".join(f"{a} = {n}" for a, n in zip(tensor.axes, tensor.shape, strict=True)),
                ),
                config={"displayModeBar": False},
            )
            st.caption(f"({', '.join(tensor.axes)}): {shaping.tensor_words(name)}")


def show_weights(found: Shaped, code: str) -> None:
    """The lines that build the layer, its weights one by one, and the formula with its numbers."""
    left, right = st.columns([1, 1.05], gap="medium")
    with left:
        st.markdown(say("**The lines that build and run it**"))
        st.code(code, language="python", wrap_lines=True)
        st.latex(formula(shaping.count_formula(found.layer)))
        st.markdown(shaping.count_words(found))
    with right:
        st.markdown(say("**Its weights, matrix by matrix**"))
        _table(shaping.weight_table(found.weights), "Each weight with its rows, columns and numbers")


# ---- output and h_n --------------------------------------------------------------------------------------------------


def predict_slice() -> None:
    """Which slice of the output is h_n[-1]? Asked first, answered by looking for equal numbers."""
    st.markdown(say(shaping.QUESTION_SLICE))
    options = {"none": "?", **shaping.SLICES}
    guess = controls.choice("shapes", "slice", "Your guess", options, "none", asks=shaping.QUESTION_SLICE)
    if guess != "none":
        controls.answer("shapes_slice", shaping.slice_answer(guess, compute.shaped(shaping.ASKED_SLICE)))


def ask_states() -> Layer:
    """Ask for a small layer whose states are looked at number by number."""
    with st.container(horizontal=True, gap="medium", vertical_alignment="bottom", key="shapes_states"):
        cell = controls.choice("shapes", "state_cell", "Cell", shaping.CELLS, "LSTM")
        ways = controls.choice("shapes", "state_ways", "Reads", shaping.WAYS, "one")
        layers = _slider("shapes_state_layers", "Layers L", 1, 3, 2, 130)
        steps = _slider("shapes_state_steps", "Steps T", 2, 12, 7, 130)
        hidden = _slider("shapes_state_hidden", "Units H", 1, 6, 3, 130)
    return Layer(cell, 2, steps, 3, hidden, layers, both_ways=ways == "both")


def show_states(found: Shaped) -> None:
    """Output and h_n side by side; a chosen row of h_n is framed in both."""
    last, names = found.matches[-1], shaping.row_names(found)
    options = {str(last.row): names[str(last.row)], **names}
    row = int(controls.select("shapes", f"row{len(names)}", "Look at", options, width=260))
    match, H = found.matches[row], found.layer.hidden  # noqa: N806 - the axis letter
    left, right = st.columns([1.6, 1], gap="medium")
    steps = [str(t) for t in range(found.layer.steps)]
    showing.chart(
        figures.slices(
            found.output.T, say("output: the last layer at every step"), (say("step"), steps),
            (say("unit"), shaping.unit_names(found)), shaping.output_frame(match, found), dark=controls.dark(),
        ),
        key="shapes_output", alt=say("The output at every step, with the slice framed that equals the chosen row of h_n"),
     where=left)  # fmt: skip
    showing.chart(
        figures.slices(
            found.h_n.T, say("h_n: every layer's last state"), (say("row of h_n"), [f"[{k}]" for k in range(len(names))]),
            (say("unit"), [str(unit) for unit in range(1, H + 1)]), [figures.Frame((row, row), (0, H - 1), f"h_n[{row}]")],
            dark=controls.dark(),
        ),
        key="shapes_h_n", alt=say("h_n, one column for each layer and direction, with the chosen one framed"),
     where=right)  # fmt: skip
    st.markdown(shaping.where(match, found))
    one = compute.shaped(replace(found.layer, layers=1))
    st.markdown(shaping.trap_words(found, one) if found.layer.both_ways else say(shaping.NO_TRAP))


def show_keras(layer: Layer) -> None:
    """What Keras gives back and what PyTorch does, with the real shapes."""
    st.subheader(say("Keras and PyTorch side by side"))
    rows = compute.returned(layer)
    _table(shaping.keras_table(rows), "Keras' options, the same in PyTorch, and the shapes")
    st.markdown(shaping.dense_words(layer, rows))


def ask_ones() -> Question:
    """Ask what the pencil net reads."""
    inputs = typed.ask_sequence(
        "shapes_ones", "Inputs of the pencil net", ((0.0,), (0.0,), (1.0,), (1.0,)), longest=LONGEST, largest=100
    )
    return Question("bidirectional", len(inputs), inputs=tuple(row[0] for row in inputs), ones=True)


# ---- padding and packing ---------------------------------------------------------------------------------------------


def predict_cells(found: Packed) -> None:
    """How many cells hold something? Asked first, answered by the packed batch."""
    key, asked = "shapes_cells", shaping.cells_question(found)
    st.markdown(asked)
    controls.check_link(key, 1, 10_000)
    heard = {"on_change": guesses.heard, "args": (key, asked)}
    guess = st.number_input(say("Your guess"), 1, 10_000, None, key=key, bind="query-params", width=150, **heard)
    if guess is not None:
        controls.answer("shapes_cells", shaping.cells_answer(guess, found))


def ask_lengths() -> tuple[int, ...]:
    """Ask for the lengths of a batch; a slip gets a sentence, and the last good batch stays."""
    example = " ".join(map(str, shaping.BATCH))
    text = st.text_input(say("Lengths of the sequences (Enter reads them)"), example, key=_LENGTHS, bind="query-params")
    good = f"{_LENGTHS}_good"
    try:
        st.session_state[good] = shaping.lengths(text or "")
    except ValueError as wrong:
        kept = st.session_state.setdefault(good, shaping.BATCH)
        told = "{wrong}. Write them like `{example}`. What you see still has {kept}."
        st.warning(say(told, wrong=wrong, example=example, kept=" ".join(map(str, kept))))
    return st.session_state[good]


def show_packed(found: Packed) -> None:
    """The padded batch, with the place of each cell in the packed data."""
    rows, names = shaping.padded_rows(found)
    showing.chart(
        figures.batch(
            rows, names, found.batch_sizes,
            say("{packed} of {padded} cells are real", packed=found.packed_cells, padded=found.padded_cells),
            dark=controls.dark(), say=say,
        ),
        key="shapes_batch",
        alt=say("A padded batch, longest sequence first, with the place of each real cell in packed data"),
    )  # fmt: skip
    st.markdown(shaping.packed_words(found))
    st.markdown(shaping.small_example(compute.packed(tuple(map(len, shaping.SMALL))), shaping.SMALL))


def show_padding(found: Packed) -> None:
    """What the last padded step says, in numbers of an untrained layer and in the accuracy of trained ones."""
    st.subheader(say("The last padded step is not the last step"))
    left, right = st.columns([1, 1.25], gap="medium")
    with left:
        st.markdown(
            say("An untrained GRU reads your batch. How far is each “last state” from that of the sequence alone?")
        )
        _table(
            shaping.drift_table(found, compute.drift(found.lengths)),
            "Largest difference to the state after the last real step: of the last padded step and of packed h_n",
        )
    experiment = compute.padding()
    with right:
        showing.chart(
            figures.lines(
                shaping.padding_lines(experiment), say("Asked at a far pad, it guesses"),
                say("steps of a padded row"), say("share right, median of seeds"), span=(0.4, 1.03),
                dark=controls.dark(),
            ),
            key="shapes_padding",
            alt=say("Share of right answers by length of the padded row, asked at pads and at real steps"),
        )  # fmt: skip
    st.markdown(shaping.padding_words(experiment))


# ---- both directions -------------------------------------------------------------------------------------------------


def predict_ending() -> bool:
    """Which reader changes its mind? Asked first, answered by both networks; whether the page may show it."""
    st.markdown(say(shaping.QUESTION_ENDING))
    options = {"none": "?", **shaping.GUESSES}
    guess = controls.choice("shapes", "ending", "Your guess", options, "none", asks=shaping.QUESTION_ENDING)
    if guess != "none":
        before = compute.tagged(Text(shaping.LECTURE))
        after = compute.tagged(Text(shaping.LECTURE.replace("scientist", "ship")))
        controls.answer("shapes_ending", shaping.ending_answer(guess, before, after))
        return True
    return st.toggle(say("Show it without a guess"), key="shapes_ending_shown", bind="query-params")


def ask_text() -> Text:
    """Ask for a sentence; one without words gets a sentence, and the last good one stays."""
    text = st.text_input(say("Your sentence (Enter reads it)"), shaping.LECTURE, key=_TEXT, bind="query-params") or ""
    with st.container(horizontal=True, gap="small", key="shapes_endings"):
        for word in shaping.ENDINGS:
            st.button(
                f"… a great {word}", key=f"shapes_ending_{word}", type="tertiary", on_click=typed.put,
                kwargs={_TEXT: shaping.LECTURE.replace("scientist", word)},
            )  # fmt: skip
    good = f"{_TEXT}_good"
    try:
        question = Text(text)
        st.session_state[good] = text
    except ValueError:
        st.warning(shaping.complaint(st.session_state.get(good, shaping.LECTURE)))
        return Text(st.session_state.get(good, shaping.LECTURE))
    return question


def show_revealed(found: Tagged, *, shown: bool) -> None:
    """p(person) at a word as the words come in, for both networks: at first only when the word itself comes in."""
    if note := shaping.remarks(found):
        st.info(note)
    options = shaping.word_names(found)
    word = int(controls.select("shapes", f"word{len(found.tokens)}", "Watch the word", options, width=220))
    showing.chart(
        figures.lines(
            shaping.revealed_lines(found, word) if shown else shaping.revealed_lines(found, word, until=word + 1),
            say("p(person) at “{word}” as the words come in", word=found.tokens[word][:24]),
            say("the last word that has come in"),
            "p(person)",
            words=shaping.shown_tokens(found),
            span=(-0.03, 1.03),
            reach=(word + 1, len(found.tokens)),
            dark=controls.dark(),
        ),
        key="shapes_revealed",
        alt=say("Probability that the watched word stands in a person's name, after each word, for both networks"),
    )
    if shown:
        st.markdown(shaping.revealed_words(found, word))
    else:
        st.caption(say(shaping.GOES_ON))


def show_tags(found: Tagged) -> None:
    """Every word's tag, by both networks and by the baseline; then the readers step by step."""
    _table(
        shaping.tag_table(found, compute.frequencies()),
        "Each word with its most frequent tag, and the tags of both networks",
    )
    tracks = shaping.tracks(found)
    hidden = max(track.trace.hidden for track in tracks)
    _, wrong = player_asked(len(found.tokens), hidden)
    if wrong:
        st.warning(wrong)
    player(tracks, shaping.player_tokens(found), key="shapes_player", step=shaping.watched(found))


def show_scores(facts: Mapping[str, dict]) -> None:
    """How good both networks are beside the baseline."""
    showing.chart(
        figures.lines(
            shaping.score_lines(facts),
            say("Only who reads both ways knows"),
            say("words in between (trained: 0 to 6)"),
            say("share of names right"),
            span=(0.5, 1.03),
            dark=controls.dark(),
        ),
        key="shapes_scores",
        alt=say("Share of the words of names that are tagged rightly, by distance, for both networks and the baseline"),
    )
    st.markdown(shaping.score_words(facts))
