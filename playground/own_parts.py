"""Parts of the page "your own model": its widgets and pictures.

What a visitor brings lives in the session, under one key, and nowhere else: no cache, no file. It goes when its file is
removed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, get_args

import streamlit as st

from models import own_model
from models.limits import OWN_MODEL
from models.loaders import vectors as vectors_file
from models.loaders import vocabulary, weights
from models.own_examples import EXAMPLES, Example, found
from models.own_model import Asked, Found, Loss, Profiles, Reading, Recurrent, Source, Squash, View
from playground import compute, controls, figures, showing, typed
from playground import own_words as words
from playground.language import said_all, say
from playground.player import asked, player

_KEPT = "own_kept"
_TEXTS = tuple(f"own_{name}_" for name in EXAMPLES)  # begin the keys of what was typed for an example
_ENDINGS = {"own_file": ["safetensors", "pt", "pth"], "own_vocabulary": ["json", "txt"], "own_vectors": ["npy", "csv"]}


@dataclass(frozen=True, eq=False)
class Brought:
    """A file of a visitor, read: the last good one, and what is wrong with the newest."""

    file: tuple[Any, ...]
    name: str
    value: Any
    wrong: str


@dataclass(frozen=True, eq=False)
class Model:
    """What the page looks into.

    Attributes:
        tag: In the keys of its widgets, so that another model has others.
        name: Of its file.
        found: What is in it.
        tokens: Its vocabulary; empty where there is none.
        example: None where a visitor brought it.
    """

    tag: str
    name: str
    found: Found
    tokens: tuple[str, ...]
    example: Example | None


@dataclass(frozen=True, eq=False)
class Chosen:
    """Everything that was chosen, and what came of it.

    Attributes:
        model: The model.
        asked: Which of its layers reads what.
        shown: How the head's output is shown, a key of `words.OUTPUTS`.
        tokens: The vocabulary.
        vectors: Those that a visitor brought.
        reading: What came of it.
    """

    model: Model
    asked: Asked
    shown: str
    tokens: tuple[str, ...]
    vectors: Brought | None
    reading: Reading

    @property
    def layer(self) -> Recurrent:
        """The recurrent layer that is looked at."""
        return self.model.found.layers[self.asked.place]


# ---- files -----------------------------------------------------------------------------------------------------------


def ask_model() -> Model:
    """Ask for a file; one of the examples stands in for it until there is one, and after one that cannot be read."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        brought = _upload("own_file", say(words.UPLOAD), weights_of)
        st.caption(words.formats())
    with right:
        example = _ask_example(disabled=brought is not None and brought.value is not None)
    if brought and brought.wrong:
        kept = brought.name if brought.value else EXAMPLES[example].file
        st.warning(words.complaint(say(brought.wrong), kept))
    if brought is None or brought.value is None:
        _forget()
        one = EXAMPLES[example]
        st.markdown(words.found(one.file, found(example)))
        return Model(example, one.file, found(example), one.vocabulary, one)
    st.markdown(words.found(brought.name, brought.value))
    for remark in brought.value.remarks[:4]:
        st.info(words.plain(say(remark)))
    return Model(f"file{abs(hash(brought.file)) % 10**8}", brought.name, brought.value, (), None)


def _forget() -> None:
    """Let go of what belonged to a file that is gone: its vocabulary, its vectors, the texts that it read."""
    kept = st.session_state[_KEPT]
    for key in [key for key in kept if key != "own_file" and not key.startswith(_TEXTS)]:
        del kept[key]


def weights_of(data: bytes) -> Found:
    """What is in a file of weights."""
    return own_model.find(weights.read(data))


def _ask_example(*, disabled: bool) -> str:
    """Ask for an example, and offer its file to take home."""
    titles = {name: example.title for name, example in EXAMPLES.items()}
    if disabled:
        st.caption(say("Remove your file to come back to the examples."))
        return next(iter(EXAMPLES))
    name = controls.select("own", "example", "No file at hand? Look into one that ships", titles, 420)
    example = EXAMPLES[name]
    with st.container(horizontal=True, gap="small", key="own_downloads"):
        st.download_button(
            say("Its file"), example.data, example.file, key="own_example_file", icon=":material/download:",
            on_click="ignore", help=say("A safetensors file, to try the upload with"),
        )  # fmt: skip
        st.download_button(
            say("Its vocabulary"), example.tokens, "vocabulary.json", key="own_example_tokens", icon=":material/download:",
            on_click="ignore",
        )  # fmt: skip
    return name


