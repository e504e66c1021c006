"""What ``voice-triage config`` does: show, get, set, unset, path."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from voice_triage import disk, settings
from voice_triage.arguments import Parser
from voice_triage.errors import BadInput
from voice_triage.settings_values import Refused

Print = Callable[[str], None]


def command(arguments: Sequence[str], out: Print) -> int:
    """Do what the words after ``config`` ask for; nothing means show. Raises BadInput, Lacking."""
    parser = Parser(prog="voice-triage config", description="Show and change the settings.")
    parser.add_argument("--file", type=Path, metavar="FILE", help="another settings file than the usual one")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
    showing = verbs.add_parser("show", help="every setting and where its value comes from")
    showing.add_argument("--json", action="store_true", help="the same for programs")
    names = ", ".join(key.name for key in settings.KEYS)
    for verb, about in (("get", "print one setting"), ("unset", "take one out of the file")):
        verbs.add_parser(verb, help=about).add_argument("key", metavar="KEY", help=names)
    setting = verbs.add_parser("set", help="write one setting into the file")
    setting.add_argument("key", metavar="KEY", help=names)
    setting.add_argument("value", metavar="VALUE", help="what is allowed is told when it is wrong")
    verbs.add_parser("path", help="print where the file is")
    options = parser.parse_args(arguments)
    file: Path | None = options.file
    if options.verb == "get":
        return get(out, options.key, file)
    if options.verb == "set":
        return put(out, options.key, options.value, file)
    if options.verb == "unset":
        return unset(out, options.key, file)
    if options.verb == "path":
        return path(out, file)
    return show(out, file, as_json=getattr(options, "json", False))


def show(
    out: Print,
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    as_json: bool = False,
) -> int:
    """Print every setting with where its value comes from. Raises BadInput."""
    resolved = settings.resolve(path, environ)
    values = settings.as_dict(resolved.settings)
    if as_json:
        rows = {name: {"value": values[name], "from": resolved.origins[name]} for name in values}
        out(json.dumps({"path": str(resolved.path), "settings": rows}, indent=2))
        return 0
    width = max(map(len, values))
    cells = {name: "not set" if value is None else _plain(value) for name, value in values.items()}
    value_width = max(map(len, cells.values()))
    for name, cell in cells.items():
        out(f"{name:{width}}  {cell:{value_width}}  ({resolved.origins[name]})")
    return 0


def get(out: Print, key: str, path: Path | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Print the value of one setting; an empty line when it is not set. Raises BadInput."""
    name = settings.find_key(key, "config get").name
    value = settings.as_dict(settings.load(path, environ))[name]
    out("" if value is None else _plain(value))
    return 0


def put(
    out: Print, key: str, value: str, path: Path | None = None, environ: Mapping[str, str] | None = None
) -> int:
    """Set one setting in the file; comments and the other lines stay. Raises BadInput, Lacking."""
    row = settings.find_key(key, "config set")
    try:
        parsed = row.parse(value)
    except Refused:
        raise BadInput(
            f"config set: {row.name} is {settings.shown(value)}, but must be {row.allowed}"
        ) from None
    place = settings.file_path(path, environ)
    with disk.locked(_lock(place), "change of the settings", wait=True):
        document = settings.read_document(place)
        document[row.name] = parsed
        disk.write_text(place, document.as_string())
    out(f"{row.name} = {_plain(parsed)}  ({place})")
    _warn_if_overridden(out, row.name, environ)
    return 0


def unset(out: Print, key: str, path: Path | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Take one setting out of the file, also one that is unknown or wrong there. Raises BadInput, Lacking."""
    place = settings.file_path(path, environ)
    with disk.locked(_lock(place), "change of the settings", wait=True):
        document = settings.read_document(place)
        name = key if key in document else settings.find_key(key, "config unset").name
        if name not in document:
            out(f"{name} is not set in {place}")
            return 0
        del document[name]
        disk.write_text(place, document.as_string())
    out(f"{name} is no longer set in {place}")
    _warn_if_overridden(out, name, environ)
    return 0


def path(out: Print, path: Path | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Print where the settings file is, or would be."""
    out(str(settings.file_path(path, environ)))
    return 0


def _lock(place: Path) -> Path:
    """The lock beside the settings file: the file itself is replaced, so it cannot carry a lock."""
    return place.with_name(f".{place.name}.lock")


def _warn_if_overridden(out: Print, name: str, environ: Mapping[str, str] | None) -> None:
    """Say so when an environment variable hides what the file says."""
    variable = settings.ENV_PREFIX + name.upper()
    if (os.environ if environ is None else environ).get(variable, "").strip():
        out(f"note: the environment variable {variable} is set and wins over the file")


def _plain(value: Any) -> str:
    """A value as a person would type it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
