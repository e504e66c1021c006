"""Where the files of a model come from: what the user named, a Python package, or the catalogue's address."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib.util
import urllib.parse
import urllib.request
from pathlib import Path

from voice_triage.errors import BadInput, Lacking, typed
from voice_triage.model_store.catalogue import Model, ModelFile
from voice_triage.model_store.checksum import mismatch
from voice_triage.model_store.download import Patience, Progress, WrongFile, fetch
from voice_triage.pinned import is_pinned, sha256_of


@dataclasses.dataclass(frozen=True, slots=True)
class Supply:
    """How files are to be had."""

    partial: Path
    """Folder of unfinished downloads."""
    progress: Progress
    patience: Patience
    any_checksum: bool = False


def obtain(model: Model, source: str | None, supply: Supply) -> dict[str, Path]:
    """Return name -> a checked file on this disk, for each file of ``model``.

    Raises BadInput when ``source`` is not what is needed, Lacking when something cannot be had.
    """
    if source is None:
        folder = package_folder(model)
        if folder is not None:
            return {file.name: folder / file.name for file in model.files}
    return {file.name: _one(model, file, source, supply) for file in model.files}


def _one(model: Model, file: ModelFile, source: str | None, supply: Supply) -> Path:
    """Return one checked file."""
    if supply.any_checksum:
        file = dataclasses.replace(file, bytes=None, sha256=None)
    if source is None:
        return _fetch(model, file, supply)
    try:
        scheme = urllib.parse.urlsplit(source).scheme.lower() if "://" in source else ""
    except ValueError as error:
        raise BadInput(f"--from {source[:100]}: {error}") from None
    if scheme in {"http", "https"}:
        try:
            return _fetch(model, dataclasses.replace(file, url=_address(model, file, source)), supply)
        except WrongFile as error:
            raise _not_the_file(model, file, error.what) from None
    if scheme and scheme != "file":
        raise BadInput(f"--from {source[:100]}: only http, https and files can be read")
    return _local(model, file, source)


def _fetch(model: Model, file: ModelFile, supply: Supply) -> Path:
    """Download; a failure says how to get the file by hand."""
    try:
        return fetch(file, supply.partial, supply.progress, supply.patience)
    except Lacking as error:
        if not error.what.startswith(file.url):
            raise  # the disk, not the network
        by_hand = (
            f"get {file.name} in another way and run: {typed(f'models install {model.name} --from FILE')}"
        )
        raise type(error)(error.what, f"{error.cure}; or {by_hand}") from None


def _address(model: Model, file: ModelFile, source: str) -> str:
    """The address of one file: ``source`` itself, or beside it when the model has several."""
    if len(model.files) == 1:
        return source
    base, _, last = source.rpartition("/")
    return f"{base if last in {each.name for each in model.files} else source.rstrip('/')}/{file.name}"


def _local(model: Model, file: ModelFile, source: str) -> Path:
    """Return the file the user named, or the right one in (or beside) what was named. Raises BadInput."""
    if source.lower().startswith("file://"):
        source = urllib.request.url2pathname(urllib.parse.urlsplit(source).path)
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            path = path / file.name
        elif len(model.files) > 1:
            path = path.parent / file.name
        if not path.exists():
            raise BadInput(f"--from {path}: there is no such file")
        if not path.is_file():
            raise BadInput(f"--from {path}: not a file")
        problem = mismatch(path, file)
        found = sha256_of(path) if problem else ""
    except (OSError, ValueError) as error:
        raise BadInput(f"--from {source[:200]!r}: {getattr(error, 'strerror', None) or error}") from None
    if problem:
        raise _not_the_file(model, file, f"{path}: its sha256 is {found} instead of {file.sha256}")
    return path


def _not_the_file(model: Model, file: ModelFile, what: str) -> BadInput:
    """The refusal of something else than the catalogue's file."""
    hint = "; --any-checksum takes any other model of this engine, at your own risk" if model.archive else ""
    return BadInput(f"--from: not {file.name} of {model.name}: {what}{hint}")


def package_folder(model: Model) -> Path | None:
    """Return the folder of an installed Python package that carries exactly these files, or None."""
    if model.package is None:
        return None
    module, _, inner = model.package.partition("/")
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(module)  # looks only; nothing of the package is run
        for place in (spec.submodule_search_locations or []) if spec else []:
            folder = Path(place) / inner
            if all(_is_right(folder / file.name, file) for file in model.files):
                return folder
    return None


def _is_right(path: Path, file: ModelFile) -> bool:
    """True if ``path`` is exactly ``file``; what cannot be read is not."""
    try:
        right = path.stat().st_size == file.bytes
        return right and file.sha256 is not None and is_pinned(path, file.sha256)
    except OSError:
        return False
