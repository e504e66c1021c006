"""What the engines that write English make of sound, as the words that were spoken."""

from __future__ import annotations

import re

from voice_triage.recognizers.spoken_numbers import spell_out
from voice_triage.thresholds import LOOP_WORDS, LOOPS

_PHANTOMS = frozenset(
    (
        "thank you", "thanks", "thank you very much", "thanks for watching", "thank you for watching", "you",
        "bye", "bye bye", "so", "the end", "please subscribe", "i'll see you next time", "music", "applause",
        "mm", "hmm",
    )
)  # fmt: skip
"""What they make of noise; none of it answers a question of ours."""


def plain(text: str) -> str:
    """Return written English as spoken words: no capitals, no punctuation, no sound names."""
    text = re.sub(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*", " ", text.lower().replace("\u2019", "'"))
    text = re.sub(r"[^a-z' ]+", " ", spell_out(text))
    return " ".join(word for word in (raw.strip("'") for raw in text.split()) if word)


def sensible(text: str) -> str:
    """Return the words, said once what is said again and again; none where it is what is made of noise."""
    text = " ".join(_without_loop(_once(text.split())))
    return "" if text in _PHANTOMS else text


def looped(text: str) -> bool:
    """True for words that an engine which invents them goes round in; a single word may be repeated."""
    words = text.split()
    once = _once(words)
    rest = _without_loop(once)
    few = len(rest) >= LOOP_WORDS and len(set(rest)) * 3 < len(rest)
    return few or (len(once) > 1 and len(once) * LOOPS <= len(words))


def _once(words: list[str]) -> list[str]:
    """Return the words without repetition of the whole: "nope nope nope" was said once."""
    for length in range(1, len(words) // 2 + 1):
        if words == words[:length] * (len(words) // length):
            return words[:length]
    return words


def _without_loop(words: list[str]) -> list[str]:
    """Return the words without repetition at their end: "my son help help help help" calls for help once."""
    for length in range(1, len(words) // LOOPS + 1):
        last = words[-length:]
        if words[-length * LOOPS :] == last * LOOPS:
            while words[-2 * length : -length] == last:
                words = words[:-length]
    return words
