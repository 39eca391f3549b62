"""What if, as a visitor meets it: the worked example, clamps, cuts and edits by the widgets, reset, slips, links."""

import base64
import json
from typing import Any

import numpy as np
import pytest
import visitor
from hypothesis import given
from hypothesis import strategies as some
from visitor import sentences

from models.cells import CELLS
from models.reading import VARIANTS, Question
from models.what_if import LARGEST, MATRICES, MOST, Change, Clamp, Cut, Edit, WhatIf, effect, read, scope
from models.zoo import facts
from playground import figures, intervening
from playground.controls import LECTURE
from playground.figures import Curve
from playground.intervening import FIRST, NONE, PRESETS, parsed, presets, written

PAGE = "pages/what_if.py"
TEXT = "whatif_changes"


@pytest.fixture
def open_page(pytestconfig):
    """Opens the page with a query string."""
    return lambda **params: visitor.opened(PAGE, pytestconfig.rootpath, **params)


def number_unit(cell: str) -> int:
    return facts(f"agreement-{cell.lower()}")["number_unit"]["unit"]


def widget(app, key) -> Any:
    """A widget whose type AppTest does not name."""
    return app.get_by_key(key)


def tracks(app) -> list[dict[str, Any]]:
    """The tracks of the message that the player got."""
    (component,) = app.main.get("bidi_component")
    return json.loads(json.loads(component.proto.json)["content"])["tracks"]


def sent(app, name, track=-1):
    """The values of a name in a track of the player, (T, H)."""
    found = tracks(app)[track]
    return np.frombuffer(base64.b64decode(found["values"][name]["data"]), "<f4").reshape(-1, found["hidden"])


def texts(app) -> str:
    return " ".join(text.value for text in app.markdown)


def verbs(app) -> list[str]:
    """The probabilities of was and were, as they stand in large numbers."""
    return [metric.value for metric in app.metric]


def line(app) -> str:
    return app.text_input(key=TEXT).value


def clamp(app, name, unit, step, button="0"):
    """Clamps a value by the widgets."""
    cell = app.session_state["whatif_cell"]
    app.selectbox(key=f"whatif_name_{cell}").set_value(name)
    app.selectbox(key=f"whatif_unit_{cell}_16").set_value(unit)
    app.selectbox(key="whatif_token_12").set_value(step).run()
    app.button(key=f"whatif_set_{button}").click().run()
    assert not app.exception


# ---- the worked example ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_every_cell_opens_with_one_number_that_flips_the_verb(cell, open_page):
    app = open_page(whatif_cell=cell)
    assert not app.warning
    assert "The verb flips from *was* to *were*" in texts(app)
    assert [track["title"] for track in tracks(app)] == ["as it is", "changed"]
    assert line(app) == FIRST
    question = Question(LECTURE, cell)
    plain = read(WhatIf(question))
    changes = presets(question, scope(question), number_unit(cell), plain.reading)[FIRST].changes
    changed = read(WhatIf.of(question, changes))
    assert np.array_equal(sent(app, "h", 0), plain.reading.trace["h"])
    assert np.array_equal(sent(app, "h", 1), changed.reading.trace["h"])
    assert verbs(app) == [intervening.percent(share) for share in effect(plain, changed).after]


def test_the_player_opens_where_the_verb_is_asked_for(open_page):
    (component,) = open_page().main.get("bidi_component")
    message = json.loads(component.proto.json)
    assert (message["step"], message["unit"]) == (8, number_unit("LSTM"))


def test_the_player_is_told_what_was_set_and_not_computed(open_page):
    app = open_page(whatif_changes="f@5:8=0; cut 3")
    plain, changed = tracks(app)
    assert plain["held"] == {}
    held = {
        name: np.frombuffer(base64.b64decode(data), "<f4").reshape(12, 16) for name, data in changed["held"].items()
    }
    assert {name: int(values.sum()) for name, values in held.items()} == {"f": 1, "c": 12, "h": 12}
    assert held["f"][4, 7] == 1


