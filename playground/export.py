"""Export: a reading as a file for other programs."""

import json

import numpy as np

from models.reading import Reading
from playground.tables import csv_of, shortest


def as_csv(reading: Reading) -> str:
    """One row for each step and unit: step, token, unit (both counted from 1), then a column for each value.

    Numbers have the shortest form that reads back as the same float32.
    """
    trace = reading.trace
    names = [*trace.names, *trace.inner]
    columns = [shortest(trace[name].ravel()) for name in names]
    steps = np.repeat(np.arange(1, trace.steps + 1), trace.hidden).tolist()
    tokens = np.repeat(np.array(reading.tokens, dtype=object), trace.hidden).tolist()
    units = np.tile(np.arange(1, trace.hidden + 1), trace.steps).tolist()
    return csv_of(["step", "token", "unit", *names], zip(steps, tokens, units, *columns, strict=True))


def as_json(reading: Reading) -> str:
    """The tokens, the guesses and `Trace.to_dict()`."""
    whole = {
        "tokens": reading.tokens,
        "known": reading.known,
        "guesses": reading.guesses,
        "probabilities": reading.probabilities.tolist(),
        **reading.trace.to_dict(),
    }
    return json.dumps(whole, ensure_ascii=False)
