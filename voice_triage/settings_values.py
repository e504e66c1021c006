"""What a setting may be: parsers that take what stood in a file, a variable or a flag."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

LOCALE = Path(__file__).parent / "locale"
VOICES = ("auto", "pyttsx3", "espeak-ng", "piper")
"""The engines of speech/choose.py, which need not be loaded to read a setting."""
_HABITS = {"UK": "GB", "USA": "US"}
"""What people type where the standard has another code."""


class Refused(ValueError):
    """Raised by a parser: the value is not what is allowed."""


def whole(low: int, high: int) -> Callable[[Any], int]:
    """Parser of a whole number from ``low`` to ``high``."""

    def parse(value: Any) -> int:
        number = number_in(value)
        if number != int(number) or not low <= number <= high:
            raise Refused
        return int(number)

    return parse


def real(low: float, high: float) -> Callable[[Any], float]:
    """Parser of a number from ``low`` to ``high``."""

    def parse(value: Any) -> float:
        number = number_in(value)
        if not low <= number <= high:
            raise Refused
        return number

    return parse


def number_in(value: Any) -> float:
    """Return a finite number from a number or its text; bool is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Refused
    if isinstance(value, str) and not re.fullmatch(r"\s*[+-]?\d{1,9}(\.\d{1,9})?\s*", value, re.ASCII):
        raise Refused
    try:
        number = float(value)
    except OverflowError:
        raise Refused from None
    if not math.isfinite(number):
        raise Refused
    return number


def choice(*words: str) -> Callable[[Any], str]:
    """Parser of one of ``words``, in any case."""

    def parse(value: Any) -> str:
        word = text_in(value).lower()
        if word not in words:
            raise Refused
        return word

    return parse


def text_in(value: Any) -> str:
    """Return 1 to 200 printable characters; numbers are taken as written."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise Refused
    text = str(value).strip()
    if not text or len(text) > 200 or not text.isprintable():
        raise Refused
    return text


def voice(value: Any) -> str:
    """Return auto, an engine, or engine:voice; which voices an engine has only itself knows."""
    engine, colon, name = text_in(value).partition(":")
    if engine.lower() not in VOICES or (colon and not name):
        raise Refused
    return engine.lower() + colon + name


def country(value: Any) -> str:
    """Return two upper-case letters of a country that locale/countries.yaml knows."""
    code = text_in(value).upper()
    code = _HABITS.get(code, code)
    if code not in countries():
        raise Refused
    return code


def phone(value: Any) -> str:
    """Return 2 to 15 digits, with + before them if it stood there; spaces and dashes are left out."""
    digits = re.sub(r"[ -]", "", text_in(value))
    if not re.fullmatch(r"\+?[0-9]{2,15}", digits):
        raise Refused
    return digits


def language(value: Any) -> str:
    """Return two lower-case letters of a language whose words are in locale/."""
    code = text_in(value).lower()
    known = languages()
    if not re.fullmatch("[a-z]{2}", code) or (known and code not in known):
        raise Refused
    return code


def countries() -> Mapping[str, str]:
    """Country code -> emergency number, from locale/countries.yaml. Raises BadContent."""
    from voice_triage import wording  # only when a country is given

    return wording.countries()


def languages() -> frozenset[str]:
    """The languages that have a word file in locale/."""
    return frozenset(path.stem for path in LOCALE.glob("??.yaml"))
