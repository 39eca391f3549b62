"""Live curves, the Python side: the message to the browser, and what it refuses."""

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from playground import live, theme
from playground.live import Chart, Curve, Level, Line, Mark, payload

LINE = Line("LSTM", "memory", 1)
CURVE = Curve("LSTM", [0, 1, 2], [0.7, 0.5, np.inf])
CHART = Chart("loss", "Loss", (CURVE,), (Level("chance", 0.69), Level("nobody knows", np.nan)), log=True)


def sent(**changes) -> dict[str, Any]:
    parts: dict[str, Any] = {"lines": [LINE], "charts": [CHART], "reach": 100} | changes
    return json.loads(json.dumps(payload(parts.pop("lines"), parts.pop("charts"), **parts)))


def floats(text: str) -> np.ndarray:
    return np.frombuffer(base64.b64decode(text), "<f4")


def test_the_message_is_plain_json_and_every_point_arrives_as_float32():
    curve = sent()["charts"][0]["curves"][0]
    np.testing.assert_array_equal(floats(curve["x"]), [0, 1, 2])
    np.testing.assert_array_equal(floats(curve["y"]), np.array([0.7, 0.5, np.inf], dtype=np.float32))


def test_what_is_too_large_for_float32_becomes_a_gap():
    chart = Chart("loss", "Loss", (Curve("LSTM", [0.0], [1e300]),))
    assert floats(sent(charts=[chart])["charts"][0]["curves"][0]["y"]).tolist() == [np.inf]


def test_a_level_that_nobody_knows_is_left_out():
    assert [level["text"] for level in sent()["charts"][0]["levels"]] == ["chance"]


def test_lines_marks_and_cursor_travel_with_their_colours_of_both_themes():
    message = sent(marks=[Mark(50, "learning rate 0.1")], cursor=40)
    assert message["lines"] == [
        {"name": "LSTM", "dash": 1, "light": theme.ROLES["memory"].light, "dark": theme.ROLES["memory"].dark}
    ]
    assert message["marks"] == [{"x": 50, "text": "learning rate 0.1"}]
    assert (message["cursor"], message["reach"]) == (40, 100)


def test_a_chart_without_words_for_the_ear_uses_its_title():
    assert sent()["charts"][0]["alt"] == "Loss"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lines": []}, "expected lines of different names"),
        ({"charts": []}, "0 charts"),
        ({"lines": [LINE, LINE]}, "expected lines of different names"),
        ({"reach": 0}, "reach is 0, expected more than 0"),
        ({"charts": [Chart("loss", "", (Curve("GRU", [0], [0]),))]}, "belongs to 'GRU'"),
        ({"charts": [Chart("loss", "", (Curve("LSTM", [0, 1], [0]),))]}, "expected two rows of one length"),
        ({"charts": [Chart("loss", "", (Curve("LSTM", [[0]], [[0]]),))]}, "expected two rows of one length"),
        ({"charts": [Chart("loss", "", (Curve("LSTM", range(5000), range(5000)),))]}, "up to 4000"),
    ],
)
def test_what_does_not_fit_together_gets_a_sentence(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        sent(**changes)


def test_an_unknown_role_is_named():
    with pytest.raises(KeyError, match="role 'colour'"):
        sent(lines=[Line("LSTM", "colour")])


GROWING = """
async ([code, html, before, after, pace]) => {
  const holder = document.createElement("div");
  holder.style.backgroundColor = "rgb(255, 255, 255)";
  holder.innerHTML = html;
  document.body.replaceChildren(holder);
  const render = (await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))).default;
  const show = (digest, content) =>
    render({ data: { digest, content, pace }, parentElement: holder, setTriggerValue: () => {} });
  const root = holder.querySelector(".live");
  root.style.backgroundColor = "rgb(255, 255, 255)";
  show("before", before);
  const rest = () => new Promise((done) => setTimeout(done, 20));
  while (root.dataset.updates === "0") await rest();
  show("after", after);
  const seen = [];
  for (let k = 0; k < 3000 && !seen.at(-1)?.includes("0.09"); k++) {
    const text = root.querySelector(".readout").innerText;
    if (text !== seen.at(-1)) seen.push(text);
    await rest();
  }
  return [Number(root.dataset.updates), seen.length];
}
"""
"""Shows two messages, one after the other, and says how often picture and readout have changed until the last number."""


@pytest.mark.browser
@pytest.mark.alone  # it counts pictures between two messages
@pytest.mark.parametrize(("pace", "least"), [(0.17, 2), (2.0, 6)])
def test_where_looks_are_rare_the_points_of_one_appear_one_after_another(page, pace, least):
    folder = Path(live.__file__).parent
    page.goto("about:blank")
    x = np.arange(100.0)
    messages = [
        json.dumps(sent(charts=[Chart("loss", "Loss", (Curve("LSTM", x[:n], 1 / (1 + x[:n] / 10)),))]))
        for n in (10, 100)
    ]
    files = [(folder / name).read_text(encoding="utf-8") for name in ("live.js", "live.html")]
    pictures, numbers = page.evaluate(GROWING, [*files, *messages, pace])
    assert (pictures == least) if pace < 1 else (pictures >= least and numbers >= least - 1)
