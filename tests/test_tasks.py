"""The tasks: what is drawn, what is asked, what counts as right, what chance and a perfect answer score.

The right answers are found a second time, by a plain loop over the tokens of each sequence. Agreement, the memory
counter and the persons have such tests in files of their own.
"""

import dataclasses
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from models.network import RECURRENT
from models.tasks import TASKS, adding, brackets, copy_memory, counting, echo
from models.tasks.task import HELD_OUT, NOT_ASKED, Labelling
from models.training import Run, restore, train

CELLS = list(RECURRENT)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


# ---- the oracles: inputs (T, D) as lists of numbers in, what to say at each step out; None where nothing is asked ----


def latch(steps):
    return [None] * (len(steps) - 1) + [int(steps[0][0] > 0)]


def flip_flop(steps):
    said, bit = [], None
    for on, off in steps:
        bit = 1 if on else 0 if off else bit
        said.append(bit)
    return said


def parity(steps):
    said, odd = [], False
    for (bit,) in steps:
        odd = odd != bool(bit)
        said.append(int(odd))
    return said


def echoed(steps):
    lag = [due for _, due in steps].index(1)
    return [None] * lag + [int(bit) for bit, _ in steps[: len(steps) - lag]]


def copied(steps):
    symbols = [step.index(1) for step in steps]
    go = symbols.index(len(copy_memory.SYMBOLS) + 1)
    return [0] * (go + 1) + symbols[: copy_memory.COUNT]


def counted(steps):
    """By the language itself: what may follow is what some string a^n b^n has there."""
    letters, said = "", []
    for a, b in steps:
        if not a and not b:
            said.append(None)
            continue
        letters += "a" if a else "b"
        language = ["a" * n + "b" * n for n in range(1, len(steps) + 1)]
        following = {s[len(letters) : len(letters) + 1] for s in language if s.startswith(letters)}
        said.append([{"a", "b"}, {"b"}, {""}].index(following))
    return said


def added(steps):
    return [None] * (len(steps) - 1) + [sum(value for value, mark in steps if mark)]


def nested(steps):
    said, stack = [], []
    for step in steps:
        sign = "([)]"[step.index(1)]
        if sign in "([":
            stack.append({"(": 0, "[": 1}[sign])
        else:
            assert {")": 0, "]": 1}[sign] == stack.pop()
        said.append(stack[-1] if stack else 2)
    return said


def continued(waves):
    """The recurrence of a sum of sines, x_{t+k} + x_{t-k} by the smaller k, solved for its factors from `waves` equations."""

    def oracle(steps):
        x = np.array(steps)[:, 0]
        known = 3 * waves
        # x_{t+w} + x_{t-w} = sum of a_k (x_{t+k} + x_{t-k}) over k = 1 … w - 1, + a_0 x_t
        rows = [
            [x[t], *(x[t + k] + x[t - k] for k in range(1, waves))] for t in range(waves, len(x) - waves)
        ]  # more equations than unknowns, for accuracy
        ends = [x[t + waves] + x[t - waves] for t in range(waves, len(x) - waves)]
        factors, *_ = np.linalg.lstsq(np.array(rows), np.array(ends), rcond=None)
        t = len(x) - waves
        after = factors @ [x[t], *(x[t + k] + x[t - k] for k in range(1, waves))] - x[t - waves]
        return [None] * (known - 1) + [*x[known:], after]

    return oracle


ORACLES: dict[str, Callable] = {
    "latch": latch,
    "flip_flop": flip_flop,
    "parity": parity,
    "echo": echoed,
    "copy_memory": copied,
    "counting": counted,
    "adding": added,
    "brackets": nested,
    "sine": continued(1),
    "sines": continued(2),
}

AT_THE_END = {"latch", "adding"}


def as_targets(name, rows):
    """What the oracle says, (B, T) with None, in the form of the task's targets."""
    if name in AT_THE_END:
        return torch.tensor([row[-1] for row in rows])
    missing = NOT_ASKED if isinstance(TASKS[name], Labelling) else math.nan
    return torch.tensor([[missing if said is None else said for said in row] for row in rows])


def outputs_of(name, rows):
    """The outputs of somebody who says what the oracle says, surely: (B, T, K)."""
    filled = torch.tensor([[0 if said is None else said for said in row] for row in rows])
    if TASKS[name].classes:
        return 50.0 * nn.functional.one_hot(filled, TASKS[name].outputs)
    return filled[..., None].float()


