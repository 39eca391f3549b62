"""What a network is trained on: one task a file, each a function of a generator."""

from collections.abc import Mapping

from models.tasks import (
    adding,
    agreement,
    brackets,
    copy_memory,
    counting,
    echo,
    flip_flop,
    kitchen,
    latch,
    memory_counter,
    order,
    parity,
    persons,
    reviews,
    sine,
    tags,
    temperature,
    translation,
)
from models.tasks.task import Example, Marks, Measure, Task

__all__ = ["TASKS", "Example", "Marks", "Measure", "Task"]

TASKS: Mapping[str, Task] = {
    "latch": latch.Latch(),
    "agreement": agreement.Agreement(),
    "flip_flop": flip_flop.FlipFlop(),
    "parity": parity.Parity(),
    "echo": echo.Echo(),
    "copy_memory": copy_memory.CopyMemory(),
    "counting": counting.Counting(),
    "memory_counter": memory_counter.MemoryCounter(),
    "persons": persons.Persons(both_ways=False),
    "persons_both_ways": persons.Persons(both_ways=True),
    "order": order.Order(),
    "reviews": reviews.Reviews(),
    "kitchen": kitchen.Kitchen(letters=False),
    "kitchen_letters": kitchen.Kitchen(letters=True),
    "entities": tags.Entities(both_ways=False),
    "entities_both_ways": tags.Entities(both_ways=True),
    "dates": translation.Dates(),
    "adding": adding.Adding(),
    "brackets": brackets.Brackets(),
    "sine": sine.Sine(),
    "sines": sine.Sines(),
    "temperature": temperature.Temperature(),
}
"""The tasks by name, in the order in which one would teach them.

First one bit: kept, in noise and in language, overwritten, computed with. Then many at once; a number; a stack; a signal.
"""
