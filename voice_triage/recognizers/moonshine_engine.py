"""Moonshine tiny through ONNX Runtime: a streaming recogniser that hears the words so far anew as they grow.

Unlike Whisper it pads nothing, so what it costs follows the length of the sound (Jeffries 2024, "Moonshine:
Speech Recognition for Live Transcription and Voice Commands"): that makes partial results affordable.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm
from voice_triage.recognizers.contract import Beside
from voice_triage.recognizers.moonshine_model import Model
from voice_triage.recognizers.moonshine_tuning import TUNING
from voice_triage.recognizers.steps import STEP, Steps
from voice_triage.recognizers.written import plain, sensible
from voice_triage.thresholds import (
    MOONSHINE_CLEAR,
    MOONSHINE_CLEAR_LAST,
    MOONSHINE_CUT,
    MOONSHINE_CUT_QUIET,
    MOONSHINE_HOPELESS,
    MOONSHINE_LEAST_S,
    MOONSHINE_LONGEST_S,
    MOONSHINE_SHORTEST_S,
    MOONSHINE_STEP_S,
    MOONSHINE_STEP_SHARE,
    QUIET_RMS,
    RATE_HZ,
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one hearing made of the sound there was."""

    text: str
    """All words of the utterance so far."""
    doubtful: str
    """Those of them that were not heard clearly, may be half of one, or are too old to be weighed again."""
    settled: str
    """Those of them that will not be heard again."""
    cut: int
    """Pcm whose words they are; 0 when all was heard at once."""
    tokens: list[int]
    """Of the rest: the draft of the next hearing."""


