"""The dictionary and the language model PocketSphinx reads: built from the grammars once, then cached."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from voice_triage.recognizers import dictionary
from voice_triage.recognizers.contract import PhraseSource
from voice_triage.recognizers.language_model import Background, Mixture, packed_background
from voice_triage.recognizers.made import made

log = logging.getLogger(__name__)

_RECIPE = "1"
"""Raise when the way the files are built changes, so that old caches are not used."""

_DICTIONARY, _MODEL = "words.dict", "model.lm"


@dataclass(frozen=True, slots=True)
class Files:
    """Paths of the prepared files."""

    dictionary: Path
    language_model: Path


class Recipe:
    """What the files are made of, besides the packaged models; the sentences are made when needed."""

    def __init__(self, phrases: PhraseSource, share: float) -> None:
        self._phrases = phrases
        self.share = share
        """Part of the language model's probability that comes from the sentences."""

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Each sample sentence once."""
        return tuple(dict.fromkeys((*self._phrases.sentences(), *self._phrases.near_misses())))

    @cached_property
    def extra(self) -> dict[str, str]:
        """Pronunciations that the stock dictionary lacks."""
        return self._phrases.pronunciations()

    def key(self) -> str:
        """Name of the cache entry: differs when anything that goes in differs."""
        digest = hashlib.sha256(packed_background())
        for part in (_RECIPE, version("pocketsphinx"), str(self.share), self._phrases.fingerprint()):
            digest.update(part.encode() + b"\n")
        return f"pocketsphinx-{digest.hexdigest()[:20]}"


@contextmanager
def prepared(recipe: Recipe, model: Path, cache: Path | None) -> Iterator[Files]:
    """Give the files, from the ``cache`` folder where possible; they may be gone after the block."""
    with made(recipe.key(), lambda folder: _build(folder, recipe, model), cache) as folder:
        yield Files(folder / _DICTIONARY, folder / _MODEL)


def _build(folder: Path, recipe: Recipe, model: Path) -> None:
    """Write the dictionary and the language model."""
    background = Background.load()
    sentences = recipe.sentences
    words = {word for sentence in sentences for word in sentence.split()} | background.words.keys()
    sounds = dictionary.load(model, recipe.extra, words)
    speakable = [sentence for sentence in sentences if all(word in sounds for word in sentence.split())]
    if len(speakable) < len(sentences):
        log.warning("%d sentences have words without a pronunciation", len(sentences) - len(speakable))
    with open(folder / _DICTIONARY, "w", encoding="ascii") as out:
        for word, ways in sorted(sounds.items()):
            for number, phones in enumerate(ways, 1):
                out.write(f"{word} {phones}\n" if number == 1 else f"{word}({number}) {phones}\n")
    with open(folder / _MODEL, "w", encoding="ascii") as out:
        for line in Mixture(speakable, background.restricted(sounds), recipe.share).arpa():
            out.write(line + "\n")