def _upload(key: str, label: str, read: Callable[[bytes], Any], *question: object) -> Brought | None:
    """A file as it was read, once: reruns find it in the session. Nothing is left of one that was removed.

    Args:
        key: Of the widget.
        label: Of the widget.
        read: From bytes to what the page needs.
        question: What else the answer hangs on.
    """
    given = st.file_uploader(label, _ENDINGS[key], key=key, max_upload_size=max(1, OWN_MODEL.file_bytes // 1_000_000))
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, {})
    if given is None:
        kept.pop(key, None)
        return None
    file, last = (given.file_id, *question), kept.get(key)
    if last is None or last.file != file:
        try:
            kept[key] = Brought(file, given.name, read(given.getvalue()), "")
        except ValueError as wrong:
            same = last is not None and last.file[1:] == file[1:]  # the last good one, if it answers the same question
            name, value = (last.name, last.value) if last and same else ("", None)
            kept[key] = Brought(file, name, value, wrong.args[0])
    return kept[key]


# ---- choices ---------------------------------------------------------------------------------------------------------


def choose(model: Model) -> Chosen | None:
    """Ask what to look at and what it reads, and look; None, with a sentence, where nothing can be seen."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="own_choices"):
        place = _ask_layer(model)
        layer = model.found.layers[place]
        view = _ask_view(model, place)
        embedding = _ask_matrix(model, place, "embedding", "Embedding")
        head = _ask_matrix(model, place, "head", "Head, reads the top layer")
        shown = "softmax"
        if head and len(model.found.heads(layer)[head].weight) > 1:
            shown = _ask(model, f"shown{place}", "Its output as", words.OUTPUTS, 310)
    tokens, vectors = _ask_extras(model, layer, embedding)
    asked = _ask_inputs(model, Asked(place, view, embedding, head), tokens, vectors)
    try:
        if model.example:
            reading = compute.own_example(model.tag, asked)
        else:
            reading = own_model.read(model.found, asked, tokens, vectors.value if vectors else None)
    except ValueError as wrong:
        st.warning(f"{words.plain(say(wrong))}.")
        return None
    return Chosen(model, asked, shown, tokens, vectors, reading)


def _ask_layer(model: Model) -> int:
    layers = model.found.layers
    if len(layers) == 1:
        return 0
    return int(
        _ask(model, "layer", "Recurrent layers", {str(k): words.titled(one) for k, one in enumerate(layers)}, 330)
    )


def _ask_view(model: Model, place: int) -> View:
    layer = model.found.layers[place]
    depth, reverse, squash = 0, False, "tanh"
    if layer.layers > 1:
        depths = {str(k): f"layer {k + 1}" for k in range(layer.layers)}
        depth = int(_ask(model, f"depth{place}", "Layer", depths, 130))
    if layer.both_ways:
        ways = {"forward": "forward", "backward": "backward"}
        reverse = _ask(model, f"way{place}", "Direction", ways, 150) == "backward"
    if layer.cell == "RNN":
        squash = _ask(model, f"squash{place}", "Squashing (not in the file)", words.SQUASHES, 220)
    return View(depth, reverse, next(each for each in get_args(Squash) if each == squash))


def _ask_matrix(model: Model, place: int, what: str, label: str) -> str:
    """Ask which matrix of the file stands before or behind the layer, the likeliest at first; "" for none."""
    found, layer = model.found, model.found.layers[place]
    if what == "embedding":
        names, likely = list(found.embeddings(layer)), found.likely_embedding(layer)
    else:
        names, likely = list(found.heads(layer)), found.likely_head(layer)
    if not names:
        return ""
    order = dict.fromkeys([likely, "", *names])
    return _ask(model, f"{what}{place}", label, {name: words.matrix(name) for name in order}, 230)


def _ask(model: Model, name: str, label: str, options: Mapping[str, str], width: int) -> str:
    """Ask for one of some options, the first one at first. Only what an example offers goes into a link."""
    if model.example:
        return controls.select(f"own_{model.tag}", name, label, options, width)
    key = f"own_{model.tag}_{name}"
    labels = said_all(options)
    chosen = st.selectbox(say(label), list(options), format_func=labels.__getitem__, key=key, width=width)
    return chosen if chosen in options else next(iter(options))


# ---- what it reads ---------------------------------------------------------------------------------------------------


def _ask_extras(model: Model, layer: Recurrent, embedding: str) -> tuple[tuple[str, ...], Brought | None]:
    """Ask for a vocabulary and for input vectors, where a visitor brought a model: the tokens, and the vectors."""
    if model.example:
        return model.tokens, None
    longest = OWN_MODEL.longest(layer.hidden)
    with st.expander(say("Vocabulary and input vectors (optional)"), icon=":material/attach_file:", key="own_extras"):
        st.caption(say(words.EXTRAS))
        left, right = st.columns(2, gap="medium")
        with left:
            brought = _upload("own_vocabulary", say("Vocabulary"), vocabulary.read)
        with right:
            read = partial(vectors_file.read, width=layer.inputs, longest=longest)
            given = _upload(
                "own_vectors", say("Input vectors: (T, {inputs})", inputs=layer.inputs), read, layer.inputs, longest
            )
    for one in (brought, given):
        if one and one.wrong:
            st.warning(f"{words.plain(say(one.wrong))}.")
    tokens: tuple[str, ...] = brought.value if brought and brought.value else ()
    rows = model.found.embeddings(layer).get(embedding)
    if rows is not None and len(tokens) > len(rows):
        st.warning(f"{words.too_many(len(tokens), len(rows))}.")
        tokens = ()
    if tokens and rows is None:
        st.info(say(words.NO_EMBEDDING))
    return tokens, given if given and given.value is not None else None


def _ask_inputs(model: Model, asked: Asked, tokens: tuple[str, ...], vectors: Brought | None) -> Asked:
    """Ask what the layer reads: a file of vectors, a text, ids, or random numbers."""
    layer = model.found.layers[asked.place]
    rows = model.found.embeddings(layer).get(asked.embedding)
    there: dict[Source, bool] = {
        "vectors": vectors is not None,
        "text": rows is not None and bool(tokens),
        "ids": rows is not None,
        "normal": True,
    }
    sources = {name: words.SOURCES[name] for name, is_there in there.items() if is_there}
    longest = OWN_MODEL.longest(layer.hidden)
    with st.container(horizontal=True, vertical_alignment="bottom", key="own_inputs"):
        chosen = next(iter(sources))
        if len(sources) > 1:
            initials = "".join(name[0] for name in sources)  # others are offered once a file has come
            chosen = _ask(model, f"reads{asked.place}{initials}", "It reads", dict(sources), 170)
        source: Source = next(each for each in get_args(Source) if each == chosen)
        if source == "normal":
            steps = _ask_number(model, "steps", "Steps T", 1, longest, min(24, longest))
            seed = _ask_number(model, "seed", "Seed", 0, 2**31 - 1, 0)
            return replace(asked, source=source, steps=steps, seed=seed)
        if source == "vectors" or rows is None:
            return replace(asked, source=source)
        read = _reader(source, tokens, len(rows), longest)
        first, label = words.first(source, tokens, len(rows), model.example.text if model.example else "")
        return replace(asked, source=source, text=_ask_text(model, f"{source}{asked.place}", label, first, read))


def _reader(source: Source, tokens: tuple[str, ...], rows: int, longest: int) -> Callable[[str], object]:
    """What says whether a text can be read."""
    if source == "text":
        return lambda text: own_model.tokens_of(text, tokens, longest)
    return lambda text: own_model.ids_of(text, rows, longest)


def _ask_number(model: Model, name: str, label: str, low: int, high: int, value: int) -> int:
    key = f"own_{model.tag}_{name}"
    bound = "query-params" if model.example else None
    if model.example:
        controls.check_link(key, low, high)
    found = st.number_input(say(label), low, high, value, key=key, bind=bound, width=130)
    return value if found is None else int(found)


def _ask_text(model: Model, name: str, label: str, first: str, read: Callable[[str], object]) -> str:
    """Ask for a text or for ids; what cannot be read gets a sentence, and the last good one stays."""
    key = f"own_{model.tag}_{name}"
    text = st.text_input(label, first, key=key, bind="query-params" if model.example else None, width=620) or ""
    kept: dict[str, Any] = st.session_state[_KEPT]
    try:
        read(text)
    except ValueError as wrong:
        good: str = kept.get(key, first)
        st.warning(words.complaint(say(wrong), good))
        return good
    kept[key] = text
    return text


# ---- views -----------------------------------------------------------------------------------------------------------


def show_player(chosen: Chosen) -> None:
    """The tab "Player": every value of every step, and how exact it is."""
    seen, asked_for = chosen.reading.seen, chosen.asked
    told = {
        "normal": lambda: words.normal_told(asked_for.seed, chosen.layer.inputs),
        "vectors": lambda: words.file_told(chosen.vectors.name if chosen.vectors else ""),
    }.get(asked_for.source)
    if told:
        st.caption(told())
    if chosen.model.example:
        _, wrong = asked(seen.trace.steps, seen.trace.hidden, [*seen.trace.names, *seen.trace.inner])
        if wrong:
            st.warning(wrong)
    track = words.track(chosen.layer, asked_for, seen, chosen.tokens, chosen.shown)
    player([track], words.tokens(chosen.reading, chosen.tokens), key="own_player", step=seen.trace.steps - 1)
    st.markdown(words.exactness(chosen.layer, seen))


def show_gradients(chosen: Chosen) -> None:
    """The tab "Gradients": how far back this layer feels."""
    st.markdown(say(words.GRADIENTS))
    picked = controls.choice("own", "loss", "Loss: the sum of h at", words.LOSSES, "last")
    loss = next(each for each in get_args(Loss) if each == picked)
    try:
        found = _profiles(chosen, loss)
    except ValueError as wrong:
        st.warning(f"{words.plain(say(wrong))}.")
        return
    showing.chart(
        figures.bands(
            words.bands(found), say("Gradients on their way back"), say("lag: steps back from the last one read"),
            say("norm, log axis"), dark=controls.dark(), say=say,
        ),
        key="own_gradients",
        alt=say("The norms of dL/dh, of dh_T/dh_t and, of an LSTM, of dc_T/dc_t against the lag, on a log axis"),
    )  # fmt: skip
    st.markdown(" ".join([words.fading(found), words.memory_told(found), words.backwards_told(chosen.asked.view)]))


def _profiles(chosen: Chosen, loss: Loss) -> Profiles:
    """The gradients; of a visitor's model they are computed once for each choice, and kept in the session."""
    if chosen.model.example:
        return compute.own_example_profiles(chosen.model.tag, chosen.asked, loss)
    kept: dict[str, Any] = st.session_state[_KEPT]
    question = (chosen.model.tag, chosen.asked, chosen.vectors.file if chosen.vectors else None, chosen.tokens)
    if kept.get("own_profiles", (None,))[0] != question:
        kept["own_profiles"] = (question, {})
    known: dict[Loss, Profiles] = kept["own_profiles"][1]
    if loss not in known:
        with st.spinner(say("Multiplying Jacobians …")):  # a second or two for the largest layer
            known[loss] = own_model.profiles(chosen.reading.seen.trace, loss, next(iter(known.values()), None))
    return known[loss]


def show_shapes(chosen: Chosen) -> None:
    """The tab "Shapes and code": tensors, weights, and the lines that do the same in a notebook."""
    layer = chosen.layer
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        st.markdown(words.sketch(layer))
        showing.table(
            words.shape_rows(layer, chosen.reading.seen), hide_index=True, width="stretch",
            alt=say("The tensors that go in and come out, their shapes and their axes"),
        )  # fmt: skip
        st.markdown(words.counted(layer))
    with right:
        showing.table(
            words.weight_rows(layer), hide_index=True, width="stretch",
            alt=say("Every weight of the recurrent layers, its shape and how many numbers it has"),
        )  # fmt: skip
    st.markdown(say("**The same layer in a notebook**, with the weights of the file:"))
    lines = own_model.lines(layer, chosen.model.found.kind, chosen.model.name, chosen.asked.view.squash)
    st.code(lines, language="python", wrap_lines=True)


def ending(model: Model) -> None:
    """What to notice, and two things to try."""
    st.subheader(say("What to notice"))
    st.markdown(say(words.NOTICE))
    st.subheader(say("Two things to try"))
    if model.example:
        typed.attempts("own", words.TRIES)
    else:
        for name, (_, look) in words.TRIES.items():
            st.markdown(say("**{name}** (an example: remove your file first). {look}", name=say(name), look=say(look)))
    st.markdown(say(words.TRAINED_HERE))
