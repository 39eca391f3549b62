import gc
import weakref

import pytest
import torch

from playground import garbage


class Ring:
    """An object that only the collector can free."""

    def __init__(self):
        self.itself = self


@pytest.fixture(autouse=True)
def _thaw_afterwards():
    yield
    gc.unfreeze()


def test_what_is_alive_is_out_of_the_collectors_sight():
    assert torch.nn is not None  # torch is in, so there is something to freeze
    garbage.freeze()
    assert gc.get_freeze_count() > 100_000
    assert len(gc.get_objects()) < gc.get_freeze_count() / 10


def test_what_comes_after_a_freeze_is_collected_as_ever():
    garbage.freeze()
    gone = weakref.ref(Ring())
    gc.collect()
    assert gone() is None


def test_circles_that_were_frozen_are_freed_once_in_a_while(monkeypatch):
    ring = Ring()
    gone = weakref.ref(ring)
    garbage.freeze()
    del ring
    gc.collect()
    assert gone() is not None
    monkeypatch.setattr(garbage, "_thawed", garbage._thawed - 2 * garbage.THAW)
    garbage.freeze()
    assert gone() is None


def test_without_heavy_modules_nothing_is_frozen(monkeypatch):
    monkeypatch.setattr(garbage, "HEAVY", ("no_such_module",))
    before = gc.get_freeze_count()
    garbage.freeze()
    assert gc.get_freeze_count() <= before
