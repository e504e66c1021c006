"""What ``voice-triage check`` says of the grammars: gaps that loading alone does not refuse."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import yaml

from voice_triage.understanding import kept
from voice_triage.understanding.grammar import Grammar, load
from voice_triage.understanding.phrases import Phrases
from voice_triage.understanding.sources import Source
from voice_triage.understanding.spotter import Trie, spot
from voice_triage.understanding.templates import parts

SENTENCES = Path(__file__).resolve().parents[2] / "tests" / "sentences"
"""Only in a clone."""
WORKED_WITH = ("dev", "wordings", "train", "weigh")
"""Folders of sentences that the grammars may be made for; what is held back stays unread."""
BATCH = 500
"""Sentences between two looks at which templates are left: fewer of them are found faster."""


def check(
    language: str = "en",
    concepts: Iterable[str] = (),
    dictionary: Collection[str] = (),
    red_flags: Collection[str] = (),
) -> list[str]:
    """Problems of the grammars: concepts without phrases, phrases two claim, words nobody can hear.

    concepts, red_flags: those of the protocol; dictionary: the recogniser's words. Each may be left out.
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
    problems += [
        f"signs.yaml: '{flag}' is a red flag here or in the protocol, but not in both"
        for flag in sorted(grammar.red_flags.symmetric_difference(red_flags or grammar.red_flags))
    ]
    problems += _claimed_twice(grammar)
    used = set(re.findall(r"<(\w+)>", json.dumps(grammar.files, default=str)))
    unused = sorted(grammar.files["rules"].keys() - used)
    problems += [f"rules.yaml: no template uses '{name}'" for name in unused]
    if dictionary:
        problems += unheard(Phrases(grammar), dictionary)
    return problems


def unheard(phrases: Phrases, dictionary: Collection[str]) -> list[str]:
    """Words of the sample sentences that no recogniser knows and no pronunciation covers."""
    known = set(dictionary) | phrases.pronunciations().keys()
    words = {word for sentence in phrases.sentences() for word in sentence.split()}
    return [f"pronunciations.yaml: no pronunciation for '{word}'" for word in sorted(words - known)]


def untested(language: str = "en", sentences: Path = SENTENCES) -> list[str]:
    """Templates that no test sentence uses; nothing where there are none, as beside an installed program.

    Takes some seconds after a change to a grammar or a sentence, and is remembered until the next.
    """
    files = [path for name in WORKED_WITH for path in sorted((sentences / name).glob("*.yaml"))]
    if not files:
        return []
    bodies = [path.read_bytes() for path in files]
    digest = hashlib.sha256(load(language).fingerprint.encode())
    for body in bodies:
        digest.update(b"%d\n" % len(body) + body)
    known = kept.recall(name := f"unused-{digest.hexdigest()}")
    if isinstance(known, list):
        return known
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # only texts are read, and there are thousands
    problems = unused(language, (text for body in bodies for text in _texts(yaml.load(body, loader))))
    kept.keep(name, problems)
    return problems


def _texts(data: Any) -> Iterator[str]:
    """The sentences of a file: its rows' texts, or all of a list of wordings."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        yield from _texts(data["text"] if "text" in data else list(data.values()))
    else:
        for row in data or ():
            yield from _texts(row)


def unused(language: str, sentences: Iterable[str]) -> list[str]:
    """Templates that none of the sentences uses."""
    grammar = load(language)
    left = {
        source: [s for row in parts(source.template, source.where) for s in grammar.over_classes(row, source)]
        for source in grammar.sources
    }
    waiting = iter(dict.fromkeys(sentences))
    while left and (batch := list(islice(waiting, BATCH))):
        rows: Trie[Source] = Trie()
        for source, phrases in left.items():
            for symbols in filter(None, phrases):
                rows.add(symbols, source)
        for sentence in batch:
            for found in spot(rows, *grammar.edges(grammar.lexicon.read(sentence))):
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
