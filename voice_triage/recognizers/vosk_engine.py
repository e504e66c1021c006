"""Vosk: what users get once its English model is installed; never downloads anything itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from voice_triage.errors import Lacking, typed
from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import Beside, PhraseSource
from voice_triage.recognizers.steps import Steps
from voice_triage.thresholds import RATE_HZ, VOSK_AGREEMENT, VOSK_SHORT_WORDS

_UNKNOWN = "[unk]"

log = logging.getLogger(__name__)


def _cure() -> str:
    return f"Run: {typed('models install vosk-en')}"


def open_model(folder: Path | None) -> Any:
    """Return the loaded model. Raises Lacking: no folder, not a model, vosk not usable."""
    if folder is None:
        raise Lacking("there is no Vosk model for English here", _cure())
    try:
        import vosk
    except (ImportError, OSError) as error:
        raise Lacking(f"vosk cannot be used ({error})", "Run: .venv/bin/pip install vosk") from None
    if not any(folder.glob("**/final.mdl")):
        raise Lacking(f"{folder} is not a Vosk model", _cure())
    vosk.SetLogLevel(-1)
    try:
        return vosk.Model(str(folder))
    except Exception as error:  # vosk raises nothing narrower
        raise Lacking(f"the Vosk model in {folder} cannot be read ({error})", _cure()) from None


class _Stream:
    """One Kaldi decoder; joins the pieces its own endpointer cuts an utterance into."""

    def __init__(self, model: Any, grammar: str | None) -> None:
        import vosk

        extra = () if grammar is None else (grammar,)
        self._kaldi: Any = vosk.KaldiRecognizer(model, float(RATE_HZ), *extra)
        self._kaldi.SetWords(True)
        # No SetPartialWords: with it partial results stay empty until the pause after the words.
        self._pieces: list[str] = []

    def grammar(self, grammar: str) -> None:
        self._kaldi.SetGrammar(grammar)

    def reset(self) -> None:
        self._kaldi.Reset()
        self._pieces = []

    def hear(self, block: Pcm) -> None:
        if self._kaldi.AcceptWaveform(block.tobytes()):
            self._pieces.append(json.loads(self._kaldi.Result()).get("text", ""))

    def partial(self) -> str:
        return self._joined(json.loads(self._kaldi.PartialResult()).get("partial", ""))

    def final(self) -> str:
        return self._joined(json.loads(self._kaldi.FinalResult()).get("text", ""))

    def _joined(self, last: str) -> str:
        return " ".join(piece for piece in (*self._pieces, last) if piece)


class VoskRecognizer:
    """Streaming recogniser: the open question's phrases, with the open vocabulary beside them."""

    name = "vosk"
    step_s = 0.0

    def __init__(self, phrases: PhraseSource, model: Path | None, *, open_vocabulary: bool = True) -> None:
        self._model: Any = open_model(model)
        self._phrases = phrases
        self.missing_words: tuple[str, ...] = tuple(
            sorted(word for word in phrases.vocabulary() if not self._knows(word))
        )
        """Words of the grammars that the model cannot hear; phrases with them are left out."""
        if self.missing_words:
            log.warning("the Vosk model lacks %d words of the grammars", len(self.missing_words))
        self._question: str | None = None
        self._loaded: str | None = None
        self._grammars: dict[str | None, str] = {}
        self._narrow = _Stream(self._model, self._grammar(None))
        self._wide = _Stream(self._model, None) if open_vocabulary else None
        self._steps = Steps()
        self._open = False
        self._heard = False

    def _knows(self, word: str) -> bool:
        return bool(self._model.vosk_model_find_word(word) >= 0)

    def _grammar(self, question: str | None) -> str:
        """Return the phrase list as Vosk takes it: a JSON list."""
        if question not in self._grammars:
            wanted = dict.fromkeys((*self._phrases.for_question(question), *self._phrases.near_misses()))
            known = [phrase for phrase in wanted if all(map(self._knows, phrase.split()))]
            known += [_UNKNOWN] if self._knows(_UNKNOWN) else []
            self._grammars[question] = json.dumps(known, ensure_ascii=False)
        return self._grammars[question]

    def beside(self, start: Beside | None) -> None:
        """Ignored: a block takes a few milliseconds."""

    def expect(self, question: str | None) -> None:
        """Use the phrases of ``question`` from the next utterance on."""
        self._question = question

    def new_caller(self) -> None:
        """Nothing to forget: Kaldi starts each utterance afresh."""

    def start(self) -> None:
        """Begin a new utterance."""
        for stream in self._streams():
            stream.reset()
        if self._loaded != self._question:
            self._narrow.grammar(self._grammar(self._question))
            self._loaded = self._question
        self._steps.end()
        self._open, self._heard = True, False

    def accept(self, block: Pcm) -> Hypothesis:
        """Hear a block; returns the partial result."""
        if not self._open:
            self.start()
        for step in self._steps.take(block):
            self._hear(step)
        return Hypothesis(self._choice(_Stream.partial) if self._heard else "")

    def pause(self) -> None:
        """Nothing is due: each block gave its result."""

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; returns the final result."""
        for rest in self._steps.end():
            self._hear(rest)
        text = self._choice(_Stream.final) if self._heard else ""
        self._open = self._heard = False
        return Hypothesis(text)

    def close(self) -> None:
        """Drop the utterance; Kaldi's memory goes with this object."""
        self._steps.end()
        self._open = self._heard = False

    def _streams(self) -> Iterable[_Stream]:
        return (self._narrow,) if self._wide is None else (self._narrow, self._wide)

    def _hear(self, block: Pcm) -> None:
        self._heard = True
        for stream in self._streams():
            stream.hear(block)

    def _choice(self, read: Callable[[_Stream], str]) -> str:
        """Read the streams, by ``read``, and return the words to believe."""
        narrow = read(self._narrow).split()
        if self._wide is None:
            return " ".join(word for word in narrow if word != _UNKNOWN)
        return " ".join(more_likely(narrow, read(self._wide).split()))


def more_likely(narrow: list[str], wide: list[str]) -> list[str]:
    """Return the phrase list's words, or the open vocabulary's where speech was pressed into a phrase."""
    if not narrow or _UNKNOWN in narrow:
        return wide
    if len(narrow) <= VOSK_SHORT_WORDS and len(wide) <= VOSK_SHORT_WORDS:
        return narrow
    # Letters, not words: the open vocabulary may split one word into two.
    likeness = SequenceMatcher(None, "".join(narrow), "".join(wide), autojunk=False).ratio()
    return narrow if likeness >= VOSK_AGREEMENT else wide
