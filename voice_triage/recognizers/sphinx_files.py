"""The dictionary and the language model PocketSphinx reads: built from the grammars once, then cached."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from voice_triage.disk import cache_folder
from voice_triage.recognizers import dictionary
from voice_triage.recognizers.contract import Fingerprinted, PhraseSource
from voice_triage.recognizers.language_model import Background, Mixture, packed_background

log = logging.getLogger(__name__)

_RECIPE = "1"
"""Raise when the way the files are built changes, so that old caches are not used."""

_KEPT = 3
"""Folders kept: what older words left behind is removed, other checkouts may use the next newest."""
_FORGOTTEN_S = 3600
"""Age from which a half-written folder is that of a killed process."""

_DICTIONARY, _MODEL, _SUM = "words.dict", "model.lm", "sha256"


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
        for part in (_RECIPE, version("pocketsphinx"), str(self.share), *self._contents()):
            digest.update(part.encode() + b"\n")
        return f"pocketsphinx-{digest.hexdigest()[:20]}"

    def _contents(self) -> Iterable[str]:
        if isinstance(self._phrases, Fingerprinted):
            return (self._phrases.fingerprint(),)
        return (*(f"{word}={phones}" for word, phones in sorted(self.extra.items())), *self.sentences)


@contextmanager
def prepared(recipe: Recipe, model: Path, cache: Path | None) -> Iterator[Files]:
    """Give the files, from the ``cache`` folder where possible; they may be gone after the block."""
    folder = (cache or cache_folder()) / recipe.key()
    if not _sound(folder):
        with tempfile.TemporaryDirectory(prefix="voice-triage-") as scratch:
            built = Path(scratch)
            _build(built, recipe, model)
            if not _keep(built, folder):
                yield Files(built / _DICTIONARY, built / _MODEL)
                return
    with suppress(OSError):
        os.utime(folder)  # in use: it is not the oldest
    _prune(folder.parent)
    yield Files(folder / _DICTIONARY, folder / _MODEL)


def _prune(cache: Path) -> None:
    """Remove all but the folders used last, and the leavings of killed processes."""
    ages: list[tuple[float, Path]] = []
    for path in cache.glob("pocketsphinx-*"):
        with suppress(OSError):  # another process may be removing it too
            ages.append((path.stat().st_mtime, path))
    whole = [row for row in sorted(ages, reverse=True) if row[1].name.count("-") == 1]
    halves = [row for row in ages if row not in whole and row[0] < time.time() - _FORGOTTEN_S]
    for _, path in (*whole[_KEPT:], *halves):
        shutil.rmtree(path, ignore_errors=True)


def _sound(folder: Path) -> bool:
    """True when the cached files are there and are what was written."""
    try:
        return (folder / _SUM).read_text(encoding="ascii") == _checksum(folder)
    except (OSError, UnicodeDecodeError):
        return False


def _checksum(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in (_DICTIONARY, _MODEL):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()


def _keep(built: Path, folder: Path) -> bool:
    """Copy the files into the cache, whole or not at all; False when it cannot be written."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f"{folder.name}-", dir=folder.parent) as near:
            whole = Path(near) / "whole"
            shutil.copytree(built, whole)
            (whole / _SUM).write_text(_checksum(whole), encoding="ascii")
            shutil.rmtree(folder, ignore_errors=True)  # only a damaged one can be there
            whole.replace(folder)
    except OSError as error:
        # Another process may have put it there in the meantime: that one is as good.
        if not _sound(folder):
            log.warning("the recogniser's files could not be cached in %s: %s", folder.parent, error)
            return False
    return True


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