# ---- changes by the widgets ------------------------------------------------------------------------------------------


def test_a_clamp_by_the_widgets_changes_sentence_numbers_player_and_link(open_page):
    app = open_page(whatif_changes=NONE)
    assert "Nothing is changed" in texts(app)
    assert len(tracks(app)) == 1
    before = verbs(app)
    clamp(app, "f", number_unit("LSTM"), 4)
    assert line(app) == "f@5:8=0"
    assert "The verb flips from *was* to *were*" in texts(app)
    assert verbs(app) != before
    assert sent(app, "f")[4, 7] == 0
    assert sent(app, "f", 0)[4, 7] > 0.9


def test_a_clamp_of_all_units_at_all_tokens_to_one_and_to_any_value(open_page):
    app = open_page(whatif_changes=NONE)
    clamp(app, "f", -1, -1, "1")
    assert (sent(app, "f") == 1).all()
    app.number_input(key="whatif_value").set_value(0.25).run()
    app.button(key="whatif_set").click().run()
    assert line(app) == "f@all:all=0.25"
    assert (sent(app, "f") == 0.25).all()


def test_changes_add_up_and_each_can_be_removed(open_page):
    app = open_page(whatif_changes=NONE)
    clamp(app, "f", 7, 4)
    widget(app, "whatif_kind").set_value("cut").run()
    app.selectbox(key="whatif_cut_LSTM_16").set_value(2).run()
    app.button(key="whatif_cut").click().run()
    assert line(app) == "f@5:8=0; cut 3"
    assert (sent(app, "h")[:, 2] == 0).all()
    app.button(key="whatif_remove_0").click().run()
    assert line(app) == "cut 3"
    assert np.array_equal(sent(app, "h")[:, 2], np.zeros(12))


def test_a_weight_is_edited_from_its_present_value(open_page):
    app = open_page(whatif_changes=NONE, whatif_kind=intervening.KINDS["edit"])
    weights = scope(Question(LECTURE)).weights["weight_hh_l0"]
    app.selectbox(key="whatif_row_LSTM_weight_hh_l0_64_16").set_value(20).run()
    app.selectbox(key="whatif_column_LSTM_weight_hh_l0_64_16").set_value(3).run()
    (value,) = (field for field in app.number_input if field.label.startswith("New value"))
    assert value.value == pytest.approx(float(weights[20, 3]))
    value.set_value(-2.5).run()
    app.button(key="whatif_edit").click().run()
    assert line(app) == "weight_hh_l0[21,4]=-2.5"
    question = Question(LECTURE)
    assert np.array_equal(
        sent(app, "h"), read(WhatIf(question, edits=(Edit("weight_hh_l0", 20, 3, -2.5),))).reading.trace["h"]
    )
    (value,) = (field for field in app.number_input if field.label.startswith("New value"))
    assert value.label == "New value (now -2.5)"
    assert "with the edited weights gives the changed run, too" in texts(app)


def test_reset_gives_the_run_as_it_is_and_the_link_says_so(open_page):
    app = open_page()
    app.button(key="whatif_reset").click().run()
    assert line(app) == NONE
    assert app.query_params[TEXT] == NONE
    assert len(tracks(app)) == 1
    assert "Nothing is changed" in texts(app)
    assert not [button for button in app.button if button.key == "whatif_reset"]


@pytest.mark.parametrize(
    ("params", "verdict"),
    [
        ({"whatif_changes": FIRST}, "The verb flips from *was* to *were*"),
        ({"whatif_changes": intervening.CUT_OTHER}, "The verb stays *was*"),
        ({"whatif_changes": intervening.HIDE}, "The verb is lost:** *was* falls from 98.6 % to 0.4 %"),
        ({"whatif_changes": "cut 1", "whatif_text": "the old cat chased"}, "Neither verb is expected there"),
        ({"whatif_changes": "cut 1", "whatif_text": "."}, "The text has no verb"),
        ({"whatif_changes": "f@1:1=0"}, "The run differs from the first token on"),
        ({"whatif_changes": "f@5:1=0"}, "Up to token 4 `which` all is the same, to the last bit"),
    ],
)
def test_the_sentence_says_what_has_become_of_the_verb(params, verdict, open_page):
    app = open_page(**params)
    assert verdict in texts(app) + " ".join(caption.value for caption in app.caption)


