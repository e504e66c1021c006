"""Parsing of options whose mistakes are one line, like every other mistake."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from voice_triage.errors import BadInput, typed

RECOGNIZERS = ("auto", "vosk", "moonshine", "pocketsphinx")
"""What hears the caller; ``auto`` takes the first of the others that is there."""
HEARS = "what hears the caller (default: the setting `recognizer`)"


class Parser(argparse.ArgumentParser):
    """An argument parser that raises BadInput instead of printing its usage and leaving."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Refuse what is unknown in the command's own name: argparse leaves it to the parser above."""
        known, unknown = super().parse_known_args(args, namespace)
        if unknown:
            self.error(f"unrecognized arguments: {' '.join(unknown)}")
        return known, unknown

    def error(self, message: str) -> NoReturn:
        """Raise BadInput with what is wrong and where to read more."""
        words = f"{self.prog} --help".partition(" ")[2]
        raise BadInput(f"{message} (see '{typed(words)}')")
