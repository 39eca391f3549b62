"""The token player, the Python side: what it sends to the browser, and what it refuses."""

import base64
import dataclasses
import json
import math

import numpy as np
import pytest
import torch
from player_data import SENTENCE, made_trace
from streamlit.testing.v1 import AppTest

import models
from playground import theme
from playground.notation import NOTATIONS
from playground.player import Numbers, Token, Track, Words, payload
from playground.player.player import _message

VARIANTS = [
    ("RNN", ""),
    ("RNN", "nonlinearity=relu"),
    ("RNN", "nonlinearity=identity"),
    ("LSTM", ""),
    ("LSTM", "output=identity"),
    ("LSTM", "candidate=identity"),
    ("GRU", ""),
    ("GRU", "reset=before"),
    ("GRU", "update_gate=write"),
]


def sent(cell="LSTM", variant="", T=12, H=8, says=None, notation=NOTATIONS["PyTorch"]):
    track = Track(cell, made_trace(cell, T, H, variant), says)
    return payload([track], [Token(SENTENCE[t % 12]) for t in range(T)], notation)


def numbers(text):
    return np.frombuffer(base64.b64decode(text), "<f4")


@pytest.mark.parametrize(("cell", "variant"), VARIANTS)
def test_every_value_arrives_as_torch_computed_it(cell, variant):
    trace = made_trace(cell, 12, 8, variant)
    values = sent(cell, variant)["tracks"][0]["values"]
    assert list(values) == [*trace.names, *trace.inner]
    for name in values:
        arrived = np.broadcast_to(numbers(values[name]["data"]).reshape(-1, 8), (12, 8))
        assert np.array_equal(arrived, trace[name].astype(np.float32)), name


def test_a_bias_that_never_changes_is_sent_once():
    values = sent("LSTM")["tracks"][0]["values"]
    assert numbers(values["b_f"]["data"]).shape == (8,)
    assert numbers(values["a_f"]["data"]).shape == (12 * 8,)


def test_the_start_states_and_the_direction_give_the_past():
    trace = made_trace("LSTM", 12, 8)
    track = sent("LSTM")["tracks"][0]
    for state in ("h", "c"):
        shifted = np.vstack([numbers(track["start"][state]), trace[state][:-1]])
        assert np.array_equal(shifted, trace.past(state))
    assert track["reverse"] is False


@pytest.mark.parametrize(("cell", "variant"), VARIANTS)
def test_no_number_lies_outside_the_range_that_colours_it(cell, variant):
    trace = made_trace(cell, 12, 8, variant)
    for name, value in sent(cell, variant)["tracks"][0]["values"].items():
        assert value["low"] <= trace[name].min(), name
        assert value["high"] >= trace[name].max(), name
        assert value["role"] in theme.ROLES


def test_summands_share_the_scale_of_their_sum():
    values = sent("LSTM")["tracks"][0]["values"]
    for names in (("f*c", "i*g", "c"), ("x_f", "h_f", "b_f", "a_f")):
        assert len({(values[name]["role"], values[name]["low"], values[name]["high"]) for name in names}) == 1


@pytest.mark.parametrize(("cell", "variant"), VARIANTS)
def test_the_arithmetic_of_a_line_adds_up_to_its_sum(cell, variant):
    trace = made_trace(cell, 12, 8, variant)
    facts = sent(cell, variant)["tracks"][0]["facts"]
    for line in trace.cell.equations:
        rows = facts[line.name]["rows"]
        assert rows[-1]["value"] == line.name
        if line.total:
            shares, total = rows[:-2], rows[-2]["value"]
            added = sum(trace[row["value"]] for row in shares)
            assert np.abs(added - trace[total]).max() < 1e-5
        for row in rows:
            if row["factors"]:
                product = math.prod(value_of(trace, factor) for factor in row["factors"])
                assert np.abs(product - trace[row["value"]]).max() < 1e-6


def value_of(trace, name):
    return trace.past(name.removesuffix("@-1")) if name.endswith("@-1") else trace[name]


@pytest.mark.parametrize(("cell", "variant"), VARIANTS)
def test_whatever_the_inspector_can_open_has_a_title_a_formula_and_known_numbers(cell, variant):
    track = sent(cell, variant)["tracks"][0]
    known = {*track["values"], *(f"{state}@-1" for state in track["start"])}
    for name, fact in track["facts"].items():
        assert fact["title"]
        assert fact["formula"]
        assert fact["owner"] in track["names"]
        assert {row["value"] for row in fact["rows"]} <= known, name
        assert {factor for row in fact["rows"] for factor in row["factors"]} <= known, name


