"""The page "chains of numbers" in words: presets, what the numbers say, and the derivation of ∂h_3/∂w line by line."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, Context, Decimal
from typing import Any

import numpy as np

from models.cells import Nonlinearity
from models.chain import UNFOLDED, WIDEST, Chain, Power, Product, ScalarRNN, Sweep, smallest
from playground.figures import Magnitude
from playground.language import in_figures, number, say
from playground.on_paper import exact
from playground.typed import Rows

TABS = ["One factor", "A small RNN", "The derivation"]

ASKED = (
    "**Why does a gradient vanish or explode on its way back through time?** Because at each step it is multiplied by one "
    "more factor. First a chain of equal factors; then the factors of a real RNN with one unit; then the lecture's "
    "derivative, unfolded by hand."
)

# ---- one factor, many times ------------------------------------------------------------------------------------------

STEPS = ("10", "20", "50", "100", "200", "500", "1000", "2000", "5000", "10000")
"""The numbers of factors that one may choose."""

FIRST = Power(0.25, 100)
"""Where the page opens: Riveill's factor, far enough to see float32 end."""

XU = Power(0.9, 1000)
"""The product of the question."""

Tries = Mapping[str, tuple[Mapping[str, object], str]]
"""Things to try: the button's words, the widgets that it sets, and what to look at."""


def _power(factor: float, steps: str) -> dict[str, object]:
    return {"chain_factor": factor, "chain_steps": steps}


POWERS: Mapping[str, Mapping[str, object]] = {
    "0.25 (Riveill)": _power(0.25, "100"),
    "0.9 (Xu)": _power(0.9, "1000"),
    "1.01 (Xu)": _power(1.01, "1000"),
}
"""The factors of the lectures: a button's words, and the widgets that it sets."""

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_NEAR = 0.1  # a product that is off by no more counts as the exact one
_ROLES = {"float16": "candidate", "bfloat16": "memory", "float32": "state", "float64": "keep"}


def scientific(value: Decimal | float, digits: int = 3) -> str:
    """A number as LaTeX, with a power of ten where it is far from 1."""
    if 1000 <= abs(value) < 1_000_000:
        return f"{value:,.0f}".replace(",", r"{,}")
    mantissa, *exponent = f"{value:.{digits}g}".lower().split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent[0])}}}" if exponent else mantissa


def plain(value: Decimal | float) -> str:
    """The same for a table: three digits."""
    if 1000 <= abs(value) < 1_000_000:
        return f"{value:.0f}"
    if isinstance(value, Decimal) and not -300 < value.adjusted() < 300:
        return in_figures(f"{value:.2e}".replace("E", "e"))  # a float would be 0 or infinite
    return number(float(value), ".3g").replace("inf", "∞")


def headline(power: Power, products: Mapping[str, Product]) -> str:
    """The exact product, how fast it changes, and what float32 makes of it, as Markdown."""
    product = say("{product}, exactly.", product=rf"${power.factor:g}^{{{power.steps}}} = {scientific(power.exact)}$")
    if power.factor == 1:
        return f"{product} {say('The only factor that neither vanishes nor explodes.')}"
    counted = number(power.tenfold, ".1f") if power.tenfold < 100 else number(power.tenfold, ",.0f")
    pace = (
        say("**{count} factors** make it ten times smaller.", count=counted)
        if power.factor < 1
        else say("**{count} factors** make it ten times larger.", count=counted)
    )
    return f"{product} {pace} {_told(products['float32'])}"


def _told(product: Product) -> str:
    if product.fate == "zero":
        return say(
            "In float32, multiplied step by step, the product is **0 from step {step:,}** on.", step=product.step
        )
    if product.fate == "stuck":
        return say(
            "In float32, multiplied step by step, it **sticks at ${size}$** from step {step:,} on: what another factor "
            "takes away, rounding gives back.",
            size=scientific(product.last),
            step=product.step,
        )
    if product.fate == "infinite":
        return say("In float32 it is **infinite from step {step:,}** on.", step=product.step)
    return say("float32 can hold it.")


