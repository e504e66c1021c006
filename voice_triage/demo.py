"""A scripted emergency, heard and spoken by the real thing: no sound card, no microphone."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from voice_triage.app import Kit, settings_from
from voice_triage.audio.wav import write_wav
from voice_triage.disk import check_place
from voice_triage.errors import Lacking, OutputGone, typed
from voice_triage.observer import Observer
from voice_triage.replay import play
from voice_triage.replaying import load_all

SCENARIO = Path(__file__).with_name("demo.scenario.yaml")
AUDIO = Path("voice-triage-demo.wav")


class _Captions(Observer):
    """Prints the conversation as it goes."""

    def __init__(self, show: Callable[[str], None]) -> None:
        self._show = show

    def _line(self, at_s: float, who: str, text: str) -> None:
        with suppress(OutputGone):  # whoever pipes it into head has seen enough; the sound is to come
            self._show(f"{at_s:7.2f} s  {who:10} {text}")

    def said(self, text: str, question: str | None, *, turn: int, at_s: float) -> None:
        self._line(at_s, "assistant:", text)

    def cut(self, text: str, *, at_s: float) -> None:
        self._line(at_s, "", f"(cut off after: {text or 'nothing'})")

    def heard(self, text: str, *, at_s: float) -> None:
        self._line(at_s, "heard:", text)

    def emergency(self, *, at_s: float) -> None:
        self._line(at_s, "", "*** EMERGENCY ***")


def demo(audio: Path | None, recognizer: str | None, show: Callable[[str], None]) -> int:
    """Play the scripted emergency, print captions, write the stereo WAV. Raises TriageError.

    Where nobody named a file, and none can be written here, there is none.
    """
    if audio:
        check_place(audio)
    else:
        audio = _usual(show)
    kit = Kit(settings_from({}))
    (scenario,) = load_all([SCENARIO], kit)
    if not shutil.which("flite"):  # espeak-ng speaks for the assistant anyway
        scenario = replace(scenario, voice={"engine": "espeak-ng", "name": "en-us"})
    stage = kit.stage(
        scenario,
        recognizer or kit.settings.recognizer,
        record=audio is not None,
        observers=(_Captions(show),),
    )
    show(f"A scripted caller; recogniser: {stage.recognizer}; voice: {kit.voice.name}.")
    result = play(scenario, stage)
    if stage.recorder is not None and audio:
        write_wav(audio, stage.recorder.stereo())  # before anything is shown: who reads may have gone
    if result.interrupt_ms is not None:
        show(f"From the end of the caller's words to the emergency line: {result.interrupt_ms:.0f} ms.")
    if audio:
        show(f"Sound written to {audio} (left: assistant, right: microphone).")
    for failure in result.failures:
        show(f"expected otherwise: {failure}")
    return 0 if result.passed else 1


def _usual(show: Callable[[str], None]) -> Path | None:
    """The file in the folder where one stands; None, and a word about it, where it cannot be written."""
    try:
        check_place(AUDIO)
    except Lacking as error:
        show(f"No sound is kept: {error.what}. To keep it elsewhere: {typed('demo --audio FILE.wav')}")
        return None
    return AUDIO
