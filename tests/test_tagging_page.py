"""The page "tagging", as a visitor meets it: sentences, invented words, guesses, ads, files, links, slips."""

from typing import Any

import pytest
import visitor
from visitor import learned, sentences

from models import tagging
from models.tasks import ads
from models.tasks.entities import held_out
from playground import tag_words as words

PAGE = "pages/tagging.py"
TAG, INVENT, SCORES, FILL, OWN = words.TABS


@pytest.fixture
def open_page(pytestconfig):
    """Opens a tab of the page with a query string."""
    return lambda tab=TAG, **params: visitor.opened(PAGE, pytestconfig.rootpath, tag_tab=tab, **params)


def widget(app, key) -> Any:
    return app.get_by_key(key)


def texts(app):
    return " ".join(text.value for text in app.markdown)


def ribbons(app):
    return " ".join(str(element.proto.body) for element in app.get("html"))


def table(app, column) -> dict[str, list]:
    """The table that has this column."""
    return next(frame for frame in app.dataframe if column in frame.value).value.to_dict("list")


def test_every_network_tags_the_sentence_with_words_and_not_colour_alone(open_page):
    app = open_page()
    assert "Blorbsoft" in sentences(app)
    assert not any(name in ribbons(app) for name in words.ASKED_SENTENCE.split() if name.startswith("Blorb"))
    shown = ribbons(app)
    for kind in tagging.KINDS.values():
        assert kind.title in shown
    assert shown.count(">person</small>") >= len(tagging.KINDS)
    found = tagging.read(tagging.Question(words.EXAMPLE))
    assert table(app, "part of speech")["tag"] == [words.told_tag(tag) for tag in found.tags]


@pytest.mark.parametrize("kind", tagging.KINDS)
def test_each_network_can_be_looked_at_closely(kind, open_page):
    app = open_page()
    widget(app, "tag_network").set_value(kind).run()
    assert not app.exception
    assert len(app.main.get("bidi_component")) == (1 if tagging.KINDS[kind].layers else 0)
    found = tagging.read(tagging.Question(words.EXAMPLE, kind))
    assert table(app, "part of speech")["P(tag)"] == [f"{row.max():.1%}" for row in found.chances]


@pytest.mark.parametrize(("guess", "verdict"), [("letters", "Right"), ("all", "Not this time")])
def test_the_guess_is_graded_by_the_networks(guess, verdict, open_page):
    app = open_page()
    assert verdict not in texts(app)
    widget(app, "tag_guess").set_value(guess).run()
    assert f"**{verdict}: both are found by" in texts(app)


def test_another_sentence_is_tagged_and_an_empty_one_keeps_the_last(open_page):
    app = open_page()
    app.text_input(key="tag_text").set_value("Greta smiled.").run()
    assert table(app, "part of speech")["word"] == ["Greta", "smiled", "."]
    app.text_input(key="tag_text").set_value("   ").run()
    assert "no word to tag" in sentences(app)
    assert table(app, "part of speech")["word"] == ["Greta", "smiled", "."]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "`$x$` **b**", "🦊" * 30, "word " * 400, "x" * 5000])
def test_hostile_sentences_are_shown_as_they_are(text, open_page):
    app = open_page()
    app.text_input(key="tag_text").set_value(text).run()
    assert not app.exception
    assert "<script>" not in ribbons(app)


def test_evidence_is_that_of_the_chosen_word(open_page):
    app = open_page()
    assert "“Blorbsoft” is tagged **B-company**" in texts(app)
    widget(app, "tag_evidence8").set_value("0").run()
    assert "“Anna” is tagged **B-person**" in texts(app)


def test_nonsense_in_the_link_gets_a_sentence(open_page):
    app = open_page(tag_network="GPT", tag_guess="42")
    assert "`GPT`" in sentences(app)
    assert "`42`" in sentences(app)


def test_an_invented_word_is_told_by_its_ending(open_page):
    app = open_page(INVENT)
    assert "“Blorbstan” is **place**" in texts(app)
    widget(app, "tag_invent_try_The same stem, a person").click().run()
    assert "“Blorbson” is **person**" in texts(app)
    app.text_input(key="tag_word").set_value("two words").run()
    assert "One word is read here" in sentences(app)
    app.text_input(key="tag_word").set_value("").run()
    assert "There is no word in it" in sentences(app)


