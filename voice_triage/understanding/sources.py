"""The templates of grammars/, each with what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from voice_triage.content import Row
from voice_triage.errors import BadContent

SIGN_VALUES = dict.fromkeys(("outright", "surely", "said"), "present")
SIGN_VALUES |= dict(surely_fine="absent", fine="absent", denied="denied")
SIGN_KEYS = (*SIGN_VALUES, "near", "lasts", "red_flag", "place", "skin", "opposite", "exposure")
TOLD_KEYS = dict(command=("as",), circumstance=("closing", "not", "is", "plain", "spoken", "base", "child"))
CUE_KEYS = ("kind", "said", "reach", "of", "surely", "unless")
QUESTION_KEYS = ("yes", "no", "unsure", "asks", "answers", "signs", "example", "value", "clear_no")


@dataclass(frozen=True, slots=True)
class Phrase:
    """What a spotted phrase says."""

    kind: str
    """sign, cue, answer, command, circumstance or value."""
    name: str
    """The concept, the kind of cue, yes/no/unsure, the command, or the kind of value."""
    value: str = ""
    """sign: present or absent; value: what it gives; command, circumstance: a key of their rows."""
    question: str = ""
    """Counts only while this question is open; empty: always."""
    reach: int = 0
    """cue: how many words it reaches."""
    of: tuple[str, ...] = ()
    """cue: the concepts it is about; empty: all."""
    sure: bool = False
    """sign, not_this: so plain that only a network very sure of the contrary overrules it."""
    unless: tuple[str, ...] = ()
    """cue: it does not count in an utterance with one of these words."""
    outright: bool = False
    """sign: so plain that it counts though the network knows nothing of it."""


@dataclass(frozen=True, slots=True)
class Source:
    """One template and where it stands."""

    phrase: Phrase
    template: str
    where: str


def sources(files: Mapping[str, Any]) -> Iterator[Source]:
    """Every template of every file, with what it says."""
    for concept, row in files["signs"].items():
        Row(row, where := f"signs.yaml: {concept}", SIGN_KEYS)
        for key, value in SIGN_VALUES.items():
            phrase = Phrase("sign", concept, value, sure="surely" in key, outright=key == "outright")
            yield from _rows(phrase, row.get(key, ()), where)
    for number, row in enumerate(files["context"]):
        where = f"context.yaml: row {number + 1}"
        Row(row, where, CUE_KEYS)
        reach, of, unless = int(row.get("reach", 12)), tuple(row.get("of", ())), tuple(row.get("unless", ()))
        phrase = Phrase("cue", row["kind"], "", "", reach, of, bool(row.get("surely")), unless)
        yield from _rows(phrase, row["said"], where)
    for answer, templates in files["answers"].items():
        yield from _rows(Phrase("answer", answer), templates, f"answers.yaml: {answer}")
    for kind, keys in TOLD_KEYS.items():
        for name, row in files[f"{kind}s"].items():
            Row(row, where := f"{kind}s.yaml: {name}", ("whole", "inside", "never", *keys))
            for said in ("whole", "inside", "never", "closing"):
                yield from _rows(Phrase(kind, name, said), row.get(said, ()), where)
    for kind, row in files["values"].items():
        for value, templates in row.items():
            yield from _rows(Phrase("value", kind, str(value)), templates, f"values.yaml: {kind}")
    yield from _question_sources(files["questions"])


def _question_sources(questions: Mapping[str, Any]) -> Iterator[Source]:
    """Phrases that mean something only as an answer to one question."""
    for question, row in questions.items():
        Row(row, where := f"questions.yaml: {question}", QUESTION_KEYS)
        for answer, templates in row.get("answers", {}).items():
            yield from _rows(Phrase("answer", answer, question=question), templates, where)
        for concept, by_value in row.get("signs", {}).items():
            for value, templates in by_value.items():
                status = SIGN_VALUES.get(value, value)
                phrase = Phrase("sign", concept, status, question, sure="surely" in value)
                yield from _rows(phrase, templates, where)


def _rows(phrase: Phrase, templates: Any, where: str) -> Iterator[Source]:
    """One source per template."""
    if isinstance(templates, str):
        raise BadContent(f"{where}: templates are a list, not '{templates}'")
    for template in templates:
        yield Source(phrase, str(template), where)
