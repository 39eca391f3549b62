"""Your own model, as a visitor meets it: an example at once, a file of one's own, hostile files, and nothing kept."""

import base64
import gc
import io
import json
import os

import numpy as np
import pytest
import torch
import visitor
from safetensors.torch import save
from torch import nn
from visitor import sentences

from models import own_examples
from models.own_model import normal_inputs
from models.trace import trace
from playground import own_words as words

PAGE = "pages/your_own_model.py"
NAME = "onlyforme"
LARGE = 200_000  # numbers: no tensor of the page itself has so many


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""

    def opened(**params):
        return visitor.opened(PAGE, pytestconfig.rootpath, **params)

    return opened


def as_pt(thing) -> bytes:
    out = io.BytesIO()
    torch.save(thing, out)
    return out.getvalue()


def larger(recurrent: nn.RNNBase, prefix="encoder.rnn.") -> dict[str, torch.Tensor]:
    """A state_dict of a larger model: embedding, recurrent layer, head."""
    wide = recurrent.hidden_size * (2 if recurrent.bidirectional else 1)
    parts = {prefix: recurrent, "embedding.": nn.Embedding(10, recurrent.input_size), "head.": nn.Linear(wide, 10)}
    return {f"{name}{k}": w for name, part in parts.items() for k, w in part.state_dict().items()}


def bring(app, data: bytes, name="mine.pt", key="own_file"):
    app.file_uploader(key=key).upload(name, data).run()
    assert not app.exception
    return app


def remove(app, key="own_file"):
    app.file_uploader(key=key).set_value(None).run()
    assert not app.exception
    return app


def texts(app) -> str:
    return " ".join(str(one.value) for one in [*app.main.markdown, *app.main.caption])


def shown(app):
    """The message that the player got."""
    (component,) = app.main.get("bidi_component")
    message = json.loads(component.proto.json)
    return json.loads(message["content"])


def labels(app) -> dict[str, list[str]]:
    return {box.label: list(box.options) for box in app.main.selectbox}


def choose(app, label, option):
    (box,) = (box for box in app.main.selectbox if box.label == label)
    box.set_value(option).run()
    assert not app.exception
    return app


def large_tensors() -> int:
    gc.collect()
    return sum(type(one) is torch.Tensor and one.numel() >= LARGE for one in gc.get_objects())


# ---- the example -----------------------------------------------------------------------------------------------------


def test_the_page_opens_with_an_example_already_read(open_page):
    app = open_page()
    assert not sentences(app)
    found = shown(app)
    assert [token["text"] for token in found["tokens"]][:3] == ["the", "cat", ","]
    assert found["tracks"][0]["kind"] == "LSTM"
    assert found["tracks"][0]["says"]["words"][0]
    assert "max &#124;difference&#124;" in texts(app)


@pytest.mark.parametrize("name", own_examples.EXAMPLES)
@pytest.mark.parametrize("tab", words.TABS)
def test_every_example_has_every_tab(name, tab, open_page):
    app = open_page(own_example=own_examples.EXAMPLES[name].title, own_tab=tab)
    assert not sentences(app)
    assert bool(app.main.get("bidi_component")) == (tab == "Player")
    assert bool(app.get("plotly_chart")) == (tab == "Gradients")
    assert bool(app.dataframe) == (tab == "Shapes and code")


def test_layer_and_direction_of_an_example_are_a_link(open_page):
    title = own_examples.EXAMPLES["names"].title
    app = open_page(own_example=title, own_names_depth0="layer 2", own_names_way0="backward")
    assert not sentences(app)
    (track,) = shown(app)["tracks"]
    assert track["reverse"]
    assert track["title"] == "recurrent, layer 2 of 2, backward"