def lines(power: Power, products: Mapping[str, Product]) -> list[Magnitude]:
    """The exact product and what each format makes of it; a label stands where a format parts from the truth."""
    x = np.arange(power.steps + 1)
    drawn = [_line(product, x) for product in products.values()]
    near = [product.format for product in products.values() if _near(product)]
    return [*drawn, Magnitude(" ≈ ".join([say("exact"), *near]), x, power.log10, "share", 2)]


def _near(product: Product) -> bool:
    """Whether a format is within a tenth of the exact product after all factors."""
    return product.fate == "alive" and abs(product.drift - 1) <= _NEAR


def _line(product: Product, x: np.ndarray) -> Magnitude:
    step = product.step or 0
    words, label, marker = {
        "zero": (say("{format}: 0 at {step:,}", format=product.format, step=step), step - 1, "x"),
        "infinite": (say("{format}: ∞ at {step:,}", format=product.format, step=step), step - 1, "x"),
        "stuck": (say("{format} sticks", format=product.format), step, "circle"),
        "alive": (say("{format} drifts off", format=product.format), None, ""),
    }[product.fate]
    return Magnitude(words, x, product.log10, _ROLES[product.format], 0, label, marker, labelled=not _near(product))


def curve_title(power: Power) -> str:
    """What the curve shows."""
    if power.factor == 1:
        return say("Only the factor 1 keeps the product")
    if power.factor < 1:
        return say("{factor:g} at every step: a straight line down", factor=power.factor)
    return say("{factor:g} at every step: a straight line up", factor=power.factor)


def formats(products: Mapping[str, Product]) -> dict[str, list[str]]:
    """What becomes of the product in each number format: a table by column."""
    found = list(products.values())
    return {
        "format": [product.format for product in found],
        "smallest > 0": [plain(smallest(product.format)[0]) for product in found],
        "product": [plain(product.last) for product in found],
        "its fate": [_fate(product) for product in found],
        "subnormal from": [say("step {step:,}", step=p.subnormal) if p.subnormal else "–" for p in found],
    }


def _fate(product: Product) -> str:
    if product.fate == "alive":
        if _near(product):
            return say("alive")
        return say("alive, {times} times the truth", times=plain(product.drift))
    words = {"zero": "0 from step {step:,}", "stuck": "sticks from step {step:,}", "infinite": "∞ from step {step:,}"}
    return say(words[product.fate], step=product.step or 0)


_ROWS = (1, 2, 4, 8, 16, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)


def running(power: Power, products: Mapping[str, Product]) -> dict[str, list[Any]]:
    """The running product after some numbers of factors: a table by column."""
    wanted = {n for n in _ROWS if n <= power.steps} | {power.steps}
    wanted |= {near for p in products.values() if p.step for near in (p.step - 1, p.step)}
    rows = sorted(wanted)
    columns = {name: [plain(product.values[n]) for n in rows] for name, product in products.items()}
    order = ("float32", "float64", "bfloat16", "float16")
    return {"factors": rows, "exact": [plain(power.after(n)) for n in rows]} | {name: columns[name] for name in order}


# ---- what the lectures print -----------------------------------------------------------------------------------------

PRINTED = (
    ("Xu", Power(0.9, 1000), "0"),
    ("Xu", Power(1.01, 1000), "21000"),
    ("Riveill", Power(0.25, 1), "0.25"),
    ("Riveill", Power(0.25, 2), "0.0625"),
    ("Riveill", Power(0.25, 4), "0.00391"),
    ("Riveill", Power(0.25, 8), "0.0000152"),
    ("Riveill", Power(0.25, 16), "0.0000000000233"),
    ("Riveill", Power(0.25, 50), "7e-31"),
)
"""Powers as two lectures print them: whose, which, and the number on the slide."""


def checked() -> dict[str, list[str]]:
    """The printed powers beside the exact ones: a table by column."""
    return {
        "lecture": [who for who, _, _ in PRINTED],
        "power": [f"{power.factor:g}{str(power.steps).translate(_RAISED)}" for _, power, _ in PRINTED],
        "printed": [printed if Decimal(printed) else f"≈ {printed}" for _, _, printed in PRINTED],
        "exact": [as_printed(power.exact, printed) for _, power, printed in PRINTED],
        "so it is": [verdict(power.exact, Decimal(printed)) for _, power, printed in PRINTED],
    }


