"""What can be wrong with this machine, a row each; the checks are given what they probe, real or not."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from voice_triage import measurements
from voice_triage.errors import Lacking, TriageError, extra, typed
from voice_triage.pcm import Pcm, rms_dbfs, silence
from voice_triage.recognizers.contract import StreamingRecognizer, UtteranceRecognizer
from voice_triage.thresholds import BLOCK, RATE_HZ

Verdict = Literal["ok", "warn", "fail"]

LOUD_ROOM_DBFS = -40.0
"""Speech arrives at about -25 dBFS; closer than 12 dB to it recognition collapses (docs/recognizers.md)."""
CLIPPED = 0.001
SLOW = 0.5
"""Computing time per second of sound: beyond half there is no room for a second engine."""
LONG_ECHO_MS = 400.0
STRONG_ECHO_DB = 0.0
SCARCE_BYTES, TIGHT_BYTES = 300_000_000, 30_000_000
TEST_SENTENCE = "hello can you hear me"
"""Of those tried, what Whisper tiny hears best of the synthetic voice; short words make it stumble."""
SETTLING_S = 0.3
"""A microphone's first moments are clicks and gain control."""


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the doctor's report."""

    name: str
    verdict: Verdict
    what: str
    """One line: what was found."""
    cure: str = ""
    """One line: what to do about it."""
    figures: Mapping[str, float | str] = field(default_factory=dict)
    """What was measured; the unit is in the name."""


Check = Callable[[], Sequence[Result]]
Exchange = Callable[[Pcm], Pcm]
"""Plays int16[320] and returns the int16[320] heard meanwhile, as SoundDevice.exchange. Raises Lacking."""


# ---- running ----


def run(checks: Mapping[str, Check]) -> list[Result]:
    """Return the rows of all checks in order; one that raises gives a row that failed, never an exception."""
    results: list[Result] = []
    for name, check in checks.items():
        try:
            results.extend(check())
        except Lacking as error:
            results.append(Result(name, "fail", error.what, error.cure))
        except TriageError as error:
            results.append(Result(name, "fail", str(error), f"Correct it, then run: {typed('doctor')}"))
        except Exception as error:  # a doctor who dies of a disease is no help
            what = " ".join(f"{type(error).__name__}: {error}".split())
            results.append(Result(name, "fail", f"unexpected: {what}", "Please report this line"))
    return results


def print_results(results: Sequence[Result], out: Callable[[str], None], *, as_json: bool = False) -> int:
    """Print a line for each row, and one for its cure; return the exit status: 3 if any failed, else 0."""
    if as_json:
        rows = [
            {"name": row.name, "verdict": row.verdict, "what": row.what, "cure": row.cure or None,
             "figures": dict(row.figures)}
            for row in results
        ]  # fmt: skip
        out(json.dumps({"ok": not _failed(results), "checks": rows}, indent=2))
    else:
        width = max((len(row.name) for row in results), default=0)
        for row in results:
            out(f"{row.verdict:4}  {row.name:{width}}  {row.what}")
            if row.cure:
                out(f"{'':4}  {'':{width}}  -> {row.cure}")
    return 3 if _failed(results) else 0


def _failed(results: Sequence[Result]) -> bool:
    return any(row.verdict == "fail" for row in results)


# ---- sound ----


def listen(exchange: Exchange, seconds: float) -> Pcm:
    """Record ``seconds`` while nothing is played."""
    return _through(exchange, silence(seconds))


def _through(exchange: Exchange, far: Pcm) -> Pcm:
    """Play all of ``far``, filled up to whole blocks, and return what was heard meanwhile."""
    whole = np.concatenate((far, np.zeros(-len(far) % BLOCK, np.int16)))
    return np.concatenate([exchange(block) for block in whole.reshape(-1, BLOCK)])


