"""What PulseAudio (or PipeWire in its place) has connected our microphone to.

When a microphone is unplugged the server may quietly move us to the loudspeaker's monitor, and the assistant
would hear itself at full level as the caller.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess

TIMEOUT_S = 2.0


def hears_own_loudspeaker() -> bool:
    """True when all that this process records is a loudspeaker's monitor; False when not, or not known."""
    used = _recorded_sources(_told("source-outputs"), os.getpid())
    return bool(used) and used <= _monitors(_told("sources"))


def usual_microphone_is_a_monitor() -> bool:
    """True when the server has no microphone to offer but its own loudspeaker."""
    usual = re.search(r"^Default Source: (\S+)", _run("info"), re.MULTILINE)
    sources = _told("sources")
    return usual is not None and usual[1] in _monitor_names(sources)


def _recorded_sources(told: str, pid: int) -> set[str]:
    """Numbers of the sources this process records."""
    own = (each for each in _entries(told) if f'application.process.id = "{pid}"' in each)
    return {found[1] for each in own if (found := re.search(r"^\s*Source: (\d+)", each, re.MULTILINE))}


def _monitors(told: str) -> set[str]:
    """Numbers of the sources that are a sink's own sound."""
    return {each.split("\n", 1)[0] for each in _entries(told) if _is_monitor(each)}


def _monitor_names(told: str) -> set[str]:
    names = (
        re.search(r"^\s*Name: (\S+)", each, re.MULTILINE) for each in _entries(told) if _is_monitor(each)
    )
    return {name[1] for name in names if name}


def _is_monitor(entry: str) -> bool:
    found = re.search(r"^\s*Monitor of Sink: (\S+)", entry, re.MULTILINE)
    return found is not None and found[1] != "n/a"


def _entries(told: str) -> list[str]:
    """The entries of a ``pactl list``, each beginning with its number."""
    return re.split(r"^Source(?: Output)? #", told, flags=re.MULTILINE)[1:]


def _told(what: str) -> str:
    return _run("list", what)


def _run(*arguments: str) -> str:
    """What pactl says; empty when it is not there or has no server."""
    pactl = shutil.which("pactl")
    if pactl is None:
        return ""
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        done = subprocess.run(
            [pactl, *arguments], capture_output=True, timeout=TIMEOUT_S, env=environment, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace")
