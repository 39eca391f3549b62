import itertools
import re
import tomllib

import numpy as np
import pytest

from playground import theme

# Roles that stand side by side in one cell.
TOGETHER = [
    ("write", "keep", "candidate", "read", "memory", "state"),
    ("reset", "keep", "candidate", "state"),
]
# Machado, Oliveira and Fernandes 2009, severity 1.0, in linear RGB.
BLIND = {
    "none": np.eye(3),
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}


def linear(colour):
    rgb = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def seen(colour, blind):
    """A colour in OKLab as an eye with this blindness sees it."""
    rgb = np.clip(np.array(BLIND[blind]) @ linear(colour), 0, 1)
    srgb = np.where(rgb <= 0.0031308, 12.92 * rgb, 1.055 * rgb ** (1 / 2.4) - 0.055)
    return theme._oklab("#" + "".join(f"{round(255 * channel):02x}" for channel in srgb))


def contrast(first, second):
    bright, dim = sorted((float(linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (first, second)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("blind", BLIND)
def test_roles_of_one_cell_stay_apart_for_colour_blind_eyes(dark, blind):
    for roles in TOGETHER:
        colours = {role: seen(theme.ROLES[role].line(dark=dark), blind) for role in roles}
        for a, b in itertools.combinations(roles, 2):
            assert np.linalg.norm(colours[a] - colours[b]) > 0.08, (a, b)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("blind", BLIND)
def test_negative_and_positive_stay_apart_for_colour_blind_eyes(dark, blind):
    for name, role in theme.ROLES.items():
        if role.signed:
            ends = theme.scale(name, dark=dark)
            assert np.linalg.norm(seen(ends[0], blind) - seen(ends[-1], blind)) > 0.1, name


@pytest.mark.parametrize("dark", [False, True])
def test_lines_and_labels_can_be_read_on_the_page(dark):
    base = theme.DARK if dark else theme.LIGHT
    assert contrast(base.text, base.background) > 12
    for name, role in theme.ROLES.items():
        assert contrast(role.line(dark=dark), base.background) >= 4.3, name


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("role", theme.ROLES)
def test_equal_steps_in_the_data_are_equal_steps_to_the_eye(role, dark):
    colours = np.array([theme._oklab(colour) for colour in theme.scale(role, dark=dark)])
    steps = np.linalg.norm(np.diff(colours, axis=0), axis=1)
    halves = np.split(steps, 2) if theme.ROLES[role].signed else [steps]
    for half in halves:
        assert half.max() < 1.35 * half.min() + 0.004  # 8-bit colours round a little


@pytest.mark.parametrize("role", [name for name, role in theme.ROLES.items() if role.signed])
def test_zero_is_the_background_in_the_middle_of_a_signed_scale(role):
    colours = theme.scale(role, dark=False)
    assert len(colours) == theme.STOPS
    assert colours[theme.STOPS // 2] == theme.LIGHT.background


@pytest.mark.parametrize("role", theme.ROLES)
@pytest.mark.parametrize("largest", [0.3, 1.0, 1.0001, 57.0])
def test_limits_never_clip(role, largest):
    values = np.linspace(-largest, largest, 7)
    low, high = theme.limits(role, values)
    assert low <= values.min()
    assert high >= values.max()


def test_gates_keep_their_own_range_and_a_memory_takes_its_largest_value():
    gate, memory = np.array([0.2, 0.4]), np.array([-2.5, 1.0, np.nan])
    assert theme.limits("keep", gate) == (0.0, 1.0)
    assert theme.limits("state", gate) == (-1.0, 1.0)
    assert theme.limits("memory", memory) == (-2.5, 2.5)
    assert theme.limits("memory", np.zeros(3)) == (-1.0, 1.0)


def test_the_configuration_has_the_colours_of_the_theme(pytestconfig):
    config = tomllib.loads((pytestconfig.rootpath / ".streamlit/config.toml").read_text())["theme"]
    for name, base in (("light", theme.LIGHT), ("dark", theme.DARK)):
        assert config[name]["backgroundColor"] == base.background
        assert config[name]["secondaryBackgroundColor"] == base.secondary
        assert config[name]["textColor"] == base.text
        assert config[name]["primaryColor"] == base.primary
        assert config[name]["borderColor"] == base.border
        categorical = [theme.ROLES[role].line(dark=name == "dark") for role in theme.ROLES if role != "share"]
        assert config[name]["chartCategoricalColors"] == categorical


def test_every_colour_is_written_as_six_hex_digits():
    for role in theme.ROLES.values():
        for colour in (role.light, role.dark, *role.below):
            assert re.fullmatch(r"#[0-9a-f]{6}", colour)