class MoonshineRecognizer:
    """Streaming recogniser; raises Lacking without onnxruntime or the weights of moonshine-voice."""

    name = "moonshine"

    def __init__(self, model: Path | None = None, *, tuning: Path | None = TUNING) -> None:
        """Take the weights in the folder ``model``, else the package's; ``tuning`` is added to them."""
        self._model = Model(model, tuning)
        self._steps = Steps()
        self._beside: Beside | None = None
        self._heard: list[Pcm] = []
        self._samples = self._fresh = 0
        self._paused_at = -RATE_HZ
        self._last = Heard("", "", "", 0, [])
        self._pending: tuple[Callable[[], Hypothesis | None], list[Heard]] | None = None
        self._forget()

    @property
    def step_s(self) -> float:
        """Longer the more sound there is: what takes longer is done less often."""
        return max(MOONSHINE_STEP_S, MOONSHINE_STEP_SHARE * self._samples / RATE_HZ)

    def beside(self, start: Beside | None) -> None:
        """Hear in work that ``start`` does beside the loop: one hearing takes longer than a block lasts."""
        self._forget()
        self._beside = start

    def expect(self, question: str | None) -> None:
        """Ignored: it knows all of English."""

    def new_caller(self) -> None:
        """Nothing is learnt of a voice."""
        self._forget()

    def start(self) -> None:
        """Begin a new utterance."""
        self._forget()

    def accept(self, block: Pcm) -> Hypothesis:
        """Hear a block; returns the partial result. Raises RuntimeError when a hearing beside has failed."""
        self._collect()
        for step in self._steps.take(block):
            self._take(step)
            wanted_s = MOONSHINE_LEAST_S if self._fresh == self._samples else self.step_s
            if self._pending is None and (self._due or self._fresh >= wanted_s * RATE_HZ):
                self._hear()
        return Hypothesis(self._last.text, doubtful=self._last.doubtful)

    def pause(self) -> None:
        """Hear the last word as soon as can be, and not only when the next step is due."""
        self._due |= self._samples - self._paused_at > STEP  # not told a step ago: it begins
        self._paused_at = self._samples

    def finish(self, *, checked: bool = False) -> Hypothesis:
        """End the utterance; returns the final result, heard without a draft."""
        for rest in self._steps.end():
            self._take(rest)
        text = self._hearing([], ended=True)().text if self._heard else ""
        self._forget()
        return Hypothesis(text)

    def close(self) -> None:
        """Drop the utterance; the model goes with this object."""
        self._forget()

    def _take(self, step: Pcm) -> None:
        self._heard.append(step.copy())
        self._samples += len(step)
        self._fresh += len(step)

    def _hear(self) -> None:
        """Hear what there is, at once or beside the loop."""
        ended = self._samples - self._paused_at <= STEP
        hearing, self._fresh, self._due = self._hearing(self._last.tokens, ended=ended), 0, False
        if self._beside is None:
            self._apply(hearing())
            return
        heard: list[Heard] = []

        def work() -> Hypothesis:
            heard.append(hearing())
            return Hypothesis(heard[0].text)

        self._pending = (self._beside(work), heard)

    def _collect(self) -> None:
        """Take over what was heard beside the loop, once it is there."""
        if self._pending is None or (done := self._pending[0]()) is None:
            return
        heard, self._pending = self._pending[1], None
        if done.failed:
            raise RuntimeError("a hearing failed")
        self._apply(heard[0])

    def _apply(self, heard: Heard) -> None:
        self._last = heard
        if heard.cut:
            rest = np.concatenate(self._heard)[heard.cut :]
            self._heard, self._samples, self._paused_at = [rest], len(rest), self._paused_at - heard.cut

    def _hearing(self, draft: list[int], *, ended: bool) -> Callable[[], Heard]:
        """Return the work of hearing what there is now; of long sound the older words are settled.

        ``ended``: it ends in silence. Else the last word may be half of another: "open sour" of a "source".
        """
        sound, settled = np.concatenate(self._heard), self._last.settled

        def work() -> Heard:
            before, rest, hint, cut = settled, sound, draft, 0
            if len(sound) > MOONSHINE_LONGEST_S * RATE_HZ:
                cut = _quietest(sound)
                older, _, _ = self._words(sound[:cut], draft, ended=True)
                before, rest, hint = f"{settled} {older}".strip(), sound[cut:], []
            words, doubtful, tokens = self._words(rest, hint, ended=ended)
            return Heard(f"{before} {words}".strip(), f"{before} {doubtful}".strip(), before, cut, tokens)

        return work

    def _words(self, pcm: Pcm, draft: list[int], *, ended: bool) -> tuple[str, str, list[int]]:
        """Return the words of a piece of sound, those that were not clear, and the tokens of all."""
        sound = pcm.astype(np.float32) / np.float32(32768)
        quiet = float(np.sqrt(np.mean(sound**2))) * 32768 < QUIET_RMS
        if quiet or len(sound) < MOONSHINE_SHORTEST_S * RATE_HZ:
            return "", "", []
        tokens, scores = self._model.transcribe(sound, draft)
        if np.mean(scores) < MOONSHINE_HOPELESS:
            return "", "", tokens
        said = self._model.words(tokens)
        least = [MOONSHINE_CLEAR] * len(said)
        if least and not ended:
            least[-1] = MOONSHINE_CLEAR_LAST
        unclear = [one for one, clear in zip(said, least, strict=True) if min(scores[one]) < clear]
        doubtful = plain(" ".join(self._model.written(tokens[one]) for one in unclear))
        return sensible(plain(self._model.written(tokens))), doubtful, tokens

    def _forget(self) -> None:
        self._steps.end()
        self._heard, self._samples, self._fresh, self._due = [], 0, 0, False
        self._paused_at = -RATE_HZ
        self._last, self._pending = Heard("", "", "", 0, []), None


def _quietest(sound: Pcm) -> int:
    """Return the sample in the middle of the quietest tenth of a second."""
    low, high = (int(len(sound) * share) for share in MOONSHINE_CUT)
    power = np.cumsum(np.square(sound[low:high].astype(np.float64)))
    span = MOONSHINE_CUT_QUIET
    return low + int(np.argmin(power[span:] - power[:-span])) + span // 2
