"""Public RWKV-4 checkpoints become folders that this package and transformers read."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import torch
from torch import Tensor

from psychoscore_core.errors import CheckpointError
from psychoscore_core.report import Report
from psychoscore_core.whole_files import replacing_folder, sha256_of, write_json
from psychoscore_rwkv.base_model import CONFIG, DTYPES, MANIFEST, WEIGHTS, Base, read_base
from psychoscore_rwkv.configuration import configuration
from psychoscore_rwkv.reading import read_tensors
from psychoscore_rwkv.sizes import Sizes

CONTEXT = 1024  # where a file's name does not tell
PIECE = 1 << 22  # numbers written at once: bounds the memory of a copy
SPARE = 1 << 20  # bytes for headers and JSON


def import_checkpoint(source: Path, target: Path, report: Report) -> Base:
    """Write the folder `target` from a public checkpoint, whole or not at all, and return what it is.

    source: a `.pth` or `.safetensors` file of an RWKV-4 model. Its precision is kept. Memory: about the file's size,
    which is mapped. Raises CheckpointError in one line; nothing in the file is executed.
    """
    if target.exists():
        raise CheckpointError(f"{target}: exists already")
    sizes, tensors = read_tensors(source)
    with _folder(target, sum(t.numel() * t.element_size() for t in tensors.values())) as part:
        digest = _write_tensors(part / WEIGHTS, source, tensors, report)
        base = Base(
            folder=part,
            sizes=sizes,
            dtype=str(tensors["head.weight"].dtype).removeprefix("torch."),
            context=_context(source.name),
            source=source.name,
            source_hash=sha256_of(source),
            hash=digest,
        )
        _write_facts(part, base)
        read_base(part)
    report.remark(f"{source.name}: RWKV-4, {_described(sizes)}, {base.dtype}")
    return read_base(target)


def _described(sizes: Sizes) -> str:
    return f"{sizes.layers} x {sizes.width}, {sizes.vocabulary:,} ids, {sizes.parameters / 1e6:.1f} million parameters"


def _context(name: str) -> int:
    found = re.search(r"ctx(\d{1,6})", name)
    return min(max(int(found[1]), 1), 1 << 20) if found else CONTEXT


@contextmanager
def _folder(target: Path, size: int) -> Iterator[Path]:
    """Give a folder beside the target that becomes it when the block ends well, and goes when it fails."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(target.parent).free) < size + SPARE:
            raise CheckpointError(f"{target}: no space: {size / 1e6:,.0f} MB needed, {free / 1e6:,.0f} MB free")
        with replacing_folder(target, MANIFEST) as part:
            yield part
    except OSError as error:
        raise CheckpointError(f"{target}: cannot be written ({error.strerror or error})") from error


def _write_facts(folder: Path, base: Base) -> None:
    write_json(folder / CONFIG, {**configuration(base.sizes, base.context).to_dict(), "dtype": base.dtype})
    write_json(folder / MANIFEST, base.json())


def _write_tensors(path: Path, source: Path, tensors: Mapping[str, Tensor], report: Report) -> str:
    """Write safetensors tensor by tensor and return their SHA-256; the library's own writer copies them all."""
    # The widest numbers come first, so that each begins at a multiple of its size.
    tensors = dict(sorted(tensors.items(), key=lambda item: -item[1].element_size()))
    names = {getattr(torch, name): short for short, name in DTYPES.items()}
    table: dict[str, object] = {"__metadata__": {"format": "pt"}}
    end = 0
    for name, tensor in tensors.items():
        start, end = end, end + tensor.numel() * tensor.element_size()
        table[name] = {"dtype": names[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(table, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for piece in (len(text).to_bytes(8, "little"), text):
            file.write(piece)
            digest.update(piece)
        for done, (name, tensor) in enumerate(tensors.items(), 1):
            for piece in _pieces(source, name, tensor):
                file.write(piece)
                digest.update(piece)
            report.progress("import", done, len(tensors))
    return digest.hexdigest()


def _pieces(source: Path, name: str, tensor: Tensor) -> Iterator[memoryview]:
    for piece in tensor.flatten().split(PIECE):
        if not torch.isfinite(piece).all():
            raise CheckpointError(f"{source}: {name} holds numbers that are not finite")
        yield memoryview(piece.contiguous().view(torch.uint8).numpy())
