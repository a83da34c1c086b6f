"""The command `psyco models`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from psychoscore_core.cli.table import table
from psychoscore_core.report import Silent

FOLDER = click.Path(path_type=Path, file_okay=False)
EXISTING = click.Path(path_type=Path, exists=True)
STORE = click.option(
    "-m", "--models", "folder", type=FOLDER, default="models", show_default=True, help="The store's folder."
)


class Terminal(Silent):
    """A report to the terminal alone: there is no run that it could be written down in."""

    def progress(self, label: str, done: int, total: int) -> None:
        """Show how far it has come, where somebody looks."""
        if sys.stderr.isatty():
            click.echo(f"\r{label}: {done}/{total}", nl=done >= total, err=True)

    def remark(self, text: str) -> None:
        """Say one line."""
        click.echo(text, err=True)


@click.group()
def models() -> None:
    """Import base models, and choose among the adapters that were trained on them."""


@models.command("import")
@click.argument("path", type=EXISTING)
@click.option("--name", help="What the base is to be called; else as its file.")
@STORE
def import_(path: Path, name: str | None, folder: Path) -> None:
    """Convert an RWKV-4 checkpoint (.pth or .safetensors) once, so that training can start on it.

    Nothing in the file is executed. RWKV-5, 6 and 7 are other architectures and are refused.
    """
    from psychoscore_qlora.memory import size
    from psychoscore_qlora.store import Store
    from psychoscore_rwkv.importing import import_checkpoint

    target = Store(folder).base_folder(name or _name_of(path))
    base = import_checkpoint(path, target, Terminal())
    sizes = base.sizes
    click.echo(
        f"{target}: RWKV-4, {sizes.layers} layers of {sizes.width}, {sizes.vocabulary} tokens, "
        f"{size((target / 'model.safetensors').stat().st_size)}, hash {base.hash[:12]}"
    )


@models.command()
@click.argument("checkpoint", type=FOLDER)
@click.option("--name", required=True, help="The adapter's name, such as its genre.")
@STORE
def add(checkpoint: Path, name: str, folder: Path) -> None:
    """Take a trained adapter (a run's checkpoint folder) into the store."""
    from psychoscore_qlora.store import Store

    click.echo(Store(folder).add(checkpoint, name).title)


@models.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with everything known of each adapter's training.")
@STORE
def list_(folder: Path, as_json: bool) -> None:
    """Show bases and adapters, and which adapter is current."""
    from psychoscore_qlora.store import Store

    store = Store(folder)
    adapters, current = [adapter.record() for adapter in store.adapters()], store.current()
    if as_json:
        bases = [str(path) for path in store.bases()]
        click.echo(json.dumps({"bases": bases, "adapters": adapters, "current": current}, indent=2))
        return
    for path in store.bases():
        click.echo(f"base  {path}")
    if adapters:
        click.echo(table(("", "adapter", "base", "steps", "nats a token"), [_row(a, current) for a in adapters]))
    if not adapters and not store.bases():
        click.echo(f"{folder}: no base and no adapter yet")


@models.command()
@click.argument("adapter")
@STORE
def use(adapter: str, folder: Path) -> None:
    """Make ADAPTER (NAME or NAME@HASH) the current one: what "adapter": "current" in a config means."""
    from psychoscore_qlora.store import Store

    click.echo(Store(folder).use(adapter).title)


@models.command()
@STORE
def rollback(folder: Path) -> None:
    """Make the adapter that was current before current again."""
    from psychoscore_qlora.store import Store

    click.echo(Store(folder).rollback().title)


@models.command()
@click.argument("adapter")
@click.option("-o", "--out", type=FOLDER, required=True, help="Folder to write; it must not be there yet.")
@click.option("--base", type=FOLDER, help="Where the base lies now, if not where it was.")
@STORE
def merge(adapter: str, out: Path, base: Path | None, folder: Path) -> None:
    """Write ADAPTER and its base as one whole model that needs neither."""
    from psychoscore_qlora.merging import merge_into
    from psychoscore_qlora.store import Store

    merge_into(Store(folder).find(adapter).folder, out, base)
    click.echo(out)


def _name_of(path: Path) -> str:
    """Return a name made of a file's."""
    kept = "".join(c if c.isalnum() else "-" for c in path.stem.lower())
    return "-".join(part for part in kept.split("-") if part)[:64]


def _row(adapter: dict[str, Any], current: str | None) -> tuple[str, ...]:
    title = f"{adapter['name']}@{adapter['hash']}"
    loss = adapter.get("metrics", {}).get("validation_nats_per_token")
    base = str(adapter["base"].get("hash", ""))[:12]
    mark = "*" if title == current else ""
    return (mark, title, base, str(adapter.get("steps", "")), "" if loss is None else f"{loss:.3f}")
