"""All the words the assistant says: prompt ids and slots in, sentences out. No logic, only slots."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from types import MappingProxyType
from typing import Any

from voice_triage import strict_yaml
from voice_triage.content import suggestion
from voice_triage.errors import BadContent, BadInput
from voice_triage.messages import Line

FOLDER = Path(__file__).parent / "locale"
KINDS = ("self", "child", "other")
"""Whom the sentence speaks of; an unknown patient is spoken of as `other`."""
SECTIONS = ("no_number", "no_line", "and", "forms", "signs", "prompts")
SIGN_SLOTS = ("sign", "signs")
"""Filled from the table of signs; `signs` takes several ids, separated by commas."""
OPEN_SLOTS = {"count": "3", "measure": "thirty nine two", "word": "glass", "letters": "G, L, A, S, S"}
"""Slots any value may fill, with a sample for texts()."""


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language for one country."""

    language: str
    joiner: str
    """The word between the last two of several signs."""
    emergency_number: str
    """As spoken: "9 1 1", or words where no country is set."""
    out_of_hours: str
    """The line for when the practice is closed, as spoken; words where none is known for the country."""
    prompts: Mapping[str, Mapping[str, str]]
    """Prompt id -> kind of patient -> text with slots."""
    signs: Mapping[str, str]
    """Concept -> what to call it in a sentence."""
    forms: Mapping[str, Mapping[str, str]]
    """Kind of patient -> slot -> the fitting form."""

    @classmethod
    def load(cls, language: str = "en", country: str | None = None, number: str | None = None) -> Wording:
        """Load ``locale/<language>.yaml``; ``number`` overrides the country's. Raises BadInput."""
        path = FOLDER / f"{language}.yaml"
        if not path.is_file():
            known = sorted(file.stem for file in FOLDER.glob("??.yaml"))
            raise BadInput(f"there is no wording for the language '{language}'{suggestion(language, known)}")
        place = f"locale/{path.name}"
        data = _mapping(strict_yaml.load(path), place)
        for key in data:
            if key not in SECTIONS:
                raise BadContent(f"{place}: unknown key '{key}'{suggestion(key, SECTIONS)}")
        digits = number or _number_of(country)
        wording = cls(
            language=language,
            joiner=str(data.get("and")),
            emergency_number=_spoken(digits) or str(data.get("no_number")),
            out_of_hours=_spoken(_lines().get((country or "").upper())) or str(data.get("no_line")),
            prompts=MappingProxyType(
                dict(_flatten(_mapping(data.get("prompts"), f"{place}: prompts"), place))
            ),
            signs=_texts(data.get("signs"), f"{place}: signs"),
            forms={
                kind: _texts(_mapping(data.get("forms"), place).get(kind), f"{place}: forms: {kind}")
                for kind in KINDS
            },
        )
        wording._check(place)
        return wording

    def say(self, line: Line, patient: str | None = None) -> str:
        """Return the words of ``line`` about this patient. Raises BadContent if it has none."""
        kind = patient if patient in KINDS else "other"
        prompt = self.prompts.get(line.prompt)
        if prompt is None:
            near = suggestion(line.prompt, self.prompts)
            raise BadContent(f"locale/{self.language}.yaml: there is no prompt '{line.prompt}'{near}")
        slots = {
            **self.forms[kind],
            "emergency_number": self.emergency_number,
            "out_of_hours": self.out_of_hours,
        }
        for name, value in line.slots:
            slots[name] = self._signs(value, slots) if name in SIGN_SLOTS else value
        try:
            return prompt[kind].format_map(slots)
        except KeyError as error:
            raise BadContent(f"locale/{self.language}.yaml: {line.prompt}: nothing fills {error}") from None

    def texts(self) -> tuple[str, ...]:
        """Return everything that may be said, for every patient and sign; numbers by one sample."""
        return self._render(self.prompts, self.signs)

    def emergency_texts(self, signs: Collection[str] | None = None) -> tuple[str, ...]:
        """Return what an emergency announcement may say, to be rendered before the first question.

        The lines with the number come first; ``signs`` narrows what may have been heard.
        """
        names = [name for name in self.prompts if name.startswith("emergency.")]
        names.append("confirm_red_flag.ask")
        return self._render(names, self.signs if signs is None else signs)

    def _render(self, names: Iterable[str], signs: Collection[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for name in names:
            for kind in KINDS:
                for line in self._samples(name, kind, signs):
                    found[self.say(line, kind)] = None
        return tuple(found)

    def _samples(self, name: str, kind: str, signs: Collection[str]) -> Iterator[Line]:
        """Yield the prompt with every sign, or with a sample for open slots."""
        slots = _slots(self.prompts[name][kind])
        given = tuple((slot, sample) for slot, sample in OPEN_SLOTS.items() if slot in slots)
        named = [slot for slot in SIGN_SLOTS if slot in slots]
        if named:
            for sign in signs:
                yield Line(name, (*given, (named[0], sign)))
        else:
            yield Line(name, given)

    def _signs(self, concepts: str, slots: Mapping[str, str]) -> str:
        """Return the words for one concept, or for several separated by commas."""
        words = [self._sign(concept, slots) for concept in concepts.split(",")]
        head, last = ", ".join(words[:-1]), words[-1]
        return f"{head} {self.joiner} {last}" if head else last

    def _sign(self, concept: str, slots: Mapping[str, str]) -> str:
        text = self.signs.get(concept)
        if text is None:
            raise BadContent(f"locale/{self.language}.yaml: signs: '{concept}' has no words")
        return text.format_map(slots)

    def _check(self, place: str) -> None:
        """Refuse prompts with slots that nothing fills."""
        for kind in KINDS:
            known = {*self.forms[kind], *OPEN_SLOTS, *SIGN_SLOTS, "emergency_number", "out_of_hours"}
            for name, variants in self.prompts.items():
                for slot in _slots(variants[kind]):
                    if slot not in known:
                        raise BadContent(
                            f"{place}: {name}: unknown slot '{slot}'{suggestion(slot, sorted(known))}"
                        )


def countries() -> Mapping[str, str]:
    """Return country code -> emergency number."""
    return _texts(strict_yaml.load(FOLDER / "countries.yaml"), "locale/countries.yaml")


def _lines() -> Mapping[str, str]:
    """Return country code -> the number to phone when the practice is closed."""
    return _texts(strict_yaml.load(FOLDER / "out_of_hours.yaml"), "locale/out_of_hours.yaml")


def _spoken(number: str | None) -> str:
    """Return the digits one by one."""
    return " ".join(re.sub(r"\D", "", number or ""))


def _number_of(country: str | None) -> str | None:
    if country is None:
        return None
    known = countries()
    if country.upper() not in known:
        raise BadInput(
            f"no emergency number is known for the country '{country}'{suggestion(country, known)}"
        )
    return known[country.upper()]


def _flatten(
    data: Mapping[str, Any], place: str, before: str = ""
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield dotted id and variants; a mapping with the keys self, child and other is one prompt."""
    for key, value in data.items():
        name = f"{before}{key}"
        if isinstance(value, str):
            yield name, dict.fromkeys(KINDS, value)
        elif isinstance(value, dict) and set(value) & set(KINDS):
            if set(value) != set(KINDS):
                raise BadContent(f"{place}: {name}: needs the three variants {', '.join(KINDS)}")
            yield name, _texts(value, f"{place}: {name}")
        else:
            yield from _flatten(_mapping(value, f"{place}: {name}"), place, f"{name}.")


def _slots(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def _mapping(data: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(data, dict) or not data:
        raise BadContent(f"{place}: must be a mapping")
    return data


def _texts(data: Any, place: str) -> Mapping[str, str]:
    rows = _mapping(data, place)
    for key, value in rows.items():
        if not isinstance(value, str) or not value.strip():
            raise BadContent(f"{place}: '{key}' must be text")
    return MappingProxyType(dict(rows))
