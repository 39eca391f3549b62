"""The page "backpropagation through time" in words: what it asks, what its numbers say, what to try."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from models.truncated import Backward, Contributions, Noise, Truncated, Words
from models.unrolled import FOUR_TERMS, LECTURE, Solution, Unrolled
from playground.language import in_figures, number, say
from playground.on_paper import exact
from playground.unrolling_drawing import shown, symbol

TABS = ["Forward and back", "Who contributes", "Truncated"]

ASKED = (
    "**How does one loss at the end reach a weight that was used at every step?** First forward through time, then "
    "backward, number by number; then step by step what each contributes; then what is lost when the way back is cut."
)

EQUATIONS = (
    r"One unit: $a_t = u\,x_t + w\,h_{t-1} + b$, $h_t = \varphi(a_t)$, $\hat y_t = v\,h_t$, "
    r"$E_t = \tfrac12(\hat y_t - y)^2$."
)
"""The small network in a line, as Markdown."""

SLIDERS = {
    "w": "$w$, on its own past",
    "u": "$u$, on the input",
    "b": "$b$, bias",
    "h_0": "$h_0$, the start",
    "v": r"$v$, state to $\hat y$",
    "target": "$y$, the target",
}
"""The numbers of the small network by name, with their labels."""

WEIGHTS = {"w": "w, on its own past", "u": "u, on the input", "b": "b, the bias"}
"""The weights of the small network that all steps share."""

MATRICES = {"w_hh": "W_hh (past)", "w_ih": "W_ih (input)", "b_ih": "b (bias)"}
"""The weights of a recurrent layer."""

IN_TEXT = {"w_hh": "W<sub>hh</sub>", "w_ih": "W<sub>ih</sub>", "b_ih": "b"}
"""The same, as a title of a chart writes them."""

LOSSES = {"last": "at the last step", "every": "at every step"}
"""Where the loss of the small network is, and that of a fresh one."""

TEXT_LOSSES = {"verb": "at the verb", "words": "mean over all words"}
"""Where the loss of a network that reads a text is."""


PRESETS = {"lecture": ("one push, then silence", LECTURE), "four": ("Riveill: E₃ has four terms", FOUR_TERMS)}
"""Settings of the small network: a button's words and the setting, by name."""


def widgets(question: Unrolled) -> dict[str, float | str]:
    """The widgets that show a setting of the small network, by their keys."""
    numbers = {f"bptt_{name}": float(getattr(question, name)) for name in SLIDERS}
    return numbers | {
        "bptt_inputs": "; ".join(f"{x:g}" for x in question.inputs),
        "bptt_squash": question.nonlinearity,
        "bptt_loss": "every" if question.every_step else "last",
    }


# ---- forward and back ------------------------------------------------------------------------------------------------


def badge(difference: float, oracle: str, *, relative: bool = False) -> str:
    """How far gradients are from autograd's, as Markdown."""
    good = difference <= 1e-10
    look = ("green", "verified") if good else ("orange", "warning")
    told = (
        say("relative difference to {oracle}: {size:.1g}", oracle=oracle, size=difference)
        if relative
        else say("max &#124;difference&#124; to {oracle}: {size:.1g}", oracle=oracle, size=difference)
    )
    return f":{look[0]}-badge[:material/{look[1]}: {told}]"


def told(solution: Solution) -> str:
    """Loss and gradient in a sentence, as Markdown."""
    ask, terms = solution.question, solution["dw"]
    parts = say("one step") if ask.steps == 1 else say("{count} steps", count=ask.steps)
    zero = [str(t) for t, term in enumerate(terms, 1) if term == 0]
    silent = " " + say("Step {step} adds exactly 0.", step=zero[0]) if len(zero) == 1 else ""
    summed = say(
        "$E$ = {loss}, and $\\partial E/\\partial w$ = **{gradient}**, the sum over {steps}.",
        loss=exact(solution.loss),
        gradient=exact(solution.gradient["w"]),
        steps=parts,
    )
    return summed + silent


def other_w(question: Unrolled) -> float:
    """The w that a visitor is asked about: 2, or 0.5 where it is 2 already."""
    return 2.0 if question.w != 2.0 else 0.5


W_GUESSES = {"none": "?", "grows": "it grows", "shrinks": "it shrinks", "stays": "it stays, within a tenth"}


