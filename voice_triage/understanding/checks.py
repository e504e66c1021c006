"""What ``voice-triage check`` says of the grammars: gaps that loading alone does not refuse."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from voice_triage.understanding.grammar import Grammar, Source, load
from voice_triage.understanding.phrases import Phrases
from voice_triage.understanding.spotter import Trie, spot
from voice_triage.understanding.templates import parts


def check(language: str = "en", concepts: Iterable[str] = (), dictionary: Collection[str] = ()) -> list[str]:
    """Problems of the grammars: concepts without phrases, phrases two claim, words nobody can hear.

    concepts: those of the protocol; dictionary: the recogniser's words. Either may be left out.
    Raises BadContent when the grammars cannot be loaded.
    """
    grammar = load(language)
    problems = [
        f"signs.yaml: the protocol's concept '{concept}' has no phrases"
        for concept in sorted(
            set(concepts) - {s.phrase.name for s in grammar.sources if s.phrase.kind == "sign"}
        )
    ]
    problems += [
        f"signs.yaml: the red flag '{flag}' has no near misses for the recogniser"
        for flag in sorted(grammar.red_flags)
        if not grammar.files["signs"][flag].get("near") and not grammar.files["signs"][flag].get("fine")
    ]
    problems += _claimed_twice(grammar)
    if dictionary:
        problems += unheard(Phrases(grammar), dictionary)
    return problems


def unheard(phrases: Phrases, dictionary: Collection[str]) -> list[str]:
    """Words of the sample sentences that no recogniser knows and no pronunciation covers."""
    known = set(dictionary) | phrases.pronunciations().keys()
    words = {word for sentence in phrases.sentences() for word in sentence.split()}
    return [f"pronunciations.yaml: no pronunciation for '{word}'" for word in sorted(words - known)]


def unused(language: str, sentences: Iterable[str]) -> list[str]:
    """Templates that none of the sentences uses."""
    grammar = load(language)
    rows: Trie[Source] = Trie()
    for source in grammar.sources:
        for row in parts(source.template, source.where):
            for symbols in grammar.over_classes(row, source):
                if symbols:
                    rows.add(symbols, source)
    left = dict.fromkeys(grammar.sources)
    for sentence in sentences:
        edges, track = grammar.edges(grammar.lexicon.read(sentence))
        for found in spot(rows, edges, track):
            left.pop(found.payload, None)
    return [f"{source.where}: no test sentence uses '{source.template}'" for source in left]


def _claimed_twice(grammar: Grammar) -> list[str]:
    """Phrases that two red flags claim word for word."""
    claims: dict[tuple[str, ...], set[str]] = {}
    for source in grammar.sources:
        if source.phrase.kind != "sign" or source.phrase.value != "present" or source.phrase.question:
            continue
        if source.phrase.name not in grammar.red_flags:
            continue
        for row in parts(source.template, source.where):
            if len(row) == 1:
                for symbols in grammar.over_classes(row, source):
                    for member in grammar.members(symbols):
                        claims.setdefault(member, set()).add(source.phrase.name)
    return [
        f"signs.yaml: {' and '.join(sorted(names))} both claim '{' '.join(symbols)}'"
        for symbols, names in claims.items()
        if len(names) > 1
    ]
