"""Every threshold of the hearing, each with its reason and its unit in the name.

docs/benchmarks.md has the measurements; docs/decisions.md the choices. What words must weigh to count is
in understanding/strengths.py, what sound cards and drivers need in audio/streams.py and audio/device.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

RATE_HZ = 16_000
"""One rate everywhere inside: what PocketSphinx, Vosk, Whisper and Silero were trained on."""

BLOCK = 320
"""Samples in a block (20 ms): a multiple of the echo canceller's 10 ms frames."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The defaults are the measured ones; tests and benchmarks pass others."""

    # -- endpointing --
    end_silence_s: float = 0.9
    """Silence that ends an utterance: shorter ones cut slow speakers off (docs/safety.md, H19)."""
    utterance_cap_s: float = 10.0
    """In babble the voice detector never falls silent, so an utterance is closed by force."""
    preroll_s: float = 0.5
    """Sound kept from before the voice was detected, so that the first syllable is not lost."""
    voice_opens: float = 0.3
    """Voice probability that opens an utterance: one-word answers in pink noise at 6 dB 131 -> 136 of
    140 found against 0.5, no false start in a minute of noise at 6 dB."""
    voice_holds: float = 0.3
    """Voice probability that keeps it open: as what opens it, so that both mean the same by a voice."""

    # -- barge-in --
    barge_in_probability: float = 0.8
    barge_in_frames: int = 3
    """0.8 for three 32 ms frames: 0 of 30 own prompts cut themselves off."""
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
    """And for one word alone: "fit" is how "fifty" begins. Several heard clearly are not held."""
    red_flag_check_of_s: float = 6.0  # its sentence: Whisper's time grows with the sound
    red_flag_check_s: float = 0.7
    """Longest that a short, plain red flag waits for it; on a slow machine it then stands alone."""
    red_flag_breath_s: float = 0.25
    red_flag_still_s: float = 1.5
    red_flag_waits_s: float = 3.0
    """Silence, or time without a new word, or at all, after which a red flag counts in mid-speech: what turns
    it is said sooner (after 1.5 s in all 58 of 229 sentences that take one back rang, not 30)."""
    red_flag_pause_s: float = 0.5
    """Silence after which one counts that only the whole meaning shows: what goes on hardly takes it back."""

    # -- patience: silence before the dialogue is told --
    patience_short_s: float = 4.0  # after a read-back that comes before the announcement
    patience_normal_s: float = 8.0
    """Time to think and to look at a child: twice the 4 s of echokit_server (docs/safety.md, H19)."""
    patience_long_s: float = 30.0
    """Where something must be done first: a temperature taken, a shirt lifted."""
    patience_unlimited_s: float = 60.0
    """The glass test: a soft reminder each minute."""

    # -- second opinion --
    second_opinion_after_s: float = 0.1
    """Silence after which the second opinion starts, to be ready when speech has ended. Against 0.15 s the
    median first sample comes 40 ms sooner; the same 63 of 64 are found, 0 of 48 denials taken for one."""
    second_opinion_every_s: float = 1.2
    """In speech without a pause it is asked each time so much was added: a red flag in the middle of a long
    sentence must not wait for its end."""
    second_opinion_wait_s: float = 1.5
    """Longest wait for it after the end of speech; then the first opinion stands alone."""
    room_talk_s: float = 4.0
    """A voice that goes on this long without sense does not hold the silence of the caller up."""
    barge_in_words_s: float = 0.5
    """Speech this long stops the assistant once words are in it; a shorter "uh huh" only turns it down."""
    barge_in_wordless_s: float = 1.0
    """A voice that goes on this long is let speak, even where no word of it was recognised."""


FADE_S = 0.02
"""Own speech that is cut fades so long: longer leaves words in the air, none clicks."""

# ---- talk without end ----