def test_the_table_of_marks_is_that_of_the_facts(open_page):
    app = open_page(SCORES)
    assert table(app, "F1")["tagger"][0] == "most frequent"
    widget(app, "tag_lazy").set_value("half").run()
    rows = table(app, "F1")
    assert rows["tagger"][:2] == ["always O", "most frequent"]
    assert rows["F1"][0] == 0
    assert rows["F1"][-1] == pytest.approx(100 * tagging.facts("tagging-characters")["marks"]["f1"])
    assert "F1 0%" in texts(app)


@pytest.mark.parametrize(("guess", "verdict"), [("most", "Right"), ("tenth", "Not this time")])
def test_the_guess_about_the_lazy_tagger_is_graded(guess, verdict, open_page):
    app = open_page(SCORES)
    widget(app, "tag_lazy").set_value(guess).run()
    assert f"**{verdict}: " in texts(app)


def test_a_try_leads_to_another_tab(open_page):
    app = open_page(SCORES)
    widget(app, "tag_scores_try_Look where they fail").click().run()
    assert "Zubville" in ribbons(app)


@pytest.mark.parametrize("language", ads.LANGUAGES)
def test_the_villa_fills_the_template(language, open_page):
    app = open_page(FILL, tag_language=ads.LANGUAGES[language])
    rows = table(app, "field")
    assert dict(zip(rows["field"], rows["network"], strict=True))["owner"] == "Mimi LASOURIS"
    assert rows["network"] == rows["patterns"]
    assert ">owner</small>" in ribbons(app)
    own = ads.EXAMPLES[language].replace("12390", "4711").replace("1 270 000", "685 000")
    widget(app, f"tag_ad_{language}").set_value(own).run()
    rows = table(app, "field")
    assert rows["network"][:2] == ["4711", "685 000"]
    widget(app, f"tag_ad_{language}").set_value(" ").run()
    assert "no word to read" in sentences(app)
    assert table(app, "field")["network"] == rows["network"]


@pytest.mark.parametrize("guess", ["network", "patterns", "near"])
def test_the_race_is_graded_by_held_out_ads(guess, open_page):
    app = open_page(FILL)
    assert not any("network, new" in frame.value for frame in app.dataframe)
    widget(app, "tag_race").set_value(guess).run()
    scores = tagging.facts("tagging-ads")["ads"]["en-new"]
    assert table(app, "network, new")["network, new"][-1] == pytest.approx(100 * scores["network"]["all"])
    assert f"network {scores['network']['all']:.1%}, patterns {scores['patterns']['all']:.1%}" in texts(app)


def file_of(count=60):
    """A file with so many of our own sentences."""
    rows = ("\n".join(f"{w}\t{t}" for w, t in zip(one.words, one.tags, strict=True)) for one in held_out()[:count])
    return "\n\n".join(rows).encode()


def test_a_file_gets_baselines_at_once_and_a_network_on_request(open_page, monkeypatch):
    monkeypatch.setattr("playground.tag_parts._UPDATES", 3)
    app = open_page(OWN)
    assert "No file yet" in sentences(app)
    app.get("file_uploader")[0].set_value([("mine.conll", file_of(), "text/plain")]).run()
    assert not app.exception
    assert table(app, "tagger")["tagger"] == ["always O", "most frequent tag"]
    widget(app, "tag_own_train").click().run()
    work = learned(app, lambda: app.session_state["tag_live"]["learning"])
    assert table(app, "tagger")["tagger"][:2] == ["always O", "most frequent tag"]
    assert table(app, "F1")["F1"][2] == pytest.approx(100 * work.picture.marks["f1"])
    assert table(app, "tagger")["tagger"][2] == "words + characters, 3 updates"


@pytest.mark.parametrize(
    ("data", "told"), [(b"", "empty"), (b"a O\nb\n", "Line 2"), (b"a O\n\nb B-x\n", "at least 10")]
)
def test_a_damaged_file_gets_a_sentence_and_the_last_one_stays(data, told, open_page):
    app = open_page(OWN)
    app.get("file_uploader")[0].set_value([("good.conll", file_of(), "text/plain")]).run()
    app.get("file_uploader")[0].set_value([("bad.conll", data, "text/plain")]).run()
    assert told in sentences(app)
    assert "still good.conll" in sentences(app)
    assert table(app, "tagger")["tagger"][0] == "always O"