def check_microphone(exchange: Exchange) -> list[Result]:
    """Record a second: whether it is alive, how loud the room is, whether it clips."""
    heard = listen(exchange, SETTLING_S + 1.0)[round(SETTLING_S * RATE_HZ) :]
    level, floor = rms_dbfs(heard), measurements.noise_floor_dbfs(heard)
    clipped = measurements.clipping_ratio(heard)
    figures: dict[str, float | str] = {
        "level_dbfs": round(level, 1),
        "noise_floor_dbfs": round(floor, 1),
        "clipped_percent": round(100 * clipped, 2),
    }
    found = f"level {level:.0f} dBFS, noise floor {floor:.0f} dBFS"
    if measurements.dead(heard):
        cure = f"Unmute it, allow its use, or choose another: {typed('config set input_device NAME')}"
        # No failure: noise gates and virtual microphones are as silent as a muted one until somebody speaks.
        what = "gives nothing but digital silence: it is muted, or has a noise gate"
        return [Result("microphone", "warn", what, cure, figures)]
    if clipped > CLIPPED:
        what = f"too loud: {100 * clipped:.1f} % of the sound is cut off; {found}"
        return [Result("microphone", "warn", what, "Turn the microphone's gain down", figures)]
    if floor > LOUD_ROOM_DBFS:
        cure = "Turn off what hums, come nearer to the microphone, or use a headset"
        return [Result("microphone", "warn", f"the room is loud: {found}", cure, figures)]
    return [Result("microphone", "ok", found, "", figures)]


def check_loudspeaker(exchange: Exchange) -> list[Result]:
    """Play a rising tone: whether the microphone hears it, how late and how loud."""
    tone = measurements.sweep()
    listen(exchange, SETTLING_S)
    recorded = _through(exchange, np.concatenate((tone, silence(0.7))))
    path = measurements.echo_delay(tone, recorded)
    if not path.heard:
        what = "a tone was played, the microphone did not hear it"
        cure = f"Fine with headphones; else unmute it, or run: {typed('config set output_device NAME')}"
        return [Result("loudspeaker", "warn", what, cure)]
    figures = {"echo_delay_ms": round(path.delay_ms, 1), "echo_gain_db": round(path.gain_db, 1)}
    return [Result("loudspeaker", "ok", "heard by the microphone", "", figures), _echo(path, figures)]


def _echo(path: measurements.EchoPath, figures: Mapping[str, float | str]) -> Result:
    """The row about what comes back from the loudspeaker."""
    found = f"{path.delay_ms:.0f} ms late, {path.gain_db:+.0f} dB"
    if path.gain_db > STRONG_ECHO_DB:
        what = f"the microphone hears the assistant very loudly: {found}"
        cure = (
            "Turn the loudspeaker down or move it away; check that the input is a microphone, not a 'monitor'"
        )
        return Result("echo", "warn", what, cure, figures)
    if path.delay_ms > LONG_ECHO_MS:
        cure = "Use a wired loudspeaker: wireless ones delay the sound, and interrupting becomes slow"
        return Result("echo", "warn", found, cure, figures)
    return Result("echo", "ok", found, "", figures)


# ---- engines ----


def check_voice(render: Callable[[str], Pcm], name: str = "") -> list[Result]:
    """Render a sentence: whether there is sound, and how fast."""
    began = time.perf_counter()
    sound = render("This is how I sound.")
    spent_s = time.perf_counter() - began
    if not len(sound) or rms_dbfs(sound) < -60:
        cure = f"Install espeak-ng, or set another: {typed('config set voice NAME')}"
        return [Result("voice", "fail", f"{name or 'the voice'} renders silence", cure)]
    seconds = len(sound) / RATE_HZ
    figures: dict[str, float | str] = {"seconds": round(seconds, 2), "render_s": round(spent_s, 3)}
    return [
        Result("voice", "ok", f"{name or 'works'}: {seconds:.1f} s rendered in {spent_s:.2f} s", "", figures)
    ]