def test_the_same_gate_is_not_clamped_twice(open_page):
    app = open_page(whatif_changes=NONE)
    clamp(app, "f", 7, 4, "0")
    clamp(app, "f", 7, 4, "1")
    assert line(app) == "f@5:8=1"


def test_a_change_too_many_is_not_made_and_the_others_stay(open_page):
    full = (
        "; ".join(f"f@{step % 12 + 1}:{step + 1 if step < 12 else 1}=0" for step in range(11))
        + "; "
        + "; ".join(f"cut {unit}" for unit in range(1, 10))
    )
    app = open_page(whatif_changes=full)
    assert not app.warning
    before = sent(app, "h")
    clamp(app, "o", 3, 3)
    assert f"At most {MOST} changes" in sentences(app)
    assert np.array_equal(sent(app, "h"), before)


@pytest.mark.parametrize("cell", CELLS)
def test_every_preset_is_one_click_and_says_what_to_look_at(cell, open_page):
    app = open_page(whatif_cell=cell)
    names = [
        button.key.removeprefix("whatif_preset_") for button in app.button if "whatif_preset_" in (button.key or "")
    ]
    assert set(names) >= {FIRST, intervening.FORGET, intervening.CUT, intervening.CUT_OTHER}
    for name in names:
        app.button(key=f"whatif_preset_{name}").click().run()
        assert not app.exception
        assert not app.warning
        assert line(app) == name
        assert "Look at this." in texts(app)
        assert len(tracks(app)) == 2
        assert "Nothing differs" not in texts(app)


def test_a_preset_means_the_same_on_another_cell_and_another_text(open_page):
    app = open_page(whatif_changes=intervening.FORGET)
    assert (sent(app, "f")[8] == 0).all()
    app.text_input(key="whatif_text").set_value("The dogs, which slept, were tired.").run()
    assert (sent(app, "f")[5] == 0).all()
    widget(app, "whatif_cell").set_value("GRU").run()
    assert (sent(app, "z")[5] == 0).all()
    app.selectbox(key="whatif_form_gru").set_value("turned").run()
    assert (sent(app, "z")[5] == 1).all()


@pytest.mark.parametrize(("cell", "variant"), [(cell, variant) for cell in VARIANTS for variant in VARIANTS[cell]])
def test_every_form_of_every_cell_opens(cell, variant, open_page):
    app = open_page(whatif_cell=cell, **{f"whatif_form_{cell.lower()}": VARIANTS[cell][variant]})
    assert not app.warning
    assert len(tracks(app)) == 2


def test_a_small_untrained_network_opens_without_a_number_unit(open_page):
    app = open_page(whatif_network="Untrained", whatif_hidden=1)
    assert not app.exception
    assert tracks(app)[0]["hidden"] == 1
    assert "The network is untrained" in texts(app)
    assert not [button for button in app.button if button.key == f"whatif_preset_{intervening.CUT}"]


# ---- guess, notice, try ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("guess", "verdict"), [("yes", "Not this time"), ("no", "Right")])
def test_the_answer_comes_after_the_guess_and_is_that_of_the_tensors(guess, verdict, open_page):
    app = open_page()
    assert "What is hidden is not lost" not in texts(app)
    widget(app, "whatif_guess").set_value(guess).run()
    assert f"**{verdict}: *was* stays.**" in texts(app)
    app.button(key="whatif_show_hidden").click().run()
    assert line(app) == intervening.HIDE_ONE
    assert (sent(app, "o")[2:8, 7] == 0).all()
    assert (sent(app, "h")[2:8, 7] == 0).all()


