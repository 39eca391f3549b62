"""Gradients through time against autograd. Oracle first, in float64; then what autograd cannot say: 10^-4000."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor, nn

from models import GRU, LSTM, RNN, Cell, open_cell
from models.gradients import Gradients, loss_profile, memory_path, products, state_profile

LAYERS: dict[str, Callable[..., nn.RNNBase]] = {
    "RNN tanh": nn.RNN,
    "RNN relu": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
}
VARIANTS: dict[str, tuple[type[Cell], dict[str, str]]] = {
    **{f"RNN {squash}": (RNN, {"nonlinearity": squash}) for squash in RNN.options["nonlinearity"]},
    **{
        f"LSTM {candidate} {output}": (LSTM, {"candidate": candidate, "output": output})
        for candidate in LSTM.options["candidate"]
        for output in LSTM.options["output"]
    },
    **{
        f"GRU {reset} {gate}": (GRU, {"reset": reset, "update_gate": gate})
        for reset in GRU.options["reset"]
        for gate in GRU.options["update_gate"]
    },
}
WEIGHTS = ("w_ih", "w_hh", "b_ih", "b_hh")
POSITIONS = {
    "last step": lambda dh: torch.cat([torch.zeros_like(dh[:-1]), dh[-1:]]),
    "every step": lambda dh: dh,
    "first step": lambda dh: torch.cat([dh[:1], torch.zeros_like(dh[1:])]),
    "middle": lambda dh: dh * (torch.arange(len(dh)) == len(dh) // 2)[:, None],
    "two steps": lambda dh: dh * (torch.arange(len(dh)) % 5 == 2)[:, None],
}

every_layer = pytest.mark.parametrize("kind", LAYERS)
every_variant = pytest.mark.parametrize("variant", VARIANTS)
every_position = pytest.mark.parametrize("position", POSITIONS)


def draw(*shape: int, seed: int = 0, scale: float = 1.0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.empty(shape, dtype=torch.float64).uniform_(-scale, scale, generator=generator)


def layer_of(kind: str, inputs: int = 3, hidden: int = 4, **options: Any) -> nn.RNNBase:
    layer = LAYERS[kind](inputs, hidden, **({"dtype": torch.float64} | options))
    with torch.no_grad():
        for k, weight in enumerate(layer.parameters()):
            weight.copy_(draw(*weight.shape, seed=100 + k, scale=hidden**-0.5))
    return layer


def cell_of(variant: str, inputs: int = 3, hidden: int = 4, *, seed: int = 1, scale: float = 0.7) -> Cell:
    kind, options = VARIANTS[variant]
    rows = len(kind.blocks) * hidden
    shapes = (rows, inputs), (rows, hidden), (rows,), (rows,)
    return kind(*(draw(*shape, seed=10 * seed + k, scale=scale) for k, shape in enumerate(shapes)), **options)


def unfolded(cell: Cell, x: Tensor) -> tuple[list[dict[str, Tensor]], Cell]:
    """The states of every step as nodes of an autograd graph, stepped in a plain loop, and the cell as its leaves."""
    cell = replace(cell, **{name: getattr(cell, name).detach().clone().requires_grad_() for name in WEIGHTS})
    nodes, past = [], cell.start()
    for x_t in x:
        values = cell.step(x_t, past)
        past = {name: values[name] for name in cell.states}
        nodes.append(past)
    return nodes, cell


def autograd(cell: Cell, x: Tensor, dh: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """What autograd says: dL/dh_t (and dL/dc_t), (T, H) each, dL/dx_t, (T, D); and the gradient of each weight."""
    x = x.clone().requires_grad_()
    nodes, leaves = unfolded(cell, x)
    for past in nodes:
        for node in past.values():
            node.retain_grad()
    torch.stack([past["h"] for past in nodes]).mul(dh).sum().backward()

    def of(name: str) -> Tensor:
        return torch.stack([grad if (grad := past[name].grad) is not None else dh.new_zeros(()) for past in nodes])

    assert x.grad is not None
    states = {name: of(name) for name in cell.states} | {"x": x.grad}
    return states, {name: getattr(leaves, name).grad for name in WEIGHTS}


def jacobians(cell: Cell, x: Tensor, of: str) -> list[NDArray[Any]]:
    """d of_T / d of_t for every t by autograd, (H, H) each."""
    nodes, _ = unfolded(cell, x)
    asked = [past[of] for past in nodes]
    rows = [torch.autograd.grad(unit, asked, retain_graph=True, allow_unused=True) for unit in asked[-1]]
    zero = torch.zeros(cell.hidden, dtype=torch.float64)
    return [torch.stack([row[t] if row[t] is not None else zero for row in rows]).numpy() for t in range(len(asked))]


def log10(size: NDArray[Any] | Tensor) -> NDArray[Any]:
    with np.errstate(divide="ignore"):
        return np.log10(np.asarray(size))


def assert_relative(came: NDArray[Any], wanted: Tensor, rtol: float = 1e-10):
    assert came.shape == tuple(wanted.shape)
    assert np.linalg.norm(came - wanted.numpy()) <= rtol * np.linalg.norm(wanted.numpy())


# ---- against autograd ------------------------------------------------------------------------------------------------


@every_position
@every_variant
def test_the_gradients_of_every_node_are_those_of_autograd(variant: str, position: str):
    cell, x = cell_of(variant), draw(12, 3)
    dh = POSITIONS[position](draw(12, 4, seed=5))
    came, (states, _) = Gradients(cell, x, dh), autograd(cell, x, dh)
    assert_relative(came.h.numbers(), states["h"])
    assert_relative(came.inputs().numbers(), states["x"])
    if "c" in states:
        assert came.c is not None
        assert_relative(came.c.numbers(), states["c"])
    else:
        assert came.c is None


@every_position
@every_variant
def test_the_contributions_of_the_steps_add_up_to_the_gradient_of_autograd(variant: str, position: str):
    cell, x = cell_of(variant), draw(12, 3)
    dh = POSITIONS[position](draw(12, 4, seed=5))
    came, (_, weights) = Gradients(cell, x, dh), autograd(cell, x, dh)
    steps, total = [came.contribution(t) for t in range(12)], came.total()
    for name, wanted in weights.items():
        assert_relative(np.sum([step[name] for step in steps], axis=0), wanted)
        assert_relative(total[name], wanted)


@every_variant
def test_the_contribution_of_a_step_is_the_gradient_of_a_copy_of_the_weights_at_that_step(variant: str):
    cell, x, dh = cell_of(variant), draw(6, 3), draw(6, 4, seed=5)
    copies = [
        replace(cell, **{name: getattr(cell, name).clone().requires_grad_() for name in WEIGHTS}) for _ in range(6)
    ]
    states, past = [], cell.start()
    for x_t, copy in zip(x, copies, strict=True):
        past = copy.step(x_t, past)
        states.append(past["h"])
    torch.stack(states).mul(dh).sum().backward()
    came = Gradients(cell, x, dh)
    sizes = came.log10_contributions()
    for t, copy in enumerate(copies):
        for name, part in came.contribution(t).items():
            wanted = getattr(copy, name).grad
            np.testing.assert_allclose(part, wanted.numpy(), rtol=1e-9, atol=1e-14)
            np.testing.assert_allclose(sizes[name][t], log10(wanted.norm()), atol=1e-9)


@every_layer
def test_the_total_is_what_autograd_puts_into_the_layer_of_torch(kind: str):
    layer, x, dh = layer_of(kind, hidden=8), draw(300, 3), draw(300, 8, seed=5)
    layer(x)[0].mul(dh).sum().backward()
    total = Gradients(layer, x, dh).total()
    names = {"weight_ih_l0": "w_ih", "weight_hh_l0": "w_hh", "bias_ih_l0": "b_ih", "bias_hh_l0": "b_hh"}
    for name, weight in layer.named_parameters():
        assert weight.grad is not None
        assert_relative(total[names[name]], weight.grad)


@every_variant
def test_the_loss_profile_is_the_norm_that_autograd_finds(variant: str):
    cell, x, dh = cell_of(variant), draw(20, 3), draw(20, 4, seed=5)
    wanted = autograd(cell, x, dh)[0]["h"].norm(dim=1)
    np.testing.assert_allclose(loss_profile(cell, x, dh), log10(wanted), atol=1e-10)


@every_variant
def test_the_state_profile_is_the_spectral_norm_of_the_jacobian_of_autograd(variant: str):
    cell, x = cell_of(variant), draw(20, 3)
    wanted = [np.linalg.norm(jacobian, 2) for jacobian in jacobians(cell, x, "h")]
    np.testing.assert_allclose(state_profile(cell, x), log10(np.array(wanted)), atol=1e-10)


@pytest.mark.parametrize(
    ("variant", "of"), [(name, state) for name, (kind, _) in VARIANTS.items() for state in kind.states]
)
def test_norms_and_singular_values_are_those_of_the_jacobian_of_autograd(variant: str, of: str):
    cell, x = cell_of(variant), draw(70, 3)  # more than one chunk
    wanted, last = jacobians(cell, x, of), 70
    for part in products(cell, x, of, singular=(3, 63, 64, 69)):
        assert part.steps.stop == last
        last = part.steps.start
        for k, t in enumerate(part.steps):
            assert math.isclose(part.spectral[k], math.log10(np.linalg.norm(wanted[t], 2)), abs_tol=1e-9)
            assert math.isclose(part.frobenius[k], math.log10(np.linalg.norm(wanted[t])), abs_tol=1e-9)
        for t, values in part.singular.items():
            exact = np.linalg.svd(wanted[t], compute_uv=False)
            np.testing.assert_allclose(10**values, exact, rtol=1e-8, atol=1e-12 * exact[0])
        assert set(part.singular) == {3, 63, 64, 69} & set(part.steps)
    assert last == 0


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name.startswith("LSTM")])
def test_what_the_path_through_h_adds_is_the_rest_beside_the_forget_gates(variant: str):
    cell, x = cell_of(variant), draw(70, 3)
    forget, path = cell.run(x)["f"], memory_path(cell, x)
    whole = jacobians(cell, x, "c")
    assert path.shape == (70, 4)
    for part in products(cell, x, "c"):
        assert part.through_h is not None
        for k, t in enumerate(part.steps):
            kept = forget[t + 1 :].prod(0).numpy()
            np.testing.assert_allclose(path[t], log10(kept), atol=1e-10)
            rest = np.linalg.norm(whole[t] - np.diag(kept), 2)
            assert math.isclose(10 ** part.through_h[k], rest, rel_tol=1e-8, abs_tol=1e-13 * kept.max())


def test_a_memory_whose_gates_do_not_read_h_has_the_elementwise_path_and_nothing_else():
    cell = cell_of("LSTM tanh tanh")
    cell, x = replace(cell, w_hh=torch.zeros_like(cell.w_hh)), draw(3000, 3)
    path = memory_path(cell, x).max(1)
    assert path[0] < -400  # beyond float64
    for part in products(cell, x, "c"):
        assert part.through_h is not None
        np.testing.assert_allclose(part.spectral, path[part.steps.start : part.steps.stop], atol=1e-9)
        assert (part.through_h == -math.inf).all()


def test_the_highway_of_an_lstm_is_no_part_of_the_gradient_of_its_h():
    # With W_hh = 0 nobody reads h_t but the loss at t: what the memory carries on belongs to c_t alone.
    cell = cell_of("LSTM tanh tanh")
    cell, x = replace(cell, w_hh=torch.zeros_like(cell.w_hh)), draw(8, 3)
    dh = POSITIONS["last step"](draw(8, 4, seed=5))
    came = Gradients(cell, x, dh)
    assert came.c is not None
    np.testing.assert_array_equal(came.h.log10_norm[:-1], -math.inf)
    assert np.isfinite(came.c.log10_norm).all()
    np.testing.assert_array_equal(state_profile(cell, x)[:-1], -math.inf)


@settings(max_examples=60, deadline=None, derandomize=True, database=None)
@given(
    variant=st.sampled_from(sorted(VARIANTS)),
    steps=st.integers(1, 9),
    inputs=st.integers(1, 4),
    hidden=st.integers(1, 6),
    scale=st.sampled_from([0.1, 0.7, 2.0]),
    seed=st.integers(0, 10**6),
    data=st.data(),
)
def test_whatever_the_size_all_is_as_autograd_says(
    variant: str, steps: int, inputs: int, hidden: int, scale: float, seed: int, data: st.DataObject
):
    cell, x = cell_of(variant, inputs, hidden, seed=seed, scale=scale), draw(steps, inputs, seed=seed + 1)
    dh = draw(steps, hidden, seed=seed + 2)
    dh[data.draw(st.integers(0, steps - 1))] = 0
    came, (states, weights) = Gradients(cell, x, dh), autograd(cell, x, dh)
    np.testing.assert_allclose(came.h.numbers(), states["h"].numpy(), rtol=1e-9, atol=1e-12)
    for name, wanted in weights.items():
        np.testing.assert_allclose(came.total()[name], wanted.numpy(), rtol=1e-9, atol=1e-10)
    norms = np.array([np.linalg.norm(jacobian, 2) for jacobian in jacobians(cell, x, "h")])
    np.testing.assert_allclose(10 ** state_profile(cell, x), norms, rtol=1e-9, atol=1e-14)


# ---- the lecture's numbers -------------------------------------------------------------------------------------------


def scalar(w: float, nonlinearity: str = "identity", u: float = 1.0) -> Cell:
    """An RNN with one unit: h_t = φ(w h_{t-1} + u x_t)."""
    one, zero = torch.ones(1, 1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64)
    return replace(RNN(u * one, w * one, zero, zero), nonlinearity=nonlinearity)


@pytest.mark.parametrize(
    ("w", "u", "inputs", "terms", "total", "slopes"),
    [
        (0.5, 1.0, (1, 0, 0), (0.0, -0.2623509364, -0.2884584109), -0.5508093473, (0.2099762541, 0.4838492452, 1)),
        (2.0, 1.0, (1, 0, 0), (0.0, -0.0013540014, -0.0046649589), -0.0060189603, (0.0692970771, 0.1999784133, 1)),
        (0.5, 0.1, (1, 2, 3), (0.0, -0.0236775383, -0.1237046098), -0.1473821481, (0.1976192029, 0.4204255703, 1)),
    ],
)
def test_the_terms_of_the_lectures_sum_over_time(
    w: float, u: float, inputs: tuple[float, ...], terms: tuple[float, ...], total: float, slopes: tuple[float, ...]
):
    cell, x = scalar(w, "tanh", u), torch.tensor(inputs, dtype=torch.float64)[:, None]
    h = cell.run(x)["h"]
    came = Gradients(cell, x, [[0], [0], [float(h[-1]) - 1]])  # E = (h_3 - 1)² / 2
    np.testing.assert_allclose([came.contribution(t)["w_hh"].item() for t in range(3)], terms, atol=1e-10)
    np.testing.assert_allclose(came.total()["w_hh"], [[total]], atol=1e-10)
    np.testing.assert_allclose(10 ** state_profile(cell, x), slopes, atol=1e-10)


@pytest.mark.parametrize(("w", "wanted"), [(0.9, 1.7478712517226947e-46), (1.01, 20959.155637813845)])
def test_a_thousand_factors_are_the_power_of_the_lecture(w: float, wanted: float):
    cell, x = scalar(w), np.zeros((1001, 1))
    dh = np.zeros((1001, 1))
    dh[-1] = 1
    assert math.isclose(state_profile(cell, x)[0], math.log10(wanted), rel_tol=1e-12)
    assert math.isclose(loss_profile(cell, x, dh)[0], math.log10(wanted), rel_tol=1e-12)


# ---- ten thousand steps ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("w", [0.25, 0.9, 1.01, 4.0])
def test_ten_thousand_factors_neither_vanish_nor_explode(w: float):
    cell, x = scalar(w), np.zeros((10_000, 1))
    dh = np.zeros((10_000, 1))
    dh[-1] = 1
    wanted = np.arange(9_999, -1, -1) * math.log10(w)
    np.testing.assert_allclose(state_profile(cell, x), wanted, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(loss_profile(cell, x, dh), wanted, rtol=1e-11, atol=1e-11)


@every_layer
def test_no_step_of_ten_thousand_is_zero_or_infinite_or_nan(kind: str):
    layer, x = layer_of(kind, hidden=8), draw(10_000, 3)
    dh = torch.zeros(10_000, 8, dtype=torch.float64)
    dh[-1] = 1
    for profile in (loss_profile(layer, x, dh), state_profile(layer, x)):
        assert np.isfinite(profile).all()
        assert profile[0] < -330  # below the smallest number of float64


@every_variant
def test_under_a_constant_input_the_profile_falls_by_the_spectral_radius_of_the_jacobian(variant: str):
    cell, x = cell_of(variant, hidden=6, scale=0.3), draw(1, 3).expand(2_000, 3)
    values = cell.run(x[:500])  # the states have settled
    settled = torch.cat([values[name][-1] for name in cell.states])

    def step(states: Tensor) -> Tensor:
        new = cell.step(x[0], dict(zip(cell.states, states.chunk(len(cell.states)), strict=True)))
        return torch.cat([new[name] for name in cell.states])

    jacobian = torch.autograd.functional.jacobian(step, settled)
    assert isinstance(jacobian, Tensor)
    radius = torch.linalg.eigvals(jacobian).abs().max().item()
    profile = state_profile(cell, x)
    assert math.isclose((profile[1_700] - profile[500]) / 1_200, -math.log10(radius), rel_tol=3e-3)


def test_an_orthogonal_linear_network_keeps_every_singular_value():
    orthogonal = torch.linalg.qr(draw(16, 16, seed=3))[0]
    zero = torch.zeros(16, dtype=torch.float64)
    cell = RNN(draw(16, 2), orthogonal, zero, zero, "identity")
    for part in products(cell, np.zeros((2_000, 2)), singular=(0,)):
        np.testing.assert_allclose(part.spectral, 0, atol=1e-12)
        np.testing.assert_allclose(part.frobenius, math.log10(4), atol=1e-12)
        for values in part.singular.values():
            np.testing.assert_allclose(values, 0, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_the_spectral_norm_stays_exact_when_a_long_product_has_come_close_to_low_rank(seed: int):
    w, zero = draw(12, 12, seed=seed, scale=0.6), torch.zeros(12, dtype=torch.float64)
    power, shift, wanted = np.eye(12), 0.0, []
    for _ in range(1_500):
        size = np.linalg.norm(power, 2)
        wanted.append(shift + math.log10(size))
        power, shift = power / size @ w.numpy(), wanted[-1]
    profile = state_profile(RNN(draw(12, 2), w, zero, zero, "identity"), np.zeros((1_500, 2)))
    np.testing.assert_allclose(profile[::-1], wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("power", [-900, -250, 250, 900])
def test_the_profile_moves_with_the_size_of_the_loss(power: int):
    cell, x, dh = cell_of("LSTM tanh tanh"), draw(500, 3), draw(500, 4, seed=5)
    grown = dh * 2.0**power
    np.testing.assert_allclose(
        loss_profile(cell, x, grown), loss_profile(cell, x, dh) + power * math.log10(2), rtol=0, atol=1e-9
    )


@pytest.mark.parametrize("w", [0.25, 4.0])
def test_a_second_loss_long_after_the_first_counts_at_its_own_size(w: float):
    cell, x, dh = scalar(w), np.zeros((3_001, 1)), np.zeros((3_001, 1))
    dh[1_000] = dh[3_000] = 1
    profile = loss_profile(cell, x, dh)
    lag = np.arange(3_000, -1, -1) * math.log10(w)
    assert math.isclose(profile[1_001], lag[1_001], rel_tol=1e-12)
    assert math.isclose(profile[0], lag[2_000] if w < 1 else lag[0], rel_tol=1e-12)


def test_a_shut_network_has_a_gradient_of_zero_and_says_minus_infinity():
    one, zero = torch.ones(2, 2, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)
    shut = RNN(one, one, -100 * torch.ones(2, dtype=torch.float64), zero, "relu")
    np.testing.assert_array_equal(state_profile(shut, np.zeros((5, 2))), [-math.inf] * 4 + [0])
    np.testing.assert_array_equal(loss_profile(shut, np.zeros((5, 2)), np.zeros((5, 2))), [-math.inf] * 5)


@pytest.mark.parametrize("squash", ["tanh", "sigmoid"])
def test_a_saturated_unit_still_has_its_slope_where_one_minus_tanh_squared_is_zero(squash: str):
    cell, a = scalar(1.0, squash), 100.0
    profile = state_profile(cell, [[0.0], [a - float(cell.run(torch.zeros(1, 1, dtype=torch.float64))["h"])]])
    exact = math.log10(4) - 2 * a / math.log(10) if squash == "tanh" else -a / math.log(10)  # 1 / cosh², e^-a
    assert math.isclose(profile[0], exact, rel_tol=1e-12)


# ---- what goes in ----------------------------------------------------------------------------------------------------


@every_layer
def test_a_layer_in_float32_is_read_in_float64(kind: str):
    layer, x, dh = layer_of(kind, dtype=torch.float32), draw(50, 3).float(), draw(50, 4, seed=5).float()
    double = layer_of(kind)
    double.load_state_dict(layer.state_dict())
    np.testing.assert_array_equal(loss_profile(layer, x, dh), loss_profile(double, x.double(), dh.double()))
    assert next(layer.parameters()).dtype == torch.float32


@every_layer
def test_a_layer_and_its_open_cell_are_the_same_network(kind: str):
    layer, x, dh = layer_of(kind, bias=False), draw(50, 3), draw(50, 4, seed=5)
    np.testing.assert_array_equal(loss_profile(layer, x, dh), loss_profile(open_cell(layer), x, dh))
    wanted = autograd(open_cell(layer), x, dh)[0]["h"].norm(dim=1)
    np.testing.assert_allclose(loss_profile(layer, x, dh), log10(wanted), atol=1e-9)


def test_a_gru_in_the_other_notation_has_the_same_profile():
    cell, x, dh = cell_of("GRU after keep"), draw(50, 3), draw(50, 4, seed=5)
    assert isinstance(cell, GRU)
    np.testing.assert_allclose(loss_profile(cell.turned(), x, dh), loss_profile(cell, x, dh), atol=1e-10)


def test_the_size_of_every_part_is_there_for_a_heatmap():
    cell, x = scalar(0.25), np.zeros((1_001, 1))
    dh = np.zeros((1_001, 1))
    dh[-1] = -1
    h = Gradients(cell, x, dh).h
    np.testing.assert_allclose(h.log10_size[:, 0], np.arange(1_000, -1, -1) * math.log10(0.25), atol=1e-9)
    assert h.numbers()[-2:, 0].tolist() == [-0.25, -1]
    assert h.numbers()[0, 0] == 0  # 10^-602


def test_progress_is_told_from_little_to_all_and_can_stop_the_work():
    cell, x, told = scalar(0.9), np.zeros((3_000, 1)), []
    state_profile(cell, x, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1
    told.clear()
    loss_profile(cell, x, np.zeros((3_000, 1)), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1

    class StopNowError(Exception):
        pass

    def stop(share: float):
        if share > 0.1:
            raise StopNowError

    with pytest.raises(StopNowError):
        state_profile(cell, x, progress=stop)
    with pytest.raises(StopNowError):
        loss_profile(cell, x, np.zeros((3_000, 1)), progress=stop)


def test_a_wrong_shape_or_network_is_named_with_what_came_and_what_was_wanted():
    layer, x, dh = layer_of("LSTM"), draw(5, 3), draw(5, 4)
    wrong: list[tuple[Callable[[], object], str]] = [
        (lambda: loss_profile(layer, x, dh[:4]), r"dh has shape \(4, 4\), expected \(5, 4\)"),
        (lambda: loss_profile(layer, draw(5, 2), dh), r"x has shape \(5, 2\), expected \(T, 3\)"),
        (lambda: loss_profile(layer, x[0], dh), r"x has shape \(3,\), expected two dimensions"),
        (lambda: loss_profile(layer, x[:0], dh), r"x has shape \(0, 3\), expected two dimensions"),
        (lambda: state_profile(layer, x * math.nan), "x holds NaN or inf, expected finite"),
        (lambda: state_profile(layer, [["a"]]), "x is not an array of numbers: it holds <U1"),
        (lambda: state_profile(layer, [[1, 2, 3], [1]]), "x is not an array of numbers: "),
        (lambda: state_profile(layer_of("LSTM", num_layers=2), x), "module has 2 layer.* expected one layer"),
        (lambda: state_profile(layer_of("GRU", bidirectional=True), x), "bidirectional True, expected one layer"),
        (lambda: state_profile(nn.LSTM(3, 4, proj_size=2), x), "module has proj_size 2"),
        (lambda: state_profile(nn.Linear(3, 4), x), "module is Linear, expected nn.RNN"),  # pyright: ignore[reportArgumentType]
        (lambda: state_profile(scalar(2.0), np.ones((2_000, 1))), "h is not finite at step 1023, expected numbers"),
        (lambda: products(layer_of("GRU"), x, "c"), "of is 'c', expected one of h: the states of GRU"),
        (lambda: products(layer, x, singular=(5,)), r"singular has step 5, expected 0 to 4: the sequence has 5 step"),
        (lambda: Gradients(layer, x, dh).contribution(-1), "t is -1, expected 0 to 4: the sequence has 5 step"),
        (lambda: memory_path(layer_of("GRU"), x), "module is GRU, expected LSTM"),
    ]
    for work, words in wrong:
        with pytest.raises(ValueError, match=words):
            work()
