"""The notation table has every value of every cell in every hand; the glossary finds its terms."""

import html as entities
import re

import pytest
from visitor import opened, sentences

from models.cells import CELLS
from models.reading import VARIANTS, Question, read
from playground import glossary, lettering
from playground.exhibits import EXHIBITS
from playground.glossary import GROUPS, TERMS, find
from playground.notation import NOTATIONS, SKETCHED, html
from tests.latex import VARIANTS as FORMS
from tests.latex import Step, evaluate

PAGE = "pages/glossary.py"


def cell_of(kind, variant="torch"):
    return read(Question("the cat", kind, variant=variant)).trace.cell


def text_of(fragment):
    """The words of a piece of HTML."""
    return entities.unescape(re.sub("<[^>]+>", " ", fragment))


@pytest.fixture
def root(pytestconfig):
    return pytestconfig.rootpath


# The table


def test_every_notation_and_every_lecture_is_a_column():
    assert set(NOTATIONS) | set(SKETCHED) == set(lettering.COLUMNS)
    assert [name for name in lettering.COLUMNS if name not in ("PyTorch", "Keras")] == list(lettering.LECTURES)


@pytest.mark.parametrize("name", FORMS)
def test_every_value_of_every_form_has_a_row_in_every_notation(name):
    cell = Step(name).cell
    rows = {row.name: row for row in lettering.rows(cell)}
    states = {f"{state}@-1" for state in cell.states}
    assert set(rows) == {equation.name for equation in cell.equations} | states | {"x"}
    for equation in cell.equations:
        row = rows[equation.name]
        assert (row.role, row.title) == (equation.role, equation.title)
        for author, notation in NOTATIONS.items():
            assert row.letters[author] == notation.symbol(equation.name, cell)


@pytest.mark.parametrize(("kind", "variant"), [(kind, form) for kind, forms in VARIANTS.items() for form in forms])
def test_the_table_shows_every_letter_and_marks_one_column(kind, variant):
    cell = cell_of(kind, variant)
    for dark in (False, True):
        shown = lettering.letter_table(cell, "Yang", dark=dark)
        for row in lettering.rows(cell):
            assert row.title in shown
            for latex in row.letters.values():
                assert (html(latex) if latex else lettering.SILENT) in shown
        head, body = shown.split("</thead>")
        assert re.findall(r">([^<]+)</th>", head)[1:] == list(lettering.COLUMNS)
        assert body.count("<tr ") == len(lettering.rows(cell))
        for tag in ("table", "tr", "td", "th", "span", "div", "var", "sub", "sup"):
            assert len(re.findall(f"<{tag}[ >]", shown)) == shown.count(f"</{tag}>"), tag


@pytest.mark.parametrize("kind", CELLS)
def test_every_line_stands_in_every_hand_that_writes_the_cell(kind):
    cell = cell_of(kind)
    writing = [n for n, notation in lettering.COLUMNS.items() if kind in notation.hands]
    for equation in cell.equations:
        lines = lettering.lines(equation.name, cell)
        assert [line.column for line in lines] == writing
        assert {line.column: line.latex for line in lines if line.column in NOTATIONS} == {
            author: notation.line(equation, cell) for author, notation in NOTATIONS.items()
        }
        assert all(html(line.latex) in lettering.line_table(equation.name, cell, "Xu", dark=False) for line in lines)


def test_a_line_that_there_is_not_is_an_error():
    with pytest.raises(KeyError, match="GRU has no equation 'f'; it has r z n h"):
        lettering.lines("f", cell_of("GRU"))


@pytest.mark.parametrize("author", SKETCHED)
def test_what_is_known_of_two_more_lectures_computes_what_the_cell_computes(author):
    step = Step("LSTM tanh tanh")
    letters = {"i_t": "i", "f_t": "f", r"\tilde{c}_t": "g", "o_t": "o", "c_t": "c", "c_{t-1}": "c@-1"}
    known = {f"{name}@-1": state for name, state in step.past.items()} | step.values
    symbols = {symbol: known[name] for symbol, name in letters.items()}
    for equation in step.cell.equations:
        if not equation.total:  # the sums inside the gates are not known
            value = evaluate(SKETCHED[author].latex(equation, step.cell), symbols)
            assert float((value - step.values[equation.name]).abs().max()) <= 1e-12


