"""What a caller may wish of the assistant itself, in any words and at any question."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from rig import Rig

from voice_triage import settings
from voice_triage.app import Kit
from voice_triage.audio.room import Room
from voice_triage.errors import Lacking
from voice_triage.settings import Settings
from voice_triage.settings_values import VOICES
from voice_triage.speech import choose
from voice_triage.speech.cache import CachedVoice
from voice_triage.speech.store import SoundStore
from voice_triage.speech.wordless import WordlessVoice


@pytest.fixture(scope="module")
def kit() -> Kit:
    return Kit(Settings(country="US"))


def asked(rig: Rig, text: str, seconds: float = 12) -> list[str]:
    """What the assistant says from now on, once ``text`` was said."""
    before = len(rig.script.spoken)
    rig.say(text)
    rig.run(seconds)
    return rig.script.spoken[before:]


def test_spell_that_spells_the_hardest_word_and_asks_again(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")

    assert asked(rig, "spell that") == [
        "I spell someone. S, O, M, E, O, N, E.",
        "Who has the spots: you, your child, or someone else?",
    ]


def test_spell_that_after_the_number_says_it_digit_by_digit(kit: Kit) -> None:
    rig = Rig(kit)
    rig.session.typed("my son can't breathe")
    while "Call 9 1 1 now." not in rig.script.spoken:
        rig.run(0.1)
    rig.session.typed("spell that")
    before = len(rig.script.spoken)
    rig.run(3)

    assert rig.script.spoken[before] == "The number is 9, 1, 1."
    assert rig.dialogue.red_flags == ("difficulty_breathing",)


@pytest.mark.parametrize("text", ["give me more time", "you're too fast for me"])
def test_more_time_doubles_every_wait(kit: Kit, text: str) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    usual_s = rig.endpointer.end_silence_s

    assert "Take all the time you need." in asked(rig, text)
    assert rig.endpointer.end_silence_s == pytest.approx(2 * usual_s) and usual_s >= 0.9
    rig.say("it is for me")
    rig.until("listening: age")
    at_s = rig.room.now_s
    while rig.script.spoken[-1].startswith("How old are you"):
        rig.run(0.1)
    assert rig.room.now_s - at_s > 15, "a question is asked again after twice eight seconds"


def test_too_fast_also_slows_the_voice(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    asked(rig, "you're too fast for me")

    assert rig.speaker.rate_wpm < 150


class Named(WordlessVoice):
    def __init__(self, name: str) -> None:
        self.name, self.said = name, []

    def render(
        self, text: str, rate_wpm: int = 170, *, private: bool = False, urgent: bool = False
    ) -> np.ndarray:
        self.said.append(text)
        return super().render(text, rate_wpm)


def test_another_voice_speaks_at_once_and_the_question_comes_again(kit: Kit) -> None:
    voices = [Named("second"), Named("third")]
    waiting = list(voices)
    rig = Rig(kit, next_voice=lambda: waiting.pop(0) if waiting else None)
    rig.until("listening: patient")
    answer = ["This is my other voice. Say another voice to hear the next one.",
              "Who has the spots: you, your child, or someone else?"]  # fmt: skip

    assert asked(rig, "another voice") == answer and voices[0].said == answer
    assert asked(rig, "another voice") == answer and voices[1].said == answer
    assert asked(rig, "another voice")[0] == "I have only this voice."


def test_a_red_flag_in_the_same_breath_comes_first(kit: Kit) -> None:
    rig = Rig(kit)
    rig.until("listening: patient")
    rig.say("give me more time he can't breathe")
    rig.until("emergency", limit_s=6)

    assert rig.dialogue.red_flags == ("difficulty_breathing",)


# ---- the voices there are ----


class Engine:
    """A voice engine whose sound is its length."""

    def __init__(self, name: str, works: bool = True) -> None:
        self.name, self.version, self.degraded, self.works = name, "1", not works, works

    def render(self, text: str, rate_wpm: int = 160) -> np.ndarray:
        return np.full(len(text) * 10, 1000, np.int16)

    def close(self) -> None:
        pass


def test_the_next_installed_voice_is_kept_and_the_round_ends_where_it_began(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choose, "offered", lambda piper: ("auto", "broken", "espeak-ng:en-gb"))
    monkeypatch.setattr(
        choose,
        "open_setting",
        lambda name, piper=None: CachedVoice(Engine(name, works=name != "broken"), SoundStore(None)),
    )
    kept: list[str] = []
    kit = Kit(Settings())
    kit.voice = CachedVoice(Engine("auto"), SoundStore(None))

    for _ in range(3):
        assert kit.next_voice(kept.append) is kit.voice

    assert kept == ["espeak-ng:en-gb", "auto", "espeak-ng:en-gb"]
    assert kit.settings.voice == kit.voice.name == "espeak-ng:en-gb"


def test_until_the_new_voice_is_ready_the_old_one_says_the_emergency() -> None:
    old, new = Engine("old"), Engine("new")
    before, after = CachedVoice(old, SoundStore(None)), CachedVoice(new, SoundStore(None))
    before.prerender(["Call 9 1 1 now."], 170)
    new.render = None  # type: ignore[assignment,method-assign]
    after.take_over(before)

    assert after.render("Call 9 1 1 now.", 170).any()


def test_a_new_voice_that_dies_beside_the_conversation_costs_no_more(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Its error was a traceback; and the next voice closed it while it was still rendering."""

    class Dies(Engine):
        """Speaks its sample, then dies over the second emergency line, once that is let go."""

        def __init__(self, name: str) -> None:
            super().__init__(name)
            self.go, self.rendered, self.at_work, self.closed_at_work = threading.Event(), 0, False, False

        def render(self, text: str, rate_wpm: int = 160) -> np.ndarray:
            self.rendered, self.at_work = self.rendered + 1, True
            if self.rendered == 3:
                self.go.wait()
                self.at_work = False
                raise Lacking("the voice is gone", "Install it")
            self.at_work = False
            return super().render(text, rate_wpm)

        def close(self) -> None:
            self.closed_at_work = self.at_work

    engines = {name: Dies(name) for name in ("b", "c")}
    monkeypatch.setattr(choose, "offered", lambda piper: ("auto", "b", "c"))
    monkeypatch.setattr(
        choose, "open_setting", lambda name, piper=None: CachedVoice(engines[name], SoundStore(None))
    )
    raised: list[object] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    kit = Kit(Settings())
    kit.voice = CachedVoice(Engine("auto"), SoundStore(None))
    others = set(threading.enumerate())
    kit.next_voice(lambda name: None)
    for one in engines.values():
        one.go.set()
    kit.next_voice(lambda name: None)
    for thread in set(threading.enumerate()) - others:
        thread.join()

    assert not raised
    assert not engines["b"].closed_at_work and kit.voice.name == "c"


