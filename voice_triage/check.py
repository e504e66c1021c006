"""Everything ``voice-triage check`` looks at: protocol, dialogue, wording and grammars."""

from __future__ import annotations


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
