"""Links from the pages of "Sequences at work" into the training lab: they are there, and the lab opens with their task."""

import pytest
from visitor import opened, sentences

from models.presets import PRESETS
from models.tasks import TASKS
from playground import forecast_words, lab, lm_words, senti_words, shaping, tag_words, translating, wording
from playground.exhibits import EXHIBITS
from playground.lab_links import LINKS

LAB = "pages/training_lab.py"
PLACES = {
    "shapes": ("shapes_of_networks", "shapes_tab", shaping.TABS[4]),
    "words": ("words_into_numbers", "words_tab", wording.TABS[2]),
    "words_order": ("words_into_numbers", "words_tab", wording.TABS[3]),
    "lm": ("language_model", "lm_tab", lm_words.OWN_TAB),
    "senti": ("sentiment", "senti_tab", senti_words.TABS[4]),
    "tag": ("tagging", "tag_tab", tag_words.TABS[2]),
    "translate": ("translation", "translate_tab", translating.TABS[3]),
    "forecast": ("forecasting", "forecast_tab", forecast_words.DAY_TAB),
}  # fmt: skip
"""Of each link the page and its tab."""


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


def test_every_page_of_sequences_at_work_has_a_link():
    pages = {exhibit.file for exhibit in EXHIBITS if exhibit.section == "Sequences at work"}
    assert pages == {f"pages/{page}.py" for page, _, _ in PLACES.values()}
    assert set(PLACES) == set(LINKS)


@pytest.mark.parametrize("name", LINKS)
def test_the_page_shows_its_link_where_it_speaks_of_training(name, root):
    page, key, tab = PLACES[name]
    app = opened(f"pages/{page}.py", root, **{key: tab})
    assert not app.warning
    links = [link.proto for link in app.get("page_link") if link.proto.label == "Train one in the lab"]
    assert len(links) == 1
    assert links[0].page == "training_lab"
    assert LINKS[name].told in [element.value for element in app.markdown]


@pytest.mark.parametrize("name", LINKS)
def test_the_lab_opens_with_the_task_of_the_link_and_without_a_warning(name, root):
    link = LINKS[name]
    app = opened(LAB, root, **link.signpost.state)
    assert not app.warning
    assert app.selectbox(key="lab_preset").value == link.preset
    task = PRESETS[link.preset].runs[0].task if link.preset != lab.OWN else link.task
    if link.preset == lab.OWN:
        assert app.selectbox(key="lab_task").value == task
    assert ("press *Train*" in sentences(app)) == (link.preset == lab.OWN)  # a preset is there already
    assert TASKS[task].rule in " ".join(str(element.value) for element in app.markdown)
    assert not app.button(key="lab_train").disabled
