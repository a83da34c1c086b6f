"""Write a distribution into a folder as pip leaves it there, for tests that need an installed plugin."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path


def install_into(
    folder: Path, name: str, modules: Mapping[str, str], entries: Mapping[str, str], version: str = "1.0"
) -> None:
    """Write modules (source by file name) and the metadata of a distribution; the folder belongs on sys.path.

    entries: module by plugin name, under the entry-point group `psychoscore`.
    """
    for path, source in modules.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source, encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8")
    lines = ["[psychoscore]", *(f"{entry} = {module}" for entry, module in entries.items())]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    importlib.invalidate_caches()
