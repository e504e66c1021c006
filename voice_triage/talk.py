"""The hands-free conversation on real devices, once or again and again after a wake phrase."""

from __future__ import annotations

import argparse
import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from voice_triage import settings_command, summary
from voice_triage.app import Kit, settings_from
from voice_triage.audio.device import LiveDevice
from voice_triage.captions import Captions, open_captions
from voice_triage.dialogue import Dialogue
from voice_triage.ending import uninterrupted
from voice_triage.errors import TriageError
from voice_triage.keys import Keys
from voice_triage.recognizers.contract import UtteranceRecognizer
from voice_triage.session import Session
from voice_triage.surviving import about_devices
from voice_triage.understanding import listening_words

STEADY_BLOCKS = 150
"""Blocks (3 s) a device must be gone, or back, before a room in standby is told so."""


def talk(options: argparse.Namespace, show: Callable[[str], None]) -> int:
    """Converse until it ends; with ``--standby`` wait for a wake phrase before each conversation."""
    if options.summary:
        summary.check_path(options.summary)
    kit = Kit(
        settings_from(
            {
                "country": options.country,
                "emergency_number": options.emergency_number,
                "input_device": options.input_device,
                "output_device": options.output_device,
                "recognizer": options.recognizer,
                "rate_wpm": options.rate_wpm,
                "captions": "plain" if options.plain else None,
            }
        )
    )
    # Before the microphone: a missing model or voice is told at once, not after the greeting.
    kit.recognizer(kit.settings.recognizer)
    kit.prepare_emergency(kit.voice)
    questions = [one.id for one in kit.protocol.questions]
    with (
        LiveDevice(kit.settings.input_device, kit.settings.output_device) as device,
        open_captions(kit.settings.captions, questions) as captions,
        Keys() as keys,
    ):
        captions.state(f"recogniser: {kit.recognizer(kit.settings.recognizer).name}")
        while True:
            typed = _stand_by(kit, device, captions, keys) if options.standby else ""
            path = _free(options.summary) if options.summary and options.standby else options.summary
            _talk(kit, device, captions, keys, typed, path)
            if not options.standby:
                return 0


def _stand_by(kit: Kit, device: LiveDevice, captions: Captions, keys: Keys) -> str:
    """Wait for the wake phrase or a typed line; return the line, if it is more than the phrase."""
    captions.state("standing by: say 'start triage', or type it")
    words = listening_words.load(kit.settings.language)
    standby = kit.standby(device)
    lost: frozenset[str] = frozenset()  # of what the room was told
    other_blocks = 0
    while not standby.step():
        if text := keys.line():
            return "" if words.wakes(text) else text
        missing = frozenset(device.lost | ({"microphone"} if standby.deaf else set()))
        other_blocks = other_blocks + 1 if missing != lost else 0
        if other_blocks > STEADY_BLOCKS:
            lost = missing
            text = kit.wording.say(about_devices(lost))
            captions.trouble(text)
            with contextlib.suppress(Exception):  # whatever an engine throws, the waiting goes on
                standby.say(kit.voice.render(text, kit.settings.rate_wpm))
    return ""


def _talk(
    kit: Kit, device: LiveDevice, captions: Captions, keys: Keys, typed: str, path: Path | None
) -> None:
    """One conversation; nothing holds what was said and heard in it once this returns."""
    captions.begin()
    session = kit.talk(device, (captions,), lambda name: _keep_voice(name, captions))
    with summarised(kit, session.dialogue, path):
        _converse(session, device, keys, typed, kit.second_opinion)


def _converse(
    session: Session, device: LiveDevice, keys: Keys, typed: str, second: UtteranceRecognizer | None
) -> None:
    """One conversation, which begins with what was ``typed``, if anything was."""
    lost: frozenset[str] = frozenset()
    try:
        session.start()
        if second is not None:  # the caller need not wait for it to hear the greeting
            threading.Thread(target=_load, args=(second,), name="loading", daemon=True).start()
        if typed:
            session.typed(typed)
        while not session.over:
            session.step()
            if text := keys.line():
                session.typed(text)
            if device.lost != lost:
                lost = frozenset(device.lost)
                session.device_changed(lost)
    finally:
        session.close()


def _load(second: UtteranceRecognizer) -> None:
    """What fails is told when the engine is asked, and survived."""
    with contextlib.suppress(TriageError):
        second.load()


def _keep_voice(name: str, captions: Captions) -> None:
    """Set the voice for the next conversations too; a settings file that cannot be written costs no more."""
    try:
        settings_command.put(captions.state, "voice", name)
    except TriageError as error:
        captions.trouble(f"the voice is not kept: {error}")


@contextlib.contextmanager
def summarised(kit: Kit, dialogue: Dialogue, path: Path | None) -> Iterator[None]:
    """Write the clinician's summary to ``path``, if any, when the conversation ends, however it does.

    Ctrl-C goes on with where it is. Raises BadInput, Lacking.
    """
    began = datetime.now().astimezone()
    try:
        try:
            yield
        finally:
            if path is not None:
                with uninterrupted():  # Ctrl-C is often pressed twice
                    ended = datetime.now().astimezone()
                    summary.write(summary.summary(dialogue, kit.wording, began, ended), path)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(*([f"the summary is in {path}"] if path else [])) from None


def _free(path: Path) -> Path:
    """``path``, or with the first number after its name that is not taken: summary-2.md."""
    numbered = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in itertools.count(2))
    return next(one for one in itertools.chain((path,), numbered) if not one.exists())
