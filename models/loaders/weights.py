"""The weights of a model in a file: safetensors, or what `torch.save` wrote of a `state_dict`. Nothing in it is run.

    found = read(data)                      # bytes of a file
    found.groups[()]                        # tensors by name, {"encoder.rnn.weight_ih_l0": ...}
    found.groups[("model",)]                # those of {"model": {...}, "epoch": 3}

Everything that a file says of itself is checked before memory is taken for it. A .pt file is a zip archive with a pickle in
it: the archive is looked through and written anew without compression, the pickle is followed instruction by instruction
without running it (`models.loaders.pickled`), and only then `torch.load(weights_only=True)` reads what is left.
"""

from __future__ import annotations

import io
import json
import pickle
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from models.limits import OWN_MODEL, OwnModel
from models.loaders.pickled import Outline, RefusedError, outline
from models.told import Told

Path = tuple[str | int, ...]
"""The keys that lead to a `state_dict` inside what was saved: () or ("model",)."""

_WANTED = Told("a .safetensors file or what torch.save(model.state_dict(), …) wrote")
_ZIP = b"PK\x03\x04"
_ENTRY = b"PK\x01\x02"  # begins each entry of a zip archive's directory
_KINDS = {
    b"\x89HDF": Told("an HDF5 file, as Keras writes it"),
    b"%PDF": Told("a PDF"),
    b"\x1f\x8b": Told("a packed file"),
    b"\x89PNG": Told("a picture"),
    b"\xff\xd8\xff": Told("a picture"),
    b"\x93NUMPY": Told("a NumPy array without names"),
}
_DEEPEST = 16  # dicts and lists inside each other
_MANY_ENTRIES = 3  # members of an archive for each tensor, and some more
_DAMAGED = (
    SafetensorError, pickle.UnpicklingError, zipfile.BadZipFile, struct.error, zlib.error, RuntimeError, ValueError, KeyError,
    IndexError, TypeError, AttributeError, AssertionError, EOFError, OverflowError, OSError,
)  # fmt: skip
"""What the libraries raise where a file is damaged; a RuntimeError is torch's, a NotImplementedError zipfile's."""


@dataclass(frozen=True, eq=False)
class Weights:
    """A file as tensors.

    Attributes:
        kind: "safetensors" or "pt".
        groups: Tensors by name, for every dict in the file that has any, by the keys that lead to it.
    """

    kind: str
    groups: Mapping[Path, Mapping[str, Tensor]]


def read(data: bytes, limits: OwnModel = OWN_MODEL) -> Weights:
    """Reads a file.

    Args:
        data: Its bytes.
        limits: How large it may be.

    Raises:
        ValueError: It is empty, too large, damaged, of another kind, or it holds more than numbers: a sentence says which.
    """
    if not data:
        raise ValueError(Told("The file is empty, expected {wanted}", wanted=_WANTED))
    if len(data) > limits.file_bytes:
        raise ValueError(
            Told(
                "The file has {megabytes:,.1f} MB, expected at most {most:g}: save the recurrent layer alone, "
                "or in half precision",
                megabytes=len(data) / 1e6,
                most=limits.file_bytes / 1e6,
            )
        )
    if data.startswith(_ZIP):
        return Weights("pt", _archive(data, limits))
    if data[8:9] == b"{":
        return Weights("safetensors", {(): _safetensors(data, limits)})
    if data[:1] == b"\x80":
        raise ValueError(
            Told(
                "The file is a bare pickle, as torch.save wrote it before version 1.6, and is not read here: load it where "
                "you trust it, and save its state_dict anew"
            )
        )
    kind = next((kind for start, kind in _KINDS.items() if data.startswith(start)), "")
    raise ValueError(
        Told(
            "The file is {kind}, expected {wanted}",
            kind=kind or Told("of a kind that is not known here"),
            wanted=_WANTED,
        )
    )


# ---- safetensors -----------------------------------------------------------------------------------------------------


def _safetensors(data: bytes, limits: OwnModel) -> dict[str, Tensor]:
    size = int.from_bytes(data[:8], "little")
    if size > len(data) - 8:
        raise ValueError(
            Told(
                "The head of the file claims {claimed:,} bytes, and only {count:,} follow: it is damaged, or no "
                "safetensors",
                claimed=size,
                count=len(data) - 8,
            )
        )
    if size > limits.index_bytes:
        raise ValueError(
            Told(
                "The head of the file has {count:,} bytes, expected at most {most:,}",
                count=size,
                most=limits.index_bytes,
            )
        )
    try:
        head = json.loads(data[8 : 8 + size])
    except (ValueError, RecursionError):
        raise ValueError(Told("The head of the file is no JSON: it is damaged, or no safetensors")) from None
    _check_count(len(head), limits)
    try:
        return dict(sorted(safetensors.torch.load(data).items()))  # the library's own order is another in every process
    except _DAMAGED as error:
        raise ValueError(Told("The file is damaged, expected safetensors: {error}", error=_short(error))) from None


# ---- what torch.save writes ------------------------------------------------------------------------------------------


