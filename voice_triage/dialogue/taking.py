"""Taking what was heard into the state: findings, values, and whether they answer the open question."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from voice_triage.dialogue.choices import chosen
from voice_triage.dialogue.doubting import doubtful_values, without_doubtful
from voice_triage.dialogue.state import CHOOSE, CUP, LOOK, LOOKER, WHICH, State
from voice_triage.messages import Answer, Finding, Meaning, Status, Value
from voice_triage.protocol import Protocol, Question

CHOSEN: Mapping[str, Answer] = {"spots_stay": "no", "spots_fade": "yes"}
"""Asked whether they stay or fade, the words of the question itself answer: to "do they fade?"."""
PUT_RIGHT = "patient_put_right"
"""The circumstance that it is told anew whom it is about."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The state after an utterance, and how it stands to the question."""

    state: State
    settled: bool = False
    """It answers the open question."""
    vague_yes: bool = False
    """A bare "yes" to a list: which one is still open."""
    news: bool = False
    """Something changed that is no answer to the open question."""


def take(protocol: Protocol, state: State, meaning: Meaning, question: Question | None) -> Taken:
    """Take a whole utterance, given the question that is open (None: no question of the protocol)."""
    said = list(without_doubtful(protocol, state, spoken(state, meaning, question), question))
    said += _fever_from(protocol, meaning.values, said)
    answer = bare_answer(state, meaning, question)
    if question is not None and question.kind == "list" and (picked := chosen(state, question, meaning)):
        said, answer = picked, None
    if meaning.partly and question is not None and _leaves_danger(protocol, state, question, said):
        answer = None
    vague = question is not None and answer == "yes" and _names_none(question, said)
    if question is not None and not vague:
        if answer == "no" and state.place.endswith(WHICH):
            answer = "unsure"  # first "yes", then "no" to the same signs: neither can be trusted
        untouched = {one.concept for one in said} | _volunteered(state, question, answer)
        said += question.effects(answer, untouched)
    said += _complete_walks(protocol, said)
    values = _values(state, meaning, question)
    after = merge(protocol, _forget(protocol, state, question, said), said, values)
    if vague and question is not None and question.at_once:
        after = replace(after, vague_alarm=question.id)
    settled = question is not None and _settles(question, values, said, answer)
    news = after.findings != state.findings or after.values != state.values
    return Taken(after, settled, vague and not settled, news)


def _values(state: State, meaning: Meaning, question: Question | None) -> tuple[Value, ...]:
    """Return the values that count: "I have a glass" does not turn a child into its mother.

    Nor does "my husband is calling them" make him the patient, nor "I'm seven" give a mother's age. Whom the
    network alone takes it to be about, in no words, is nobody new: "what do I do?" is asked by a father. "No,
    it's for my son" puts right who it is, at any question.
    """
    asked = question.asks_for if question is not None else ()
    known = _by_concept(state)
    left_out = set()
    guessed = any(one.concept == "patient" and not one.words for one in meaning.values)
    corrects = meaning.told == (PUT_RIGHT,)
    kept = "patient" in known and (question is not None or guessed)
    if not corrects and (meaning.told or kept or _of_the_helper(state, meaning)):
        left_out.add("patient")
    if "child_calling" in meaning.told and ("patient" not in known or known["patient"].value != "self"):
        left_out.add("age")
    doubtful = doubtful_values(state, meaning, question)
    return tuple(
        one
        for one in meaning.values
        if one.concept not in doubtful and (one.concept in asked or one.concept not in left_out)
    )


def _of_the_helper(state: State, meaning: Meaning) -> bool:
    """True for "my arms are tired", said in an emergency by who helps; "no, it's me" corrects."""
    known = _by_concept(state).get("patient")
    other = state.standing is not None and known is not None and known.value != "self"
    says_self = any(one.concept == "patient" and one.value == "self" for one in meaning.values)
    return other and says_self and meaning.answer is None


def _by_concept(state: State) -> Mapping[str, Value]:
    """Return the values by concept."""
    return {one.concept: one for one in state.values}


def spoken(state: State, meaning: Meaning, question: Question | None) -> tuple[Finding, ...]:
    """Return the findings that count, given the question.

    Not those of a bare answer where it does not answer the question, and not "I can't tell" before
    someone else's eyes were offered.
    """
    if question is None or question.kind != "walk":
        return meaning.findings
    bare = bare_answer(state, meaning, question) is None
    return tuple(
        one
        for one in meaning.findings
        if one.concept not in question.asks_for
        or not ((bare and not one.words) or (one.status == "unsure" and not state.looked))
    )


def bare_answer(state: State, meaning: Meaning, question: Question | None) -> Answer | None:
    """Return "yes", "no" or "unsure" where it answers the question itself.

    It does not while the caller fetches the glass; where "stay or fade?" or other eyes were asked for, only
    what says one of the two does.
    """
    if question is None or question.kind != "walk":
        return meaning.answer if question is not None else None
    if state.place.endswith((CHOOSE, LOOKER)):
        if meaning.worded and meaning.answer in ("yes", "no"):
            return meaning.answer  # "i think they stay", "no i can still see two"
        return next((answer for name, answer in CHOSEN.items() if name in meaning.told), None)
    if meaning.answer == "unsure":
        return "unsure" if state.looked and state.place.endswith(LOOK) else None
    if state.place.endswith(CUP):
        return None if _answers_nothing(state) else meaning.answer
    return meaning.answer if state.place.endswith(LOOK) else None


def _answers_nothing(state: State) -> bool:
    """True when no question so far got an answer but "no": this "no" may not be one either."""
    return not state.values and all(one.status == "absent" for one in state.findings)