def check_recognizer(open_: Callable[[], StreamingRecognizer], render: Callable[[str], Pcm]) -> list[Result]:
    """Let it hear a rendered "yes" as the answer to a question."""
    recognizer = open_()
    sound = np.concatenate((silence(0.3), render("yes"), silence(0.5)))
    recognizer.expect("fever")
    recognizer.start()
    began = time.process_time()
    for start in range(0, len(sound), BLOCK):
        recognizer.accept(sound[start : start + BLOCK])
    text = recognizer.finish().text
    factor = (time.process_time() - began) / (len(sound) / RATE_HZ)
    figures: dict[str, float | str] = {
        "engine": recognizer.name,
        "heard": text,
        "real_time_factor": round(factor, 2),
    }
    if "yes" not in text.split():
        what = f"{recognizer.name} heard {text!r} where 'yes' was said"
        return [Result("recogniser", "warn", what, f"Run: {typed('models install vosk-en')}", figures)]
    if factor > SLOW:
        what = f"{recognizer.name} hears, but takes {factor:.1f} s for a second of sound"
        cure = f"Close other programs, or run: {typed('config set second_opinion off')}"
        return [Result("recogniser", "warn", what, cure, figures)]
    return [Result("recogniser", "ok", f"{recognizer.name} hears a spoken 'yes'", "", figures)]


def check_second_opinion(
    open_: Callable[[], UtteranceRecognizer | None], render: Callable[[str], Pcm], setting: str = "auto"
) -> list[Result]:
    """Let Whisper hear a sentence, where it is wanted and installed; without it things work, less well."""
    name = "second opinion"
    if setting == "off":
        return [Result(name, "ok", "switched off in the settings")]
    transcriber = open_()
    if transcriber is None:
        verdict: Verdict = "fail" if setting == "on" else "ok"
        what = "not installed; answers are heard by one recogniser only"
        return [Result(name, verdict, what, extra("second-opinion"))]
    text = transcriber.transcribe(render(TEST_SENTENCE)).text
    figures: dict[str, float | str] = {"engine": transcriber.name, "heard": text}
    if len(set(text.split()) & set(TEST_SENTENCE.split())) < 3:
        what = f"{transcriber.name} heard {text!r} where {TEST_SENTENCE!r} was said"
        return [Result(name, "warn", what, f"Run: {typed('config set second_opinion off')}", figures)]
    return [Result(name, "ok", f"{transcriber.name} hears a spoken sentence", "", figures)]


def check_moonshine(open_: Callable[[], object], *, wanted: bool) -> list[Result]:
    """Whether it can be opened where ``wanted``: without it a recogniser hears that finds far less."""
    if not wanted:
        return [Result("moonshine", "ok", "not needed: another recogniser is set, or there is Vosk")]
    try:
        open_()
    except Lacking as error:
        return [Result("moonshine", "warn", error.what, error.cure)]
    return [Result("moonshine", "ok", "is installed, and hears you")]


# ---- what lies on the disk ----


def check_model(folder: Path | None) -> list[Result]:
    """Whether the model of the best recogniser is installed."""
    if folder is None:
        return [
            Result("model", "warn", "vosk-en is not installed", f"Run: {typed('models install vosk-en')}")
        ]
    return [Result("model", "ok", f"vosk-en is in {folder}")]


def check_disk(free_bytes: int, folder: Path) -> list[Result]:
    """Whether there is room for the cache and a model."""
    figures: dict[str, float | str] = {"free_mb": free_bytes // 1_000_000}
    what = f"{free_bytes // 1_000_000} MB free in {folder}"
    verdict: Verdict = "fail" if free_bytes < TIGHT_BYTES else "warn" if free_bytes < SCARCE_BYTES else "ok"
    return [Result("disk", verdict, what, "" if verdict == "ok" else "Free some space there", figures)]


def check_settings(country: str | None, number: str | None, place: Path) -> list[Result]:
    """Whether a number to call is known."""
    if country is None and number is None:
        what = "no country is set: the assistant will say 'your emergency number'"
        return [
            Result("settings", "warn", what, f"Run: {typed('config set country XX')} (such as US, GB, DE)")
        ]
    known = f"emergency number {number}" if number else f"country {country}"
    return [Result("settings", "ok", f"{known} ({place})")]
