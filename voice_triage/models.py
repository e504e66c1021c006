"""The models on this machine: which there are, where they are, installing and removing them.

A model is a folder under ``path()``. It appears there whole, in one step, or not at all.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from voice_triage import disk
from voice_triage.errors import BadInput, Lacking
from voice_triage.model_store import catalogue as catalogues
from voice_triage.model_store.catalogue import Catalogue, Model, find
from voice_triage.model_store.download import Patience, Progress, discard, partial_name
from voice_triage.model_store.sources import Supply, obtain, package_folder
from voice_triage.model_store.unpack import Limits, unpack

CHECKOUT = Path(__file__).parents[1] / "models"
"""A model unpacked by hand into a source checkout is found as well."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of models."""

    name: str
    what: str
    licence: str
    bytes: int
    """What installing it fetches."""
    installed: Path | None


@dataclass(frozen=True, slots=True)
class Store:
    """A folder of models and the catalogue they are from; the defaults are this user's."""

    root: Path
    catalogue: Catalogue
    patience: Patience = Patience()

    @classmethod
    def open(cls, environ: Mapping[str, str] | None = None) -> Store:
        """The user's store. Raises BadContent."""
        return cls(path(environ), catalogues.load())


def path(environ: Mapping[str, str] | None = None) -> Path:
    """Return the folder of the models: VOICE_TRIAGE_MODELS, else in the user's data folder."""
    given = (os.environ if environ is None else environ).get("VOICE_TRIAGE_MODELS", "").strip()
    if given:
        return Path(given).expanduser()
    return Path(platformdirs.user_data_dir("voice-triage", appauthor=False)) / "models"


def list_models(store: Store | None = None) -> list[Row]:
    """Return every model of the catalogue and whether it is here."""
    store = store or Store.open()
    return [
        Row(model.name, model.what, model.licence, model.bytes, installed_path(model.name, store))
        for model in store.catalogue.values()
    ]


def installed_path(name: str, store: Store | None = None) -> Path | None:
    """Return the folder of the model, or None. Raises BadInput for an unknown name.

    Looked for in the store, in a source checkout's models/, and in a Python package with the same sha256.
    """
    store = store or Store.open()
    model = find(store.catalogue, name)
    folders = [store.root / name, CHECKOUT / name]
    folders += [CHECKOUT / file.name.removesuffix(".zip") for file in model.files if model.archive]
    for folder in folders:
        if _complete(folder, model):
            return folder
    return package_folder(model)


def _complete(folder: Path, model: Model) -> bool:
    """True if everything the model needs is in ``folder``."""
    try:
        if model.archive:
            return all((folder / part).is_file() for part in model.needs)
        return all((folder / file.name).stat().st_size == file.bytes for file in model.files)
    except OSError:
        return False


def install(
    name: str,
    source: str | None = None,
    progress: Progress | None = None,
    *,
    any_checksum: bool = False,
    store: Store | None = None,
) -> Path:
    """Put the model into the store, from the web or ``source`` (file, folder or address); return its folder.

    Does nothing if it is there already, unless ``any_checksum`` asks for another model of the same engine.
    Raises BadInput (unknown name, wrong or hostile file), Lacking (network, disk, another one installing).
    """
    store = store or Store.open()
    model = find(store.catalogue, name)
    if any_checksum and (source is None or not model.archive):
        raise BadInput("--any-checksum is for --from FILE with a model that is one zip, such as vosk-en")
    folder = store.root / name
    with disk.locked(store.root / ".lock", "installation of a model"):
        _tidy(store.root)
        if _complete(folder, model) and not any_checksum:
            return folder
        _need_room(store.root, model)
        partial = store.root / ".partial"
        supply = Supply(partial, progress or (lambda *_: None), store.patience, any_checksum)
        files = obtain(model, source, supply)
        _put_in_place(model, files, folder, any_checksum)
        _forget_partials(model, partial, files)
    return folder


def _put_in_place(model: Model, files: Mapping[str, Path], folder: Path, any_checksum: bool) -> None:
    """Build the folder beside its place and move it there when it is whole. Raises BadInput, Lacking."""
    with disk.disk_errors(folder.parent):
        staging = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        staging.chmod(0o755)
        if model.archive:
            (archive,) = files.values()
            limits = Limits() if any_checksum else Limits(total_bytes=model.unpacked_bytes)
            unpack(archive, staging, limits)
            missing = [part for part in model.needs if not (staging / part).is_file()]
            if missing:
                raise BadInput(f"{archive}: not a model for {model.name}: {missing[0]} is missing in it")
        else:
            for name, file in files.items():
                _copy(file, staging / name)
            disk.sync_folder(staging)
        _swap(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _copy(file: Path, target: Path) -> None:
    """Copy to the disk for good. Raises Lacking."""
    with disk.disk_errors(target):
        shutil.copyfile(file, target)
        with target.open("rb+") as copied:
            os.fsync(copied.fileno())


def _swap(staging: Path, folder: Path) -> None:
    """Let ``folder`` be what ``staging`` is; after a kill in between _tidy brings the old one back."""
    old = folder.with_name(f".old-{folder.name}")
    with disk.disk_errors(folder):
        shutil.rmtree(old, ignore_errors=True)
        if folder.exists():
            folder.rename(old)
        staging.rename(folder)
        disk.sync_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)


def _tidy(root: Path) -> None:
    """Clear away what a killed installation left; call it with the lock held."""
    for left in root.glob(".old-*"):
        place = root / left.name.removeprefix(".old-")
        if not place.exists():
            with contextlib.suppress(OSError):
                left.rename(place)
    for left in (*root.glob(".old-*"), *root.glob(".new-*")):
        shutil.rmtree(left, ignore_errors=True)


def _need_room(root: Path, model: Model) -> None:
    """Raise Lacking when the disk cannot take the model."""
    needed = model.bytes + (model.unpacked_bytes if model.archive else model.bytes)
    with disk.disk_errors(root):
        free = shutil.disk_usage(root).free
    if free < needed:
        raise Lacking(
            f"{root} has {free // 1_000_000} MB free, {model.name} needs {needed // 1_000_000 + 1} MB",
            "Free some space there, or set VOICE_TRIAGE_MODELS to a folder on another disk",
        )


def _forget_partials(model: Model, partial: Path, used: Mapping[str, Path]) -> None:
    """Remove what was downloaded for ``model``."""
    parts = {partial / f"{partial_name(file)}.part" for file in model.files}
    for part in parts | {file for file in used.values() if file.parent == partial}:
        discard(part)


def remove(name: str, store: Store | None = None) -> bool:
    """Take the model out of the store; False if it was not there. Raises BadInput, Lacking."""
    store = store or Store.open()
    model = find(store.catalogue, name)
    folder = store.root / name
    with disk.locked(store.root / ".lock", "installation of a model"):
        _tidy(store.root)
        _forget_partials(model, store.root / ".partial", {})
        if not folder.exists():
            return False
        gone = store.root / f".new-removed-{name}"
        with disk.disk_errors(folder):
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)  # in one step, so that nobody sees half a model
        shutil.rmtree(gone, ignore_errors=True)
    return True


def command(arguments: Sequence[str], out: Callable[[str], None]) -> int:
    """``voice-triage models …``. Raises BadInput, Lacking."""
    from voice_triage import models_command  # rich, which a conversation without captions does not need

    return models_command.command(arguments, out)
