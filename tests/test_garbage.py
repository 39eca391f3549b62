import gc

import torch

from playground import garbage


def test_imports_are_frozen_once_and_then_left_alone(monkeypatch):
    monkeypatch.setattr(garbage, "_frozen", set())
    gc.unfreeze()
    try:
        assert torch.nn is not None  # torch is in, so there is something to freeze
        garbage.freeze_imports()
        frozen = gc.get_freeze_count()
        assert frozen > 100_000
        garbage.freeze_imports()
        assert gc.get_freeze_count() <= frozen  # nothing more; what has died since then no longer counts
    finally:
        gc.unfreeze()


def test_without_heavy_modules_nothing_is_frozen(monkeypatch):
    monkeypatch.setattr(garbage, "_frozen", set())
    monkeypatch.setattr(garbage, "HEAVY", ("no_such_module",))
    before = gc.get_freeze_count()
    garbage.freeze_imports()
    assert gc.get_freeze_count() <= before