CUT_BLOCKS, TALK_GAP_BLOCKS = 5, 25
"""From a forced end to the next utterance: 0.1 s at most, a word was cut ("press one" was a "yes"). After
0.5 s without a voice talk that never ended has ended."""
CHATTER_WORDS, LONG_WORDS, UNNAMED_WORDS = 6, 8, 5
CHATTER_S, UNPAUSED_S, CHATTER_WITHIN_S = 6.0, 9.0, 45.0
"""After a sentence of so many words without sense others may talk; after two, so long in all within the last,
they do (one without a pause counts as much, but for replies). So many make a reply long, a yes passing."""
HELD_UP = 2.0
"""Times its patience that voices without sense hold a silence up (16 s; an utterance lasts up to 10 s)."""

# ---- whose words are believed ----

GARBAGE_WORDS = 6
"""A streaming result longer than this of which the second engine heard nothing is other people's talk."""
VALUE_WORDS = 3
"""An age or a time in so few words is believed where the second engine made no sense of them: "eleven"."""
GUESS_WORDS = 4
"""Of more words than this no bare answer is made by a guess at them: "sure does not have a mailbox"."""
HALF_HEARD_WORDS = 3
"""A red flag that one engine alone has heard among so few words or more is read back."""
GUESSED_FLAG_WORDS = 12
"""Of more words than this no guess at them raises a red flag alone: a telephone's menu was mottled skin."""
WORKERS = 3
"""Work beside the loop at once: second opinions of the whole utterance and of a red flag, and Moonshine."""
SAME_WORDS = 0.6
"""Share of a sign's words that must stand in the second result for the two to have heard the same."""

# ---- the pace of the caller ----

ECHO_TAIL_S = 0.25
"""After own speech stops, its echo may still ring: the stricter barge-in rule holds on this long."""
SUPPRESSED_S = 0.5
"""Sound before the pre-roll that the second opinion hears of who speaks over the assistant: the canceller
takes the first words for echo. Of 72 red flags of other voices 66 were found without, 70 with it."""
RESUMED_S = 0.8
"""Speech that goes on this soon after an utterance was closed: the caller had not finished."""
SLOWER_PACE, SLOWEST_PACE = 1.25, 2.0
"""By so much more silence is awaited each time the caller was cut off, and at most."""

# ---- is there an echo ----

ECHO_PEAK = 0.05
"""Likeness from which there may be one: mostly 0.06 and more with an echo of -20 dB, mostly less without."""
ECHO_SURE = 0.08
"""Likeness from which there surely is one, even where there was none: two voices are alike by chance."""
ECHO_LOOKS = 25
"""Looks it is averaged over: an echo keeps its delay, a chance likeness of two voices does not."""
ECHO_SILENT_SAMPLES = 4_000
"""Twice so many silent samples (0.5 s) from the microphone while others were played: no echo, at once."""
ECHO_SILENT_RATIO = 0.01
"""So much quieter (40 dB) than what was played is silent."""
ECHO_FLOOR_DBFS = -58.0
"""Noise the canceller is given with the microphone: in digital silence it takes the caller for echo."""
ECHO_DITHER = 1
"""Noise (16-bit steps, -92 dBFS) added to what was played: else a silent block takes 2.9 ms, not 0.2."""
ECHO_PLAYED_RMS = 100.0
"""Root mean square (16-bit scale) of what is played, below which no echo of it need come back."""
ECHO_WINDOW = 16_000
"""Samples over which the microphone is compared with what was played (1 s): a word or two."""
ECHO_HOP = 1_600
"""How often that is done: ten times a second, while something is played (1.3 % of a core)."""
ECHO_MOST_DELAY = 8_000
"""The longest way from loudspeaker to microphone that is looked for (0.5 s): wireless ones included."""
ECHO_SOON, ECHO_LATE = 5, 60
"""Looks without an echo after which there is none: at the start, and once there has been one."""
ECHO_KEPT_BLOCKS = 1_200
"""Blocks of both sides that are kept (24 s): the longest utterance, and what its echo is learned from."""
ECHO_LEARNED_FROM = 48_000
"""Samples before those asked for, from which their echo is learned, too (3 s)."""
ECHO_RINGS = 12_000
"""Samples after which nothing of what was played can still be heard (0.75 s)."""