def test_after_slower_an_emergency_line_is_said_without_the_engine(kit: Kit) -> None:
    engine = Engine("auto")
    voice = CachedVoice(engine, SoundStore(None))
    kit.prepare_emergency(voice)
    rig = Rig(kit, voice=voice)
    rig.until("listening: patient")
    asked(rig, "slower")
    rates: list[int] = []
    engine.render = lambda text, rate_wpm=160: rates.append(rate_wpm) or np.ones(9, np.int16)  # type: ignore[method-assign]
    rig.say("he can't breathe")
    rig.until("emergency", limit_s=6)

    assert rig.speaker.rate_wpm < 150
    assert not rates


class Paced(Engine):
    """Its sound is as long as its rate is high."""

    def render(self, text: str, rate_wpm: int = 160) -> np.ndarray:
        return np.full(rate_wpm, 1000, np.int16)


def test_the_emergency_lines_are_made_anew_at_the_rate_that_was_wished() -> None:
    kit = Kit(Settings(country="US", second_opinion="off", recognizer="pocketsphinx"))
    kit.voice = CachedVoice(Paced("auto"), SoundStore(None))
    kit.prepare_emergency(kit.voice)

    def wpm() -> int:
        """Of the sound that an emergency takes, once nothing works beside the conversation any more."""
        for thread in [one for one in threading.enumerate() if one.name == "voice"]:
            thread.join()
        return len(kit.voice.render("Call 9 1 1 now.", urgent=True))

    session = kit.talk(Room())
    session.start()
    usual = wpm()
    session.typed("slower")
    wished = wpm()
    session.close()
    kit.talk(Room()).close()

    assert (usual, wished) == (170, 142)
    assert wpm() == 170, "the next caller has not wished it"


def test_every_voice_on_offer_is_one_the_settings_take() -> None:
    names = choose.offered(None)

    assert len(names) >= 2 and names[0] == "auto"
    assert set(VOICES) == {"auto", *choose.ENGINES}
    for name in names:
        assert settings.load(None, {}, {"voice": name}).voice == name
        choose.open_setting(name).close()
