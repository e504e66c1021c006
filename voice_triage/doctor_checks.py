"""The doctor command: its checks put together with the real devices, voice, recogniser and models."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from voice_triage import doctor as checks
from voice_triage import settings
from voice_triage.app import Kit
from voice_triage.audio.device import LiveDevice
from voice_triage.audio.portaudio import NoDevice, choose, devices
from voice_triage.disk import check_place
from voice_triage.doctor import Check, Result
from voice_triage.errors import Lacking, TriageError, typed
from voice_triage.models import installed_path
from voice_triage.models import path as models_folder
from voice_triage.pcm import Pcm
from voice_triage.speech.choose import lacking, open_setting


def doctor(as_json: bool, show: Callable[[str], None], *, microphone_only: bool = False) -> int:
    """Run the checks and show them; 0, or 3 when something that is needed fails."""
    chosen = settings.load()
    if microphone_only:
        return _microphone(Kit(chosen), show)
    missing = lacking(chosen.voice, installed_path("piper-joe"))
    kit = Kit(replace(chosen, voice="auto") if missing else chosen)
    rows: dict[str, Check] = {
        "microphone": lambda: _on_device(kit, checks.check_microphone),
        "loudspeaker": lambda: _loudspeaker(kit),
        "voice": lambda: _voice(kit, missing),
    }
    with contextlib.closing(kit.voice):
        return checks.print_results(checks.run(rows | _rest(kit)), show, as_json=as_json)


def _microphone(kit: Kit, show: Callable[[str], None]) -> int:
    """For scripts/run: 0 it works, 1 there is none. Anything else that is wrong is shown, or raised."""
    try:
        rows = _on_device(kit, checks.check_microphone)
    except NoDevice as error:
        if error.kind == "output":
            raise
        show(f"voice-triage: {error}")
        return 1
    return checks.print_results(rows, show)


def _rest(kit: Kit) -> dict[str, Check]:
    chosen, vosk = kit.settings, installed_path("vosk-en")
    moonshine = chosen.recognizer == "moonshine" or (chosen.recognizer == "auto" and vosk is None)

    def sound(text: str) -> Pcm:
        try:
            return kit.voice.render(text)
        except TriageError:  # its own row tells of it; what hears must not fail with it
            with contextlib.closing(open_setting("auto")) as usual:
                return usual.render(text)

    return {
        "recogniser": lambda: checks.check_recognizer(lambda: kit.recognizer(chosen.recognizer), sound),
        "second opinion": lambda: checks.check_second_opinion(
            lambda: kit.second_opinion, sound, chosen.second_opinion
        ),
        "model": lambda: checks.check_model(vosk),
        "moonshine": lambda: checks.check_moonshine(lambda: kit.recognizer("moonshine"), wanted=moonshine),
        "disk": lambda: _disk(models_folder()),
        "settings": lambda: checks.check_settings(
            chosen.country, chosen.emergency_number, settings.file_path()
        ),
    }


def _voice(kit: Kit, missing: Lacking | None) -> Sequence[Result]:
    """The voice that speaks; ``missing`` is what the one that is set lacks."""
    (row,) = checks.check_voice(kit.voice.render, kit.voice.name)
    if missing is None or row.verdict == "fail":
        return [row]
    return [Result("voice", "warn", f"{missing.what}; {kit.voice.name} speaks instead", missing.cure)]


def _loudspeaker(kit: Kit) -> Sequence[Result]:
    try:
        return _on_device(kit, checks.check_loudspeaker)
    except NoDevice as error:
        if error.kind == "output":
            raise
        choose(devices(), "output", kit.settings.output_device)
        cure = f"Plug in or switch on a microphone, then run: {typed('doctor')}"
        return [Result("loudspeaker", "warn", "only a microphone can tell whether it is heard", cure)]


def _disk(folder: Path) -> Sequence[Result]:
    """Room, and leave to write: without either the conversation goes on, but nothing can be kept."""
    try:
        check_place(folder / "model")
    except Lacking as error:
        return [Result("disk", "warn", error.what, error.cure)]
    return checks.check_disk(_free(folder), folder)


@contextlib.contextmanager
def _device(kit: Kit) -> Iterator[LiveDevice]:
    with LiveDevice(kit.settings.input_device, kit.settings.output_device) as device:
        yield device


def _on_device(kit: Kit, check: Callable[..., list[Result]]) -> list[Result]:
    with _device(kit) as device:
        return check(device.exchange)


def _free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
