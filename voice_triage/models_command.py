"""What ``voice-triage models`` does: list, install, path, remove."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from voice_triage import models
from voice_triage.arguments import Parser
from voice_triage.errors import Lacking, typed
from voice_triage.model_store.catalogue import find

Print = Callable[[str], None]
DEFAULT = "vosk-en"


def command(arguments: Sequence[str], out: Print) -> int:
    """Do what the words after ``models`` ask for; nothing means list. Raises BadInput, Lacking."""
    parser = Parser(prog="voice-triage models", description="List, install, find and remove models.")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    listing = verbs.add_parser("list", help="the models there are, and which are installed")
    listing.add_argument("--json", action="store_true", help="the same for programs")
    getting = verbs.add_parser("install", help="fetch, check and unpack one")
    getting.add_argument("name", nargs="?", default=DEFAULT, metavar="NAME", help=f"default: {DEFAULT}")
    getting.add_argument("--from", dest="source", metavar="FILE|URL", help="instead of the official address")
    getting.add_argument(
        "--any-checksum", action="store_true", help="with --from: take another model of the same engine"
    )
    finding = verbs.add_parser("path", help="where the models are, or one of them")
    finding.add_argument("name", nargs="?", metavar="NAME", help="of a model; without it: of all")
    removing = verbs.add_parser("remove", help="remove one")
    removing.add_argument("name", metavar="NAME", help="of a model, as in the list")
    options = parser.parse_args(arguments)
    if options.verb == "install":
        return install(out, options.name, options.source, any_checksum=options.any_checksum)
    if options.verb == "path":
        return path(out, options.name)
    if options.verb == "remove":
        return remove(out, options.name)
    return list_all(out, as_json=getattr(options, "json", False))


def list_all(out: Print, store: models.Store | None = None, *, as_json: bool = False) -> int:
    """Print every model: whether it is here, its size, its licence."""
    rows = models.list_models(store)
    if as_json:
        out(json.dumps([
            {"name": row.name, "what": row.what, "licence": row.licence, "bytes": row.bytes,
             "installed": str(row.installed) if row.installed else None}
            for row in rows
        ], indent=2))  # fmt: skip
        return 0
    for row in rows:
        state = f"installed: {row.installed}" if row.installed else "not installed"
        out(f"{row.name:16} {row.bytes / 1e6:4.0f} MB  {row.licence:11} {row.what}; {state}")
    return 0


def install(
    out: Print,
    name: str = DEFAULT,
    source: str | None = None,
    store: models.Store | None = None,
    *,
    any_checksum: bool = False,
) -> int:
    """Install with a progress bar on standard error. Raises BadInput, Lacking."""
    with Bar() as bar:
        place = models.install(name, source, bar, any_checksum=any_checksum, store=store)
    out(f"{name} is installed in {place}")
    return 0


def path(out: Print, name: str | None = None, store: models.Store | None = None) -> int:
    """Print the folder of all models, or of one. Raises BadInput, Lacking."""
    store = store or models.Store.open()
    if name is None:
        out(str(store.root))
        return 0
    place: Path | None = models.installed_path(name, store)
    if place is None:
        raise Lacking(f"the model {name} is not installed", f"Run: {typed(f'models install {name}')}")
    out(str(place))
    return 0


def remove(out: Print, name: str, store: models.Store | None = None) -> int:
    """Remove one model; says so when there is nothing to remove. Raises BadInput, Lacking."""
    store = store or models.Store.open()
    if models.remove(name, store):
        out(f"{name} is removed")
        return 0
    elsewhere = models.installed_path(find(store.catalogue, name).name, store)
    out(
        f"{name} is in {elsewhere}, not in {store.root}: left alone"
        if elsewhere
        else f"{name} is not installed"
    )
    return 0


class Bar:
    """A progress bar on a terminal; elsewhere a line for every tenth."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._console = Console(file=stream or sys.stderr)
        self._bar = Progress(
            TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn(),
            console=self._console, disable=not self._console.is_terminal,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}
        self._tenths: dict[str, int] = {}

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def __call__(self, name: str, done: int, total: int | None) -> None:
        """Show that ``done`` of ``total`` bytes of ``name`` are there."""
        if not self._console.is_terminal:
            tenth = 10 * done // total if total else 0
            if tenth > self._tenths.get(name, -1):
                self._tenths[name] = tenth
                print(f"{name}: {10 * tenth} %", file=self._console.file, flush=True)
            return
        if name not in self._tasks:
            self._tasks[name] = self._bar.add_task(name, total=total)
        self._bar.update(self._tasks[name], completed=done, total=total)
