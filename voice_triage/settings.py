"""The settings: one table of keys; a flag wins over an environment variable, that over the file."""

from __future__ import annotations

import difflib
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import platformdirs
import tomlkit
import tomlkit.exceptions

from voice_triage.arguments import RECOGNIZERS
from voice_triage.errors import BadInput
from voice_triage.settings_values import (
    Refused,
    choice,
    country,
    language,
    phone,
    real,
    text_in,
    voice,
    whole,
)
from voice_triage.speech.contract import FASTEST_WPM, SLOWEST_WPM

ENV_PREFIX = "VOICE_TRIAGE_"
MAX_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Every choice a user can make; the defaults suit most people."""

    country: str | None = None
    """Two letters (ISO 3166-1), or None: the assistant says "your emergency number"."""
    emergency_number: str | None = None
    """Digits to be spoken; None takes the country's."""
    voice: str = "auto"
    """An engine, or engine:voice as listed by the engine."""
    rate_wpm: int = 170
    """Words a minute; the emergency line is never faster than 180."""
    volume: int = 80
    """Percent of full scale; never below 10, so that the emergency line cannot be muted."""
    recognizer: str = "auto"
    second_opinion: str = "auto"
    """Whisper at the end of speech: auto (when installed), on, off."""
    input_device: str | None = None
    """Number or part of the name of the microphone; None is the system's default."""
    output_device: str | None = None
    patience: float = 1.0
    """Every waiting time is multiplied by this."""
    language: str = "en"
    captions: str = "auto"
    """auto: live on a terminal, plain elsewhere; or live, plain, off."""


@dataclass(frozen=True, slots=True)
class Key:
    """One setting: how its value is read, and what is allowed, in words."""

    name: str
    parse: Callable[[Any], Any]
    """Takes what stood in the file, the variable or the flag. Raises Refused."""
    allowed: str
    about: str


KEYS = (
    Key(
        "country",
        country,
        "two letters of a country with a known number, such as US or GB (else set emergency_number)",
        "sets the number to call",
    ),
    Key("emergency_number", phone, "2 to 15 digits, such as 112", "said instead of the country's number"),
    Key(
        "voice",
        voice,
        "auto, or the name of a voice: pyttsx3, espeak-ng, piper, or one of theirs such as espeak-ng:en-gb",
        "the voice that speaks",
    ),
    Key(
        "rate_wpm",
        whole(SLOWEST_WPM, FASTEST_WPM),
        f"a whole number from {SLOWEST_WPM} to {FASTEST_WPM}",
        "words a minute",
    ),
    Key("volume", whole(10, 100), "a whole number from 10 to 100", "loudness in percent"),
    Key(
        "recognizer",
        choice(*RECOGNIZERS),
        ", ".join(RECOGNIZERS[:-1]) + f" or {RECOGNIZERS[-1]}",
        "what hears you",
    ),
    Key("second_opinion", choice("auto", "on", "off"), "auto, on or off", "Whisper listens to whole answers"),
    Key("input_device", text_in, "the number or a part of the name of a microphone", "the microphone"),
    Key("output_device", text_in, "the number or a part of the name of a loudspeaker", "the loudspeaker"),
    Key("patience", real(1, 10), "a number from 1 to 10", "waiting times are multiplied by it"),
    Key("language", language, "two letters of a language in voice_triage/locale, such as en", "the language"),
    Key("captions", choice("auto", "live", "plain", "off"), "auto, live, plain or off", "text on the screen"),
)

_BY_NAME = {key.name: key for key in KEYS}
_FLAGS = {"rate_wpm": "rate"}
"""Flags that are not called like their setting."""
_NOT_SETTINGS = frozenset({"models", "settings", "cache"})
"""Variables with our prefix that name a place, and have no key in the file."""


# ---- where the values come from ----


@dataclass(frozen=True, slots=True)
class Resolved:
    """The settings, and for each key the place its value came from."""

    settings: Settings
    origins: Mapping[str, str]
    """Key -> "default", "file PATH", "environment variable NAME" or "flag --name"."""
    path: Path