# ---- an echo that is taken out once more, for whom can wait ----

ECHO_STEP = 320
"""Samples the filter takes at once (20 ms)."""
ECHO_PARTS = 24
"""Steps that an echo may take to arrive and fade away (0.48 s)."""
ECHO_FADES_S = 0.35
"""Time in which the echo of a living room is taken to fall by 60 dB: what comes later is less expected."""
ECHO_PASSES = 3
"""Times the sound is gone through: what is learned at its end helps its beginning (7.7, 11.8, 13.4 dB)."""
ECHO_CHANGES = 0.9995
"""How sure a step still is of what was known of the room one step before."""

# ---- silence ----

SILENT_PEAK = 12
"""Frames with no sample above this (-69 dBFS) are silence without asking the model: a third of a replay."""
NO_VOICE = 0.1
"""Where own speech ends and voice is less likely than this, its judge begins anew: its memory was dulled."""

# ---- Vosk: grammar or open vocabulary ----

VOSK_SHORT_WORDS = 2
"""Answers of so few words are the grammar's: without context the open vocabulary only guesses at them."""
VOSK_AGREEMENT = 0.5
"""Least likeness of the grammar's letters and the open vocabulary's, below which the grammar was forced."""

# ---- PocketSphinx: the voice it is used to ----

VOICE_MEMORY_FRAMES = 600
"""Frames (10 ms) of earlier speech that count against a new utterance: a new voice takes over in seconds."""
SPHINX_SETTLED_S = 4.0
"""Speech after which a caller's voice counts as known; until then each utterance is decoded anew."""
SPHINX_AGAIN_S = (1.2, 2.0)
"""Sound of an unknown voice after which all of it is decoded anew, with the mean it has had so far."""
SPHINX_SHARE = 0.5
"""Part of the language model that comes from the grammars; the rest is everyday English."""
SPHINX_UNSAID = 1e-7
"""Everyday probability of a word that everyday English lacks: rarer than any it has."""
SPHINX_SEARCH = MappingProxyType({
    "lw": 9.0, "wip": 0.02, "beam": 1e-60, "wbeam": 1e-40, "pbeam": 1e-60, "pl_window": 5, "maxhmmpf": 5000,
    "fwdflat": False, "bestpath": False,
})  # fmt: skip
"""How widely it searches, at one pass since words are wanted while they are said (docs/recognizers.md)."""

# ---- an engine that fails ----

ENGINE_AGAIN_SAMPLES = 16_000
"""Samples of speech (1 s) between two tries to open an engine: each try holds up the loop."""
ENGINE_LOST_AFTER = 3
"""Tries in a row after which the caller is told that nothing is heard."""
DEAF_BLOCKS = 25
"""Blocks in a row (0.5 s) that could not be heard, after which the caller is told."""

# ---- standby ----

WAKE_S = 4.0
"""Sound the second opinion is shown: a wake phrase takes 0.9 to 1.8 s, and 0.9 s pass until it has ended."""
WAKE_LOOKS_S = 0.8
"""Fresh sound after which it is asked again, in talk that does not end."""

# ---- engines that write English: what they make of noise ----

QUIET_RMS = 40.0
"""Root mean square below which there is nothing to transcribe (16-bit scale)."""
LOOPS = 4
"""A phrase said this often in a row is an engine stuck in a loop; a single word may be."""
LOOP_WORDS = 9
"""From this many words on, a text of few different ones is a loop, too."""

# ---- Moonshine: how often the words so far are heard anew ----

