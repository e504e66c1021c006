"""Scenario files: what a scripted caller says, in what room, and what must come of it.

The format is a contract (docs/scenarios.md). Everything is checked on load, so that a slip of
the pen is told at once, with file and key, and not as a puzzling conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

from voice_triage import strict_yaml
from voice_triage.errors import BadInput
from voice_triage.messages import Action, Level
from voice_triage.scenario_checks import Checks

NOISES = ("white", "pink", "babble")
VOICES = ("flite", "espeak-ng", "festival")


@dataclass(frozen=True, slots=True)
class Saying:
    """One thing the caller says: words for a synthetic voice, or a recording with its words."""

    text: str
    audio: Path | None = None
    key: str = field(default="", compare=False)
    """Where in its file it stands, for messages; the same words elsewhere are the same."""


@dataclass(frozen=True, slots=True)
class Interjection:
    """Something said over the assistant, so long after it began to ask a question."""

    during: str
    after_ms: float
    say: Saying


@dataclass(frozen=True, slots=True)
class Noise:
    """Background noise, so many dB below the caller's speech."""

    kind: str | Path
    snr_db: float


@dataclass(frozen=True, slots=True)
class Echo:
    """How the assistant's voice gets into the microphone."""

    delay_ms: float
    gain_db: float


@dataclass(frozen=True, slots=True)
class Expect:
    """What must come of the conversation; None or empty is not checked."""

    checked: frozenset[str] = frozenset()
    """The keys that were written: ``action: null`` is a demand, a missing action is none."""
    level: str | None = None
    action: str | None = None
    red_flags: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    not_asked: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    not_said: tuple[str, ...] = ()
    interrupted: bool | None = None
    max_interrupt_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole scripted conversation."""

    name: str
    file: Path
    answers: Mapping[str, tuple[Saying | None, ...]]
    default: Saying | None
    interjections: tuple[Interjection, ...]
    voice: Mapping[str, str]
    noise: Noise | None
    echo: Echo | None
    expect: Expect

    @property
    def sayings(self) -> tuple[Saying, ...]:
        """Everything the caller may say."""
        rows = [one for answers in self.answers.values() for one in answers]
        every = (*rows, self.default, *(one.say for one in self.interjections))
        return tuple(one for one in every if one is not None)


def load(path: Path, questions: Collection[str], concepts: Collection[str]) -> Scenario:
    """Return the scenario in the file at ``path``.

    ``questions`` and ``concepts`` are the known ids. Raises BadInput naming file and key.
    """
    data = strict_yaml.load(path)
    if data is None:
        raise BadInput(f"{path}: the file is empty")
    return _Reader(path, questions, concepts).scenario(data)


def find(paths: Collection[Path]) -> list[Path]:
    """Return the scenario files among ``paths``, folders searched to the bottom. Raises BadInput."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix in (".yaml", ".yml") and p.is_file())
            if not inside:
                raise BadInput(f"{path}: no scenario file (*.yaml) in this folder")
            files += inside
        elif path.exists():
            files.append(path)
        else:
            raise BadInput(f"{path}: no such file or folder")
    return files


