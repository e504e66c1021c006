"""The doctor: what is measured, what is made of it, and that no illness kills the doctor."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voice_triage import doctor, doctor_checks, measurements
from voice_triage.app import Kit
from voice_triage.audio.portaudio import NoDevice
from voice_triage.audio.room import Echo, Noise, Room, coloured_noise
from voice_triage.cli import main
from voice_triage.doctor import Result
from voice_triage.errors import BadInput, Lacking
from voice_triage.messages import Hypothesis
from voice_triage.pcm import Pcm, rms_dbfs, silence
from voice_triage.thresholds import BLOCK, RATE_HZ

WHITE = coloured_noise("white")


def room(*, noise_db: float | None = 30.0, echo: Echo | None = None) -> Room:
    """A room with noise so far below speech, and an echo."""
    return Room(Noise(WHITE, noise_db) if noise_db is not None else None, echo)


def sine(dbfs: float, seconds: float = 1.0) -> Pcm:
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    amplitude = np.sqrt(2) * 10 ** (dbfs / 20) * 32768
    return np.clip(np.rint(amplitude * np.sin(2 * np.pi * 440 * t)), -32768, 32767).astype(np.int16)


# ---- measurements ----


@given(level=st.floats(-70, -4))
def test_the_level_of_a_sine_is_its_level(level: float):
    assert rms_dbfs(sine(level)) == pytest.approx(level, abs=0.3)


def test_the_noise_floor_is_what_is_left_between_the_words():
    quiet = (WHITE[: 2 * RATE_HZ] / 100).astype(np.int16)
    talk = np.concatenate((quiet[:RATE_HZ], sine(-10, 0.5), quiet[RATE_HZ:]))

    assert measurements.noise_floor_dbfs(talk) == pytest.approx(rms_dbfs(quiet), abs=2)
    assert measurements.noise_floor_dbfs(silence(0)) == -120.0


def test_clipping_is_counted_and_a_lone_peak_is_not():
    peak = sine(-20)
    peak[100] = 32767

    assert measurements.clipping_ratio(sine(-4)) == 0.0
    assert measurements.clipping_ratio(peak) == 0.0
    assert measurements.clipping_ratio(sine(6)) > 0.3
    assert measurements.clipping_ratio(np.full(10, -32768, np.int16)) == 1.0
    assert measurements.clipping_ratio(silence(0)) == 0.0


def test_only_samples_that_never_move_are_dead():
    assert measurements.dead(silence(1))
    assert measurements.dead(np.full(100, 37, np.int16))
    assert not measurements.dead(np.tile(np.array([-1, 1], np.int16), 50))


@settings(max_examples=40, deadline=None)
@given(delay_ms=st.floats(0, 600), gain_db=st.floats(-40, 3))
def test_delay_and_strength_of_an_echo_are_found(delay_ms: float, gain_db: float):
    tone = measurements.sweep()
    delay = round(delay_ms * RATE_HZ / 1000)
    heard = np.zeros(len(tone) + RATE_HZ, np.float64)
    heard[delay : delay + len(tone)] = tone * 10 ** (gain_db / 20)
    heard += WHITE[: len(heard)] * 10 ** (-40 / 20)

    path = measurements.echo_delay(tone, heard.clip(-32768, 32767).astype(np.int16))

    assert path.heard
    assert path.delay_ms == pytest.approx(delay_ms, abs=1)
    assert path.gain_db == pytest.approx(gain_db, abs=1.5)


@pytest.mark.parametrize("snr_db", [30.0, 12.0, 6.0])
def test_an_echo_is_measured_in_a_loud_room(snr_db: float):
    echoing = room(noise_db=snr_db, echo=Echo(delay_ms=60, gain_db=-30))
    tone = measurements.sweep()
    far = np.concatenate((tone, silence(0.6)))

    heard = np.concatenate([echoing.exchange(block) for block in far.reshape(-1, BLOCK)])

    path = measurements.echo_delay(tone, heard)
    assert path.delay_ms == pytest.approx(60, abs=2)
    assert path.gain_db == pytest.approx(-30, abs=4)


@pytest.mark.parametrize("recorded", [silence(2), WHITE[: 2 * RATE_HZ], sine(-10, 2), silence(0.1)])
def test_no_echo_is_no_echo(recorded: Pcm):
    path = measurements.echo_delay(measurements.sweep(), recorded)

    assert not path.heard


@pytest.mark.parametrize("kind", ["white", "pink"])
def test_noise_alone_never_passes_for_an_echo(kind: str):
    noise, tone = coloured_noise(kind, seed=3), measurements.sweep()  # type: ignore[arg-type]

    for start in range(0, len(noise) - 3 * RATE_HZ, RATE_HZ):
        assert not measurements.echo_delay(tone, noise[start : start + 2 * RATE_HZ]).heard


# ---- microphone and loudspeaker ----


def verdicts(results: list[Result]) -> list[tuple[str, str]]:
    return [(row.name, row.verdict) for row in results]


def test_a_quiet_room_is_fine():
    (row,) = doctor.check_microphone(room().exchange)

    assert row.verdict == "ok" and row.cure == ""
    assert row.figures["noise_floor_dbfs"] == pytest.approx(-56, abs=2)


ILL = {
    "mute": (lambda far: np.zeros(BLOCK, np.int16), "warn", "digital silence", "Unmute"),
    "loud room": (room(noise_db=5.0).exchange, "warn", "the room is loud", "hums"),
    "clips": (lambda far: sine(6, 0.02), "warn", "too loud", "gain down"),
}


@pytest.mark.parametrize("name", ILL)
def test_an_ill_microphone_is_told_apart(name: str):
    exchange, verdict, what, cure = ILL[name]

    (row,) = doctor.check_microphone(exchange)

    assert row.verdict == verdict
    assert what in row.what and cure in row.cure


def test_a_loudspeaker_that_is_heard_gives_delay_and_strength():
    rows = doctor.check_loudspeaker(room(echo=Echo(delay_ms=120, gain_db=-12)).exchange)

    assert verdicts(rows) == [("loudspeaker", "ok"), ("echo", "ok")]
    assert rows[1].figures["echo_delay_ms"] == pytest.approx(120, abs=6)
    assert rows[1].figures["echo_gain_db"] == pytest.approx(-12, abs=3)


@pytest.mark.parametrize(
    ("echo", "rows", "word"),
    [
        (None, [("loudspeaker", "warn")], "did not hear"),
        (Echo(delay_ms=550, gain_db=-12), [("loudspeaker", "ok"), ("echo", "warn")], "wireless"),
        (Echo(delay_ms=10, gain_db=6), [("loudspeaker", "ok"), ("echo", "warn")], "monitor"),
    ],
)
def test_what_is_wrong_with_the_way_between_them(echo: Echo | None, rows: list[tuple[str, str]], word: str):
    found = doctor.check_loudspeaker(room(echo=echo).exchange)

    assert verdicts(found) == rows
    assert word in found[-1].what + found[-1].cure


# ---- engines ----


class Engine:
    """A recogniser and second opinion that hears what it is told to."""

    name = "fake"

    def __init__(self, text: str) -> None:
        self._text = text
        self.samples = 0

    def expect(self, question: str | None) -> None:
        assert question == "fever"

    def start(self) -> None:
        self.samples = 0

    def accept(self, block: Pcm) -> Hypothesis:
        self.samples += len(block)
        return Hypothesis("")

    def finish(self) -> Hypothesis:
        return Hypothesis(self._text)

    def transcribe(self, pcm: Pcm, question: str | None = None) -> Hypothesis:
        return Hypothesis(self._text)


def render(text: str) -> Pcm:
    return sine(-20, 0.4)


def test_a_recogniser_that_hears_yes_is_fine_and_gets_all_of_the_sound():
    engine = Engine("yes")

    (row,) = doctor.check_recognizer(lambda: engine, render)

    assert (row.name, row.verdict) == ("recogniser", "ok")
    assert engine.samples == round(1.2 * RATE_HZ)


def test_a_recogniser_that_mishears_is_a_warning():
    (row,) = doctor.check_recognizer(lambda: Engine("guess"), render)

    assert row.verdict == "warn" and "'guess'" in row.what and "models install" in row.cure


@pytest.mark.parametrize(
    ("setting", "text", "verdict"),
    [("auto", None, "ok"), ("on", None, "fail"), ("off", None, "ok"), ("on", "hello can you here me", "ok"),
     ("auto", "thank you", "warn")],
)  # fmt: skip
def test_the_second_opinion(setting: str, text: str | None, verdict: str):
    (row,) = doctor.check_second_opinion(lambda: Engine(text) if text else None, render, setting)

    assert row.verdict == verdict


def test_the_voice_is_measured_and_a_silent_one_fails():
    assert doctor.check_voice(render)[0].figures["seconds"] == pytest.approx(0.4)
    assert doctor.check_voice(lambda text: silence(1))[0].verdict == "fail"


# ---- the rest ----


@pytest.mark.parametrize(("free", "verdict"), [(10**6, "fail"), (10**8, "warn"), (10**10, "ok")])
def test_room_on_the_disk(free: int, verdict: str, tmp_path: Path):
    assert doctor.check_disk(free, tmp_path)[0].verdict == verdict


def test_model_and_settings(tmp_path: Path):
    assert doctor.check_model(None)[0].verdict == "warn"
    assert doctor.check_model(tmp_path)[0].verdict == "ok"
    assert doctor.check_settings(None, None, tmp_path)[0].verdict == "warn"
    assert "GB" in doctor.check_settings("GB", None, tmp_path)[0].what
    assert "112" in doctor.check_settings("GB", "112", tmp_path)[0].what


def absent() -> object:
    raise Lacking("there is no Moonshine model here", "Run pip")


@pytest.mark.parametrize(
    ("open_", "wanted", "verdict", "says"),
    [
        (lambda: Engine(""), True, "ok", "hears you"),
        (absent, True, "warn", "no Moonshine model"),
        (absent, False, "ok", "not needed"),
    ],
)
def test_moonshine_is_missed_only_where_it_would_hear(
    open_: Callable[[], object], wanted: bool, verdict: str, says: str
):
    (row,) = doctor.check_moonshine(open_, wanted=wanted)

    assert (row.name, row.verdict) == ("moonshine", verdict) and says in row.what


def raising(error: Exception):
    def check(*_: object) -> list[Result]:
        raise error

    return check


def test_a_check_that_raises_is_a_row_that_failed_and_the_others_go_on():
    rows = doctor.run(
        {
            "microphone": raising(Lacking("there is no microphone", "Plug one in")),
            "settings": raising(BadInput("settings.toml: volume is 900")),
            "voice": raising(RuntimeError("two\nlines")),
            "model": lambda: doctor.check_model(None),
        }
    )

    assert verdicts(rows) == [
        ("microphone", "fail"),
        ("settings", "fail"),
        ("voice", "fail"),
        ("model", "warn"),
    ]
    assert rows[0].cure == "Plug one in"
    assert all("\n" not in row.what + row.cure for row in rows)


def test_every_row_that_is_not_fine_says_what_to_do(tmp_path: Path):
    rows = [
        *doctor.check_microphone(lambda far: np.zeros(BLOCK, np.int16)),
        *doctor.check_loudspeaker(room().exchange),
        *doctor.check_recognizer(lambda: Engine(""), render),
        *doctor.check_second_opinion(lambda: None, render, "on"),
        *doctor.check_voice(lambda text: silence(1)),
        *doctor.check_model(None),
        *doctor.check_moonshine(absent, wanted=True),
        *doctor.check_disk(0, tmp_path),
        *doctor.check_settings(None, None, tmp_path),
    ]

    assert all(row.cure for row in rows if row.verdict != "ok")


@pytest.mark.parametrize(("verdict", "status"), [("ok", 0), ("warn", 0), ("fail", 3)])
def test_the_report_and_its_exit_status(verdict: doctor.Verdict, status: int):
    rows = [Result("disk", "ok", "fine"), Result("model", verdict, "what", "cure", {"free_mb": 3})]
    lines: list[str] = []
    as_json: list[str] = []

    assert doctor.print_results(rows, lines.append) == status
    assert doctor.print_results(rows, as_json.append, as_json=True) == status

    assert lines == ["ok    disk   fine", f"{verdict:4}  model  what", "             -> cure"]
    report = json.loads("\n".join(as_json))
    assert report["ok"] == (status == 0)
    assert report["checks"][0] == {
        "name": "disk",
        "verdict": "ok",
        "what": "fine",
        "cure": None,
        "figures": {},
    }
    assert report["checks"][1]["figures"] == {"free_mb": 3}


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (NoDevice("input", "none"), 1),
        (NoDevice("output", "none"), 3),
        (Lacking("PortAudio is missing", "Install it"), 3),
        (BadInput("no such microphone"), 2),
    ],
)
def test_only_a_machine_without_a_microphone_is_told_from_any_other_fault(
    error: Exception, status: int, monkeypatch: pytest.MonkeyPatch
):
    def device(*names: object) -> None:
        raise error

    monkeypatch.setattr(doctor_checks, "LiveDevice", device)

    assert main(["doctor", "--microphone-only"]) == status


class Bare(Kit):
    """A machine with PocketSphinx and espeak-ng only: neither Moonshine, second opinion nor Piper."""

    second_opinion = None

    def recognizer(self, name: str) -> object:
        if name in ("vosk", "moonshine"):
            raise Lacking(f"there is no {name}", f"Install {name}")
        heard = Engine("yes")
        heard.name = "pocketsphinx"
        return heard


def report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **chosen: str
) -> dict[str, dict[str, str]]:
    """The rows of the command on a bare machine without a sound device, by name."""
    for name, value in chosen.items():
        monkeypatch.setenv(f"VOICE_TRIAGE_{name.upper()}", value)
    monkeypatch.setattr(doctor_checks, "Kit", Bare)
    monkeypatch.setattr(doctor_checks, "installed_path", lambda name: None)
    monkeypatch.setattr(doctor_checks, "LiveDevice", raising(NoDevice("input", "none")))
    monkeypatch.setattr(doctor_checks, "devices", list)

    assert main(["doctor", "--json"]) == 3
    out, err = capsys.readouterr()
    assert err == "", "what is to be told stands in the rows"
    return {row["name"]: row for row in json.loads(out)["checks"]}


def test_a_bare_machine_lacks_only_its_devices_and_is_told_what_hears_better(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    rows = report(monkeypatch, capsys)

    assert [name for name, row in rows.items() if row["verdict"] == "fail"] == ["microphone", "loudspeaker"]
    assert "loudspeaker" in rows["loudspeaker"]["what"] + rows["loudspeaker"]["cure"]
    assert (rows["moonshine"]["verdict"], rows["moonshine"]["cure"]) == ("warn", "Install moonshine")
    assert rows["recogniser"]["verdict"] == rows["second opinion"]["verdict"] == "ok"


def test_a_voice_that_is_lacking_costs_one_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    rows = report(monkeypatch, capsys, voice="piper", recognizer="pocketsphinx")

    assert rows["voice"]["verdict"] == "warn" and rows["voice"]["cure"].endswith("models install piper-joe")
    assert "pyttsx3:default speaks instead" in rows["voice"]["what"]
    assert rows["recogniser"]["verdict"] == "ok" and "not needed" in rows["moonshine"]["what"]


def test_a_voice_that_there_is_not_fails_in_its_own_row_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    rows = report(monkeypatch, capsys, voice="pyttsx3:xx")

    assert rows["voice"]["verdict"] == "fail" and "'xx'" in rows["voice"]["what"]
    assert rows["recogniser"]["verdict"] == "ok"


def test_a_folder_of_models_that_cannot_be_written_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "wall").write_text("a file, not a folder")

    rows = report(monkeypatch, capsys, models=str(tmp_path / "wall"))

    assert rows["disk"]["verdict"] == "warn" and "cannot write" in rows["disk"]["what"]
