"""Reading age of a text, offline: Flesch-Kincaid with syllables from the CMU dictionary.

textstat would fetch that dictionary from the network; the one in the pocketsphinx wheel is the same.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path


@cache
def _syllables_of() -> dict[str, int]:
    """Return word -> number of syllables (vowel phones)."""
    import pocketsphinx

    counts: dict[str, int] = {}
    path = Path(pocketsphinx.get_model_path()) / "en-us" / "cmudict-en-us.dict"
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        counts.setdefault(word, sum(phone[0] in "AEIOU" for phone in phones))
    return counts


def syllables(word: str) -> int:
    """Return the syllables of one lower-case word; vowel groups where it is in no dictionary."""
    known = _syllables_of().get(word)
    return known if known else max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word))))


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower())


def grade(text: str) -> float:
    """Return the Flesch-Kincaid grade; 4 to 6 is a reading age of 9 to 11."""
    every = words(text)
    return 0.39 * len(every) / len(sentences(text)) + 11.8 * sum(map(syllables, every)) / len(every) - 15.59