def w_question(question: Unrolled) -> str:
    """What to guess about another w, as Markdown."""
    return say(
        "**Guess first.** Let $w$ be {other} instead of {w}, all else as it is. Steps back are multiplied by "
        r"$w\,\varphi'$. **What happens to the size of $\partial E/\partial w$?**",
        other=exact(other_w(question)),
        w=exact(question.w),
    )


def w_graded(guess: str, now: Solution, then: Solution) -> str:
    """What the tensors say to the guess, as Markdown."""
    before, after = abs(now.gradient["w"]), abs(then.gradient["w"])
    stays = abs(after - before) <= 0.1 * max(before, after)
    answer = "stays" if stays else "grows" if after > before else "shrinks"
    found = {
        "verdict": say("Right") if guess == answer else say("Not this time"),
        "before": exact(now.gradient["w"]),
        "after": exact(then.gradient["w"]),
    }
    told = {
        "grows": say("**{verdict}: it grows**, from {before} to {after}.", **found),
        "shrinks": say("**{verdict}: it shrinks**, from {before} to {after}.", **found),
        "stays": say("**{verdict}: it stays**, from {before} to {after}.", **found),
    }[answer]
    slopes = ", ".join(shown(float(slope)) for slope in then.slopes)
    why = {
        "shrinks": say(
            "A larger $w$ does not only multiply. It also changes where the squashing stands, and how well the network does"
        ),
        "grows": say("Here the factors win"),
        "stays": say("The effects nearly cancel"),
    }[answer]
    explained = say(
        "{why}: the slopes $\\varphi'(a_t)$ are {slopes} there, and the error $\\hat y - y$ at the end is {error} instead of "
        "{before}.",
        why=why,
        slopes=slopes,
        error=shown(float(then["dy"][-1])),
        before=shown(float(now["dy"][-1])),
    )
    return f"{told} {explained}"


NOTICE_DRAWING = (
    "Forward, each state is a function of the one before it. Backward, each gradient is that of the step after it, times "
    r"the slope $\varphi'(a_t)$, times $w$: nothing but products and sums, and none of it needs to be guessed. Each step has "
    "its own copy of the one weight $w$, and the copies' gradients add up. What a copy gets is the gradient that arrives "
    "at its step times **what the weight was applied to**, the state before. A state of 0 before step 1 therefore means a "
    "contribution of 0, however large the input."
)

TRY_DRAWING: Mapping[str, tuple[Mapping[str, object], str]] = {
    "Let it explode": (
        widgets(LECTURE) | {"bptt_squash": "identity", "bptt_w": 2.0, "bptt_inputs": "1; 0; 0; 0; 0; 0"},
        (
            "Without squashing the slope is 1. Step backward and read how each gradient compares with the one after it. "
            "Now choose tanh: which numbers saved it?"
        ),
    ),
    "A loss at every step": (
        widgets(LECTURE) | {"bptt_loss": "every", "bptt_inputs": "1; 0.5; -1; 0.5"},
        "Now two gradients meet in each state: one from its own loss, one from the step after. Choose ∂E/∂h₂ and find both.",
    ),
}
"""What to try: the button's words, the widgets that it sets, and what to look at."""

QUESTION_18 = (
    "**“Trying to backward through the graph a second time”** is what PyTorch says when a second loss reaches back into "
    "steps that a first `backward()` has already used and freed. It happens when the state of one batch is handed to "
    "the next one as it is. These are its words, from two chunks of a real `nn.RNN` just now:"
)
CURE_18 = (
    "`h = h.detach()` between two batches is the cure: the value goes on, the way back ends. For an LSTM detach both, "
    "`h, c = h.detach(), c.detach()`. `retain_graph=True` silences the message and keeps the whole past in memory, which "
    "grows with every batch."
)

# ---- who contributes -------------------------------------------------------------------------------------------------

MANY_LOSSES = (
    "With a loss at every step the gradient is a sum of sums: step $t$ hears from its own loss and from all later ones. For "
    "the lecture's terms, factor by factor, put the loss at the last step alone."
)


def small_title(solution: Solution, weight: str) -> str:
    """What the bars of the small network show, as the title of a chart."""
    parts = solution.contributions[weight]
    largest = int(np.abs(parts).argmax()) + 1
    if not parts.any():
        return say("No step contributes to ∂E/∂{weight}", weight=weight)
    return say("Step {step} contributes most to ∂E/∂{weight}", step=largest, weight=weight)


