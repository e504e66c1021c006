"""The better voice, an extra: Piper with a model the user has installed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import Pcm, at_level, from_float, resampled, trim
from voice_triage.speech.contract import LEVEL_DBFS, USUAL_WPM, bounded_rate

NATURAL_WPM = 170
"""What Piper's English voices speak at a length scale of 1."""


def not_installed() -> Lacking:
    """The error that says what to install."""
    return Lacking("the voice Piper is not installed", "Run: .venv/bin/pip install piper-tts")


class PiperVoice:
    """Piper run in this process, loaded at the first sentence."""

    def __init__(self, model: Path) -> None:
        if model.is_dir():  # as it is installed
            model = next(iter(sorted(model.glob("*.onnx"))), model)
        if not model.is_file():
            raise BadInput(f"{model}: no such Piper model")
        config = model.with_name(model.name + ".json")
        if not config.is_file():
            raise BadInput(f"{config}: is missing; a Piper model needs the file beside it")
        self.name = f"piper:{model.stem}"
        self.version = f"{hashlib.sha256(config.read_bytes()).hexdigest()[:12]}.{model.stat().st_size}/1"
        self.degraded = False
        self._model = model
        self._loaded: Any = None

    def render(self, text: str, rate_wpm: int = USUAL_WPM) -> Pcm:
        """Speech as int16[n]; Lacking when piper-tts is missing or the model does not load."""
        if not any(letter.isalnum() for letter in text):
            raise BadInput("the voice was given nothing to say")
        try:
            from piper import SynthesisConfig  # type: ignore[import-not-found,unused-ignore]
        except ImportError:
            raise not_installed() from None
        pace = SynthesisConfig(length_scale=NATURAL_WPM / bounded_rate(rate_wpm))
        try:
            chunks = list(self._voice().synthesize(text, syn_config=pace))
        except Exception as error:  # onnxruntime raises its own kinds
            raise Lacking(
                f"the voice Piper failed ({type(error).__name__})", "Install the model again, or use pyttsx3"
            ) from None
        if not chunks:
            raise Lacking("the voice Piper gave no sound", "Install the model again, or use pyttsx3")
        samples = np.concatenate([chunk.audio_float_array for chunk in chunks]).astype(np.float32)
        return at_level(trim(from_float(resampled(samples, chunks[0].sample_rate))), LEVEL_DBFS)

    def close(self) -> None:
        """Give back the model's memory."""
        self._loaded = None

    def _voice(self) -> Any:
        if self._loaded is None:
            from piper import PiperVoice as Engine

            self._loaded = Engine.load(str(self._model))
        return self._loaded