def merge(protocol: Protocol, state: State, said: Iterable[Finding], values: Iterable[Value]) -> State:
    """Return the state with what was said.

    A red flag, and what an announced emergency stands on, is only taken back on the read-back.
    """
    fixed = set(protocol.red_flags) | set(state.announced)
    found = {one.concept: one for one in state.findings}
    for one in said:
        old = found.get(one.concept)
        if one.concept not in protocol.concepts:
            continue
        if old is not None and old.status == "present" and one.status != "present":
            if one.concept in fixed or one.status == "unsure":
                continue
        if old is None or old.status != one.status:
            found[one.concept] = one
    kept = {one.concept: one for one in state.values}
    kept.update({one.concept: one for one in values})
    return replace(state, findings=tuple(found.values()), values=tuple(kept.values()))


def known(question: Question, statuses: Mapping[str, Status], values: Collection[str]) -> bool:
    """True when what was volunteered already answers ``question``; ``values`` are those given."""
    if any(name in statuses or name in values for name in question.answered_by):
        return True
    if question.kind == "value":
        return any(name in values for name in question.asks_for)
    if question.kind in ("open", "walk"):
        # Of a walk "absent" alone may come from a read-back; the test itself has not been done then.
        return any(statuses.get(name) == "present" for name in question.asks_for)
    return all(name in statuses for name in question.asks_for)


def safe_reading(protocol: Protocol, state: State, question: Question) -> State:
    """Return the state when the question stays open: its unknown warning signs become unsure.

    So does what a single question asks for: an itch nobody answered for must not pass for an itch.
    """
    statuses = state.statuses
    if question.id in state.reopened:  # what a bare "no" took back is open
        statuses = {name: status for name, status in statuses.items() if status != "absent"}
    open_signs = [
        Finding(name, "unsure")
        for name in question.asks_for
        if name not in statuses and (name in protocol.warning_signs or question.kind == "single")
    ]
    if question.kind == "walk":
        open_signs = list(question.effects("unsure", statuses))
    return merge(protocol, state, open_signs, ())


def worst_reading(protocol: Protocol, state: State, question: Question) -> State:
    """Return the state when "which?" stays open after a bare yes: the most serious of the list."""
    return merge(protocol, state, [Finding(name, "present") for name in question.open_yes], ())


def _leaves_danger(protocol: Protocol, state: State, question: Question, said: Iterable[Finding]) -> bool:
    """True for "he's awake" to a list of red flags: the rest of it is asked, once."""
    named = {one.concept for one in said if one.status == "absent"}.intersection(question.asks_for)
    rest = protocol.red_flags.keys() & set(question.asks_for) - named - state.statuses.keys()
    return question.kind == "list" and bool(named and rest) and not state.excused


def _names_none(question: Question, said: Iterable[Finding]) -> bool:
    """True for a list where nothing named is one of its signs."""
    asked = set(question.asks_for)
    return question.kind == "list" and not any(
        one.concept in asked and one.status != "absent" for one in said
    )


def _volunteered(state: State, question: Question, answer: Answer | None) -> set[str]:
    """Return what a bare answer must not touch: signs that were there before a list was asked."""
    if question.kind != "list" or state.revisit == question.id or answer == "yes":
        return set()
    return {one.concept for one in state.findings if one.status == "present"}


def _forget(protocol: Protocol, state: State, question: Question | None, said: Iterable[Finding]) -> State:
    """Drop the old answer of a question the caller went back to, once there is a new one.

    Red flags stay: only the read-back takes them back.
    """
    if question is None or state.revisit != question.id:
        return state
    if not any(one.concept in question.asks_for for one in said):
        return state
    kept = tuple(
        one
        for one in state.findings
        if one.concept not in question.asks_for
        or (one.concept in protocol.red_flags and one.status == "present")
    )
    return replace(state, findings=kept)


def _settles(question: Question, values: Iterable[Value], said: list[Finding], answer: Answer | None) -> bool:
    """True when the utterance answers the question."""
    named = {one.concept for one in said}
    given = {one.concept for one in values}
    if any(name in named or name in given for name in question.answered_by):
        return True
    if question.kind == "value":
        return any(name in given for name in question.asks_for)
    if question.kind == "open":
        return answer in ("no", "unsure") or any(
            one.concept in question.asks_for and one.status == "present" for one in said
        )
    if question.kind == "list":
        return answer in ("no", "unsure") or not _names_none(question, said)
    return any(name in named for name in question.asks_for)


def _fever_from(protocol: Protocol, values: Iterable[Value], said: Iterable[Finding]) -> list[Finding]:
    """Return what a temperature says of fever; words about fever come first."""
    if any(one.concept == protocol.fever for one in said):
        return []
    for value in values:
        if value.concept == "temperature" and not isinstance(value.value, str):
            status: Status = "present" if value.value >= protocol.fever_celsius else "absent"
            return [Finding(protocol.fever, status, value.words)]
    return []


def _complete_walks(protocol: Protocol, said: Iterable[Finding]) -> list[Finding]:
    """Let "they fade", said at any time, also say what it excludes, as a bare answer would."""
    found = {one.concept: one for one in said}
    extra: dict[str, Finding] = {}
    for question in protocol.questions:
        for effects in (question.yes, question.no) if question.kind == "walk" else ():
            names = [name for name, status in effects.items() if status == "present" and name in found]
            if any(found[name].status == "present" for name in names):
                words = found[names[0]].words
                extra |= {
                    name: Finding(name, status, words)
                    for name, status in effects.items()
                    if name not in found
                }
    return list(extra.values())