def four_terms(solution: Solution) -> dict[str, list[str]]:
    """The terms of dE/dw in the lecture's factors, a table by column; for a loss at the last step."""
    ask = solution.question
    error = float(solution["dy"][-1]) * ask.v
    direct = solution.slopes * solution.before
    return {
        "k": [str(k) for k in range(ask.steps)],
        "our step": [str(k + 1) for k in range(ask.steps)],
        "∂E/∂s": [shown(error)] * ask.steps,
        "∂s/∂sₖ": [shown(float(chain)) for chain in solution.chains],
        "∂sₖ/∂w": [shown(float(value)) for value in direct],
        "product": [exact(float(value)) for value in solution["dw"]],
    }


def lecture_sum(solution: Solution) -> str:
    """Riveill's formula for this very case, as LaTeX."""
    last = solution.question.steps - 1
    names = rf"E_{{{last}}}", rf"s_{{{last}}}"
    return (
        rf"\frac{{\partial {names[0]}}}{{\partial w}} = \sum_{{k=0}}^{{{last}}} "
        rf"\frac{{\partial {names[0]}}}{{\partial {names[1]}}}\,"
        rf"\frac{{\partial {names[1]}}}{{\partial s_k}}\,\frac{{\partial s_k}}{{\partial w}}"
    )


def lecture_said(solution: Solution) -> str:
    """What the table of terms says, as Markdown."""
    ask = solution.question
    few = {1: "one term", 2: "two terms", 3: "three terms", 4: "four terms"}
    counted = say(
        "Riveill counts steps from 0 and writes $s$ for the state $h$. $E_{{{last}}}$ is the loss of our step {steps}, so "
        "its gradient is a sum of **{terms}**.",
        last=ask.steps - 1,
        steps=ask.steps,
        terms=say(few[ask.steps]) if ask.steps in few else say("{count} terms", count=ask.steps),
    )
    zero = (
        say("Its first term is 0, as nothing stands before the first step.")
        if ask.h_0 == 0
        else say("None of them has to be 0.")
    )
    direct = say(
        r"The direct factor $\partial s_k/\partial w = \varphi'(a_k)\,s_{k-1}$ takes $s_{k-1}$ as given; all else is in the "
        "chain."
    )
    return f"{counted} {zero} {direct}"


SHARE_GUESSES = {"none": "?", "0": "under a third", "1": "one to two thirds", "2": "over two thirds"}


def last_words(seen: Backward) -> list[int]:
    """The last three steps up to the last one that has a loss, counted from 0."""
    last = int(np.flatnonzero(seen.has_loss)[-1])
    return list(range(max(0, last - 2), last + 1))


def share_question(seen: Backward, weight: str) -> str:
    """What to guess about who contributes, as Markdown."""
    some = " ".join(say("“{word}”", word=seen.labels[t]) for t in last_words(seen))
    return say(
        "**Guess first.** The last steps up to the loss read {words}. **Which share of the gradient of {weight} comes from "
        "them alone?**",
        words=some,
        weight=_plain(weight),
    )


def share_graded(guess: str, seen: Backward, found: Contributions) -> str:
    """What the tensors say to the guess, as Markdown."""
    share = float(found.shares[last_words(seen)].sum())
    answer = "0" if share < 1 / 3 else "1" if share <= 2 / 3 else "2"
    found_ = {"share": _percent(share), "count": len(last_words(seen))}
    if guess == "none":
        return say("**{share} of the sum** comes from these {count} steps.", **found_)
    verdict = say("Right") if guess == answer else say("Not this time")
    return say("**{verdict}: {share} of the sum** comes from these {count} steps.", verdict=verdict, **found_)


def contributions_title(seen: Backward, found: Contributions, weight: str) -> str:
    """Which step counts most, as the title of a chart."""
    largest = int(found.shares.argmax())
    return say(
        "“{word}” moves {weight} most: {share}",
        word=seen.labels[largest],
        weight=IN_TEXT[weight],
        share=_percent(float(found.shares[largest])),
    )


def norms_title(found: Mapping[str, Contributions]) -> str:
    """How far the sizes are apart, as the title of a chart."""
    sizes = found["w_hh"].log10_norms
    some = sizes[np.isfinite(sizes)]
    if some.size < 2:
        return say("Size of each step's contribution")
    return say("Sizes differ by {powers:.0f} powers of ten", powers=some.max() - some.min())