def as_printed(value: Decimal, printed: str) -> str:
    """An exact number to three digits, written as the lecture wrote its own: with all zeros, or with a power of ten."""
    if "e" in printed or value < Decimal("1e-12"):
        return in_figures(f"{value:.2e}".replace("E", "e"))
    text = f"{value:.{max(0, 2 - value.adjusted())}f}"
    return in_figures(text.rstrip("0") if "." in text else text)


def verdict(exactly: Decimal, printed: Decimal) -> str:
    """Whether a printed number is the exact one, rounded or cut off."""
    if not printed:
        return say("small, but not 0")
    if exactly == printed:
        return say("right")
    known = len(printed.normalize().as_tuple().digits)
    for how, words in ((ROUND_HALF_EVEN, "right, rounded"), (ROUND_DOWN, "right, cut off")):
        if Context(prec=known, rounding=how).plus(exactly) == printed:
            return say(words)
    ratio = exactly / printed
    if ratio > 1:
        return say("a slip: {times:.0f} times too small", times=ratio)
    return say("a slip: {times:.0f} times too large", times=1 / ratio)


# ---- predict first: a product that does not die ----------------------------------------------------------------------


def question() -> str:
    """What to guess of the product of `XU` in float32, as Markdown."""
    return say(
        "Now the factor {factor:g}, a thousand times. Exactly, that is {exact}; the smallest number above 0 that float32 "
        "knows is {least:.2g}. Multiply 1 by {factor:g} a thousand times in float32. **What is the product?**",
        factor=XU.factor,
        exact=plain(XU.exact),
        least=smallest("float32")[0],
    )


GUESSES = {"none": "?", "0": "0", "1.75e-46": "1.75e-46", "1.4e-45": "1.4e-45", "5.6e-45": "5.6e-45"}
"""What one may guess; the answer is among them, and which it is says the tensor."""


def graded(guess: str, product: Product) -> str:
    """What the tensor says to a guess of the product of `XU` in float32, as Markdown."""
    right = math.isclose(float(guess), product.last, rel_tol=0.05)
    least = smallest(product.format)[0]
    times, factor = product.last / least, product.power.factor
    return say(
        "**{verdict}: it is ${size}$**, since step {step:,}. That is {times:.0f} times the smallest number, and {factor:g} · "
        "{times:.0f} = {product:.1f} rounds back to {times:.0f}: the product sticks. Rounded only once, at the end, the "
        "exact power would be {rounded:g}. A factor of at most one half goes all the way to 0. Some processors cut such "
        "tiny numbers off for speed; they would have 0 from step {subnormal:,} on.",
        verdict=_verdict(right=right),
        size=scientific(product.last),
        step=product.step,
        times=times,
        factor=factor,
        product=factor * times,
        rounded=product.rounded,
        subnormal=product.subnormal,
    )


def _verdict(*, right: bool) -> str:
    return say("Right") if right else say("Not this time")


NOTICE_FACTOR = (
    "**On a log axis a product of equal factors is a straight line.** Below 1 it falls for ever, above 1 it rises for "
    "ever, and only exactly 1 stays. It is the distance from 1 that counts: 0.99 needs ten times as many factors as 0.9 "
    "for the same loss. **A number format has a floor.** Below it a gradient is 0, and nothing is learned from so far "
    "back. bfloat16 has few digits: it rounds the factor and each product, and many steps later is far off "
    "the truth. float16 reaches its floor first, so training in float16 multiplies its loss by a large number on the way in "
    "and divides it out at the end."
)

TRY_FACTOR: Tries = {
    "Ten times closer to 1": (
        _power(0.99, "10000"),
        (
            "How many factors of 0.99 make the product ten times smaller? Compare with 0.9, then guess it for 0.999 before "
            "you compute it. Which formats still know the product after 5,000 factors?"
        ),
    ),
    "The border of rounding": (
        _power(0.5, "2000"),
        (
            "With 0.5 every format reaches 0. Move the slider to 0.51, one step to the right. What does float32 do now, and "
            "what does 0.51 times its smallest number round to?"
        ),
    ),
}