@pytest.mark.parametrize("name", NOTATIONS)
@pytest.mark.parametrize(("cell", "variant"), VARIANTS)
def test_every_notation_writes_every_symbol(name, cell, variant):
    track = sent(cell, variant, notation=NOTATIONS[name])["tracks"][0]
    assert set(track["symbols"]) == {"x", *track["values"], *(f"{state}@-1" for state in track["start"])}
    assert all(track["symbols"].values())


def test_the_notation_changes_letters_and_titles():
    yang = sent("LSTM", notation=NOTATIONS["Yang"])["tracks"][0]
    assert "Γ" in yang["symbols"]["f"]
    assert yang["facts"]["i"]["title"] == "update gate"


def test_both_themes_are_sent():
    palettes = sent()["palettes"]
    for name, dark in (("light", False), ("dark", True)):
        assert palettes[name]["keep"] == {
            "line": theme.ROLES["keep"].line(dark=dark),
            "scale": theme.scale("keep", dark=dark),
        }


def test_equal_content_has_an_equal_digest_and_other_content_another():
    assert _message(sent()) == _message(sent())
    digests = {_message(sent(cell, variant))["digest"] for cell, variant in VARIANTS} | {_message(sent(T=11))["digest"]}
    assert len(digests) == len(VARIANTS) + 1


def test_a_float64_trace_is_rounded_to_float32_and_nothing_else():
    chance = torch.Generator().manual_seed(0)
    with torch.random.fork_rng():
        module = torch.nn.GRU(3, 8).double()
    trace = models.trace(module, torch.randn(12, 3, generator=chance, dtype=torch.float64))
    assert trace["h"].dtype == np.float64
    assert payload([Track("GRU", trace)], [Token("x")] * 12)["tracks"][0]["values"]["h"]["data"] == (
        base64.b64encode(trace["h"].astype("<f4").tobytes()).decode()
    )


def test_infinite_and_missing_numbers_travel_as_valid_json():
    trace = made_trace("LSTM", 12, 8)
    values = {name: value.clone() for name, value in trace._values.items()}
    values["c"][0, 0], values["c"][1, 0], values["h"][:] = np.nan, np.inf, np.nan
    content = payload([Track("LSTM", dataclasses.replace(trace, _values=values))], [Token("x")] * 12)
    assert json.loads(json.dumps(content, allow_nan=False)) is not None


@pytest.mark.parametrize(
    ("tokens", "says", "message"),
    [
        (11, None, "has 12 steps, expected 11"),
        (0, None, "expected at least one of each"),
        (12, Words("next word", [["a", "b"]] * 11, np.zeros((11, 2))), "says 11 lists"),
        (12, Words("next word", [["a", "b"]] * 12, np.zeros((12, 3))), "probabilities"),
        (12, Words("next word", [["a"]] + [["a", "b"]] * 11, np.zeros((12, 2))), "k words"),
        (12, Numbers("sum", np.zeros(11)), "expected"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_a_sentence(tokens, says, message):
    with pytest.raises(ValueError, match=message):
        payload([Track("LSTM", made_trace("LSTM", 12, 8), says)], [Token("x")] * tokens)


def asking(**query):
    def script():
        import streamlit as st  # noqa: PLC0415 - AppTest runs this function as a script

        from playground.player import asked  # noqa: PLC0415

        cursor, wrong = asked(12, 8)
        st.session_state["answer"] = ((cursor.step, cursor.unit) if cursor else None, wrong)

    app = AppTest.from_function(script)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().session_state["answer"]


def test_the_address_bar_counts_from_one():
    assert asking(step="7", unit="3") == ((6, 2), "")
    assert asking(unit="8") == ((0, 7), "")
    assert asking() == (None, "")


@pytest.mark.parametrize("value", ["0", "13", "-1", "abc", "", "1e3", "٣", "9" * 400, "7.5"])
def test_a_wrong_step_in_the_address_bar_is_ignored_with_a_sentence(value):
    cursor, wrong = asking(step=value, unit="2")
    assert cursor == (0, 1)
    assert "tokens here are 1 to 12" in wrong
