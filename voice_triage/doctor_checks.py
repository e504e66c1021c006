"""The doctor command: its checks put together with the real devices, voice, recogniser and models."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from voice_triage import doctor as checks
from voice_triage import settings
from voice_triage.app import Kit
from voice_triage.audio.device import LiveDevice
from voice_triage.audio.portaudio import NoDevice
from voice_triage.doctor import Check, Result
from voice_triage.errors import Lacking
from voice_triage.models import installed_path
from voice_triage.models import path as models_folder


def doctor(as_json: bool, show: Callable[[str], None], *, microphone_only: bool = False) -> int:
    """Run the checks and show them; 0, or 3 when something that is needed fails."""
    kit = Kit(settings.load())
    if microphone_only:
        return _microphone(kit, show)
    rows: dict[str, Check] = {"microphone": lambda: _on_device(kit, checks.check_microphone)}
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
    chosen = kit.settings

    def second() -> Sequence[Result]:
        return checks.check_second_opinion(_second(kit), kit.voice.render, chosen.second_opinion)

    return {
        "loudspeaker": lambda: _on_device(kit, checks.check_loudspeaker),
        "voice": lambda: checks.check_voice(kit.voice.render, kit.voice.name),
        "recognizer": lambda: checks.check_recognizer(
            lambda: kit.recognizer(chosen.recognizer), kit.voice.render
        ),
        "second opinion": second,
        "model": lambda: checks.check_model(installed_path("vosk-en")),
        "disk": lambda: checks.check_disk(_free(models_folder()), models_folder()),
        "settings": lambda: checks.check_settings(
            chosen.country, chosen.emergency_number, settings.file_path()
        ),
    }


def _second(kit: Kit) -> Callable[[], checks.Transcriber]:
    def open_() -> checks.Transcriber:
        if kit.second_opinion is None:
            raise Lacking(
                "there is no second opinion", "Install it with: pip install 'voice-triage[second-opinion]'"
            )
        return kit.second_opinion

    return open_


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