# ---- the RNN with one unit -------------------------------------------------------------------------------------------

FORMULA = r"$h_t = \varphi(w\,h_{t-1} + u\,x_t + b)$"

INPUTS: Rows = ((1.0,), (0.0,), (0.0,))

SLIDERS = {
    "w": ("weight on its own past, $w$", 0.5),
    "u": ("weight on the input, $u$", 1.0),
    "b": ("bias, $b$", 0.0),
    "h_0": ("start, $h_0$", 0.0),
}
TARGET = {"y": ("target of the loss, $y$", 1.0)}
"""The numbers of the network by name, with their labels and where they begin."""


def _network(
    squash: str = "tanh", w: float = 0.5, u: float = 1.0, h_0: float = 0.0, x: str = "1; 0; 0"
) -> dict[str, Any]:
    numbers = {"w": w, "u": u, "b": 0.0, "h_0": h_0}
    return {f"chain_{name}": value for name, value in numbers.items()} | {"chain_squash": squash, "chain_inputs": x}


NETWORKS: Mapping[str, Mapping[str, object]] = {
    "w = 0.5": _network(),
    "w = 2": _network(w=2.0),
    "small inputs": _network(u=0.1, x="1; 2; 3"),
    "σ, 12 steps": _network("sigmoid", w=1.0, x="; ".join(["1"] + ["0"] * 11)),
    "tiny input, w = 2": _network(w=2.0, x="; ".join(["0.001"] + ["0"] * 19)),
    "no squashing": _network("identity", w=1.2, x="; ".join(["1"] + ["0"] * 19)),
}
"""Networks that are one click away: a button's words, and the widgets that it sets."""

_SUPERSCRIPTED = {"tanh": "tanh′", "sigmoid": "σ′", "relu": "ReLU′", "identity": "slope of the identity"}


def slope_name(squash: str) -> str:
    """A derivative by its name: tanh′."""
    return say(_SUPERSCRIPTED[squash])


def curves(squash: Nonlinearity) -> list[Nonlinearity]:
    """The squashings whose slopes are drawn: those of the lecture, and the one of the network."""
    lecture: list[Nonlinearity] = ["tanh", "sigmoid"]
    return lecture if squash in lecture else [*lecture, squash]


SLOPES_TITLE = "Slopes: tanh′ is 1 only at 0, σ′ never above 0.25"
"""What the curves show."""


def badge(chain: Chain) -> str:
    """How far the derivatives are from autograd's, as Markdown."""
    colour, icon = ("green", "verified") if chain.agrees else ("orange", "warning")
    told = say("max &#124;difference&#124; to {oracle}: {size:.1g}", oracle="autograd", size=chain.difference)
    return f":{colour}-badge[:material/{icon}: {told}]"


def product(chain: Chain) -> str:
    """∂h_T/∂h_1 as a product of its factors, in numbers, as LaTeX."""
    last = chain.network.steps
    if last == 1:
        return r"\frac{\partial h_1}{\partial h_1} = 1"
    factors = [
        rf"\underbrace{{{_bracketed(factor)}}}_{{w\varphi'(a_{{{t}}})}}"
        for t, factor in zip(range(last, 1, -1), chain.factors[:0:-1], strict=True)
    ]
    shown = factors if len(factors) <= 3 else [*factors[:2], r"\cdots", factors[-1]]
    derivative = rf"\frac{{\partial h_{{{last}}}}}{{\partial h_1}}"
    return f"{derivative} = " + r" \cdot ".join(shown) + f" = {digits(float(chain.to_last[1]))}"