@pytest.mark.parametrize(
    "link",
    [
        {"own_example": "none"}, {"own_verb_embedding0": "x"}, {"own_verb_reads0tin": "smoke"},
        {"own_loss": "never", "own_tab": "Gradients"}, {"own_tab": "Nowhere"}, {"step": "99"}, {"unit": "0"},
        {"own_verb_steps": "-3", "own_verb_reads0tin": words.SOURCES["normal"]},
    ],
)  # fmt: skip
def test_a_bad_link_is_ignored_with_a_sentence(link, open_page):
    assert "The link asks for" in sentences(open_page(**link))


def test_what_cannot_be_read_gets_a_sentence_and_the_last_good_text_stays(open_page):
    app = open_page()
    app.text_input[0].set_value("the dogs were full").run()
    app.text_input[0].set_value("").run()
    assert "There is no token in it" in sentences(app)
    assert [token["text"] for token in shown(app)["tokens"]] == ["the", "dogs", "were", "full"]
    choose(app, "It reads", "ids")
    app.text_input[0].set_value("3 99999").run()
    assert "Number 2 is '99999'" in sentences(app).replace("\\", "")
    assert len(shown(app)["tokens"]) == 12


def test_random_numbers_follow_their_seed(open_page):
    app = choose(open_page(), "It reads", "normal")
    assert "drawn with seed 0" in texts(app)
    before = shown(app)["tracks"][0]["values"]["h"]["data"]
    app.number_input(key="own_verb_seed").set_value(1).run()
    assert shown(app)["tracks"][0]["values"]["h"]["data"] != before
    app.number_input(key="own_verb_seed").set_value(0).run()
    assert shown(app)["tracks"][0]["values"]["h"]["data"] == before


def test_the_things_to_try_set_what_they_say(open_page):
    for name, (values, _) in words.TRIES.items():
        app = open_page()
        app.button(key=f"own_try_{name}").click().run()
        assert not app.exception
        example = own_examples.EXAMPLES[str(values["own_example"])]
        assert example.file in texts(app)


# ---- a file of one's own ---------------------------------------------------------------------------------------------


def test_a_file_is_found_chosen_and_stepped(open_page):
    recurrent = nn.GRU(4, 6, 2, bidirectional=True)
    app = bring(open_page(), as_pt({"model": larger(recurrent), "epoch": 3}))
    assert not sentences(app)
    assert "one recurrent layer, `model/encoder.rnn: GRU, 4 → 6, 2 layers, both ways`" in texts(app)
    assert labels(app)["Embedding"] == ["embedding.weight", "none"]
    choose(app, "Layer", "1")
    choose(app, "Direction", "backward")
    choose(app, "It reads", "normal")
    (track,) = shown(app)["tracks"]
    wanted = trace(recurrent, normal_inputs(4, 24, 0), layer=1, reverse=True)
    assert track["reverse"]
    assert track["values"]["h"]["data"] == encoded(wanted["h"])


def encoded(values) -> str:
    return base64.b64encode(np.ascontiguousarray(values, dtype="<f4").tobytes()).decode()


def test_every_tab_works_on_a_file(open_page):
    for tab, kind in zip(words.TABS, ("bidi_component", "plotly_chart", "code"), strict=True):
        app = bring(open_page(own_tab=tab), save(larger(nn.LSTM(4, 6))), "mine.safetensors")
        assert not sentences(app)
        assert app.main.get(kind)
        if kind == "code":
            assert "load_file('mine.safetensors')" in app.main.code[0].value
            assert "encoder.rnn.' + name" in app.main.code[0].value


def test_a_plain_layer_without_anything_reads_seeded_numbers(open_page):
    app = bring(open_page(), as_pt(nn.RNN(3, 5).state_dict()))
    assert not sentences(app)
    assert len(shown(app)["tokens"]) == 24
    assert labels(app)["Squashing (not in the file)"] == ["tanh", "ReLU"]
    assert "Head, reads the top layer" not in labels(app)
    assert shown(app)["tracks"][0]["says"] is None