def test_xiao_s_recurrence_reads_x_of_t_and_says_what_the_slide_prints():
    cell = Step("RNN sigmoid").cell
    (line,) = (line for line in lettering.lines("h", cell) if line.column == "Xiao")
    assert line.latex == r"h(t) = \sigma(W [h(t-1); x(t)] + b)"
    assert text_of(html(line.latex)).replace(" ", "") == "h(t)=σ(W[h(t−1);x(t)]+b)"
    assert "x(t − 1)" in line.remark


def test_who_has_no_letters_for_a_cell_is_said():
    shown = lettering.letter_table(cell_of("GRU"), "PyTorch", dark=False)
    assert "Luo and Xiao write no equation of the GRU" in shown
    assert "Xu has no GRU" in shown
    assert {row.borrowed for row in lettering.rows(cell_of("GRU"))} == {("Xu",)}
    assert {row.borrowed for row in lettering.rows(cell_of("LSTM"))} == {()}


@pytest.mark.parametrize("kind", CELLS)
def test_a_slice_holds_the_weights_of_its_gate(kind):
    cell = cell_of(kind)
    H, weights = cell.hidden, cell.symbols()
    for each in lettering.slices(cell):
        first, stop = (H * k for k in each.torch)
        assert cell.w_ih[first:stop].equal(weights[f"W_{{i{each.name}}}"])
        assert cell.w_hh[first:stop].equal(weights[f"W_{{h{each.name}}}"])
    assert sorted(each.keras for each in lettering.slices(cell)) == [
        (k, k + 1) for k in range(len(lettering.slices(cell)))
    ]
    table = lettering.slice_table(cell, H)
    assert {len(column) for column in table.values()} == {len(lettering.slices(cell))}


@pytest.mark.parametrize(("kind", "printed"), [("LSTM", "i f c o"), ("GRU", "z r h")])
def test_keras_order_of_gates_is_the_one_that_its_remark_names(kind, printed):
    keras = NOTATIONS["Keras"]
    cell = cell_of(kind)
    letters = [keras.symbol(name, cell) for name in lettering.KERAS_BLOCKS[kind]]
    assert " ".join(re.sub(r"\\tilde\{(\w)\}|_t", r"\1", letter) for letter in letters) == printed
    assert printed in keras.remarks[kind]


def test_the_strip_stacks_both_orders():
    shown = lettering.strip(cell_of("GRU"), dark=False)
    first, second = shown.split("Keras, columns of kernel")
    assert re.findall(r"<var>(.)", first) == ["r", "z", "n"]
    assert re.findall(r"<var>(.)", second) == ["z", "r", "h"]


# The terms


def test_every_term_is_told_apart_and_seen_somewhere():
    assert 50 <= len(TERMS) <= 85
    assert len({term.name.casefold() for term in TERMS}) == len(TERMS)
    for term in TERMS:
        assert term.seen, term.name
        assert term.text.endswith((".", ")")), term.name
        assert 20 < len(term.text) < 260, term.name


def test_every_exhibit_that_teaches_is_named_by_a_term():
    look_it_up = {e.file for e in EXHIBITS if e.section == "Look it up"}
    taught = {
        e.file for e in EXHIBITS if e.section in ("By hand", "Gradients through time", "Training", "Sequences at work")
    }
    named = {signpost.exhibit.file for term in TERMS for signpost in term.seen}
    assert taught <= named
    assert not named & look_it_up


def test_an_empty_search_finds_all():
    for nothing in ("", "   "):
        assert {group: list(terms) for group, terms in find(nothing).items()} == {
            group: list(terms) for group, terms in GROUPS.items()
        }


def test_a_search_finds_names_first_other_names_too_and_in_any_case():
    names = [term.name for terms in find("GATE").values() for term in terms]
    assert {"Gate", "Forget gate", "Input gate", "Output gate", "Update gate", "Reset gate"} <= set(names)
    assert names[0] == "Gate"
    assert [term.name for terms in find("oov").values() for term in terms] == ["Out of vocabulary"]
    assert [term.name for terms in find("  bptt   truncated ").values() for term in terms] == [
        "Truncated backpropagation"
    ]


@pytest.mark.parametrize("text", ["qqqqq", "<script>", "\x00", "a" * 100_000, "🐈", ".*", "\\", "`", "[x](y)"])
def test_a_search_for_nonsense_finds_nothing_and_raises_nothing(text):
    assert find(text) == {}