def verdict_on(chain: Chain) -> str:
    """Whether the gradient vanishes or explodes here, and who did it, the weight or the slopes, as Markdown."""
    network, found = chain.network, float(abs(chain.to_last[1]))
    if network.steps == 1:
        return say("One step has no chain. Add another input.")
    weight = abs(network.w) ** (network.steps - 1)
    slopes = float(np.prod(chain.slopes[1:]))
    parts = say(
        "The weight alone gives ${weight}$, the slopes together ${slopes}$.",
        weight=f"|w|^{{{network.steps - 1}}} = {scientific(weight)}",
        slopes=scientific(slopes),
    )
    if found == 0:
        told = say("**Nothing comes through**: a factor is 0.")
    elif found > 1:
        told = say("**It grows**, to ${size}$ times its size.", size=digits(found))
    elif weight > 1:
        told = say("**It shrinks although |w| is above 1**: the slopes take away more than the weight gives.")
    elif found < 1:
        told = say("**It shrinks**, to ${size}$ of its size.", size=digits(found))
    else:
        told = say("**It stays.**")
    return f"{told} {parts}"


def back(chain: Chain) -> list[Magnitude]:
    """|∂h_T/∂h_t| on the way back from the last step, beside the most that it could be."""
    steps = chain.network.steps
    x = np.arange(steps + 1)
    with np.errstate(divide="ignore"):
        found, bound = np.log10(np.abs(chain.to_last)), np.log10(chain.bound)
    derivative = f"∂h<sub>{steps}</sub>/∂h<sub>t</sub>"
    end = int(np.flatnonzero(np.isfinite(found))[0])
    known = np.flatnonzero(np.isfinite(bound))
    rises = bool(bound[known[0]] < bound[known[-1]])
    ceiling = int(known[known > steps / 2][0] if rises else known[0])  # above its line, which the other one keeps below
    sizes = [Magnitude(derivative, x, found, "state", label=end, negative=chain.to_last < 0)]
    if np.allclose(found, bound):
        return sizes
    return [*sizes, Magnitude(say("if every slope were largest"), x, bound, "share", 1, label=ceiling)]


def back_title(chain: Chain) -> str:
    """What the way back shows."""
    return say("How much of h<sub>t</sub> still counts in h<sub>{last}</sub>", last=chain.network.steps)


def table(chain: Chain) -> dict[str, list[Any]]:
    """Every number of the chain, one row a step, the last step first: a table by column."""
    order = range(chain.network.steps, 0, -1)
    return {
        "t": [str(t) for t in order],
        "xₜ": [exact(chain.network.inputs[t - 1]) for t in order],
        "aₜ": [exact(float(chain.a[t - 1])) for t in order],
        "hₜ": [exact(float(chain.h[t])) for t in order],
        "φ′(aₜ)": [exact(float(chain.slopes[t - 1])) for t in order],
        "w·φ′(aₜ)": [exact(float(chain.factors[t - 1])) for t in order],
        f"∂h{str(chain.network.steps).translate(_LOWERED)}/∂hₜ": [exact(float(chain.to_last[t])) for t in order],
    }


SMALL, LARGE = ScalarRNN(), ScalarRNN(w=2.0)
"""The two networks of the question."""


def question_weight(small: Chain) -> str:
    """What to guess of a larger weight, as Markdown."""
    return say(
        "“If $w$ is larger, the gradient explodes”, says the lecture. Take tanh, the inputs 1, 0, 0 and $u = 1$. At "
        r"$w = {w:g}$, $\partial h_3/\partial h_1$ is {size:.4f}, a product that holds $w$ twice. **What is it at $w = "
        "{larger:g}$?**",
        w=small.network.w,
        size=small.to_last[1],
        larger=LARGE.w,
    )


GUESSES_WEIGHT = {
    "none": "?",
    "larger": "about 16 times larger",
    "same": "about the same",
    "smaller": "smaller",
    "tell": "Show me",
}


def graded_weight(guess: str, small: Chain, large: Chain) -> str:
    """What the tensors say to a guess of ∂h_3/∂h_1 at w = 2, as Markdown."""
    before, after = float(small.to_last[1]), float(large.to_last[1])
    ratio = after / before
    answer = "smaller" if ratio < 0.8 else "same" if ratio < 1.25 else "larger"
    growth = (large.network.w / small.network.w) ** 2
    slopes = [float(np.prod(chain.slopes[1:])) for chain in (small, large)]
    sizes = {"after": after, "ratio": ratio, "before": before}
    told = (
        say("**It is {after:.4f}**, {ratio:.2f} times the {before:.4f} of $w = 0.5$.", **sizes)
        if guess == "tell"
        else say(
            "**{verdict}: it is {after:.4f}**, {ratio:.2f} times the {before:.4f} of $w = 0.5$.",
            verdict=_verdict(right=guess == answer),
            **sizes,
        )
    )
    why = say(
        "$w^2$ did grow {growth:.0f} times. But the larger state saturates tanh, and the two slopes together fell from "
        "{small:.3f} to {large:.4f}. The lecture's sentence holds **only while tanh is not saturated**. Below, your network "
        "with every $w$.",
        growth=growth,
        small=slopes[0],
        large=slopes[1],
    )
    return f"{told} {why}"