def test_a_vocabulary_makes_the_tokens_words_and_names_the_classes(open_page):
    app = bring(open_page(), as_pt(larger(nn.LSTM(4, 6))))
    bring(app, json.dumps(["<unk>", *"abcdefghi"]).encode(), "v.json", "own_vocabulary")
    assert labels(app)["It reads"] == ["text", "token ids", "random numbers"]
    app.text_input[0].set_value("abz").run()
    found = shown(app)
    assert [(token["text"], token["note"]) for token in found["tokens"]] == [
        ("a", ""),
        ("b", ""),
        ("z", "read as <unk>"),
    ]
    assert set(found["tracks"][0]["says"]["words"][0]) <= {"<unk>", *"abcdefghi"}
    bring(app, b"\n".join(b"%d" % k for k in range(99)), "v.txt", "own_vocabulary")
    assert "99 tokens and the embedding 10 rows" in sentences(app)


def test_input_vectors_are_read_and_checked_against_the_layer(open_page):
    recurrent = nn.GRU(3, 4)
    app = bring(open_page(), as_pt(recurrent.state_dict()))
    x = np.arange(15, dtype=np.float32).reshape(5, 3) / 7
    file = io.BytesIO()
    np.save(file, x)
    bring(app, file.getvalue(), "x.npy", "own_vectors")
    assert not sentences(app)
    assert shown(app)["tracks"][0]["values"]["h"]["data"] == encoded(trace(recurrent, x)["h"])
    bring(app, b"1,2\n3,4\n", "x.csv", "own_vectors")
    assert "shape (2, 2), expected (T, 3)" in sentences(app).replace("\\", "")
    assert len(shown(app)["tokens"]) == 5  # the last good vectors stay


def test_the_largest_layer_that_is_taken_is_shown(open_page):
    app = bring(open_page(), as_pt({k: w.half() for k, w in nn.LSTM(64, 256).state_dict().items()}))
    assert "float16 are computed with as float32" in sentences(app)
    app.number_input[0].set_value(64).run()
    assert not app.exception
    assert shown(app)["tracks"][0]["hidden"] == 256


def test_names_from_a_file_are_no_markup(open_page):
    state = {f"<b>`$x$`**:red[a]**.{k}": w for k, w in nn.GRU(3, 4).state_dict().items()}
    app = bring(open_page(), as_pt(state), "**x**`.pt")
    assert "**x**ˋ" in texts(app)
    state = {f"<img src=x>.{k}": w * float("nan") for k, w in nn.GRU(3, 4).state_dict().items()}
    app = bring(open_page(), as_pt(state))
    assert "\\<img src=x\\>" in sentences(app)


