"""Text to words: folding, contractions, fillers, inflections, all from grammars/<language>/words.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voice_triage.errors import BadContent
from voice_triage.understanding.rowed import restored

WordSet = frozenset[str]
PhraseList = tuple[tuple[str, ...], ...]

_PIECES = re.compile(r"\d+(?:[.,]\d+)?|[a-z_]+(?:'[a-z]+)*|<[a-z_]+>|\{[a-z]+\}|[.,;:?!]")
_NO_WORD = re.compile(r"([a-z])\1{2,}")
"""One letter over and over, as recognisers write a hiss: "fffff" was read as spots that stay."""
_STOPS = frozenset(".;:?!")
_ENDINGS = {"'ll": "will", "'re": "are", "'ve": "have", "'d": "would", "'m": "am", "'s": "'s"}


def fold(text: str) -> str:
    """Lower-case ASCII letters, digits and marks; accents and odd apostrophes are folded."""
    text = text.replace("\u2019", "'").replace("\u2018", "'").replace("\u02bc", "'").replace("`", "'")
    text = text.replace("\u00bd", " and a half ").replace("\u00b0", " degrees ").replace("\n", " . ")
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return "".join(mark for mark in decomposed if mark.isascii() or not unicodedata.combining(mark))


@dataclass(frozen=True, slots=True)
class Words:
    """An utterance as words; punctuation stays as words of its own."""

    surface: tuple[str, ...]
    lemma: tuple[str, ...]

    def text(self, start: int, end: int) -> str:
        """The words from start to end, as said."""
        return " ".join(self.surface[start:end])


class WordSets:
    """The words that the rules ask for, by the keys of words.yaml; of unions each is made once."""

    def __init__(self, rows: Mapping[str, Any], **written_out: WordSet) -> None:
        lists = {key: frozenset(row) for key, row in rows.items() if isinstance(row, list)}
        self._sets: dict[str, WordSet] = {**lists, **written_out}
        self._unions: dict[tuple[str, ...], WordSet] = {}

    def __getitem__(self, key: str) -> WordSet:
        return self._sets[key]

    def any_of(self, *keys: str) -> WordSet:
        """The words of all the keys."""
        if keys not in self._unions:
            self._unions[keys] = frozenset[str]().union(*(self._sets[key] for key in keys))
        return self._unions[keys]


class Lexicon:
    """How the language writes, shortens and inflects its words."""

    def __init__(self, rows: Mapping[str, Any]) -> None:
        self.contractions: dict[str, tuple[str, ...]] = {
            short: tuple(long.split()) for short, long in rows["contractions"].items()
        }
        self.light = frozenset(
            word for key in ("light", "auxiliaries") for line in rows[key] for word in line.split()
        )
        self.articles = frozenset(rows["articles"])
        self.auxiliaries = self.articles | {word for line in rows["auxiliaries"] for word in line.split()}
        self.skippable = self.light | {word for line in rows["skippable"] for word in line.split()}
        self._sounds = {sound: f" {word} " for sound, word in rows["sounds"].items()}
        self._sound = re.compile(r"\b(?:" + "|".join(map(re.escape, self._sounds)) + r")\b")
        self.fillers = frozenset(rows["fillers"])
        self.filler_pairs = frozenset(tuple(pair.split()) for pair in rows["filler_pairs"])
        self.decimals = frozenset(rows["decimals"])
        self.before_decimals = frozenset(rows["before_decimals"])
        self.lemmas = _inflections(rows["inflections"])
        self.sets = WordSets(rows, skippable=self.skippable, auxiliaries=self.auxiliaries)

    def read(self, text: str) -> Words:
        """Split text into words. Never raises."""
        return self._words(self._pieces(text))

    def utterance(self, text: str) -> Words:
        """The same for what somebody has said: a last "they're" is they.

        What was to follow was not said, and "they are" would be an answer.
        """
        pieces = self._pieces(text)
        for at in reversed(range(len(pieces))):
            stem, mark, ending = pieces[at].rpartition("'")
            if stem and mark + ending in _ENDINGS.keys() - {"'s"}:
                pieces[at] = stem
            elif pieces[at] not in self.fillers and pieces[at][0].isalnum():
                break
        return self._words(pieces)

    def _pieces(self, text: str) -> list[str]:
        return _PIECES.findall(self._sound.sub(lambda found: self._sounds[found[0]], fold(text)))

    def _words(self, pieces: Sequence[str]) -> Words:
        out: list[str] = []
        for piece in pieces:
            for word in self._expand(piece):
                if word in self.fillers or _NO_WORD.fullmatch(word):
                    continue
                out.append(word)
                if len(out) > 1 and (out[-2], out[-1]) in self.filler_pairs:
                    del out[-2:]
        kept = [word for at, word in enumerate(out) if not self._said_again(out, at)]
        kept = restored(kept, self.sets)
        return Words(tuple(kept), tuple(self.lemmas.get(word, word) for word in kept))

    def _said_again(self, words: Sequence[str], at: int) -> bool:
        """True for a word that is only stammered, not for the last of "thirty eight eight"."""
        word = words[at]
        if at == 0 or word != words[at - 1] or word[0].isdigit():
            return False
        return not (word in self.decimals and at > 1 and words[at - 2] in self.before_decimals)

    def spoken(self, text: str) -> frozenset[str]:
        """The words as they were said, none of them written out or folded into another: mummy, not mum."""
        return frozenset(piece.partition("'")[0] for piece in _PIECES.findall(fold(text)))

    def _expand(self, piece: str) -> tuple[str, ...]:
        """One piece of text as whole words: can't -> can not."""
        if piece in self.contractions:
            return self.contractions[piece]
        if "'" not in piece:
            return (piece,)
        if piece.endswith("n't"):
            return (piece[:-3], "not") if len(piece) > 3 else ("not",)
        cut = piece.rindex("'")
        stem, ending = piece[:cut].replace("'", ""), piece[cut:]
        if not stem:
            return (_ENDINGS.get(ending, ending[1:]),)
        # Speech has no spelling: any other ending is part of the word (o'clock).
        if ending not in _ENDINGS:
            return (stem + ending[1:],)
        return (*self.contractions.get(stem, (stem,)), _ENDINGS[ending])


