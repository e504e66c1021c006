"""The replay command: many scenario files, one after another or side by side."""

from __future__ import annotations

import argparse
import contextlib
import functools
from collections.abc import Callable, Generator
from pathlib import Path

from voice_triage.app import Kit, settings_from
from voice_triage.audio.wav import write_wav
from voice_triage.dialogue import question_ids
from voice_triage.disk import check_place
from voice_triage.errors import BadInput
from voice_triage.replay import play
from voice_triage.report import Result, write_json, write_junit
from voice_triage.scenario import Scenario, find, load
from voice_triage.scenario_sounds import check_recordings
from voice_triage.workers import workers


def load_all(paths: list[Path], kit: Kit) -> list[Scenario]:
    """Load every scenario before the first is played: a slip in the last file is told at once."""
    questions = question_ids(kit.protocol)
    concepts = (*kit.protocol.concepts, *kit.protocol.groups, *questions)  # what a reason can be made of
    return [load(path, questions, concepts) for path in find(paths)]


def run_one(scenario: Scenario, recognizer: str, audio: Path | None, kit: Kit) -> Result:
    """Play one scenario; write its sound to ``audio``. Raises TriageError."""
    stage = kit.stage(scenario, recognizer, record=audio is not None)
    result = play(scenario, stage)
    if audio is not None and stage.recorder is not None:
        write_wav(audio, stage.recorder.stereo())
    return result


@functools.cache
def shared_kit() -> Kit:
    """One kit a process: its engines are slow to load."""
    return Kit(settings_from({}))


def _in_worker(scenario: Scenario, recognizer: str, audio: Path | None) -> Result:
    """The same in a worker process."""
    return run_one(scenario, recognizer, audio, shared_kit())


def replay_files(options: argparse.Namespace, show: Callable[[str], None]) -> int:
    """Play what was asked for; 0 when every expectation holds, else 1. Raises TriageError."""
    kit = Kit(settings_from({}))
    scenarios = load_all(options.scenarios, kit)
    recognizer = options.recognizer or kit.settings.recognizer
    if options.audio and recognizer == "text":
        raise BadInput("--audio: a replay in text makes no sound")
    for scenario in scenarios:
        check_recordings(scenario, in_text=recognizer == "text")
    for path in filter(None, (options.audio, options.report, options.junit)):
        check_place(path)
    results: list[Result] = []
    # Closed at once, whatever ends it: else the workers would play on.
    with contextlib.closing(_results(scenarios, options, kit)) as played:
        for result in played:
            results.append(result)
            show(_line(result))
            for failure in result.failures:
                show(f"     {failure}")
    if options.report:
        write_json(results, options.report)
    if options.junit:
        write_junit(results, options.junit)
    failed = sum(not one.passed for one in results)
    show(_total(results, failed))
    return 1 if failed else 0


def _results(
    scenarios: list[Scenario], options: argparse.Namespace, kit: Kit
) -> Generator[Result, None, None]:
    """Results in the order of the files."""
    recognizer = options.recognizer or kit.settings.recognizer
    work = [(one, recognizer, _audio(options.audio, one, scenarios)) for one in scenarios]
    if options.jobs == 1 or len(work) == 1:
        yield from (run_one(*one, kit) for one in work)
        return
    with workers(min(options.jobs, len(work)), _in_worker, work) as results:
        yield from results


def _audio(path: Path | None, scenario: Scenario, scenarios: list[Scenario]) -> Path | None:
    """Where a scenario's sound goes: the file asked for, with a name added where there are several.

    Of its letters only ASCII is kept: a locale may allow no others.
    """
    if path is None or len(scenarios) == 1:
        return path
    name = "".join(
        letter if letter.isascii() and letter.isalnum() or letter in "-_" else "_" for letter in scenario.name
    )
    return path.with_name(f"{path.stem}-{scenarios.index(scenario) + 1:02d}-{name}{path.suffix}")


def _line(result: Result) -> str:
    """One scenario in one line."""
    mark = "ok  " if result.passed else "FAIL"
    level = (result.level or "-") + (f"/{result.action}" if result.action else "")
    latency = f" {result.interrupt_ms:.0f} ms" if result.interrupt_ms is not None else ""
    flags = f" ({', '.join(result.red_flags)})" if result.red_flags else ""
    return f"{mark} {result.scenario}: {level}{flags}{latency}"


def _total(results: list[Result], failed: int) -> str:
    audio, compute = sum(one.audio_s for one in results), sum(one.compute_s for one in results)
    speed = f", {audio / compute:.1f} times real time" if compute else ""
    return f"{len(results) - failed} passed, {failed} failed; {audio:.0f} s of sound{speed}"