def guessed(app) -> list[tuple[str, str, str]]:
    """Question, answer and verdict of every guess that was kept."""
    session = app.session_state
    kept = session["guesses_so_far"] if "guesses_so_far" in session else ()  # noqa: SIM401 - it has no `get`
    return [(guess.question, guess.answer, guess.verdict) for guess in kept]


def fate(app) -> Any:
    return widget(app, "whatif_fate")


def is_hidden(app) -> bool:
    """Whether nothing of the changed run is on the page: no sentence, no large number, no track."""
    told = any(said in texts(app) for said in ("The verb flips", "The verb is lost", "The run differs"))
    return len(tracks(app)) == 1 and not verbs(app) and not told


@pytest.mark.parametrize(
    ("changes", "right"),
    [(FIRST, "flips"), ("f@all:all=1", "lost"), ("f@1:1=0.5", "stays"), ("cut 8", "flips")],
)
def test_what_a_change_does_is_shown_after_a_guess_about_that_change(changes, right, open_page):
    plain = open_page(whatif_changes=changes)
    (said,) = [text.value for text in plain.markdown if "The verb " in text.value and "differs" in text.value]
    assert {"flips": "The verb flips", "lost": "The verb is lost", "stays": "The verb stays"}[right] in said
    for answer in ("stays", "flips", "lost"):
        app = open_page(whatif_changes=changes, whatif_guessing="true")
        assert is_hidden(app)
        assert "Look at this" not in texts(app)
        fate(app).set_value(answer).run()
        assert not app.exception
        assert not app.warning
        assert said in texts(app)
        assert len(tracks(app)) == 2
        assert ("**Right.**" in texts(app)) == (answer == right)
        ((question, told, verdict),) = guessed(app)
        assert question.startswith("What becomes of the verb?")
        assert told == intervening.FATES[answer]
        assert verdict == ("right" if answer == right else "not this time")


def test_another_change_is_asked_about_anew_and_both_answers_are_kept(open_page):
    app = open_page(whatif_changes="f@5:8=0", whatif_guessing="true")
    fate(app).set_value("flips").run()
    assert len(tracks(app)) == 2
    app.text_input(key=TEXT).set_value("cut 3").run()
    assert is_hidden(app)
    assert not app.warning
    fate(app).set_value("flips").run()
    assert [(question[-20:], answer) for question, answer, _ in guessed(app)] == [
        ("at token 5 already = 0"[-20:], "It flips"),
        ("s of the verb? unit 3 cut"[-20:], "It flips"),
    ]
    app.text_input(key="whatif_text").set_value("The dogs were tired.").run()
    assert is_hidden(app)


def test_nothing_is_asked_where_nothing_is_changed_or_no_verb_is_expected(open_page):
    for params in ({"whatif_changes": NONE}, {"whatif_changes": "cut 3", "whatif_network": "Untrained"}):
        app = open_page(whatif_guessing="true", **params)
        assert not app.exception
        assert len(verbs(app)) == 2
        assert "What becomes of it" not in texts(app)


def test_a_link_with_an_answer_shows_what_it_is_an_answer_to(open_page):
    app = open_page(whatif_changes=FIRST, whatif_guessing="true", whatif_fate="It flips")
    assert len(tracks(app)) == 2
    assert "Look at this" in texts(app)
    assert guessed(app) == []  # nobody here has answered


def test_the_guess_about_the_hidden_number_is_kept_with_its_verdict(open_page):
    app = open_page()
    widget(app, "whatif_guess").set_value("yes").run()
    ((_, answer, verdict),) = guessed(app)
    assert (answer, verdict) == ("It changes", "not this time")


def test_what_to_notice_has_the_numbers_of_the_tensors(open_page):
    app = open_page(whatif_cell="RNN")
    assert "Of its 16 units, cutting unit 4 flips the verb" in texts(app)
    assert "| nothing changed | 98.4 % | 0.1 % | 0 |" in texts(app)


