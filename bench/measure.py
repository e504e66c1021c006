"""A measured row, the player of trials, and how outcomes are counted."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bench.corpus import VOICES, Utterance
from bench.techniques import STREAMING, WHOLE, Technique
from bench.trials import Outcome, Trial, mapping, run

ASKED = ("patient", "fever", "emergency_signs", "itch", "stiff_neck", "location", "headache")
"""Questions that are open, in turn, when a red flag is said."""

DELAYS_MS = (10.0, 30.0, 60.0, 100.0, 150.0, 200.0)


@dataclass
class Row:
    """One measured figure."""

    figure: str
    condition: str
    value: float
    unit: str
    goal: float
    more_is_better: bool = True
    hits: int | None = None
    of: int | None = None
    detail: str = ""
    failures: list[Any] = field(default_factory=list)

    @property
    def met(self) -> bool:
        """True when the goal is reached."""
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal

    def to_json(self) -> dict[str, Any]:
        """The row with its verdict."""
        return {**asdict(self), "value": round(self.value, 3), "met": self.met}


class Bench:
    """Runs what is asked for; ``part`` is the share of the phrases that is played, 0 the least there is."""

    def __init__(
        self,
        pool: Executor,
        *,
        part: float = 1.0,
        recognizer: str = "auto",
        tell: Callable[[str], None] = print,
    ) -> None:
        self.pool = pool
        self.whole = replace(WHOLE, recognizer=recognizer)
        self.streaming = replace(STREAMING, recognizer=recognizer)
        self.part = part
        self.tell = tell
        self._done: dict[str, Outcome] = {}

    @property
    def rounds(self) -> int:
        """In how many voices each phrase is said: from ``--part 2`` on in more than one, all six with 6."""
        return min(len(VOICES), max(1, int(self.part)))

    @property
    def quick(self) -> bool:
        """True when a figure's easiest conditions are enough."""
        return self.part == 0

    def play(self, trials: Sequence[Trial]) -> list[Outcome]:
        """Outcomes in order; a trial played before in this run is not played again."""
        keys = [repr(one) for one in trials]
        fresh = [one for one in trials if repr(one) not in self._done]
        for outcome in self.pool.map(run, fresh):
            self._done[repr(outcome.trial)] = outcome
        return [self._done[key] for key in keys]

    def few(self, rows: Sequence[Any], least: int, share: float = 1.0) -> list[Any]:
        """An even choice of the rows: ``share`` of them in a whole run, ``least`` of them in a quick one."""
        return evenly(rows, max(least, round(len(rows) * share * self.part)))


def evenly(rows: Sequence[Any], wanted: int) -> list[Any]:
    """So many of the rows, spread over all of them."""
    wanted = min(wanted, len(rows))
    return [rows[number * len(rows) // wanted] for number in range(wanted)]


def flag_trials(
    phrases: Iterable[Utterance],
    technique: Technique = WHOLE,
    noise: tuple[str, float] | None = None,
    rounds: int = 1,
) -> list[Trial]:
    """Each phrase in ``rounds`` voices; voices and questions in turn, half of them over the assistant's."""
    return [
        Trial(
            one, VOICES[(number + turn) % len(VOICES)], ASKED[(number + turn) % len(ASKED)],
            after_ms=(600.0 + 150 * (number % 5)) if number % 2 else None,
            noise=noise, technique=technique,
        )
        for turn in range(rounds)
        for number, one in enumerate(phrases)
    ]  # fmt: skip


def barge_trials(phrases: Iterable[Utterance], technique: Technique = WHOLE) -> list[Trial]:
    """Each phrase begun 0, 0.3, 0.9 or 1.5 s after the assistant's first word, a cold echo canceller."""
    starts = (0.0, 300.0, 900.0, 1500.0)
    return [
        Trial(one, VOICES[(number + 2) % len(VOICES)], ASKED[number % len(ASKED)],
              after_ms=starts[number % 4], echo=(DELAYS_MS[number % len(DELAYS_MS)], -6.0),
              technique=technique)
        for number, one in enumerate(phrases)
    ]  # fmt: skip


def times(outcomes: Sequence[Outcome]) -> list[float]:
    """Milliseconds from the words to the first emergency sample, of those that came to one."""
    return [one.emergency_ms for one in outcomes if one.emergency_ms is not None]


def slow(outcomes: Sequence[Outcome], which: str, limit: float) -> list[Any]:
    """The outcomes whose time ``which`` is over the limit."""
    return [{"ms": round(getattr(one, which)), **mapping(one)} for one in outcomes
            if (getattr(one, which) or 0) > limit]  # fmt: skip


def quantiles(figure: str, values: Sequence[float], goal: float, failures: list[Any]) -> list[Row]:
    """One row with the 95th percentile; none when there is nothing to count."""
    if not values:
        return []
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    detail = f"median {statistics.median(ordered):.0f} ms, longest {ordered[-1]:.0f} ms"
    return [Row(figure, "p95", p95, "ms", goal, False, of=len(ordered), detail=detail, failures=failures)]


def recall(figure: str, condition: str, outcomes: Sequence[Outcome], goal: float) -> Row:
    """How many came to an emergency, and by which lane."""
    hits = [one for one in outcomes if one.emergency]
    missed = [mapping(one) for one in outcomes if not one.emergency]
    named = sum(one.trial.utterance.flag in one.red_flags for one in hits)
    lanes = ", ".join(f"{by} {sum(one.by == by for one in hits)}" for by in sorted({one.by for one in hits}))
    return Row(
        figure, condition, 100 * len(hits) / len(outcomes), "%", goal, hits=len(hits), of=len(outcomes),
        detail=f"the very flag named in {named}; by {lanes}", failures=missed,
    )  # fmt: skip


def right(figure: str, condition: str, outcomes: Sequence[Outcome], goal: float) -> Row:
    """How many were taken as the corpus wants them."""
    well = [one for one in outcomes if taken(one)]
    wrong = [mapping(one) for one in outcomes if not taken(one)]
    return Row(figure, condition, 100 * len(well) / len(outcomes), "%", goal,
               hits=len(well), of=len(outcomes), failures=wrong)  # fmt: skip


def taken(outcome: Outcome) -> bool:
    """True for an answer taken as the corpus wants it, and without an emergency where it calls for none."""
    return _by_emergency(outcome) or (outcome.right and not outcome.emergency)


def _by_emergency(outcome: Outcome) -> bool:
    """A yes to a danger sign, or to the list of them, is taken rightly when it announces the emergency."""
    asked = outcome.trial.question
    named = asked == "emergency_signs" or asked in outcome.red_flags
    return outcome.trial.utterance.answer == "yes" and outcome.emergency and named