def who_said(seen: Backward, found: Contributions, *, text: bool) -> str:
    """What the bars mean and what they say here, as Markdown."""
    told = [
        say(
            "A contribution is a matrix. Its **share** is how far it goes in the direction of the sum, contribution · sum / "
            "‖sum‖², so the shares add up to 1."
        )
    ]
    against = int((found.shares < -5e-4).sum())
    if against == 1:
        told.append(say("1 step pulls against the sum: a negative share."))
    elif against:
        told.append(say("{count} steps pull against the sum: a negative share.", count=against))
    if found.log10_norms[0] == -np.inf:
        told.append(
            say(
                "“{word}”, the first step, adds exactly 0: the state before it is 0, so $W_{{hh}}$ had nothing to do.",
                word=seen.labels[0],
            )
        )
    if text and not seen.has_loss[-1]:
        told.append(say("Words after the last loss add nothing: no loss comes back to them."))
    return " ".join(told)


NOTICE_WHO = (
    "A gradient through time is a sum, and the sum hides who speaks. A trained RNN that finds the right verb may owe next to "
    "nothing of its gradient to the subject: its memory of the number is saturated, so the slope there is almost 0, and "
    "every further step divides what is left. The GRU and the LSTM have a path along which less is lost. Note also what a "
    "weight is multiplied with: $W_{ih}$ gets its gradient from the word itself, so the first word counts there and not for "
    "$W_{hh}$."
)

_LONG = "The dogs, which followed the cat by the river and slept behind the house, were tired."

TRY_WHO: Mapping[str, tuple[Mapping[str, object], str]] = {
    "A long way to the subject": (
        {"bptt_text": _LONG, "bptt_cell": "GRU", "bptt_text_loss": "verb"},
        (
            "How much does “dogs” add, 15 steps before “were”? Then choose the RNN, and read the size of its “dogs” on the "
            "log axis."
        ),
    ),
    "Ask for every word": (
        {"bptt_text": _LONG, "bptt_cell": "RNN", "bptt_text_loss": "words"},
        "Now each word has a loss of its own. Which words does the network still find hard, and do they dominate the sum?",
    ),
}
"""What to try with a trained network."""

# ---- truncated -------------------------------------------------------------------------------------------------------

DEFINED = (
    "**Truncated with $k$ steps** means, as in practice: read $k$ steps, carry the state on, and `detach()` it; read the "
    "next $k$ steps, and so on. The forward values do not change at all. But the loss of a step now flows back **to the "
    "start of its own chunk and no further**. The last chunk may be shorter."
)

SUBJECTS = {"fresh": "fresh, reads noise", "trained": "trained, reads a text", "small": "the small one above"}
"""The networks of the last tab."""

BIASES = {"-1": "−1", "0": "0", "1": "1", "3": "3", "5": "5"}
"""What is added to the bias of the gate that keeps."""

K_GUESSES = {"none": "?", "less": "the smaller k", "more": "the larger k", "same": "both the same"}


def chunk_lengths(steps: int, k: int) -> list[int]:
    """How long the chunks are: 60 steps with k = 40 are 40 and 20."""
    return [min(k, steps - start) for start in range(0, steps, k)]


