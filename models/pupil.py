"""Pupil: a training of a page's own, made so that a process of `models.workers` can do it, and so can a notebook.

    assignment = Assignment(...)            # plain values: a recipe and data
    picture = learn(assignment)             # here and now
    homework = workers.teach(assignment, owner="a visitor")     # or in another process
    homework.picture                        # the newest one; equal to the last bit at the end

An assignment is the question, a picture the answer so far. What is in a picture depends on nothing but the assignment and
how many updates were made: what takes long to measure is measured after certain updates, not after certain seconds.
"""

from typing import Protocol, TypeVar

Picture_co = TypeVar("Picture_co", covariant=True)


class Pupil(Protocol[Picture_co]):
    """A training that goes on one update at a time."""

    @property
    def step(self) -> int:
        """Updates made so far."""
        ...

    @property
    def done(self) -> bool:
        """Whether all updates have been made."""
        ...

    @property
    def loss(self) -> float:
        """That of the newest update, before it; NaN before the first."""
        ...

    def update(self) -> object:
        """Makes one update."""
        ...

    def look(self, *, last: bool) -> Picture_co:
        """What there is to see now; it changes nothing that follows. It can be pickled and shares nothing with the training.

        Args:
            last: No update follows, so what is measured only at the end is measured now.
        """
        ...


class Assignment(Protocol[Picture_co]):
    """Everything that decides how a training of a page goes, data included: frozen, and small enough to be sent."""

    @property
    def updates(self) -> int:
        """How many it takes."""
        ...

    def begin(self) -> Pupil[Picture_co]:
        """The training, before its first update."""
        ...


def learn(assignment: Assignment[Picture_co]) -> Picture_co:
    """Trains to the end, here and now."""
    pupil = assignment.begin()
    while not pupil.done:
        pupil.update()
    return pupil.look(last=True)