def over_w(found: Sweep, steps: int) -> list[Magnitude]:
    """|∂h_T/∂h_1| against w, beside the most that it could be."""
    with np.errstate(divide="ignore"):
        sizes = [np.log10(np.abs(values)) for values in (found.to_last, found.bound)]
    right = len(found.w) - 1
    name = f"∂h<sub>{steps}</sub>/∂h<sub>1</sub>"
    known = np.flatnonzero(np.isfinite(sizes[0]))
    lines = [Magnitude(name, found.w, sizes[0], "state", label=int(known[-1]) if known.size else None)]
    if np.allclose(sizes[0], sizes[1]):
        return lines
    return [*lines, Magnitude(say("if every slope were largest"), found.w, sizes[1], "share", 1, label=right)]


def over_w_title(found: Sweep) -> str:
    """What a sweep over w shows."""
    positive = found.w > 0
    sizes = np.abs(found.to_last[positive])
    best = int(sizes.argmax())
    if sizes[best] == sizes[0] == sizes[-1]:
        return say("w does not matter here")
    if best == len(sizes) - 1:
        return say("The larger w, the larger the derivative, up to w = {w:g}", w=WIDEST)
    peak = float(found.w[positive][best])
    return say("The derivative is largest at w = {w:.2f}, and a larger w makes it smaller", w=peak)


NOTICE_RNN = (
    "**The factor is w·φ′(a), not w.** tanh′ is 1 at 0 and falls to 0 on both sides; σ′ is never above a quarter, so with "
    "σ and |w| below 4 every step takes something away. A large $w$ makes a large state, a large state saturates tanh, and "
    "there the slope is near 0. So a chain explodes only where the unit is not saturated: with tiny numbers, or with a "
    "squashing that does not bend, like the identity and one side of ReLU."
)

TRY_RNN: Tries = {
    "A tiny push, w = 2": (
        NETWORKS["tiny input, w = 2"],
        (
            "The input is 0.001, so tanh is almost a straight line at first, and each step doubles. In which step does the "
            "chain turn? Look where the dots slide down the curve. Then make $u$ smaller."
        ),
    ),
    "ReLU, on and off": (
        _network("relu", w=1.2, x="1; 1; 1; 1; 1; 1; 1; 1"),
        (
            "Every slope is 1, so the chain is $w^7$ and grows. Now move $b$ to −2, so that a pre-activation is below 0. "
            "What is left of the gradient?"
        ),
    ),
}

# ---- the derivation --------------------------------------------------------------------------------------------------

DERIVATION = (
    r"The lecture's question: **how does $h_3$ change with $w$?** The same $w$ is used at every step, so it works on $h_3$ "
    "along several paths. Unfold them line by line: letters on the left, the numbers of your network on the right."
)


@dataclass(frozen=True)
class Line:
    """One line of a derivation.

    Attributes:
        words: what happens in it, as Markdown.
        letters: the formula, as LaTeX.
        numbers: the same with its numbers, as LaTeX.
    """

    words: str
    letters: str
    numbers: str


def derivation(chain: Chain) -> list[Line]:
    """∂h_T/∂w, from the rule to the sum, for a network that has read T inputs."""
    last = chain.network.steps
    return [
        _forward(chain),
        *(_rule(chain, t) for t in range(last, 0, -1)),
        _multiplied(chain),
        _summed(chain),
        _lost(chain),
    ]


