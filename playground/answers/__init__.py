"""The 25 questions that learners ask most, in five groups, each with its answer and where to see it."""

from collections.abc import Mapping

from playground.answers import gradients, memory, shapes, training, using
from playground.answers.entry import Answer, Asked

GROUPS: Mapping[str, tuple[Asked, ...]] = {
    "Shapes": shapes.QUESTIONS,
    "Memory and gates": memory.QUESTIONS,
    "Gradients": gradients.QUESTIONS,
    "Training": training.QUESTIONS,
    "Using them": using.QUESTIONS,
}
"""The questions by group, in the order of the page."""

QUESTIONS: tuple[Asked, ...] = tuple(asked for group in GROUPS.values() for asked in group)
"""All of them."""

__all__ = ["GROUPS", "QUESTIONS", "Answer", "Asked"]
