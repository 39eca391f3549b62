import numpy as np
import pytest

from models.reading import VARIANTS, Question, read
from models.recipe import recipe

FORMS = [(cell, form) for cell, forms in VARIANTS.items() for form in forms]


@pytest.mark.parametrize(("cell", "form"), FORMS)
@pytest.mark.parametrize("trained", [True, False])
def test_the_code_to_take_home_gives_the_numbers_on_the_screen(cell, form, trained, monkeypatch, pytestconfig):
    monkeypatch.chdir(pytestconfig.rootpath)
    question = Question(
        "The cat, which already ate the dragon, was full.", cell, trained, 16 if trained else 7, 5, form
    )
    found: dict = {"print": lambda *_: None}
    exec(recipe(question), found)  # noqa: S102 - running it is the point
    trace = read(question).trace
    for name in trace.names:
        assert np.allclose(
            np.asarray(found[name].detach() if hasattr(found[name], "detach") else found[name]),
            trace[name],
            rtol=0,
            atol=2e-6,
        ), name


def test_the_code_is_short_and_says_what_the_network_reads():
    code = recipe(Question("The cat saw a dragon."))
    assert "the cat saw <unk> <unk> ." in code
    assert len(code.splitlines()) <= 20