def _forward(chain: Chain) -> Line:
    network, last = chain.network, chain.network.steps
    pieces = ((network.w, chain.h[-2]), (network.u, network.inputs[-1]))
    total = " + ".join(rf"{_bracketed(one)} \cdot {_bracketed(other)}" for one, other in pieces)
    return Line(
        say(
            "The last step. $w$ is in it twice: in front of $h_{before}$, and once more inside $h_{before}$.",
            before=last - 1,
        )
        if last > 1
        else say("The only step. $w$ is in front of $h_0$."),
        rf"\begin{{aligned}} a_{last} &= w\,h_{last - 1} + u\,x_{last} + b \\ h_{last} &= \varphi(a_{last}) \end{{aligned}}",
        rf"\begin{{aligned}} a_{last} &= {total} + {_bracketed(network.b)} \\ &= {digits(chain.a[-1])} \\ "
        rf"h_{last} &= {digits(chain.h[-1])} \end{{aligned}}",
    )


def _rule(chain: Chain, t: int) -> Line:
    slope, before, w = (_bracketed(value) for value in (chain.slopes[t - 1], chain.h[t - 1], chain.network.w))
    whole, inner = _by_w(t), _by_w(t - 1)
    if t == 1:
        return Line(
            say(r"Here it ends: $h_0$ was given, and $w$ had no part in it. So $\partial h_0/\partial w = 0$."),
            rf"{whole} = \varphi'(a_1)\,h_0",
            rf"{whole} = {slope} \cdot {before} = {digits(chain.slopes[0] * chain.h[0])}",
        )
    first = t == chain.network.steps
    return Line(
        say("Chain rule outside, product rule inside: one part for each place of $w$.")
        if first
        else say("The same rule, one step earlier, for the $h_{t}$ inside.", t=t),
        rf"{whole} = \varphi'(a_{t}) \Big( h_{t - 1} + w\,{inner} \Big)",
        rf"{whole} = {slope} \cdot \Big( {digits(chain.h[t - 1])} + {w} \cdot {inner} \Big)",
    )


def _multiplied(chain: Chain) -> Line:
    last = chain.network.steps
    letters, numbers = [], []
    for k in range(last, 0, -1):
        links = range(last, k, -1)
        letters.append(r"\,".join([*(rf"w\varphi'(a_{t})" for t in links), rf"\varphi'(a_{k})\,h_{k - 1}"]))
        own = (chain.slopes[k - 1], chain.h[k - 1])
        factors = [*(chain.factors[t - 1] for t in links), *own]
        numbers.append(r" \cdot ".join(_bracketed(factor) for factor in factors))
    return Line(
        say(
            "Put in and multiply out: one term for each step $k = {last}, \\dots, 1$ at which $w$ was used. The older the "
            "step, the more factors $w\\varphi'$.",
            last=last,
        )
        if last > 1
        else say("There is one term, as there was one step."),
        _stacked(_by_w(last), letters),
        _stacked(_by_w(last), numbers),
    )


def _summed(chain: Chain) -> Line:
    last = chain.network.steps
    terms = [_bracketed(term) for term in chain.terms[::-1]]
    return Line(
        say(
            "The factors in front are the chain back to step $k$. Add the terms up: this is what autograd calls `w.grad`."
        ),
        rf"{_by_w(last)} = \sum_{{k=1}}^{{{last}}} \frac{{\partial h_{last}}}{{\partial h_k}}\,\varphi'(a_k)\,h_{{k-1}}",
        rf"{_by_w(last)} = {' + '.join(terms)} = {digits(chain.dw)}",
    )


def _lost(chain: Chain) -> Line:
    last, error = chain.network.steps, chain.error
    return Line(
        say(r"A loss puts one factor in front: $E = \frac12 (h_{last} - y)^2$.", last=last),
        rf"\frac{{\partial E}}{{\partial w}} = (h_{last} - y)\,{_by_w(last)}",
        rf"\frac{{\partial E}}{{\partial w}} = {_bracketed(error)} \cdot {_bracketed(chain.dw)} = {digits(error * chain.dw)}",
    )


def _by_w(t: int) -> str:
    return rf"\frac{{\partial h_{t}}}{{\partial w}}"