def file_path(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Path:
    """Return the settings file: ``path``, else VOICE_TRIAGE_SETTINGS, else the user's config folder."""
    environ = os.environ if environ is None else environ
    if path is not None:
        return path
    if environ.get("VOICE_TRIAGE_SETTINGS"):
        return Path(environ["VOICE_TRIAGE_SETTINGS"]).expanduser()
    return Path(platformdirs.user_config_dir("voice-triage", appauthor=False)) / "settings.toml"


def load(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Settings:
    """Return the checked settings; an override of None is no override. Raises BadInput."""
    return resolve(path, environ, overrides).settings


def resolve(
    path: Path | None = None,
    environ: Mapping[str, str] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Resolved:
    """Return the settings with the origin of each. Raises BadInput: place, key, value, what is allowed."""
    environ = os.environ if environ is None else environ
    place = file_path(path, environ)
    if path is not None and not path.exists():
        raise BadInput(f"{path}: there is no such settings file")
    values: dict[str, Any] = {}
    origins = {key.name: "default" for key in KEYS}
    for rows in (
        [(name, raw, f"file {place}") for name, raw in read_file(place).items()],
        [(name, environ[at], f"environment variable {at}") for at, name in _variables(environ)],
        [
            (name, raw, f"flag --{_FLAGS.get(name, name.replace('_', '-'))}")
            for name, raw in (overrides or {}).items()
            if raw is not None
        ],
    ):
        country = values.get("country")
        fresh = {name: _checked(name, raw, origin.removeprefix("file ")) for name, raw, origin in rows}
        # A number goes with the country it was given with, not with another that overrides that.
        if fresh.get("country", country) != country and values.pop("emergency_number", None):
            origins["emergency_number"] = "default"
        values |= fresh
        origins |= {name: origin for name, _, origin in rows}
    return Resolved(Settings(**values), origins, place)


def read_document(path: Path) -> tomlkit.TOMLDocument:
    """Return the TOML of the file at ``path`` (an empty one if it does not exist). Raises BadInput."""
    try:
        if not path.exists():
            return tomlkit.document()
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path}: larger than {MAX_BYTES} bytes, so not a settings file")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a text file in UTF-8") from None
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    try:
        return tomlkit.parse(text)
    except RecursionError:
        raise BadInput(f"{path}: nested too deeply") from None
    except (tomlkit.exceptions.TOMLKitError, ValueError) as error:
        raise BadInput(f"{path}: not valid TOML: {str(error).splitlines()[0]}") from None


def read_file(path: Path) -> dict[str, Any]:
    """Return the plain values of the file at ``path``. Raises BadInput."""
    return dict(read_document(path).unwrap())


def _variables(environ: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Yield (variable, key) of our settings in ``environ``; an empty variable counts as not set."""
    for variable in sorted(environ):
        name = variable.removeprefix(ENV_PREFIX).lower()
        if not variable.startswith(ENV_PREFIX) or not environ[variable].strip() or name in _NOT_SETTINGS:
            continue
        if name in _BY_NAME:
            yield variable, name
        elif close := difflib.get_close_matches(name, _BY_NAME, n=1, cutoff=0.8):
            # Other parts may have variables of their own; only what looks like a slip is refused.
            raise BadInput(
                f"environment variable {variable}: there is no such setting; "
                f"did you mean {ENV_PREFIX}{close[0].upper()}?"
            )


def find_key(name: str, place: str) -> Key:
    """Return the key called ``name``. Raises BadInput with the nearest name, or all of them."""
    key = _BY_NAME.get(name) or _BY_NAME.get(name.replace("-", "_").lower())
    if key is not None:
        return key
    close = difflib.get_close_matches(name.lower(), _BY_NAME, n=1, cutoff=0.6)
    hint = f"did you mean '{close[0]}'?" if close else f"there are: {', '.join(_BY_NAME)}"
    raise BadInput(f"{place}: unknown setting '{shown(name)[1:-1]}'; {hint}")


def _checked(name: str, raw: Any, place: str) -> Any:
    """Return the value of key ``name`` read from ``raw``. Raises BadInput."""
    key = find_key(name, place)
    try:
        return key.parse(raw)
    except Refused:
        raise BadInput(f"{place}: {key.name} is {shown(raw)}, but must be {key.allowed}") from None


def shown(raw: Any) -> str:
    """One short printable line for a value that was refused."""
    text = json.dumps(raw, ensure_ascii=True, default=str)
    return text if len(text) <= 60 else text[:57] + "..."


def as_dict(settings: Settings) -> dict[str, Any]:
    """The settings in the order of the table."""
    return {field.name: getattr(settings, field.name) for field in fields(settings)}