def two_ks(steps: int) -> tuple[int, int]:
    """Two chunk lengths to compare: half of the steps, and two thirds of them."""
    return max(1, steps // 2), max(1, 2 * steps // 3)


def k_question(steps: int) -> str:
    """What to guess about two chunk lengths, as Markdown."""
    small, large = two_ks(steps)
    return say(
        "**Guess first.** There are {steps} steps. One may detach every {small} steps or every {large}. **Which k keeps more "
        "of the gradient?**",
        steps=steps,
        small=small,
        large=large,
    )


def k_graded(guess: str, seen: Backward, cut: Truncated) -> str:
    """What the tensors say to the guess, as Markdown."""
    steps, at = seen.steps, np.flatnonzero(seen.has_loss).tolist()
    small, large = two_ks(steps)
    lost = float(cut.lost[small - 1]), float(cut.lost[large - 1])
    answer = "same" if abs(lost[0] - lost[1]) <= 1e-9 else "less" if lost[0] < lost[1] else "more"
    found = {"small": small, "large": large, "less": _percent(lost[0]), "more": _percent(lost[1])}
    told = (
        say("**k = {small} cuts off {less}, k = {large} cuts off {more}.**", **found)
        if guess == "none"
        else say(
            "**{verdict}. k = {small} cuts off {less}, k = {large} cuts off {more}.**",
            verdict=say("Right") if guess == answer else say("Not this time"),
            **found,
        )
    )
    chunks = [" + ".join(map(str, chunk_lengths(steps, k))) for k in (small, large)]
    long = say("The chunks are {small} and {large} steps long.", small=chunks[0], large=chunks[1])
    way = (
        say(
            "A loss reaches back to the start of *its* chunk, and from step {step} that is a way over {small} and over "
            "{large} of them: what counts is where the last seam falls, not k.",
            step=at[0] + 1,
            small=at[0] % small + 1,
            large=at[0] % large + 1,
        )
        if len(at) == 1
        else say("A loss reaches back to the start of *its* chunk, so it counts where the seams fall, and not k alone.")
    )
    return f"{told} {long} {way}"


def curve_title(cut: Truncated, k: int) -> str:
    """What is cut off at one k, as the title of a chart."""
    return say("k = {k}: {share} is cut off", k=k, share=_percent(float(cut.lost[k - 1])))


def cut_said(cut: Truncated, k: int) -> str:
    """The cut in numbers, as Markdown."""
    lost, angle = float(cut.lost[k - 1]), float(cut.angle[k - 1])
    if math.isnan(angle):
        if not lost:
            return say("This gradient is 0 with or without a cut.")
        return say("k = {k}: **nothing is left** of this gradient.", k=k)
    return say(
        "{ratio} = **{lost}**: that share is cut off, and what is left points **{angle:.3g}°** away from it (cosine "
        "{cosine:.4f}).",
        ratio=r"$\lVert g_\text{full} - g_k\rVert\,/\,\lVert g_\text{full}\rVert$",
        lost=_number(lost),
        angle=angle,
        cosine=float(cut.cosine[k - 1]),
    )


def k_title(steps: int, k: int, *, silent: int = 0) -> str:
    """What the bars under a cut show, as the title of a chart."""
    if k >= steps:
        return say("Nothing is cut: full backpropagation")
    if silent:
        return say("k = {k}: {silent} of {steps} steps get nothing", k=k, silent=silent, steps=steps)
    return say("Detached after every step") if k == 1 else say("Detached after every {k} steps", k=k)


def silenced(full: Mapping[str, Contributions], left: Mapping[str, Contributions]) -> int:
    """How many steps no loss comes back to any more; the bias hears of every loss that reaches its step."""
    before, now = (int((found["b_ih"].log10_norms == -np.inf).sum()) for found in (full, left))
    return now - before


WINDOW = (
    "The dashed line is the other way to truncate: a window that **slides**, so that every loss flows back over exactly $k$ "
    "steps. It does not jump where $k$ divides the length. But it needs $k$ steps back for each step forward, while chunks "
    "need one: that is why training code detaches in chunks."
)

NOTICE_CUT = (
    "Truncation does not make the network forget: the state goes on, and so does what it remembers. It makes the network "
    "unable to **learn** from further back than a chunk. With a loss at the last step alone, all steps before the last "
    "chunk get exactly nothing, so what has to be noticed there stays at chance. With a loss at every step each chunk has "
    "losses of its own, and much of the gradient survives; what is missing are the long ways, and the gradient then "
    "points elsewhere: look at the angle."
)

TRY_CUT: Mapping[str, tuple[Mapping[str, object], str]] = {
    "A forgetful LSTM": (
        {
            "bptt_subject": "fresh",
            "bptt_fresh_cell": "LSTM",
            "bptt_bias": "0",
            "bptt_fresh_loss": "last",
            "bptt_k60": 20,
            "bptt_k_shown": True,
        },
        (
            "With forget bias 0 hardly anything is lost at k = 20: there was nothing left to cut. Make the bias 3. Which of "
            "both could be trained with k = 20, and which of both remembers?"
        ),
    ),
    "Every step has a loss": (
        {
            "bptt_subject": "fresh",
            "bptt_fresh_cell": "LSTM",
            "bptt_bias": "3",
            "bptt_fresh_loss": "every",
            "bptt_k60": 29,
            "bptt_k_shown": True,
        },
        "No step is silent now. Move k from 29 to 30: why does so much come back? Compare with the dashed line.",
    ),
}
"""What to try with a cut."""


def good_length(question: Words | Noise, cut: Truncated, k: int, silent: int) -> str:
    """How long truncated backpropagation should be, answered by the numbers on the page, as Markdown."""
    steps = len(cut.lost)
    least = next(length for length in range(1, steps + 1) if (cut.lost[length - 1 :] <= 0.1).all())
    if isinstance(question, Words):
        where = say("for every word") if question.every_step else say("at the verb")
    else:
        where = say("at every step") if question.every_step else say("at the last step")
    unheard = (
        say(
            "With k = {k} the chunks are {k} steps long, the last one {last}, and {silent} of {steps} steps get no gradient "
            "that they would get in full.",
            k=k,
            last=chunk_lengths(steps, k)[-1],
            silent=silent,
            steps=steps,
        )
        if silent
        else say("With k = {k} every step still gets a gradient from the losses in its own chunk.", k=k)
    )
    enough = (
        say(
            "For this network and a loss {where}, only k = {steps}, the whole sequence, keeps 90 % of the gradient of "
            "$W_{{hh}}$ for certain.",
            where=where,
            steps=steps,
        )
        if least == steps
        else say(
            "For this network and a loss {where}, every k from {least} on cuts off less than 10 % of the gradient of "
            "$W_{{hh}}$.",
            where=where,
            least=least,
        )
    )
    answered = say("**What is a good length?** One that is longer than what has to be learned.")
    price = say(
        "A task whose answer lies further back than its chunk stays at chance, however long one trains. Memory, and the time "
        "until the first update, grow with k: that is the price."
    )
    return f"{answered} {enough} {unheard} {price}"


def seams(carried: float, zeroed: float, k: int, *, trained: bool) -> str:
    """What carrying the state is worth, as Markdown."""
    if math.isclose(carried, zeroed, rel_tol=1e-3):
        ratio = say("Here it makes no difference.")
    elif not trained:
        ratio = say(
            "This network was never trained, so what it carries is not worth anything yet: choose a trained one."
        )
    elif zeroed > carried:
        ratio = say("Zeros cost what the network knew at the seam.")
    else:
        ratio = say("Here zeros even help: what it carried misled it.")
    return say(
        "**Reset the state for every batch?** Not where one chunk goes on where the other ended. Read in chunks of {k}, "
        "this network's loss is **{carried}** with the state carried on and **{zeroed}** with zeros at each seam. {ratio} "
        "Detach cuts the gradient and keeps the value; a reset throws both away. Reset where the texts are unrelated: "
        "between documents, and at the start of an epoch.",
        k=k,
        carried=_number(carried),
        zeroed=_number(zeroed),
        ratio=ratio,
    )


def small_cut(full: Solution, cut: Solution) -> str:
    """What a cut takes from the small network's gradient, as Markdown."""
    k = cut.question.cut
    if k >= full.question.steps:
        return say("k is the number of steps: nothing is cut, and this is the full gradient.")
    broken = [
        f"{symbol('h', t)} → {symbol('a', t + 1)}" for t in range(1, full.question.steps) if cut.question.is_cut(t)
    ]
    return say(
        "Broken lines in the drawing: nothing comes back along {edges}. The gradient of $w$ is **{cut}** instead of {full}.",
        edges=", ".join(broken),
        cut=exact(cut.gradient["w"]),
        full=exact(full.gradient["w"]),
    )


def _percent(share: float) -> str:
    if not math.isfinite(share):
        return say("all")
    percent = 100 * share
    text = f"{percent:.0f}" if abs(percent) >= 10 or percent == 0 else f"{percent:.2g}"
    if text == "100" and percent != 100:
        text = f"{percent:.2f}"
    return f"{in_figures(text)} %".replace("-", "−")


def _number(value: float) -> str:
    return number(value, ".3g").replace("-", "−")


def _plain(weight: str) -> str:
    return {"w_hh": "$W_{hh}$", "w_ih": "$W_{ih}$", "b_ih": "$b$"}[weight]


def words_of(seen: Backward) -> Sequence[str]:
    """The steps of a chart's axis: words with a dot where there is a loss."""
    many = seen.has_loss.sum() > 1
    return [
        f"{label} ◂" if loss and not many else label for label, loss in zip(seen.labels, seen.has_loss, strict=True)
    ]
