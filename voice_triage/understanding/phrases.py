"""What a caller may say, as sentences for the recognisers: made from the same grammars that understand it."""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from voice_triage.understanding.grammar import Grammar, load, read
from voice_triage.understanding.sources import Source
from voice_triage.understanding.templates import sample, unfold, words

BUDGET = 8_000
"""Sentences for all templates of signs together: a language model of that size loads in a second."""
PER_TEMPLATE = (2, 14)
"""The fewest and most sentences for one template."""
SEED = 1
"""The same sentences every time: the language model is cached by its text."""
STANDBY = "standby"
"""What takes a question's place while nothing is asked yet."""


class Phrases:
    """The sentences, decoys, words and pronunciations the recognisers need."""

    def __init__(self, grammar: Grammar) -> None:
        self._grammar = grammar
        self._samples: dict[str, Any] = grammar.files["samples"]
        fewest, most = PER_TEMPLATE
        self._limit = max(fewest, min(most, BUDGET // max(1, len(self._signs()))))

    @classmethod
    def load(cls, language: str = "en") -> Phrases:
        """The phrases of a language. Raises BadContent when its grammars are wrong."""
        return cls(load(language))

    def fingerprint(self) -> str:
        """Differs whenever any of the phrases or pronunciations does; costs nothing."""
        return self._grammar.fingerprint

    def sentences(self) -> list[str]:
        """Sample sentences for the language model, lower-case, each once."""
        return list(self._sentences)

    def near_misses(self) -> list[str]:
        """Innocent sentences that sound like signs."""
        return _unique(text for row in self._grammar.files["signs"].values() for text in row.get("near", ()))

    def for_question(self, question: str | None) -> list[str]:
        """What a streaming engine should expect while the question is open, red flags always included."""
        plain = [text for row in self._samples["plain"] for text in unfold(row, "samples.yaml")]
        flags = (s for s in self._signs() if s.phrase.name in self._grammar.red_flags)
        texts = plain + [text for source in flags for text in self._expand(source, self._limit)]
        texts += self._answers(question or "")
        row = self._grammar.files["questions"].get(question or "", {})
        texts += row.get("example", ())
        wanted = set(row.get("asks", ()))
        texts += [t for s in self._signs() if s.phrase.name in wanted for t in self._expand(s, self._limit)]
        texts += self._of_kind("command", 4)
        if question in ("confirm_red_flag", None):  # while an emergency stands
            texts += self._of_kind("circumstance", 4)
        if question in ("age", "fever", "duration", "patient", "location", None):
            texts += self._value_texts()
        return _unique([*texts, *self.near_misses()])

    def hint(self, question: str | None) -> str:
        """What the talk is about while the question is open, or in standby, as written English."""
        row = self._grammar.files["questions"].get(question or "", {})
        said = [*self._samples["about"], *row.get("example", ())]
        if question == STANDBY:
            said = read(self._grammar.language, "listening")["expected"]
        return "".join(f" {text[0].upper()}{text[1:]}." for text in said)

    def vocabulary(self) -> frozenset[str]:
        """Every word a caller may use."""
        words = {word for source in self._grammar.sources for word in self._words_of(source)}
        for sentence in self._sentences:
            words.update(sentence.split())
        return frozenset(words)

    def pronunciations(self) -> dict[str, str]:
        """CMU phones, without stress, of words that stand in no recogniser's dictionary."""
        rows: dict[str, str] = read(self._grammar.language, "pronunciations")
        return dict(rows)

    @cached_property
    def _sentences(self) -> tuple[str, ...]:
        """All sample sentences."""
        chooser = random.Random(SEED)
        carriers: list[str] = self._samples["carriers"]
        out: list[str] = []
        for source in self._signs():
            flag = source.phrase.name in self._grammar.red_flags and source.phrase.value == "present"
            for text in self._expand(source, self._limit * (2 if flag else 1)):
                text = self._spoken(text, chooser)
                out.append(text)
                if flag:
                    out.append(chooser.choice(carriers).replace("{x}", text))
        for plain in self._samples["plain"]:
            out += [text.replace("{", "").replace("}", "") for text in unfold(plain, "samples.yaml")]
        out += self._answers("") + self._of_kind("command", 10) + self._value_texts()
        out += self._of_kind("circumstance", 6)
        for question, row in self._grammar.files["questions"].items():
            out += self._answers(question)
            out += row.get("example", ())
        out += self.near_misses() + self._samples["small_talk"]
        for phrase in read(self._grammar.language, "listening")["wake"]:
            out += [phrase, f"please {phrase}", f"{phrase} please", f"hello {phrase}", f"can you {phrase}"]
        return tuple(_unique(out))

    def _signs(self) -> list[Source]:
        """The templates of signs that count everywhere."""
        return [s for s in self._grammar.sources if s.phrase.kind == "sign" and not s.phrase.question]

    def _answers(self, question: str) -> list[str]:
        """Answers that count everywhere, and those of the question."""
        return [
            text
            for source in self._grammar.sources
            if source.phrase.kind == "answer" and source.phrase.question in ("", question)
            for text in self._expand(source, 60)
        ] + [
            text
            for source in self._grammar.sources
            if source.phrase.kind == "sign" and question and source.phrase.question == question
            for text in self._expand(source, 30)
        ]

    def _of_kind(self, kind: str, limit: int) -> list[str]:
        """Samples of every template of a kind."""
        return [t for s in self._grammar.sources if s.phrase.kind == kind for t in self._expand(s, limit)]

    def _value_texts(self) -> list[str]:
        """Ages, temperatures, times and people."""
        texts = [
            text
            for source in self._grammar.sources
            if source.phrase.kind == "value" and source.phrase.name != "about"
            for text in self._expand(source, 20)
        ]
        numerals = self._grammar.numerals
        small = [word for word, value in numerals.ones.items() if value]
        for word in small:
            texts += [
                word,
                f"he is {word}",
                f"{word} months",
                f"{word} days",
                f"{word} weeks old",
                f"{word} hours",
            ]
            texts += [f"thirty eight point {word}", f"thirty nine {word}", f"a hundred and {word}"]
        for ten in numerals.tens:
            texts += [ten, f"{ten} years old", *(f"{ten} {unit}" for unit in small[:9])]
        return texts

    def _expand(self, source: Source, limit: int) -> list[str]:
        """At most limit sentences of a template, spread over its alternatives and its rules."""
        chooser = random.Random(f"{SEED} {source.template}")
        picked = sample(source.template, source.where, limit, chooser)
        out = []
        for turn, text in enumerate(picked):
            words = []
            for word in text.split():
                if word[0] == "<":
                    members = self._grammar.rules.members(word[1:-1], source.where)
                    word = members[(turn * 7 + chooser.randrange(len(members))) % len(members)]
                elif word[0] == "{":  # any words may stand here: none of them measured best
                    continue
                words.append(word)
            out.append(self._plain(" ".join(words)))
        return [text for text in _unique(out) if text]

    def _spoken(self, text: str, chooser: random.Random) -> str:
        """A piece of a template as somebody would say it: with a subject, and with his, her or my."""
        owned, before = self._samples["owned"], self._samples["before_owned"]
        words: list[str] = []
        for word in text.split():
            if word in owned and words and words[-1] in before:
                words.append(chooser.choice(self._samples["owners"]))
            words.append(word)
        for row in self._samples["openers"]:
            if any(first in (words[0], f"-{words[0][-len(first) + 1 :]}") for first in row["first"]):
                return str(chooser.choice(row["say"])).replace("{x}", " ".join(words))
        return " ".join(words)

    def _plain(self, text: str) -> str:
        """As a recogniser writes it: lower case, no marks."""
        words = text.replace("_", " ").replace("-", " ").split()
        return " ".join(w for w in words if w[0].isalpha() and w not in self._grammar.lexicon.fillers)

    def _words_of(self, source: Source) -> set[str]:
        """Every word of a template and of the rules in it."""
        found: set[str] = set()
        for word in words(source.template, source.where):
            if word[0] == "<":
                for member in self._grammar.rules.members(word[1:-1], source.where):
                    found.update(self._plain(member).split())
            elif word[0] != "{":
                found.update(self._plain(word).split())
        return found


def _unique(texts: Iterable[str]) -> list[str]:
    """Each text once, in order."""
    return list(dict.fromkeys(texts))
