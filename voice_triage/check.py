"""Everything ``voice-triage check`` looks at: protocol, dialogue, wording and grammars."""

from __future__ import annotations

from collections.abc import Callable


def command(show: Callable[[str], None]) -> int:
    """Show every problem, or that there is none. Raises BadContent."""
    problems = check()
    for problem in problems or ["protocol, grammars and wording: nothing found"]:
        show(problem)
    return 2 if problems else 0


def list_ids(show: Callable[[str], None]) -> int:
    """Show what a scenario may name: every question and concept, and its words. Raises BadContent."""
    from voice_triage.dialogue import question_ids
    from voice_triage.messages import Line
    from voice_triage.protocol import Protocol
    from voice_triage.wording import Wording

    protocol, wording = Protocol.load(), Wording.load()
    for question in question_ids(protocol):
        show(f"question  {question:24}  {wording.say(Line(f'{question}.ask'), 'self')}")
    for concept in protocol.concepts:
        kind = "red flag" if concept in protocol.red_flags else "concept"
        show(f"{kind:8}  {concept:24}  {wording.signs[concept]}")
    return 0


def check() -> list[str]:
    """Return one line for each problem in the content; loading alone refuses the worst. Raises BadContent."""
    from voice_triage.dialogue import checks as dialogue_checks
    from voice_triage.progress import READING, told_if_long
    from voice_triage.protocol import Protocol
    from voice_triage.recognizers.dictionary import known_words
    from voice_triage.understanding import checks as grammar_checks
    from voice_triage.understanding.grammar import load
    from voice_triage.wording import Wording

    protocol = Protocol.load()
    problems = dialogue_checks.check(protocol, Wording.load())
    with told_if_long(READING):
        load("en")
    problems += grammar_checks.check("en", protocol.concepts, known_words(), protocol.red_flags)
    with told_if_long("looking anew for templates that no test sentence uses, a minute or two"):
        problems += grammar_checks.untested("en")
    return problems