def is_stop(word: str) -> bool:
    """True for a mark that ends a sentence."""
    return word in _STOPS


def _inflections(rows: Mapping[str, Any]) -> dict[str, str]:
    """Map each inflected form to its base word."""
    forms: dict[str, str] = {}
    for line in rows["verbs"]:
        for verb in line.split():
            for form in _verb_forms(verb):
                forms[form] = verb
    for line in rows["nouns"]:
        for noun in line.split():
            forms[_plural(noun)] = noun
    for base, others in rows["irregular"].items():
        for form in others.split():
            forms[form] = base
    for line in rows["verbs"]:
        for verb in line.split():
            forms.pop(verb, None)
    bases = set(forms.values())
    for base in bases & forms.keys():
        raise BadContent(f"words.yaml: inflections: '{base}' is a base word and a form of '{forms[base]}'")
    return forms


def _plural(word: str) -> str:
    """A regular plural or third person: rash -> rashes, baby -> babies."""
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if word.endswith("y") and word[-2] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def _verb_forms(verb: str) -> tuple[str, ...]:
    """The regular forms of a verb: stop -> stops, stopped, stopping, stoppin."""
    if verb.endswith("ie"):
        return (verb + "s", verb + "d", verb[:-2] + "ying")
    if verb.endswith("e") and not verb.endswith("ee"):
        return (verb + "s", verb + "d", verb[:-1] + "ing", verb[:-1] + "in")
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return (_plural(verb), verb[:-1] + "ied", verb + "ing")
    short = re.fullmatch(r"[^aeiou]*[aeiou][^aeiouwxy]", verb)
    stem = verb + verb[-1] if short else verb
    return (_plural(verb), stem + "ed", stem + "ing", stem + "in")
