"""Saving in Chromium: what a visitor clicks arrives as a file that other programs read."""

import base64
import csv
import json
import struct
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from browsing import script_has_run
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def visit(open_page, app_url):
    """Opens a page of the app with the panel for saving open."""

    def visited(path, **options):
        page = open_page(**options)
        page.goto(f"{app_url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        script_has_run(page)
        page.get_by_text("Save figures, data, code").click()
        expect(page.get_by_role("button", name="CSV", exact=True)).to_be_visible()
        return page

    return visited


@pytest.fixture
def click(tmp_path):
    """Clicks a button of the panel and gives the file that it saves."""

    def clicked(page, label) -> Path:
        with page.expect_download() as download:
            page.get_by_role("button", name=label, exact=True).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    return clicked


def size_of(png: Path) -> tuple[int, int]:
    head = png.read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", head[16:24])
    return width, height


def colours_of(page, path: Path) -> set[str]:
    """Colours of the corner and of all pixels on a coarse grid, as the browser reads the picture back."""
    return set(
        page.evaluate(
            """async (url) => {
              const image = new Image();
              image.src = url;
              await image.decode();
              const canvas = document.createElement("canvas");
              [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
              const brush = canvas.getContext("2d");
              brush.drawImage(image, 0, 0);
              const { data } = brush.getImageData(0, 0, canvas.width, canvas.height);
              const found = [];
              for (let k = 0; k < data.length; k += 4 * 7) found.push(data.slice(k, k + 4).join(" "));
              return [...new Set(found)];
            }""",
            f"data:image/png;base64,{base64.b64encode(path.read_bytes()).decode()}",
        )
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_figure_is_saved_as_one_svg_that_needs_nothing_else(scheme, visit, click):
    page = visit("chains_of_numbers", color_scheme=scheme)
    path = click(page, "SVG")
    root = ET.parse(path).getroot()  # noqa: S314 - our own file
    assert root.tag == f"{SVG}svg"
    box = page.locator(".st-key-chain_products .main-svg").first.bounding_box()
    assert box
    assert [float(root.attrib[side]) for side in ("width", "height")] == pytest.approx(
        [box["width"], box["height"]], abs=1
    )
    assert root.find(f"{SVG}title") is not None
    ground = root.find(f"{SVG}rect")
    assert ground is not None
    assert ground.attrib["fill"] == {"light": "#ffffff", "dark": "#11161c"}[scheme]
    text = path.read_text(encoding="utf-8")
    assert "@font-face" in text
    assert "data:font" in text or "data:application" in text
    assert 'href="http' not in text
    assert "url(http" not in text
    words = {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    assert page.locator(".st-key-chain_products .gtitle").text_content() in words
    assert all(
        "font-family" in node.attrib["style"] and "fill" in node.attrib["style"] for node in root.iter(f"{SVG}text")
    )
    assert not [node for node in root.iter() if node.attrib.get("class", "").startswith(("draglayer", "hoverlayer"))]


def test_an_svg_looks_in_a_page_of_its_own_as_in_the_app(visit, click, open_page):
    page = visit("chains_of_numbers")
    path = click(page, "SVG")
    alone = open_page()
    alone.goto(path.as_uri())
    drawn = alone.locator("svg").first.locator("path").count()
    shown = page.locator(".st-key-chain_products .main-svg path:visible").count()
    assert drawn >= shown > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_png_has_twice_the_pixels_and_the_colours_of_the_page(scheme, visit, click):
    page = visit("chains_of_numbers", color_scheme=scheme)
    box = page.locator(".st-key-chain_products .main-svg").first.bounding_box()
    assert box
    path = click(page, "PNG")
    width, height = size_of(path)
    assert (width, height) == pytest.approx((2 * box["width"], 2 * box["height"]), abs=2)
    colours = colours_of(page, path)
    assert {"light": "255 255 255 255", "dark": "17 22 28 255"}[scheme] in colours
    assert len(colours) > 10  # not an empty sheet
    expect(page.get_by_text(f"Saved {path.name}")).to_be_visible()


def test_html_opens_without_a_network_and_without_the_app(visit, click, browser):
    path = click(visit("chains_of_numbers"), "HTML")
    context = browser.new_context(offline=True)
    page = context.new_page()
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.goto(path.as_uri())
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".gtitle")).not_to_be_empty()
    assert not errors
    context.close()


def test_data_arrive_as_csv_and_json(visit, click):
    page = visit("chains_of_numbers")
    with click(page, "CSV").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert float(rows[1]["x"]) > float(rows[0]["x"])
    whole = json.loads(click(page, "JSON").read_text(encoding="utf-8"))
    assert sum(len(trace["x"]) for trace in whole["traces"] if trace.get("x")) == len(rows)


def test_a_drawing_of_numbers_is_saved_as_it_is_lit(visit, click):
    page = visit("recurrence_on_paper")
    root = ET.parse(click(page, "SVG")).getroot()  # noqa: S314 - our own file
    words = {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    assert {"step 1", "step 2", "step 3"} <= words
    width, height = size_of(click(page, "PNG"))
    assert width > height > 200
    text = click(page, "HTML").read_text(encoding="utf-8")
    assert text.startswith("<!doctype html>")
    assert "step 3</text>" in text


WIDEST_SQUARE = 40
"""Pixels; a frame, which lies under its row of squares, is wider."""


def squares_of(root) -> list[tuple[float, float, str]]:
    """The middle and the colour of every square of a saved cell, as the page counts: without the caption over it."""
    (sheets,) = [group for group in root.iter(f"{SVG}g") if "translate(0 32)" in group.attrib.get("transform", "")]
    return [
        (
            float(node.attrib["x"]) + float(node.attrib["width"]) / 2,
            float(node.attrib["y"]) + float(node.attrib["height"]) / 2,
            node.attrib["fill"],
        )
        for group in sheets.findall(f"{SVG}g")
        for node in group.findall(f"{SVG}rect")
        if "rx" not in node.attrib and node.attrib["fill"] != "none" and float(node.attrib["width"]) < WIDEST_SQUARE
    ]


@pytest.mark.parametrize("cell", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_cell_of_a_player_is_saved_as_it_stands_and_as_shapes(cell, scheme, visit, click):
    page = visit(f"step_a_cell?cell_cell={cell}&step=7&unit=3", color_scheme=scheme)
    page.locator(".player .strip").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".player .counter")).to_have_text("token 6 of 12")
    root = ET.parse(click(page, "SVG")).getroot()  # noqa: S314 - our own file
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    seen = page.locator(".player .cell .number:visible").all_text_contents()
    assert len(seen) > 4
    assert set(seen) <= set(words)
    assert {page.locator(".player .token-here").text_content(), f"{cell} · unit 3 at token 6"} <= set(words)
    assert set(page.locator(".player .cell .node").all_text_contents()) <= set(words)
    assert not list(root.iter(f"{SVG}image"))
    squares = squares_of(root)
    canvas = page.locator(".player .cell canvas")
    painted = canvas.evaluate(
        """(canvas, places) => places.map(([x, y]) => {
          const ratio = canvas.width / canvas.clientWidth;
          const [r, g, b] = canvas.getContext("2d").getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data;
          return [r, g, b];
        })""",
        [[x, y] for x, y, _ in squares],
    )
    assert len(squares) in (5 * 16, 9 * 16, 10 * 16)
    clear = [
        k for k in range(len(squares)) if k % 16 not in (1, 2, 3)
    ]  # the mark of unit 3 may lie over its neighbours
    assert [squares[k][2] for k in clear] == [f"rgb({', '.join(map(str, painted[k]))})" for k in clear]


def test_a_cell_that_is_walked_through_is_saved_without_what_is_not_computed_yet(visit, click):
    page = visit("step_a_cell?step=7&unit=3")
    page.locator(".player .strip").focus()
    page.keyboard.press("]")
    expect(page.locator(".player .cell .label.todo").first).to_be_visible()
    root = ET.parse(click(page, "SVG")).getroot()  # noqa: S314 - our own file
    words = ["".join(node.itertext()) for node in root.iter(f"{SVG}text")]
    seen = [text for text in page.locator(".player .cell .number").all_text_contents() if text]
    assert len(seen) == 3  # c and h of the step before, and the first gate
    assert sorted(words.count(text) for text in seen) == [2, 2, 2]  # each with its halo
    assert [node for node in root.iter(f"{SVG}g") if node.attrib.get("opacity") == "0.3"]
    width, height = size_of(click(page, "PNG"))
    box = page.locator(".player .cell").bounding_box()
    assert box
    assert (width, height) == pytest.approx((2 * box["width"], 2 * (box["height"] + 32)), abs=3)


def test_a_player_is_saved_as_a_heatmap_with_all_its_numbers(visit, click):
    page = visit("step_a_cell")
    expect(page.get_by_role("button", name="SVG", exact=True)).to_be_visible()
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0)
    which = page.get_by_role("combobox", name="Its picture")
    which.evaluate("menu => menu.scrollIntoView({block: 'center'})")  # a menu closes when the page scrolls under it
    which.click()
    page.get_by_role("option", name="LSTM: i (write)").click()
    expect(page.locator(".st-key-save_picture_of .main-svg").first).to_be_visible()
    root = ET.parse(click(page, "SVG")).getroot()  # noqa: S314 - our own file
    assert "LSTM: i (write)" in {"".join(node.itertext()) for node in root.iter(f"{SVG}text")}
    with click(page, "CSV").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 12 * 16


def test_the_script_of_the_view_is_saved_and_follows_the_view(visit, click):
    page = visit("step_a_cell?cell_cell=GRU")
    text = click(page, "Python").read_text(encoding="utf-8")
    assert "cell='GRU'" in text
    compile(text, "numbers_of_this_view.py", "exec")


def test_a_picture_that_left_the_page_is_missed_with_a_sentence(visit):
    page = visit("chains_of_numbers")
    page.evaluate("document.querySelector('.st-key-chain_products').remove()")
    page.get_by_role("button", name="SVG", exact=True).click()
    expect(page.get_by_text("This picture is not on the page now.")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1920])
def test_the_panel_fits_its_window(width, visit):
    page = visit("clipping_and_remedies", viewport={"width": width, "height": 900})
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 1