class _Reader(Checks):
    """Checks and builds, so that every message can name the file and the key."""

    def __init__(self, path: Path, questions: Collection[str], concepts: Collection[str]) -> None:
        super().__init__(path)
        self.questions = questions
        self.concepts = concepts

    def scenario(self, data: Any) -> Scenario:
        top = self._mapping(data, "", ("scenario", "caller", "room", "expect"))
        caller = self._mapping(
            top.get("caller", {}), "caller", ("voice", "answers", "default", "interjections")
        )
        room = self._mapping(top.get("room", {}), "room", ("noise", "echo"))
        name = top.get("scenario", self.path.name.split(".")[0])
        return Scenario(
            name=self._text(name, "scenario"),
            file=self.path,
            answers=self._answers(caller.get("answers", {})),
            default=self._saying(caller.get("default"), "caller.default"),
            interjections=tuple(
                self._interjection(row, f"caller.interjections[{number}]")
                for number, row in enumerate(
                    self._list(caller.get("interjections", []), "caller.interjections")
                )
            ),
            voice=self._voice(caller.get("voice", {})),
            noise=self._noise(room["noise"]) if "noise" in room else None,
            echo=self._echo(room["echo"]) if "echo" in room else None,
            expect=self._expect(top.get("expect", {})),
        )

    def _answers(self, data: Any) -> dict[str, tuple[Saying | None, ...]]:
        answers: dict[str, tuple[Saying | None, ...]] = {}
        for question, said in self._open_mapping(data, "caller.answers").items():
            key = f"caller.answers.{question}"
            self._known(question, self.questions, "caller.answers", "question id")
            if isinstance(said, list):
                if not said:
                    self._fail(key, "a list of answers needs at least one")
                answers[question] = tuple(self._saying(one, key) for one in said)
            else:
                answers[question] = (self._saying(said, key),)
        return answers

    def _saying(self, data: Any, key: str) -> Saying | None:
        return None if data is None else self._spoken(data, key)

    def _spoken(self, data: Any, key: str) -> Saying:
        if isinstance(data, dict):
            row = self._mapping(data, key, ("audio", "text"))
            if "audio" not in row:
                self._fail(key, "needs the key 'audio' (or write the words alone)")
            return Saying(
                self._text(row.get("text", ""), f"{key}.text", empty=True),
                self._file(row["audio"], f"{key}.audio"),
                key,
            )
        return Saying(self._text(data, key), key=key)

    def _interjection(self, data: Any, key: str) -> Interjection:
        row = self._mapping(data, key, ("during", "after_ms", "say"))
        for needed in ("during", "say"):
            if row.get(needed) is None:
                self._fail(key, f"needs the key '{needed}'")
        during = self._text(row["during"], f"{key}.during")
        self._known(during, self.questions, f"{key}.during", "question id")
        say = self._spoken(row["say"], f"{key}.say")
        return Interjection(during, self._number(row.get("after_ms", 0), f"{key}.after_ms", least=0), say)

    def _voice(self, data: Any) -> dict[str, str]:
        row = self._mapping(data, "caller.voice", ("engine", "name"))
        if "engine" in row:
            self._choice(row["engine"], "caller.voice.engine", VOICES)
        return {key: self._text(value, f"caller.voice.{key}") for key, value in row.items()}

    def _noise(self, data: Any) -> Noise:
        row = self._mapping(data, "room.noise", ("kind", "snr_db"))
        for needed in ("kind", "snr_db"):
            if needed not in row:
                self._fail("room.noise", f"needs the key '{needed}'")
        kind: str | Path = self._text(row["kind"], "room.noise.kind")
        if kind not in NOISES:
            if not str(kind).lower().endswith((".wav", ".wave", ".flac", ".ogg")):
                self._fail("room.noise.kind", f"'{kind}' is none of {', '.join(NOISES)} or a WAV file")
            kind = self._file(kind, "room.noise.kind")
        return Noise(kind, self._number(row["snr_db"], "room.noise.snr_db", least=-60, most=120))

    def _echo(self, data: Any) -> Echo:
        row = self._mapping(data, "room.echo", ("delay_ms", "gain_db"))
        return Echo(
            self._number(row.get("delay_ms", 40), "room.echo.delay_ms", least=0, most=2000),
            self._number(row.get("gain_db", -10), "room.echo.gain_db", least=-120, most=20),
        )

    def _expect(self, data: Any) -> Expect:
        checks: dict[str, Callable[[Any, str], Any]] = {
            "level": lambda value, key: self._choice(value, key, get_args(Level)),
            "action": lambda value, key: (
                None if value is None else self._choice(value, key, get_args(Action))
            ),
            "red_flags": lambda value, key: self._ids(value, key, self.concepts, "concept"),
            "asked": lambda value, key: self._ids(value, key, self.questions, "question id"),
            "not_asked": lambda value, key: self._ids(value, key, self.questions, "question id"),
            "said": self._patterns,
            "not_said": self._patterns,
            "interrupted": self._truth,
            "max_interrupt_ms": lambda value, key: self._number(value, key, least=0),
        }
        row = self._mapping(data, "expect", tuple(checks))
        values = {key: checks[key](value, f"expect.{key}") for key, value in row.items()}
        return Expect(checked=frozenset(values), **values)