def _stacked(whole: str, terms: Sequence[str]) -> str:
    first, *rest = terms
    return (
        rf"\begin{{aligned}} {whole} ={{}}& {first} " + "".join(rf"\\ &+ {term} " for term in rest) + r"\end{aligned}"
    )


def digits(value: float) -> str:
    """A number as LaTeX: four significant digits, with a power of ten where it is tiny or huge."""
    if value == round(value) and abs(value) < 10_000:
        return f"{value + 0.0:.0f}"
    if 1e-3 <= abs(value) < 10_000:
        if value == round(value, 2):
            return f"{value:.4g}"
        return f"{value:#.4g}" if abs(value) >= 1 else f"{value:.4f}"
    return scientific(value, 4)


def _bracketed(value: float) -> str:
    text = digits(value)
    return f"({text})" if text.startswith("-") else text


def answer(chain: Chain) -> str:
    """The derivative by hand and by autograd, as Markdown."""
    colour, icon = ("green", "verified") if chain.agrees else ("orange", "warning")
    told = say(
        r"By hand $\partial h_{last}/\partial w$ = **{hand:.10g}**, by autograd **{autograd:.10g}**",
        last=chain.network.steps,
        hand=chain.dw,
        autograd=chain.autograd_dw,
    )
    difference = say("max &#124;difference&#124; {size:.1g}, term by term", size=chain.difference)
    return f"{told} :{colour}-badge[:material/{icon}: {difference}]"


def read_only_so_far(steps: int) -> str:
    """Why only the first steps of a longer sequence are unfolded, as Markdown; "" where all are."""
    if steps <= UNFOLDED:
        return ""
    return say(
        "Your sequence has {steps} steps; what is unfolded here is $h_{last}$, so the first {last} of them count.",
        steps=steps,
        last=UNFOLDED,
    )


def question_term(steps: int) -> str:
    """What to guess of the terms, as Markdown."""
    return say("**Guess before you unfold:** which step's use of $w$ changes $h_{last}$ most?", last=steps)


_STEP_NAMES = {1: "step 1", 2: "step 2", 3: "step 3"}


def guesses(steps: int) -> dict[str, str]:
    """The steps that one may choose, `UNFOLDED` at most."""
    return {"none": "?"} | {str(k): _STEP_NAMES[k] for k in range(steps, 0, -1)}


def graded_term(guess: str, chain: Chain) -> str:
    """What the tensors say to a guess of the largest term, as Markdown."""
    sizes = np.abs(chain.terms)
    if not sizes.any():
        return say("**No step does**: with these numbers every term is 0.")
    largest = int(sizes.argmax()) + 1
    share = sizes[largest - 1] / sizes.sum()
    right = sizes[int(guess) - 1] == sizes[largest - 1]
    zeros = [k + 1 for k in range(len(sizes)) if sizes[k] == 0]
    nothing = "".join(f" {say('Step {step} adds nothing.', step=step)}" for step in zeros)
    told = say(
        "**{verdict}: step {step}**, with {term}: {share:.0f} % of all that the terms weigh.",
        verdict=_verdict(right=right),
        step=largest,
        term=digits(chain.terms[largest - 1]),
        share=100 * share,
    )
    return told + nothing


NOTICE_DERIVATION = (
    "Each term is a chain of factors $w\\varphi'$, times what $w$ met at its own step: the state $h_{k-1}$. The oldest term "
    "has the longest chain. If the factors are small, the sum is made of the last few steps, and the network cannot learn "
    "what came early. `loss.backward()` computes this very sum, from the last step to the first, and reuses each chain for "
    "the next: that is backpropagation through time."
)

TRY_DERIVATION: Tries = {
    "Saturate it: w = 2": (
        NETWORKS["w = 2"] | {"chain_loss_y": 1.0},
        (
            r"Every term shrinks, and $\partial E/\partial w$ falls to about a hundredth. Which numbers are to blame, the "
            "weights or the slopes?"
        ),
    ),
    "Give it a start": (
        _network(h_0=1.0),
        (
            "With $h_0 = 1$ the third term is no longer 0. Its chain is the longest. Is its term the smallest, too? Find a "
            "$w$ at which it is not."
        ),
    ),
}
