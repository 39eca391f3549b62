"""Cores and memory as a system tells them: files of a made-up machine."""

import math

import pytest

from models import machine

GB = 10**9


def computer(tmp_path, available=None, groups=(), old=None):
    """The files of a machine: MemAvailable; (name, memory.max, memory.current, inactive_file, cpu.max) of groups."""
    (tmp_path / "proc/self").mkdir(parents=True)
    if available is not None:
        (tmp_path / "proc/meminfo").write_text(f"MemTotal: 99 kB\nMemAvailable: {available // 1024} kB\n")
    top = tmp_path / "sys/fs/cgroup"
    for name, most, used, files, cpus in groups:
        group = top / name
        group.mkdir(parents=True, exist_ok=True)
        (group / "memory.max").write_text(f"{most}\n")
        (group / "memory.current").write_text(f"{used}\n")
        (group / "memory.stat").write_text(f"anon 5\ninactive_file {files}\n")
        (group / "cpu.max").write_text(f"{cpus}\n")
        (tmp_path / "proc/self/cgroup").write_text(f"0::/{name}\n")
    if old:
        (top / "memory").mkdir(parents=True)
        (top / "memory/memory.limit_in_bytes").write_text(f"{old[0]}")
        (top / "memory/memory.usage_in_bytes").write_text(f"{old[1]}")
    return tmp_path


def test_memory_is_what_the_system_says_is_available(tmp_path):
    assert machine.memory(computer(tmp_path, available=3 * GB)) == pytest.approx(3 * GB, rel=1e-6)


def test_a_container_has_less(tmp_path):
    root = computer(
        tmp_path, 8 * GB, [("", "max", 5 * GB, 0, "max 100000"), ("app", GB, GB // 2, GB // 4, "max 100000")]
    )
    assert machine.memory(root) == 0.75 * GB


def test_the_limit_of_an_outer_container_counts_too(tmp_path):
    root = computer(tmp_path, 8 * GB, [("out", 2 * GB, GB, 0, "50000 100000"), ("out/in", "max", 0, 0, "max 100000")])
    assert machine.memory(root) == GB
    assert machine.cores(root) == 1


def test_the_first_version_of_control_groups_is_read(tmp_path):
    assert machine.memory(computer(tmp_path, 8 * GB, old=(GB, GB // 4))) == 0.75 * GB


def test_a_system_that_does_not_tell_is_trusted_to_have_enough(tmp_path):
    assert machine.memory(tmp_path) == math.inf
    assert machine.workers(tmp_path) == machine.cores(tmp_path) >= 1


@pytest.mark.parametrize(
    ("memory", "expected"), [(0.1 * GB, 1), (1.0 * GB, 1), (1.49 * GB, 1), (1.51 * GB, 2), (3 * GB, 4)]
)
def test_short_memory_means_fewer_processes(tmp_path, monkeypatch, memory, expected):
    monkeypatch.setattr(machine, "cores", lambda _: 4)
    assert machine.workers(computer(tmp_path, available=int(memory))) == expected
