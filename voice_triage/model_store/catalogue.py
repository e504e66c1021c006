"""The models that can be installed, as data from models.yaml."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voice_triage import strict_yaml
from voice_triage.errors import BadContent, BadInput

CATALOGUE = Path(__file__).parents[1] / "models.yaml"


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file to be fetched, and what makes it the right one."""

    name: str
    url: str
    bytes: int | None
    """None, as with sha256: any content is taken (the user asked for that)."""
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the catalogue."""

    name: str
    what: str
    licence: str
    files: tuple[ModelFile, ...]
    archive: bool = False
    """The only file is a zip that is unpacked; otherwise the files themselves are the model."""
    needs: tuple[str, ...] = ()
    """Paths that must be in the unpacked archive."""
    unpacked_bytes: int = 0
    """An archive that unpacks to more is refused."""
    package: str | None = None
    """Module and folder of a Python package that carries the same files."""

    @property
    def bytes(self) -> int:
        """What has to be fetched."""
        return sum(file.bytes or 0 for file in self.files)


Catalogue = Mapping[str, Model]

_REQUIRED = {"name", "what", "licence", "files"}
_OPTIONAL = {"archive", "needs", "unpacked_bytes", "package"}


def load(path: Path = CATALOGUE) -> dict[str, Model]:
    """Return name -> model. Raises BadContent."""
    data = strict_yaml.load(path)
    if not isinstance(data, dict) or not isinstance(data.get("models"), list):
        raise BadContent(f"{path}: must have a list called 'models'")
    models = [_model(row, str(path)) for row in data["models"]]
    return {model.name: model for model in models}


def _model(row: Any, place: str) -> Model:
    """Return one checked row."""
    _keys(row, _REQUIRED, _OPTIONAL, place)
    place = f"{place}: {row['name']}"
    files = []
    for entry in row["files"]:
        _keys(entry, {"name", "url", "bytes", "sha256"}, set(), place)
        files.append(ModelFile(**entry))
    if row.get("archive") and len(files) != 1:
        raise BadContent(f"{place}: an archive is exactly one file")
    return Model(**{**row, "files": tuple(files), "needs": tuple(row.get("needs", ()))})


def _keys(row: Any, required: set[str], optional: set[str], place: str) -> None:
    """Refuse a row with missing or unknown keys."""
    if not isinstance(row, dict):
        raise BadContent(f"{place}: a row must be keys and values")
    for key in sorted(required - set(row)):
        raise BadContent(f"{place}: the key '{key}' is missing")
    for key in sorted(set(row) - required - optional):
        raise BadContent(f"{place}: unknown key '{key}'; allowed: {', '.join(sorted(required | optional))}")


def find(catalogue: Catalogue, name: str) -> Model:
    """Return the model called ``name``. Raises BadInput with the nearest name, or all of them."""
    if name in catalogue:
        return catalogue[name]
    close = difflib.get_close_matches(name.lower(), catalogue, n=1)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(catalogue)}"
    raise BadInput(f"models: there is no model {name[:60]!r}; {hint}")