def oracle(name, inputs):
    return [ORACLES[name](sequence) for sequence in inputs.tolist()]


def blind(name, inputs, targets):
    """The outputs of chance: one distribution, or one number, for all sequences; of copy memory one for each step."""
    task, (size, length) = TASKS[name], inputs.shape[:2]
    if name == "adding":
        return torch.ones(size, length, 1)
    if name in ("sine", "sines"):
        return torch.zeros(size, length, 1)
    shares = torch.full((length, task.outputs), 1 / task.outputs, dtype=torch.float64)
    if name in ("counting", "brackets"):
        asked = targets[targets != NOT_ASKED]
        shares[:] = torch.bincount(asked, minlength=task.outputs) / len(asked)
    if name == "copy_memory":
        shares[:] = torch.tensor([0.0, *[1 / 8] * 8])
        shares[: -copy_memory.COUNT] = torch.eye(9)[0]
    return shares.log().clamp(min=-50).expand(size, length, -1)


# ---- all tasks ---------------------------------------------------------------------------------------------------------


def quick(name, **changes):
    """A short training of a task, of its shortest sequences."""
    task = TASKS[name]
    lengths = (task.shortest, max(task.shortest, min(task.lengths[1], 6)))
    return Run(name, hidden=3, batch=4, steps=3, every=3, lengths=lengths, **changes)


def test_every_task_has_an_oracle():
    """Here, or in a test file that names the task's own."""
    others = [path.read_text("utf-8") for path in Path(__file__).parent.glob("test_*.py") if path != Path(__file__)]
    for name, task in TASKS.items():
        module = type(task).__module__.split(".")[-1]
        assert name in ORACLES or any(module in text for text in others), name


@pytest.mark.parametrize("name", TASKS)
def test_a_task_says_what_it_is(name):
    task = TASKS[name]
    for words in (task.title, task.rule, task.why, task.unit, task.score, task.loss_name):
        assert words.strip() == words != ""
    assert task.rule.endswith((".", "?"))
    assert task.why.endswith(".")
    shortest, longest = task.lengths
    assert task.shortest <= shortest <= longest <= task.longest
    assert list(task.tested) == sorted(set(task.tested))
    assert task.shortest <= task.tested[0] <= longest
    assert task.tested[-1] <= task.longest
    if name in ORACLES:
        assert longest < task.tested[-1]
    assert len({other.title for other in TASKS.values()}) == len(TASKS)


@pytest.mark.parametrize("name", TASKS)
def test_equal_generators_give_equal_batches_and_leave_the_global_one_alone(name):
    task, before = TASKS[name], torch.get_rng_state()
    one, again, other = (task.batch(4, task.lengths, seeded(seed)) for seed in (0, 0, 1))
    assert all(
        torch.equal(a, b) or torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(one, again, strict=True)
    )
    assert one[0].shape != other[0].shape or not torch.equal(one[0], other[0])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("name", ORACLES)
def test_a_batch_has_the_shapes_of_its_task_and_the_lengths_asked_for(name):
    task = TASKS[name]
    steps = {"echo": lambda n: n + echo.ASKED, "copy_memory": lambda n: n + 20, "counting": lambda n: 2 * n}
    shortest = max(task.shortest, 3)
    seen = set()
    for seed in range(60):
        x, targets = task.batch(2, (shortest, shortest + 2), seeded(seed))
        assert x.dtype == torch.float32
        assert x.shape == (2, x.shape[1], task.inputs)
        assert targets.shape == ((2,) if name in AT_THE_END else x.shape[:2])
        seen.add(x.shape[1])
    assert seen == {steps.get(name, lambda n: n)(n) for n in range(shortest, shortest + 3)}


