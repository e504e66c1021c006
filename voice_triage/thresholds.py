"""Every threshold of the hearing, in one table, each with its reason and its unit in the name.

docs/benchmarks.md has the measurements; docs/decisions.md the choices.
"""

from __future__ import annotations

from dataclasses import dataclass

RATE_HZ = 16_000
"""One rate everywhere inside: what PocketSphinx, Vosk, Whisper and Silero were trained on."""

BLOCK = 320
"""Samples in a block (20 ms): a multiple of the echo canceller's 10 ms frames."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The defaults are the measured ones; tests and benchmarks pass others."""

    # -- endpointing --
    end_silence_s: float = 0.9
    """Silence that ends an utterance: shorter ones cut slow speakers off (field notes)."""
    utterance_cap_s: float = 10.0
    """In babble the voice detector never falls silent, so an utterance is closed by force."""
    preroll_s: float = 0.5
    """Sound kept from before the voice was detected, so that the first syllable is not lost."""
    voice_opens: float = 0.3
    """Voice probability that opens an utterance: one-word answers in pink noise at 6 dB 131 -> 136 of
    140 found against 0.5, no false start in a minute of noise at 6 dB."""
    voice_holds: float = 0.3
    """Voice probability that keeps it open."""

    # -- barge-in --
    barge_in_probability: float = 0.8
    barge_in_frames: int = 3
    """0.8 for three 32 ms frames: 0 of 30 own prompts cut themselves off (audio findings, 1)."""

    duck_probability: float = 0.5
    duck_frames: int = 2
    """Voiced frames (32 ms) over own speech that turn it down and open an utterance; only a confirmed
    voice cuts it. Through the canceller a caller reaches 0.5 to 0.7, not 0.8, until the voice is down."""
    duck_release_s: float = 0.4
    """Silence after which own speech is turned up again: a cough is shorter than a word."""
    canceller_warm_s: float = 2.0
    """Own speech after which its residual no longer looks like a voice (cold, 0.5 twice: 30 of 30)."""

    # -- safety lane --
    red_flag_hold_s: float = 0.1
    """A red flag must stand in the partial results this long: 2/240 false instead of 5/240."""
    red_flag_hold_last_s: float = 0.25
    """Longer where its words are the last so far: they may be half of others ("no fever last")."""
    red_flag_hold_one_word_s: float = 0.5
    """And for one word alone: "fit" is how "fifty" begins."""
    red_flag_check_of_s: float = 6.0
    """Sound given to the second opinion when a red flag stands in the partial results."""
    red_flag_check_s: float = 0.7
    """Longest that a short, plain red flag waits for it."""

    # -- patience: silence before the dialogue is told --
    patience_normal_s: float = 8.0
    patience_long_s: float = 30.0
    patience_unlimited_s: float = 60.0
    """The glass test: a soft reminder each minute."""

    # -- player --
    fade_s: float = 0.02
    """Longer fades leave words in the air; none clicks."""

    # -- second opinion --
    second_opinion_after_s: float = 0.15
    """Silence after which the second opinion starts, so that it is ready when speech has ended."""
    second_opinion_every_s: float = 1.2
    """In speech without a pause it is asked each time so much was added: a red flag in the middle of a long
    sentence must not wait for its end."""
    second_opinion_wait_s: float = 1.5
    """Longest wait for it after the end of speech; then the first opinion stands alone."""
    room_talk_s: float = 4.0
    """A voice that goes on this long without sense does not hold the silence of the caller up."""
    barge_in_words_s: float = 0.5
    """Speech this long stops the assistant once words are in it; shorter, it is only turned down."""
    barge_in_wordless_s: float = 1.0
    """A voice that goes on this long is let speak, even where no word of it was recognised."""