# ---- hostile files ---------------------------------------------------------------------------------------------------


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.system, (f"touch {self.path}",)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda path: as_pt({"w": Evil(path)}), "asks for the Python object"),
        (lambda _: b"", "The file is empty"),
        (lambda _: b"text", "of a kind that is not known here"),
        (lambda _: as_pt(nn.Linear(2, 3).state_dict()), "no recurrent layer"),
        (lambda _: as_pt({k: w * float("nan") for k, w in nn.RNN(2, 3).state_dict().items()}), "NaN or infinite"),
        (lambda _: as_pt(nn.LSTM(2, 4, proj_size=2).state_dict()), "projects the states"),
        (lambda _: b"PK\x03\x04" + bytes(50_000_000), "50.0 MB, expected at most 5"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_last_good_one_stays(make, sentence, open_page, tmp_path):
    app = bring(open_page(), make(tmp_path / "ran"), "bad.pt")
    assert sentence in sentences(app).replace("\\", "")
    assert "What you see is still `agreement-lstm.safetensors`" in sentences(app)
    assert shown(app)["tokens"][0]["text"] == "the"
    bring(app, as_pt(nn.GRU(3, 4).state_dict()), "good.pt")
    assert not sentences(app)
    bring(app, make(tmp_path / "ran"), "bad.pt")
    assert "What you see is still `good.pt`" in sentences(app)
    assert shown(app)["tracks"][0]["kind"] == "GRU"
    assert not (tmp_path / "ran").exists()


def test_a_network_that_explodes_gets_a_sentence_on_every_tab(open_page):
    state = {k: 100 * w.abs() for k, w in nn.RNN(3, 8).state_dict().items()}
    app = bring(open_page(), as_pt(state))
    choose(app, "Squashing (not in the file)", "relu")
    assert "grow beyond every number that float32 has" in sentences(app)
    assert not app.main.get("bidi_component")
    choose(app, "Squashing (not in the file)", "tanh")
    assert not sentences(app)


def lines_of(app) -> dict[str, list]:
    (figure,) = app.get("plotly_chart")
    return {line["name"]: line["y"] for line in json.loads(figure.proto.spec)["data"]}


def test_the_gradients_follow_every_choice(open_page):
    app = bring(open_page(own_tab="Gradients"), as_pt(larger(nn.LSTM(4, 6, 2))))
    first = lines_of(app)
    assert len(first) == 3
    app.get_by_key("own_loss").set_value("every").run()
    every = lines_of(app)
    changed = {name for name in first if first[name] != every[name]}
    assert changed == {"‖∂L/∂h‖"}
    choose(app, "Layer", "1")
    above = lines_of(app)
    assert all(above[name] != every[name] for name in above)
    app.text_input[0].set_value("5 6 7 8").run()
    assert lines_of(app) != above


# ---- nothing is kept -------------------------------------------------------------------------------------------------


def test_memory_is_back_where_it_was_once_a_file_is_gone(open_page):
    app = open_page()
    before = large_tensors()
    bring(app, as_pt({k: w.half() for k, w in nn.LSTM(256, 256).state_dict().items()}))
    assert large_tensors() > before
    remove(app)
    assert large_tensors() == before
    assert shown(app)["tokens"][0]["text"] == "the"


@pytest.mark.parametrize("change", [lambda w: w * float("nan"), lambda w: w[:-1]])
def test_memory_is_back_where_it_was_after_a_bad_file(change, open_page):
    app = open_page()
    before = large_tensors()
    bring(app, as_pt({k: change(w) for k, w in nn.LSTM(256, 256).state_dict().items()}))
    assert sentences(app)
    assert large_tensors() == before


def test_another_visitor_sees_nothing_of_a_file(open_page):
    first, second = open_page(), open_page()
    bring(first, as_pt(larger(nn.GRU(4, 6), f"{NAME}.")), f"{NAME}.pt")
    assert NAME in texts(first)
    second.run()
    assert not second.exception
    third = open_page()
    for app in (second, third):
        everything = texts(app) + sentences(app) + json.dumps(shown(app)) + str(labels(app)) + str(app.query_params)
        assert NAME not in everything
        assert "agreement-lstm.safetensors" in everything
        assert not any(NAME in str(value) for value in app.session_state._state.filtered_state.values())


def test_a_link_tells_nothing_of_a_file(open_page):
    app = bring(open_page(), as_pt(larger(nn.GRU(4, 6, 2), f"{NAME}.")), f"{NAME}.pt")
    choose(app, "Layer", "1")
    assert NAME not in str(app.query_params)


def test_nothing_of_a_removed_file_stays_in_the_session(open_page):
    app = bring(open_page(), as_pt(larger(nn.GRU(4, 6), f"{NAME}.")), f"{NAME}.pt")
    bring(app, f"<unk>\n{NAME}\n".encode(), "v.txt", "own_vocabulary")
    app.text_input[0].set_value(NAME).run()
    assert [token["text"] for token in shown(app)["tokens"]] == [NAME]
    remove(app)
    app.run()
    assert NAME not in str(app.session_state._state.filtered_state)
    assert set(app.session_state["own_kept"]) == {"own_verb_text0"}
