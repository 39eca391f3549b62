"""One update after the other: against a plain loop with the optimizer of torch."""

import math
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from models.descent import Descent

UPDATES = 7
FACTORS = {
    "cosine": lambda step: (1 + math.cos(math.pi * step / UPDATES)) / 2,
    "linear": lambda step: 1 - step / UPDATES,
    "none": lambda _: 1.0,
}


def layer():
    weight = torch.arange(6.0, dtype=torch.float64).view(2, 3) / 5
    return nn.Linear(3, 2, device="meta", dtype=torch.float64), {"weight": weight, "bias": weight[:, 0].clone()}


def begun():
    network, weights = layer()
    network.load_state_dict(weights, assign=True)
    return network.requires_grad_()


def loss_of(network, step):
    x = torch.linspace(-1 - step, 2, 12, dtype=torch.float64).view(4, 3)
    return (network(x) - 3).square().mean()


@pytest.mark.parametrize("clip", [0.5, 1e9, None])
@pytest.mark.parametrize("decay", FACTORS)
def test_updates_are_those_of_adam_in_a_plain_loop(decay, clip):
    network, plain = begun(), begun()
    descent = Descent(network.parameters(), 0.1, UPDATES, clip=clip, decay=decay)
    optimizer = torch.optim.Adam(plain.parameters(), lr=123.0)
    for step in range(UPDATES):
        expected = loss_of(plain, step)
        for weight, gradient in zip(
            plain.parameters(), torch.autograd.grad(expected, list(plain.parameters())), strict=True
        ):
            weight.grad = gradient
        if clip is not None:
            nn.utils.clip_grad_norm_(plain.parameters(), clip)
        optimizer.param_groups[0]["lr"] = 0.1 * FACTORS[decay](step)
        optimizer.step()
        assert not descent.done
        descent.update(loss_of(network, step))
        assert descent.loss == expected.item()
        assert descent.step == step + 1
    assert descent.done
    for one, other in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=0)


def test_what_is_not_learned_stays_as_it_is():
    network = begun()
    before = network.weight.detach().clone()
    Descent([network.bias], 0.1, 1).update(loss_of(network, 0))
    assert torch.equal(network.weight, before)


def test_after_the_last_update_there_is_no_other():
    network = begun()
    descent = Descent(network.parameters(), 0.1, 1)
    assert math.isnan(descent.loss)
    descent.update(loss_of(network, 0))
    after = network.weight.detach().clone()
    with pytest.raises(RuntimeError, match="the training is done after 1 updates, expected one that goes on"):
        descent.update(loss_of(network, 1))
    assert torch.equal(network.weight, after)


def test_the_optimizers_are_imported_by_who_trains_and_by_nobody_else():
    script = (
        "import sys\n"
        "from models import descent, forecasting, order, own_reviews, own_text, packing, sentiment, transfer, translators\n"
        "assert 'torch._dynamo' not in sys.modules, 'too early'\n"
        "from torch import nn\n"
        "descent.Descent(nn.utils.skip_init(nn.Linear, 1, 1).parameters(), 0.1, 1)\n"
        "assert 'torch._dynamo' in sys.modules, 'this test looks for the wrong module'\n"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