def test_the_two_things_to_try_do_what_they_say(open_page):
    app = open_page()
    app.button(key="whatif_try_Find the unit of the RNN").click().run()
    assert not app.exception
    assert [track["kind"] for track in tracks(app)] == ["RNN", "RNN"]
    assert "The verb stays *was*" in texts(app)
    app.text_input(key=TEXT).set_value("cut 4").run()
    assert "The verb flips from *was* to *were*" in texts(app)
    app.button(key="whatif_try_Write another memory").click().run()
    assert tracks(app)[0]["kind"] == "LSTM"
    assert float(verbs(app)[1].removesuffix(" %")) > 97


# ---- links and slips -------------------------------------------------------------------------------------------------


def test_a_link_reproduces_the_changes(open_page):
    app = open_page(whatif_cell="GRU", whatif_changes="z@5:12=0; cut 3; weight_hh_l0[5,7]=0.3")
    assert not app.warning
    changes = (Clamp("z", 0.0, 11, 4),), (Cut(2),), (Edit("weight_hh_l0", 4, 6, 0.3),)
    assert np.array_equal(sent(app, "h"), read(WhatIf(Question(LECTURE, "GRU"), *changes)).reading.trace["h"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("q@1:1=0", "this cell has i, f, g, o, c, h, but no q"),
        ("z@1:1=0", "this cell has i, f, g, o, c, h, but no z"),
        ("f@13:1=0", "the tokens here are 1 to 12"),
        ("f@0:1=0", "the tokens here are 1 to 12"),
        ("f@1:17=0", "the units here are 1 to 16"),
        ("f@1:1=nan", "`nan` is no number"),
        ("f@1:1=inf", "`inf` is no number"),
        ("f@1:1=1e99", "numbers here go up to 1,000,000"),
        ("f@1:1=0x10", "`0x10` is no number"),
        ("f@1:1=" + "9" * 5000, "is no number"),
        ("f@1=0", "a change is written"),
        ("cut 0", "the units here are 1 to 16"),
        ("cut", "a change is written"),
        ("cut 99999999999999999999", "a change is written"),
        ("weight_hh_l0[65,1]=0", "the rows here are 1 to 64"),
        ("weight_hh_l0[1,17]=0", "the columns here are 1 to 16"),
        ("weight[1,1]=0", "the weights are weight_hh_l0"),
        ("<script>alert(1)</script>", "`<script>alert(1)</script>` is ignored"),
        ("[x](javascript:alert(1)) $x$ :red[y] `z`", "is ignored"),
        (intervening.RESET, "this network has no such gate or unit"),
        ("１@1:1=0", "a change is written"),
        ("a" * 100_000, "is ignored"),
    ],
)
def test_a_wrong_change_in_the_link_gets_a_sentence_and_the_right_ones_count(text, sentence, open_page):
    app = open_page(whatif_changes=f"f@5:8=0;{text}")
    assert sentence in sentences(app)
    assert sent(app, "f")[4, 7] == 0
    assert "The verb flips" in texts(app)


def test_thousands_of_changes_in_a_link_are_cut_to_twenty(open_page):
    app = open_page(whatif_changes=";".join(["f@5:8=0"] * 1000))
    assert f"There are 1,000 changes, and at most {MOST} are made." in sentences(app)
    assert sent(app, "f")[4, 7] == 0


def test_a_change_that_waits_for_another_text_is_not_lost(open_page):
    app = open_page(whatif_changes="f@12:8=0")
    app.text_input(key="whatif_text").set_value("The dogs were tired.").run()
    assert "the tokens here are 1 to 5" in sentences(app)
    assert line(app) == "f@12:8=0"
    app.text_input(key="whatif_text").set_value(LECTURE).run()
    assert not app.warning
    assert sent(app, "f")[11, 7] == 0


def test_a_text_without_words_keeps_the_last_view(open_page):
    app = open_page()
    before = sent(app, "h")
    app.text_input(key="whatif_text").set_value("   ").run()
    assert "no word to read" in sentences(app)
    assert np.array_equal(sent(app, "h"), before)


