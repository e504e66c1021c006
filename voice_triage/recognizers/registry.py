"""Which recognisers there are, and which one ``auto`` takes; an engine is imported only when chosen."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType

from voice_triage.errors import BadInput, Lacking
from voice_triage.recognizers.contract import PhraseSource, StreamingRecognizer, UtteranceRecognizer

log = logging.getLogger(__name__)


def _vosk(phrases: PhraseSource, model: Path | None) -> StreamingRecognizer:
    from voice_triage.recognizers.vosk_engine import VoskRecognizer

    return VoskRecognizer(phrases, model)


def _pocketsphinx(phrases: PhraseSource, model: Path | None) -> StreamingRecognizer:
    from voice_triage.recognizers.pocketsphinx_engine import PocketSphinxRecognizer

    return PocketSphinxRecognizer(phrases)


def _moonshine(phrases: PhraseSource, model: Path | None) -> StreamingRecognizer:
    from voice_triage.recognizers.moonshine_engine import MoonshineRecognizer

    return MoonshineRecognizer()


def _scripted(phrases: PhraseSource, model: Path | None) -> StreamingRecognizer:
    from voice_triage.recognizers.scripted import ScriptedRecognizer

    return ScriptedRecognizer()


def _auto(phrases: PhraseSource, model: Path | None) -> StreamingRecognizer:
    """Vosk when there is a model for it, else Moonshine when it is installed, else PocketSphinx."""
    if model is not None:
        try:
            return _vosk(phrases, model)
        except Lacking as error:
            log.warning("doing without Vosk: %s", error)
    if find_spec("moonshine_voice") is not None:
        try:
            return _moonshine(phrases, None)
        except Lacking as error:
            log.warning("doing without Moonshine: %s", error)
    return _pocketsphinx(phrases, None)


STREAMING: Mapping[str, Callable[[PhraseSource, Path | None], StreamingRecognizer]] = MappingProxyType(
    {
        "auto": _auto,
        "vosk": _vosk,
        "pocketsphinx": _pocketsphinx,
        "moonshine": _moonshine,
        "scripted": _scripted,
    }
)


def open_streaming(name: str, phrases: PhraseSource, model: Path | None = None) -> StreamingRecognizer:
    """Open the engine called ``name``; ``model`` is Vosk's folder. Raises BadInput, Lacking."""
    if name not in STREAMING:
        raise BadInput(f"there is no recogniser '{name}'; there are: {', '.join(STREAMING)}")
    return STREAMING[name](phrases, model)


def open_second_opinion(
    model: Path | None = None, *, hint: Callable[[str | None], str] | None = None
) -> UtteranceRecognizer:
    """Open Whisper; without ``model`` the one installed as a package. Raises Lacking with the cure.

    ``hint`` gives, for the open question, words that are likely.
    """
    from voice_triage.recognizers.whisper_engine import WhisperRecognizer

    return WhisperRecognizer(model, hint=hint)