@pytest.mark.parametrize("name", ORACLES)
def test_the_targets_are_those_of_the_oracle(name):
    task = TASKS[name]
    for length in {max(task.shortest, 2), task.lengths[1], min(task.longest, 2 * task.lengths[1])}:
        x, targets = task.batch(16, (length, length), seeded(length))
        expected = as_targets(name, oracle(name, x.double()))
        if task.classes:
            assert torch.equal(targets, expected)
        else:
            tolerance = (
                1e-6 if name == "adding" else 2e-3
            )  # float32 values, and a recurrence that magnifies their error
            torch.testing.assert_close(targets.double(), expected.double(), rtol=0, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("name", ORACLES)
def test_the_right_answer_scores_perfect(name):
    task = TASKS[name]
    x, targets = task.batch(32, task.lengths, seeded())
    outputs = outputs_of(name, oracle(name, x.double()))
    correct = task.right(outputs, targets)
    assert correct.dtype == torch.bool
    assert correct.ndim == 1
    assert correct.double().mean().item() == task.perfect.accuracy == 1
    assert task.loss(outputs, targets).item() == pytest.approx(task.perfect.loss, abs=1e-6)


@pytest.mark.parametrize("name", ORACLES)
def test_chance_is_what_the_answer_scores_that_does_not_look(name):
    task = TASKS[name]
    x, targets = task.batch(30_000 if name == "adding" else 4000, task.lengths, seeded(5))
    outputs = blind(name, x, targets)
    # The squared error of a sum has a standard deviation of 1.2 times its mean: 0.7 % of it for 30,000 sums.
    assert task.loss(outputs, targets).item() == pytest.approx(task.chance().loss, rel=0.02)
    if name in ("adding", "sine", "sines"):
        assert share(task, outputs, targets) == pytest.approx(task.chance().accuracy, abs=0.02)
    else:  # the best of the answers that always name one class; sampling error 0.008 for 4,000 coins
        best = max(share(task, always(k, x, task), targets) for k in range(task.outputs))
        assert best == pytest.approx(task.chance().accuracy, abs=0.03)


def always(k, inputs, task):
    return nn.functional.one_hot(torch.tensor(k), task.outputs).double().expand(*inputs.shape[:2], -1)


def share(task, outputs, targets):
    return task.right(outputs, targets).double().mean().item()


@pytest.mark.parametrize("name", ["copy_memory", "counting", "brackets"])
def test_chance_follows_the_length_where_it_depends_on_it(name):
    task = TASKS[name]
    assert task.chance_at(6) != task.chance_at(9)
    for length in (6, 9):
        x, targets = task.batch(4000, (length, length), seeded(6))
        assert task.loss(blind(name, x, targets), targets).item() == pytest.approx(
            task.chance_at(length).loss, rel=0.02
        )
        best = max(share(task, always(k, x, task), targets) for k in range(task.outputs))
        assert best == pytest.approx(task.chance_at(length).accuracy, abs=0.03)


@pytest.mark.parametrize("name", [name for name in ORACLES if name not in ("copy_memory", "counting", "brackets")])
def test_chance_is_the_same_at_all_lengths_elsewhere(name):
    assert TASKS[name].chance_at(TASKS[name].longest) == TASKS[name].chance()


@pytest.mark.parametrize("name", ORACLES)
def test_an_example_shows_what_the_network_gets_and_should_say(name):
    task = TASKS[name]
    length = max(task.shortest, 4)
    example = task.example(length, seeded(1))
    x, _ = task.batch(1, (length, length), seeded(1))
    if name != "counting":  # it draws nothing
        assert torch.equal(example.inputs, x[0])
    assert len(example.tokens) == len(example.targets) == len(example.inputs)
    for token, step in zip(example.tokens, example.inputs.tolist(), strict=True):
        assert read(name, token) == pytest.approx(step if name != "echo" else step[:1], abs=0.0051)
    expected = oracle(name, example.inputs.double()[None])[0]
    for said, right in zip(example.targets, expected, strict=True):
        if right is None:
            assert said == ""
        elif task.classes:
            assert said == task.classes[right]
        else:
            assert number(said) == pytest.approx(right, abs=0.0071)


def number(token):
    return float(token.replace("−", "-"))


def read(name, token):
    """A token as the numbers that it stands for."""
    if name == "latch":
        return {"+": [1, 0], "−": [-1, 0]}.get(token) or [0, number(token)]
    if name == "flip_flop":
        return {"set": [1, 0], "reset": [0, 1], "·": [0, 0]}[token]
    if name == "counting":
        return {"a": [1, 0], "b": [0, 1]}[token]
    if name == "adding":
        return [number(token.rstrip("*")), float(token.endswith("*"))]
    alphabet = {"brackets": "([)]", "copy_memory": ["·", *"ABCDEFGH", "go"]}.get(name)
    return [number(token)] if alphabet is None else [float(token == sign) for sign in alphabet]


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("name", TASKS)
def test_every_cell_can_be_trained_on_every_task(name, cell, layers):
    run = quick(name, cell=cell, layers=layers)
    first, last = train(run)
    assert math.isfinite(first.loss)
    assert math.isfinite(last.loss)
    assert not any(np.array_equal(first.weights[key], last.weights[key]) for key in first.weights)
    network = restore(run, last)
    assert 0 <= last.accuracy == TASKS[name].accuracy(network, run.lengths) <= 1
    x, _ = TASKS[name].batch(2, run.lengths, seeded())
    assert TASKS[name].vectors(network, x).shape == (*x.shape[:2], run.inputs)


@pytest.mark.parametrize("name", [name for name in ORACLES if name != "counting"])
def test_what_is_held_out_is_always_the_same_and_training_does_not_draw_it(name):
    task = TASKS[name]
    length = min(task.longest, 2 * task.lengths[1])
    x, _ = task.held_out(length)
    assert len(x) == HELD_OUT
    assert task.held_out(length)[0] is x
    kept = {row.numpy().tobytes() for row in x}
    generator = seeded()
    for _ in range(30):
        drawn = task.batch(32, (length, length), generator)[0]
        assert not kept & {row.numpy().tobytes() for row in drawn}


@pytest.mark.parametrize("name", ORACLES)
def test_an_untrained_network_knows_nothing(name):
    task = TASKS[name]
    network = task.network(Run(name, hidden=4), seeded())
    assert task.accuracy_at(network, task.lengths[1]) < task.chance().accuracy + 0.2


# ---- one by one --------------------------------------------------------------------------------------------------------


def test_a_class_that_is_not_asked_counts_neither_in_the_loss_nor_in_the_score():
    task = TASKS["echo"]
    outputs, targets = torch.zeros(1, 3, 2), torch.tensor([[NOT_ASKED, 0, 1]])
    outputs[0, :, 0] = math.log(3)  # P(0) = 3/4
    assert task.loss(outputs, targets).item() == pytest.approx((math.log(4 / 3) + math.log(4)) / 2)
    assert task.right(outputs, targets).tolist() == [True, False]


def test_class_and_noise_of_the_latch_have_a_line_of_their_own_and_know_nothing_of_each_other():
    x, targets = TASKS["latch"].batch(4000, (30, 30), seeded())
    shown, noise = x.unbind(-1)
    assert set(shown[:, 0].tolist()) == {-1, 1}
    assert not shown[:, 1:].any()
    assert not noise[:, 0].any()
    assert noise[:, 1:].mean().item() == pytest.approx(0, abs=0.01)
    assert noise[:, 1:].std().item() == pytest.approx(1, abs=0.01)
    signed = (shown[:, :1] * noise[:, 1:]).mean(0)
    assert signed.abs().max().item() < 4 / math.sqrt(4000)
    assert targets.double().mean().item() == pytest.approx(0.5, abs=0.03)


def test_the_flip_flop_holds_a_bit_for_ten_steps_on_average():
    x, bits = TASKS["flip_flop"].batch(2000, (50, 50), seeded())
    pulses = x.sum(-1)
    assert set(pulses.unique().tolist()) == {0, 1}
    assert pulses[:, 0].all()
    assert pulses[:, 1:].mean().item() == pytest.approx(0.1, abs=0.005)
    assert bits.double().mean().item() == pytest.approx(0.5, abs=0.02)


def test_the_adding_problem_marks_one_value_in_each_half():
    for length in (2, 5, 50):
        x, _ = TASKS["adding"].batch(500, (length, length), seeded())
        marks = x[..., 1]
        assert (marks[:, : length // 2].sum(1) == 1).all()
        assert (marks[:, length // 2 :].sum(1) == 1).all()
        assert (marks.sum(0) > 0).all()  # any step can be marked


@pytest.mark.parametrize("name", ["adding", "sine", "sines"])
def test_an_answer_is_right_up_to_its_tolerance(name):
    task = TASKS[name]
    x, targets = task.batch(8, task.lengths, seeded())
    true = outputs_of(name, oracle(name, x.double()))
    tolerance = adding.TOLERANCE if name == "adding" else 0.05
    for sign in (-1, 1):
        assert share(task, true + sign * 0.9 * tolerance, targets) == 1
        assert share(task, true + sign * 1.1 * tolerance, targets) == 0


def test_the_simple_answer_to_the_adding_problem_keeps_one_value():
    task = TASKS["adding"]
    x, targets = task.batch(20_000, (50, 50), seeded())
    first = (x[:, :25, 0] * x[:, :25, 1]).sum(1)
    outputs = (first + 0.5)[:, None, None].expand(-1, 50, 1)
    (marks,) = task.baselines().values()
    assert task.loss(outputs, targets).item() == pytest.approx(marks.loss, rel=0.02)
    assert share(task, outputs, targets) == pytest.approx(marks.accuracy, abs=0.01)


@pytest.mark.parametrize("name", ["sine", "sines"])
def test_the_simple_answer_to_a_sine_is_its_last_value(name):
    task = TASKS[name]
    x, targets = task.batch(20_000, (40, 40), seeded())
    marks = task.baselines()["the last value"]
    assert task.loss(x, targets).item() == pytest.approx(marks.loss, rel=0.02)
    assert share(task, x, targets) == pytest.approx(marks.accuracy, abs=0.005)
    assert marks.loss < task.chance().loss / 5


def test_the_blanks_of_copy_memory_count_in_the_loss_but_not_in_the_score():
    task = TASKS["copy_memory"]
    x, targets = task.batch(4, (10, 10), seeded())
    outputs = outputs_of("copy_memory", oracle("copy_memory", x))
    outputs[:, :5] = outputs[:, :5].roll(1, -1)  # says A where it should say blank
    assert share(task, outputs, targets) == 1
    assert task.right(outputs, targets).shape == (40,)
    assert task.loss(outputs, targets).item() > 5


def test_one_wrong_step_makes_a_string_wrong():
    task = TASKS["counting"]
    letters, classes = counting.strings(torch.tensor([1, 3, 2]))
    assert letters.shape == (3, 6, 2)
    outputs = outputs_of("counting", oracle("counting", letters))
    assert task.right(outputs, classes).tolist() == [True, True, True]
    outputs[1, 4] = torch.tensor([50.0, 0, 0])
    assert task.right(outputs, classes).tolist() == [True, False, True]
    outputs[2, 5] = torch.tensor([50.0, 0, 0])  # behind the end of its string
    assert task.right(outputs, classes).tolist() == [True, False, True]


def test_the_accuracy_of_counting_is_the_share_of_trained_n():
    class UpToThree(nn.Module):
        """Right up to n = 3; says `a or b` at every step of a longer string."""

        def forward(self, letters):
            said = outputs_of("counting", oracle("counting", letters))
            said[letters[..., 0].sum(1) > 3] = torch.tensor([50.0, 0, 0])
            return said

    task = TASKS["counting"]
    assert task.accuracy(UpToThree(), (1, 10)) == pytest.approx(0.3)
    assert [task.accuracy_at(UpToThree(), n) for n in (1, 3, 4)] == [1, 1, 0]


def test_brackets_nest_deeper_in_longer_sequences():
    def depth(length):
        x, _ = TASKS["brackets"].batch(500, (length, length), seeded())
        opening = x[..., :2].sum(-1)
        return (2 * opening - 1).cumsum(1).max(1).values.mean().item()

    assert depth(100) > 1.7 * depth(25)
    assert brackets.OPENING + brackets.CLOSING == "([)]"


def test_nothing_is_asked_of_a_sine_before_it_is_determined():
    for name, known in (("sine", 3), ("sines", 6)):
        _, targets = TASKS[name].batch(3, (20, 20), seeded())
        assert targets.isnan().sum(1).tolist() == [known - 1] * 3
        assert targets[:, : known - 1].isnan().all()


def test_a_lag_of_the_echo_can_be_told_from_its_second_input():
    x, old = TASKS["echo"].batch(3, (7, 7), seeded())
    assert x[:, :7, 1].sum() == 0
    assert (x[:, 7:, 1] == 1).all()
    assert torch.equal(old[:, 7:], x[:, :20, 0].long())


def test_a_task_with_words_or_numbers_of_its_own_refuses_another_input_size():
    with pytest.raises(ValueError, match="inputs is 5, expected 2: what the task has at a step"):
        next(train(dataclasses.replace(quick("adding"), inputs=5)))