def _archive(data: bytes, limits: OwnModel) -> dict[Path, dict[str, Tensor]]:
    root, members = _members(data, limits)
    pickled = members["data.pkl"]
    if len(pickled) > limits.index_bytes:
        raise ValueError(
            Told(
                "The list of contents has {count:,} bytes, expected at most {most:,}: save weights alone",
                count=len(pickled),
                most=limits.index_bytes,
            )
        )
    found = outline(pickled)
    _check_count(len(found.tensors), limits)
    _check_storages(found, members, limits)
    try:
        # What a file may ask for has just been looked through; `weights_only` is the second lock on the same door.
        loaded = torch.load(io.BytesIO(_packed(root, members)), map_location="cpu", weights_only=True)
    except _DAMAGED as error:
        raise ValueError(
            Told("The file is damaged, expected {wanted}: {error}", wanted=_WANTED, error=_short(error))
        ) from None
    return _groups(loaded)


def _members(data: bytes, limits: OwnModel) -> tuple[str, dict[str, bytes]]:
    """The folder of an archive, and its members by their names inside it.

    `torch.save` packs nothing, so together they cannot be larger than the file: no archive unpacks to more than it has.
    """
    most = _MANY_ENTRIES * limits.tensors
    if data.count(_ENTRY) > most:  # before the directory is read: every entry of it takes memory
        raise ValueError(Told("The archive has more than {most:,} members, expected at most so many", most=most))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(data))
            members = {entry.filename: archive.read(entry) for entry in entries}
    except RefusedError:
        raise
    except _DAMAGED as error:
        raise ValueError(
            Told("The archive is damaged, expected {wanted}: {error}", wanted=_WANTED, error=_short(error))
        ) from None
    root = next((name.removesuffix("data.pkl") for name in members if name.endswith("data.pkl")), None)
    if root is None:
        raise ValueError(
            Told("The file is a zip archive without weights of torch in it, expected {wanted}", wanted=_WANTED)
        )
    if f"{root}constants.pkl" in members or any(name.startswith(f"{root}code/") for name in members):
        raise ValueError(Told("The file is a TorchScript program, expected weights alone: save model.state_dict()"))
    return root, {name.removeprefix(root): content for name, content in members.items() if name.startswith(root)}


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise RefusedError(Told("The archive has two members of one name, expected one of each"))
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > size:
        raise RefusedError(
            Told(
                "The archive unpacks to {unpacked:,} bytes, and the file has {size:,}: torch.save packs nothing",
                unpacked=unpacked,
                size=size,
            )
        )
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1 for entry in entries):
        raise RefusedError(
            Told("The archive is packed or encrypted, and torch.save does neither: unpack it, or save it anew")
        )


def _check_storages(found: Outline, members: Mapping[str, bytes], limits: OwnModel) -> None:
    """Sees that every tensor lies inside numbers that the file has."""
    for storage in found.storages.values():
        came = len(members.get(f"data/{storage.key}", b""))
        if came != storage.count * storage.item_bytes:
            raise ValueError(
                Told(
                    "The file is damaged: a tensor should have {count:,} bytes and has {came:,}",
                    count=storage.count * storage.item_bytes,
                    came=came,
                )
            )
    for sketch in found.tensors:
        if sketch.reach > sketch.storage.count or sketch.count > sketch.storage.count:
            raise ValueError(
                Told(
                    "A tensor of {count:,} numbers is cut from {all:,}, expected as many or fewer",
                    count=sketch.count,
                    all=sketch.storage.count,
                )
            )
    together = sum(sketch.count * sketch.storage.item_bytes for sketch in found.tensors)
    if together > 4 * limits.file_bytes:  # tied weights are counted twice, which is well
        raise ValueError(
            Told(
                "Its tensors have {megabytes:,.0f} MB together, more than the file: it is no model",
                megabytes=together / 1e6,
            )
        )


def _packed(root: str, members: Mapping[str, bytes]) -> bytes:
    """The archive written anew, so that all who read it see the same one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(root + name), content)
    return out.getvalue()


def _groups(loaded: object) -> dict[Path, dict[str, Tensor]]:
    """Every dict with tensors in it, by the keys that lead to it."""
    found: dict[Path, dict[str, Tensor]] = {}
    waiting: list[tuple[Path, object]] = [((), loaded)]
    seen: set[int] = set()
    while waiting:
        path, here = waiting.pop()
        if id(here) in seen or len(path) > _DEEPEST:
            continue
        seen.add(id(here))
        if isinstance(here, dict):
            items = list(dict.items(here))  # not `here.items`: a file may have put something else under that name
        elif isinstance(here, (list, tuple)):
            items = list(enumerate(here))
        else:
            continue
        tensors = {name: value for name, value in items if isinstance(value, Tensor) and isinstance(name, str)}
        if tensors:
            found[path] = tensors
        deeper = [((*path, key), value) for key, value in items if isinstance(key, (str, int))]
        waiting.extend(reversed(deeper))
    return found


# ---- what both have --------------------------------------------------------------------------------------------------


def _check_count(count: int, limits: OwnModel) -> None:
    if not count:
        raise ValueError(Told("The file has no tensor in it, expected {wanted}", wanted=_WANTED))
    if count > limits.tensors:
        raise ValueError(
            Told("The file has {count:,} tensors, expected at most {most:,}", count=count, most=limits.tensors)
        )


def _short(error: Exception) -> str:
    """The first line of what a library says, without a full stop."""
    return (str(error).strip().split("\n")[0][:120] or type(error).__name__).rstrip(".")
