"""How words sound: the stock dictionary, the grammars' own words, and British variants of both."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from voice_triage.errors import Lacking

Pronunciations = dict[str, tuple[str, ...]]
"""Word -> its pronunciations, each as CMU phones separated by spaces."""

_STOCK = "cmudict-en-us.dict"
_VARIANT = re.compile(r"\(\d+\)$")
_VOWELS = frozenset("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW".split())
_BROAD_A = frozenset(
    "after answer ask asked asking bath branch can't castle chance chant class dance demand draft fast father"
    " france glance glass glasses grass half last laugh laughed laughing master pass passed past path plant"
    " plaster rather sample shan't staff task vast".split()
)
"""Words whose American AE is AA in southern England: 'can't' is in most red flags."""

_ROUND_O = frozenset(
    "a lot body bodies bother clot doctor dots dot drop dropped floppy from got hospital hot is not long got"
    " mottled nope not of off on possible problem shock sobbing spot spots spotty stop stopped vomit vomited"
    " vomiting was what want wants wash watch what's".split()
)
"""Words whose American AA is a rounded AO in Britain."""


def known_words() -> frozenset[str]:
    """Return the words of the stock dictionary. Raises Lacking without pocketsphinx."""
    with open(acoustic_model() / _STOCK, encoding="utf-8") as lines:
        return frozenset(_VARIANT.sub("", line.split(maxsplit=1)[0]) for line in lines)


def acoustic_model() -> Path:
    """Return the folder of the English model in the pocketsphinx package. Raises Lacking without it."""
    try:
        import pocketsphinx
    except (ImportError, OSError) as error:
        raise Lacking(
            f"pocketsphinx cannot be used ({error})", "Run: .venv/bin/pip install pocketsphinx"
        ) from None
    return Path(pocketsphinx.get_model_path("en-us"))


def load(model: Path, extra: Mapping[str, str], words: Iterable[str]) -> Pronunciations:
    """Return the pronunciations of those of ``words`` that are known; ``model`` is the en-us folder."""
    wanted = set(words)
    found: dict[str, list[str]] = {word: [extra[word]] for word in wanted if word in extra}
    own = frozenset(found)
    with open(model / _STOCK, encoding="utf-8") as lines:
        for line in lines:
            name, _, phones = line.strip().partition(" ")
            word = _VARIANT.sub("", name)
            if word in wanted and word not in own:
                found.setdefault(word, []).append(phones)
    return {word: tuple(_with_british(word, ways)) for word, ways in found.items()}


def _with_british(word: str, ways: list[str]) -> list[str]:
    """Add the southern British sound of each pronunciation, where it differs."""
    all_ways = dict.fromkeys(ways)
    for phones in ways:
        all_ways.setdefault(" ".join(_british(word, phones.split())))
    return list(all_ways)


def _british(word: str, phones: list[str]) -> list[str]:
    """Apply the broad A, the rounded O and the dropped R to one pronunciation."""
    heard: list[str] = []
    for at, phone in enumerate(phones):
        follows = phones[at + 1] if at + 1 < len(phones) else ""
        if phone == "AE" and word in _BROAD_A:
            heard.append("AA")
        elif phone == "AA" and word in _ROUND_O:
            heard.append("AO")
        elif phone == "R" and follows not in _VOWELS and heard and heard[-1] in _VOWELS:
            if heard[-1] in {"IH", "IY", "EH", "UH"}:
                heard.append("AH")
        elif phone == "ER" and not follows and at:
            heard.append("AH")
        else:
            heard.append(phone)
    return heard
