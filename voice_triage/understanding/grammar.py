"""Loads grammars/<language>/ and compiles it once for spotting."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from voice_triage import strict_yaml
from voice_triage.errors import BadContent, BadInput
from voice_triage.understanding import kept
from voice_triage.understanding.numbers import Numerals
from voice_triage.understanding.sources import Phrase, Source, sources
from voice_triage.understanding.spotter import Edges, Spot, Track, Trie, spot
from voice_triage.understanding.telling import Telling
from voice_triage.understanding.templates import Choice, Rules, parts
from voice_triage.understanding.words import Lexicon, Words, is_stop

FILES = ("words", "rules", "signs", "context", "answers", "commands", "circumstances", "questions", "values",
         "samples", "numbers", "telling")  # fmt: skip
DROPPED = {"cue": "", "answer": "articles", "command": "articles", "circumstance": "articles"}
"""Words that a template need not have: all light ones in signs, only articles in answers, none in cues."""


def folder(language: str) -> Path:
    """Where the words of a language are. Raises BadContent."""
    package = Path(__file__).resolve().parent.parent
    for root in (package.parent / "grammars", package / "grammars"):
        if (root / language).is_dir():
            return root / language
    raise BadContent(f"there is no grammars/{language}")


def read(language: str, name: str) -> Any:
    """The data of one grammar file. Raises BadContent."""
    try:
        return strict_yaml.load(folder(language) / f"{name}.yaml")
    except BadContent:
        raise
    except BadInput as error:
        raise BadContent(str(error)) from None


class Grammar:
    """Every word a caller may use, ready to be spotted."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.fingerprint = kept.fingerprint(folder(language))
        self.files: dict[str, Any] = {name: read(language, name) for name in FILES}
        try:
            self.lexicon = Lexicon(self.files["words"])
            self.sets = self.lexicon.sets
            self.nots, self.doubts, self.walls = (self.sets[key] for key in ("nots", "doubts", "walls"))
        except (KeyError, TypeError, AttributeError) as error:
            raise BadContent(f"grammars/{language}/words.yaml: missing or wrong key {error}") from None
        light = self.lexicon.skippable | self.nots | self.walls
        self.function_words = light | self.sets["function_words"]
        self.numerals = Numerals.read(self.files["numbers"], f"grammars/{language}/numbers.yaml")
        self.telling = Telling.read(self.files["telling"], f"grammars/{language}/telling.yaml")
        self.rules = Rules(self.files["rules"])
        self.sources: tuple[Source, ...] = tuple(sources(self.files))
        self.red_flags = frozenset(n for n, row in self.files["signs"].items() if row.get("red_flag"))
        self.opposites = {n: row["opposite"] for n, row in self.files["signs"].items() if "opposite" in row}
        self.exposures = frozenset(n for n, row in self.files["signs"].items() if row.get("exposure"))
        self.places = frozenset(n for n, row in self.files["signs"].items() if row.get("place"))
        self.skin = frozenset(n for n, row in self.files["signs"].items() if row.get("skin"))
        self.lasting = frozenset(n for n, row in self.files["signs"].items() if row.get("lasts"))
        self._choices: dict[str, tuple[tuple[str, ...], ...]] = {}
        self._names: dict[tuple[tuple[str, ...], ...], str] = {}
        self._singles: dict[str, list[str]] = {}
        self.classes: Trie[str] = Trie()
        self.phrases: Trie[Phrase] = Trie()
        self._compile()

    def _compile(self) -> None:
        """Fill the two tries: members of word classes, then phrases over words and classes."""
        used: set[str] = set()
        for source in self.sources:
            added = False
            for row in parts(source.template, source.where):
                for symbols in self.over_classes(row, source):
                    if symbols:
                        self.phrases.add(symbols, source.phrase)
                        used.update(symbol for symbol in symbols if symbol[0] == "<")
                        added = True
            if not added:
                raise BadContent(f"{source.where}: '{source.template}' holds only words that are skipped")
        for name in sorted(used - self._choices.keys()):
            self._choices[name] = self._class(self.rules.members(name[1:-1], "grammars"), "sign")
        for name, members in self._choices.items():
            for symbols in members:
                if len(symbols) == 1:
                    self._singles.setdefault(symbols[0], []).append(name)
                elif symbols:
                    self.classes.add(symbols, name)
        self.classes.share_endings()
        self.phrases.share_endings()

    def members(self, symbols: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        """The phrases of a template that is one class, or the template itself."""
        return self._choices[symbols[0]] if len(symbols) == 1 and symbols[0] in self._choices else (symbols,)

    def over_classes(self, row: tuple[str | Choice, ...], source: Source) -> list[tuple[str, ...]]:
        """One template as symbols; a group becomes a class, and may be left out if it can be empty."""
        where, kind = source.where, source.phrase.kind
        rows: list[tuple[str, ...]] = [()]
        for part in row:
            if isinstance(part, str):
                symbols = self.symbols(part, kind)
                if len(row) == 1:
                    symbols = self._stiffened(symbols, part, kind)
                rows = [(*before, *symbols) for before in rows]
                continue
            texts = [text for choice in part.texts for text in self.rules.fill(choice, where)]
            members = self._class(texts, kind)
            if len(row) == 1:
                members = tuple(dict.fromkeys(self._stiffened(self.symbols(t, kind), t, kind) for t in texts))
            name = f"<{len(self._choices)}>"
            full = tuple(m for m in members if m)
            if len(full) == 1:
                kept = [(*before, *full[0]) for before in rows]
            elif full:
                name = self._names.setdefault(full, name)
                self._choices[name] = full
                kept = [(*before, name) for before in rows]
            else:
                kept = []
            rows = kept + (rows if () in members else [])
        return rows

    def _class(self, texts: Iterable[str], kind: str) -> tuple[tuple[str, ...], ...]:
        """The members of a class as symbols, each once; a pronoun that is a choice of its own counts."""
        members = []
        for text in texts:
            symbols = self.symbols(text, kind)
            spoken = kind != "sign" or not all(word in self.lexicon.auxiliaries for word in text.split())
            if text and not symbols and spoken:
                symbols = self.symbols(text, "cue")
            members.append(symbols)
        return tuple(dict.fromkeys(members))

    def symbols(self, text: str, kind: str = "sign") -> tuple[str, ...]:
        """The symbols of one unfolded template: light words drop out, joined_words stay together."""
        out: list[str] = []
        dropped = DROPPED.get(kind, "light")
        light: frozenset[str] = getattr(self.lexicon, dropped) if dropped else frozenset()
        for word in text.split():
            if word[0] in "<{":
                out.append(word)
                continue
            lemmas = self.lexicon.read(word.replace("_", " ")).lemma
            if "_" in word:
                out.extend(lemmas[:1])
                out.extend("=" + lemma for lemma in lemmas[1:])
            else:
                out.extend(lemma for lemma in lemmas if lemma not in light)
        return tuple(out)

    def _stiffened(self, symbols: tuple[str, ...], text: str, kind: str) -> tuple[str, ...]:
        """A phrase of which only function words are left must be said word for word."""
        if kind not in ("sign", "value") or any(symbol[0] in "<{" for symbol in symbols):
            return symbols
        if any(symbol.lstrip("=") not in self.function_words for symbol in symbols):
            return symbols
        full = self.symbols(text, "cue")
        return full[:1] + tuple("=" + symbol.lstrip("=") for symbol in full[1:])

    def spot(self, words: Words) -> list[Spot[Phrase]]:
        """Every phrase in the words, in order of their ends."""
        edges, track = self.edges(words)
        return spot(self.phrases, edges, track)

    def edges(self, words: Words) -> tuple[list[Edges], Track]:
        """The symbols at each word, word classes among them, and what may be skipped."""
        # No class has another for a member: a word of its own is all that a class begins with. A word said
        # twice shares its symbols, or they would fill the memory.
        plain: dict[str, Edges] = {word: {word: (1,), "=" + word: (1,)} for word in words.lemma}
        whole = {word: plain[word] | dict.fromkeys(self._singles.get(word, ()), (1,)) for word in plain}
        bare, edges = [plain[word] for word in words.lemma], [whole[word] for word in words.lemma]
        light = [word in self.lexicon.skippable for word in words.surface]
        nothing = [False] * len(light)
        members = spot(self.classes, bare, Track(light, nothing, nothing, nothing, nothing))
        for start, end, name in dict.fromkeys((m.start, m.end, m.payload) for m in members):
            if edges[start] is whole[words.lemma[start]]:
                edges[start] = dict(edges[start])
            edges[start][name] = (*edges[start].get(name, ()), end - start)
        return edges, self._track(words, light)

    def _track(self, words: Words, light: list[bool]) -> Track:
        """Which words a phrase may skip, and at what price."""
        nots = [word in self.nots for word in words.surface]
        doubts = [word in self.doubts for word in words.surface]
        walls = [word in self.walls or is_stop(word) for word in words.surface]
        return Track(light, nots, doubts, walls, self._new_clauses(words))

    def _new_clauses(self, words: Words) -> list[bool]:
        """Where he, she, they, i or we begins a clause of its own: phrases do not reach over it."""
        before = self.sets.any_of("before_nominative", "auxiliaries", "nots")
        return [
            word in self.sets["nominative"] and at > 0 and words.surface[at - 1] not in before
            for at, word in enumerate(words.surface)
        ]


@lru_cache(maxsize=4)
def load(language: str) -> Grammar:
    """The compiled grammar of a language, from the cache where it is there. Raises BadContent."""
    name = kept.fingerprint(folder(language))
    grammar = kept.recall(name)
    if not isinstance(grammar, Grammar):
        grammar = Grammar(language)
        if grammar.fingerprint == name:  # else a file was saved in between
            kept.keep(name, grammar)
    return grammar