# The page


def test_the_page_opens_on_the_lstm_with_a_player(root):
    app = opened(PAGE, root)
    assert not app.warning
    assert app.main.get("bidi_component")
    tables = [str(element.proto.body) for element in app.get("html")]
    assert any("forget gate" in table and "Riveill" in table for table in tables)


@pytest.mark.parametrize("kind", CELLS)
def test_every_cell_has_its_table_its_lines_and_its_slices(kind, root):
    app = opened(PAGE, root, glossary_cell=kind, glossary_letters="Keras")
    assert not app.warning
    cell = cell_of(kind)
    shown = " ".join(str(element.proto.body) for element in app.get("html"))
    assert lettering.letter_table(cell, "Keras", dark=False) in shown
    assert app.dataframe[0].value["gate"].tolist() == [each.name for each in lettering.slices(cell)]
    if kind != "RNN":
        assert kind in " ".join(text.value for text in app.markdown)


def test_a_form_changes_the_table_and_the_formulas(root):
    app = opened(PAGE, root, glossary_cell="GRU")
    before = [str(element.proto.body) for element in app.get("html")]
    app.selectbox(key="glossary_form_gru").set_value("lecture").run()
    assert not app.exception
    after = [str(element.proto.body) for element in app.get("html")]
    assert before[0] != after[0]
    assert html(r"1 - \Gamma_u^{\langle t \rangle}") in before[0]
    assert html(r"1 - \Gamma_u^{\langle t \rangle}") not in after[0]


def test_a_search_in_the_link_opens_the_terms_it_finds(root):
    app = opened(PAGE, root, glossary_tab="Glossary", glossary_find="perplexity")
    texts = [text.value for text in app.markdown]
    assert any(text.startswith("**Perplexity**") for text in texts)
    assert not any(text.startswith("**Padding**") for text in texts)
    assert any(f"1 of {len(TERMS)} terms" in text for text in texts)
    assert app.get("page_link")


def test_a_search_without_a_find_says_so_and_what_to_do(root):
    app = opened(PAGE, root, glossary_tab="Glossary", glossary_find="zebra `<b>`")
    texts = " ".join(text.value for text in app.markdown)
    assert f"None of the {len(TERMS)} terms has `zebra ˋ<b>ˋ` in it" in texts
    assert not app.get("page_link")
    app.text_input(key="glossary_find").set_value("").run()
    assert len(app.get("page_link")) == sum(len(term.seen) for term in TERMS)


@pytest.mark.parametrize("text", ["\x00\x07", "a" * 100_000, "$x$ **b** [x](javascript:alert(1))", "😀"])
def test_a_hostile_search_is_a_search_like_any_other(text, root):
    app = opened(PAGE, root, glossary_tab="Glossary")
    app.text_input(key="glossary_find").set_value(text).run()
    assert not app.exception
    assert any("None of the" in shown.value for shown in app.markdown)
    assert max(len(shown.value) for shown in app.markdown) < 2000


@pytest.mark.parametrize(
    ("params", "sentence"),
    [
        ({"glossary_cell": "CNN"}, "asks for cell `CNN`"),
        ({"glossary_letters": "Newton"}, "`Newton`"),
        ({"glossary_tab": "Nowhere"}, "`Nowhere`"),
        ({"glossary_line_lstm": "q"}, "`q`"),
        ({"glossary_form_lstm": "<b>"}, "`<b>`"),
    ],
)
def test_a_wrong_value_in_the_link_is_ignored_with_a_sentence(params, sentence, root):
    app = opened(PAGE, root, **params)
    assert sentence in sentences(app)
    assert app.main.get("bidi_component")


def test_the_two_things_to_try_do_what_they_say(root):
    app = opened(PAGE, root)
    app.button(key="glossary_notation_try_Turn the GRU's z round").click().run()
    assert not app.exception
    assert app.selectbox(key="glossary_letters").value == "Yang"
    app = opened(PAGE, root, glossary_tab="Glossary")
    app.button(key="glossary_terms_try_Find a name from PyTorch").click().run()
    assert app.text_input(key="glossary_find").value == "h_n"
    assert any(text.value.startswith("**h_n**") for text in app.markdown)


def test_a_long_search_is_cut_before_it_is_looked_for():
    assert find("gate " + " " * glossary.LONGEST + "zebra") == find("gate")