MOONSHINE_STEP_S = 0.32
"""Fresh sound after which they are: a word's length. At 0.24 both engines heard half of one."""
MOONSHINE_STEP_SHARE = 0.18
"""But no sooner than after this share of the sound so far: what takes longer is done less often; the end
of speech waits for no step. Against 0.12 a seventh less computing; of 104 red flags as many, as soon."""
MOONSHINE_LEAST_S = 0.4
"""Sound before the first time: a caller who speaks over the assistant stops it once words are heard."""
MOONSHINE_LONGEST_S = 6.0
"""Sound heard at once; of longer speech the words before its quietest place stay as they are. Computing
per second of speech without pause: 0.23 at 8 s, 0.19 at 6 s, 0.16 at 5 s, in steps of 0.32 s."""
MOONSHINE_SHORTEST_S = 0.1
"""Of less it hears nothing: its first layers need 56 ms."""
MOONSHINE_TOKENS_A_SECOND = 12
"""Tokens allowed for each second: with its makers' 6.5 fast speech was cut off ("i can't bre")."""
MOONSHINE_CUT = (0.4, 0.85)
"""Where in sound that has grown too long the quietest place is looked for: enough must be left for sense."""
MOONSHINE_CUT_QUIET = 1_600
"""Samples (0.1 s) whose energy is compared for that: the shortest pause."""
MOONSHINE_DRAFT_NEAR, MOONSHINE_DRAFT_TRIED = 6, 8
"""Tokens in which a draft that failed is found again, and that are tried then, a tenth of a step each."""
MOONSHINE_HOPELESS = -1.2
"""Mean log probability below which nothing is believed: of 485 sentences, half of them in noise, none was."""
MOONSHINE_CLEAR, MOONSHINE_CLEAR_LAST = -0.5, -0.35
"""Log probability of each of a word's tokens from which it was clear; a last one may be half of another.
Of 173 red flags in partial results 100 were clear at once, 10 of 34 wrong ones; of 13 in acted dialogue 2."""

# ---- Whisper: what it may be trusted with ----

# Measured with all its pieces of words; of a quarter of them probabilities are a little higher (decision 76).

WHISPER_MARGIN_S = 0.5
"""Silence that must fit behind the speech, so that Whisper knows that it is over."""
WHISPER_LONGEST_S = 29.5
"""Whisper hears 30 s at most; of longer sound the end counts."""
WHISPER_CONTEXTS_S = (10, 15, 20, 30)
"""Sound is padded to one of these. Made for 30 s, Whisper hears as well in 10, four times as fast."""
WHISPER_TUNED_S = 12
"""Tuned it was with shorter ones padded to the next whole second, up to this: so it hears them, too."""
WHISPER_BEAM = 8
"""Ways kept open in the search, and results that may count."""
WHISPER_NEAR = 0.4
"""Other results so little less probable (mean log probability) may have been what was said."""
WHISPER_SURE = -1.1
"""Log probability below which the words may be the hint's ("floppy man", -1.7); red flags have -0.1 to -1."""
WHISPER_TOKENS_A_SECOND = 6
"""Tokens allowed for each second: faster speech is an invention that goes round in circles."""
WHISPER_NO_SPEECH = 0.4
"""Probability of no speech above which it is noise, or many people talking to nobody. Of 32 pieces of babble
one has less, said in babble 48 phrases at most 0.37, 100 of people and other voices at most 0.05."""
WHISPER_PLAIN = -0.25
"""Log probability from which words are believed even so: of 80 pieces of noise and babble the best had -0.36,
a red flag at the end of 8.5 s, plain to hear, had -0.07 with 0.4001 for no speech."""
WHISPER_HOPELESS = -2.3
"""Log probability below which nothing is believed."""
HINT_LIKENESS = 0.9
"""Letters of a sentence of the hint (difflib's ratio) from which Whisper's words may be its echo. At 0.75
"i can't breathe" was like "i can't see"."""
WHISPER_UNPROMPTED = -2.6
"""Mean log probability unprompted below which they are: of babble -3.4 to -5.4, said in it -0.7 to -1.7."""
