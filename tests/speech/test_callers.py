"""The voices of scripted callers, and the babble behind them."""

from __future__ import annotations

import numpy as np
import pytest

from voice_triage.errors import BadInput, Lacking
from voice_triage.pcm import active_dbfs
from voice_triage.speech.babble import babble
from voice_triage.speech.callers import CallerVoice
from voice_triage.speech.store import SoundStore


@pytest.mark.parametrize(
    ("engine", "name"), [("flite", None), ("flite", "kal"), ("espeak-ng", "en-us+f3"), ("festival", None)]
)
def test_every_caller_speaks_at_one_level(store: SoundStore, engine: str, name: str | None) -> None:
    caller = CallerVoice(engine, name, store)
    words, longer = caller.render("he can't breathe"), caller.render("- he can't breathe at all, please help")

    assert active_dbfs(words) == pytest.approx(-26.0, abs=0.5)
    assert 8000 < len(words) < len(longer) < 80000
    assert caller.render("...").size == 0


@pytest.mark.parametrize(
    ("engine", "name", "says"),
    [
        ("sam", None, "allowed are flite, espeak-ng, festival"),
        ("flite", "nobody", "flite has .*slt"),
        ("espeak-ng", "zz", "no voice 'zz'"),
        ("espeak-ng", "en-us+zz", "no variant 'zz'"),
        ("espeak-ng", "-v", "no espeak-ng voice name"),
        ("festival", "kal_diphone) (quit", "festival has"),
    ],
)
def test_unknown_callers_are_refused_not_replaced(
    store: SoundStore, engine: str, name: str | None, says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        CallerVoice(engine, name, store).render("hello")


def test_a_missing_engine_names_its_package(store: SoundStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    for engine in ("flite", "espeak-ng", "festival"):
        with pytest.raises(Lacking, match=f"sudo apt-get install {engine}"):
            CallerVoice(engine, None, store).render("hello there")


def test_babble_is_the_same_every_time() -> None:
    first, second = babble(5.0), babble(5.0)

    assert np.array_equal(first, second) and len(first) == 80000
    assert active_dbfs(first) == pytest.approx(-26.0, abs=0.5)
    assert not np.array_equal(first, babble(5.0, seed=1))
