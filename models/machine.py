"""What this machine has to give: cores and memory, as far as the system tells; limits of a container count."""

import math
import os
from collections.abc import Iterator
from pathlib import Path

WORKER_MEMORY = 400e6
"""Bytes of one training process: PyTorch with its optimizers 335 MB, the rest for runs."""

RESERVE = 700e6
"""Bytes that are left to the server and to everything else."""


def workers(root: Path = Path("/")) -> int:
    """How many training processes this machine bears: one for each core, fewer where memory is short, at least one."""
    room = (memory(root) - RESERVE) / WORKER_MEMORY
    return max(1, math.floor(min(cores(root), room)))


def cores(root: Path = Path("/")) -> int:
    """Cores that this process may use."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    for group in _groups(root):
        quota, _, period = _text(group / "cpu.max").partition(" ")
        if quota.isdigit() and period.isdigit():
            mine = min(mine, math.ceil(int(quota) / int(period)))
    return max(1, mine)


def memory(root: Path = Path("/")) -> float:
    """Bytes that this process and its children could still take; inf where the system does not tell."""
    free = math.inf
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            free = 1024.0 * int(line.split()[1])
    for group in _groups(root):
        most, used = _text(group / "memory.max"), _text(group / "memory.current")
        if most.isdigit() and used.isdigit():
            free = min(free, int(most) - int(used) + _reclaimable(group))
    old = root / "sys/fs/cgroup/memory"  # version 1
    most, used = _text(old / "memory.limit_in_bytes"), _text(old / "memory.usage_in_bytes")
    if most.isdigit() and used.isdigit():
        free = min(free, int(most) - int(used))
    return free


def _groups(root: Path) -> Iterator[Path]:
    """The control group (version 2) of this process and those that it lies in: each may have a limit."""
    top = root / "sys/fs/cgroup"
    mine = [line[4:] for line in _text(root / "proc/self/cgroup").splitlines() if line.startswith("0::/")]
    group = top / mine[0] if mine else top
    yield from (group, *(parent for parent in group.parents if parent.is_relative_to(top)))


def _reclaimable(group: Path) -> int:
    """Bytes of files kept in memory, which count as used but are given back when asked for."""
    facts = dict(line.split() for line in _text(group / "memory.stat").splitlines())
    return int(facts.get("inactive_file", 0))


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""