@pytest.mark.parametrize("text", ["cat", "$ * `", "dragon wizard", "was", "cat " * 600, "<b>x</b> :red[y] [a](b)"])
def test_any_text_can_be_read_with_the_worked_example(text, open_page):
    app = open_page(whatif_text=text)
    assert not app.exception
    assert tracks(app)


def test_a_run_that_overflows_gets_a_sentence_and_is_not_shown(open_page):
    app = open_page(
        whatif_cell="RNN", whatif_form_rnn=VARIANTS["RNN"]["identity"], whatif_changes="weight_hh_l0[1,1]=1e6"
    )
    assert "grows beyond the largest float32 at token" in sentences(app)
    assert len(tracks(app)) == 1
    assert line(app) == "weight_hh_l0[1,1]=1e6"


def test_a_network_that_overflows_by_itself_is_still_shown(open_page):
    app = open_page(
        whatif_cell="RNN", whatif_form_rnn=VARIANTS["RNN"]["identity"], whatif_text="the dogs were tired " * 100
    )
    assert not app.exception
    assert len(tracks(app)) == 2


# ---- changes as text -------------------------------------------------------------------------------------------------

ROOM = scope(Question(LECTURE, "LSTM"))
values = some.floats(-LARGEST, LARGEST).map(lambda value: float(f"{value:.9g}"))
changes = some.one_of(
    some.builds(
        Clamp,
        some.sampled_from(list(ROOM.roles)),
        values,
        some.none() | some.integers(0, 15),
        some.none() | some.integers(0, 11),
    ),
    some.builds(Cut, some.integers(0, 15)),
    some.builds(Edit, some.sampled_from([name for name in MATRICES if "bias" not in name]), some.integers(0, 15),
                some.integers(0, 15), values),
)  # fmt: skip


@given(some.lists(changes, max_size=MOST))
def test_changes_as_text_and_back(made: list[Change]):
    text = "; ".join(map(written, made)) or NONE
    assert [part.change for part in parsed(text, ROOM, {})] == made


@given(some.text(max_size=200))
def test_any_text_is_read_without_an_accident(text: str):
    for part in parsed(text, ROOM, {}):
        assert part.change is not None or part.wrong


def test_a_change_is_named_in_words():
    assert intervening.named(Clamp("f", 0.0, 7, 4), ROOM) == "f of unit 8 at token 5 `already` = 0"
    assert intervening.named(Clamp("f", 5.0), ROOM) == "f of all units at all tokens = 5 (beyond any gate)"
    assert intervening.named(Cut(2), ROOM) == "unit 3 cut"
    assert (
        intervening.named(Edit("weight_hh_l0", 24, 2, 0.3), ROOM)
        == "weight_hh_l0 [25,3], f of unit 9 from h of unit 3: 0.3"
    )
    assert intervening.named(Edit("head.bias", 8, 0, 1), ROOM) == "head.bias [9,1], “was”: 1"


def test_every_name_of_a_preset_is_the_name_of_one():
    assert len(set(map(str.casefold, PRESETS))) == len(PRESETS)
    found = {
        name
        for cell in CELLS
        for name in presets(
            Question(LECTURE, cell), scope(Question(LECTURE, cell)), 3, read(WhatIf(Question(LECTURE, cell))).reading
        )
    }
    assert found == set(PRESETS)


def test_the_runs_stand_beside_each_other_over_the_tokens():
    lines = [
        Curve("was", [1, 2, 3], [0.1, 0.9, 0.2], "keep", dots=True),
        Curve("changed", [1, 2, 3], [0.1, 0.2, 0], "keep", 1),
    ]
    figure = figures.beside(lines, "title", "probability", ["the", "cat", "was"], parting=2)
    assert list(figure.to_dict()["layout"]["xaxis"]["ticktext"]) == ["the", "cat", "was"]
    assert [shape["x0"] for shape in figure.to_dict()["layout"]["shapes"]] == [2]
    with pytest.raises(ValueError, match="parting is 4, expected 1 to 3"):
        figures.beside(lines, "title", "probability", ["the", "cat", "was"], parting=4)
