"""What an utterance means, given the question that was open."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from voice_triage.messages import ALL_BUT, Answer, Finding, Meaning
from voice_triage.protocol import Protocol
from voice_triage.understanding import (
    ages,
    concluding,
    durations,
    figures,
    lasting,
    people,
    strengths,
    temperatures,
    values,
    weighing,
)
from voice_triage.understanding.alarms import PartialAlarm, agreed, clear, credible, followed, left_open
from voice_triage.understanding.circumstances import but_for, only_a_failed_call, told_in, without_call
from voice_triage.understanding.commands import command_in, leading, only_command
from voice_triage.understanding.context import Context, Said
from voice_triage.understanding.fading import partly
from voice_triage.understanding.grammar import Grammar, load
from voice_triage.understanding.network import Network, Reading
from voice_triage.understanding.network import load as load_network
from voice_triage.understanding.readback import confirmed, cried, unclear
from voice_triage.understanding.replies import (
    Found,
    answering,
    answers_in,
    bare_signs,
    effects,
    general,
    harmless,
    meant,
    merge,
    only_answers,
    ordered,
    put_right,
    ruled_out,
)
from voice_triage.understanding.selection import spotted
from voice_triage.understanding.upheld import by_rules, has_say, weighed, without_parts
from voice_triage.understanding.values import Told
from voice_triage.understanding.values_network import ValuesNetwork
from voice_triage.understanding.values_network import load as load_values
from voice_triage.understanding.words import Words


class Interpreter:
    """Turns words into findings, values, an answer or a command."""

    def __init__(
        self,
        grammar: Grammar,
        network: Network | None = None,
        figures: ValuesNetwork | None = None,
        protocol: Protocol | None = None,
    ) -> None:
        """``protocol``: says from where on a temperature is a fever; None: the one that is shipped."""
        self._fever_celsius = (protocol or Protocol.load()).fever_celsius
        self._grammar = grammar
        self._network = network
        self._figures = figures
        self.year = values.REFERENCE_YEAR
        # The session asks for the same words several times.
        self.interpret = lru_cache(maxsize=64)(self._interpret)

    @classmethod
    def load(cls, language: str = "en", protocol: Protocol | None = None) -> Interpreter:
        """An interpreter for the language. Raises BadContent when its grammars are wrong."""
        return cls(load(language), load_network(language), load_values(language), protocol)

    def forget(self) -> None:
        """Forget the sentences of the caller who has gone."""
        self.interpret.cache_clear()
        if self._network:
            self._network.forget()

    def _interpret(self, text: str, question: str | None = None) -> Meaning:
        """The meaning of text. Never raises, whatever the text; linear in its length."""
        words, asked, network = self._grammar.lexicon.utterance(text), question or "", self._network
        if not words.surface:
            return Meaning(text)
        spots = spotted(self._grammar, words, asked)
        context = Context(self._grammar, words, spots, asked)
        signs = list(said := merge(context))
        heard = values.Utterance(self._grammar, words, spots, asked, self.year)
        clauses = lasting.Clauses(self._grammar, heard)
        told = self._values(clauses, said, question)
        beside = told_in(context, text, [t.value for t in told])
        said = without_call(said, beside.get("no_phone", range(0)))
        command, wish = self._wish(command_in(context, signs, {at for r in beside.values() for at in r}))
        if wish:  # "too fast for me": it tells nothing of anybody
            said = [s for s in said if s.concept in self._grammar.red_flags]
            told = [one for one in told if one.value.concept != "patient"]
        if only := only_command(words, spots, command):
            said = []  # "speak a bit faster" tells nothing
        mute = only or only_a_failed_call(context, beside) or heard.only_number
        reading = network.read(words.surface, question) if network and not mute else None
        conceivable = weighing.conceivable(reading, network, self._grammar.red_flags)
        if network and reading and not wish and not beside:
            command = self._order(context, command, self._weighed(command, reading, context), said)
        told, command = durations.or_wait(told, spots, command, asked)
        found = answers_in(context)
        if only_answers(context, found):
            (said, found), reading = self._unless_gainsaid(context, said, found, reading), None
        elif reading and network:
            said = weighed(context, by_rules(context, said, found), reading, network)
        said = concluding.settled(partly(context, said, found), signs, told, clauses)
        reading = None if context.idle and not found else reading
        answer, said = self._reply(context, but_for(context, said, beside), told, command, reading, found)
        if answer and context.asked.get("clear_no"):
            command = wish = None  # "that's wrong" to a read-back answers it and orders nothing
        answer = None if answer == "no" and (ALL_BUT in beside or cried(context, text)) else answer
        part = answer == "no" and "yes" not in context.asked and not (found and found[-1][2] == "no")
        worded = bool(found) and not general(context, found)
        about = (tuple(beside), " ".join(words.surface), conceivable, worded, part)
        findings = self._findings(words, without_parts(self._grammar, said, asked))
        return Meaning(text, answer, command, findings, tuple(t.value for t in told), wish, *about)

    def _unless_gainsaid(
        self, context: Context, said: list[Said], found: list[Found], reading: Reading | None
    ) -> tuple[list[Said], list[Found]]:
        """The signs and answers of an utterance that only answers; otherwise where the network is sure."""
        other = self._gainsaid(context, found, reading) if found and reading else None
        if other is not None:
            found = other
            said = [s for s in said if s.concept not in bare_signs(context.asked)]
        return answering(context, said, found), found

    def _gainsaid(self, context: Context, found: list[Found], reading: Reading) -> list[Found] | None:
        """What the answer is by a network that is sure; a yes to danger signs only where it finds one."""
        row, words = context.asked, len(context.words.surface)
        flag = weighing.likeliest(reading, self._network, frozenset(row.get("asks", ())))
        mild = harmless(row, self._grammar.red_flags) or flag > strengths.AGREED
        return weighing.gainsaid(found, reading, words, harmless=mild, worded=not general(context, found))

    def _weighed(self, command: str | None, reading: Reading, context: Context) -> str | None:
        """The command by both readings; "two minutes, i'm going upstairs" stands as it was said."""
        if command and leading(context, command):
            return command
        return weighing.command(command, reading, self._network) if self._network else command

    def _order(
        self, context: Context, command: str | None, likeliest: str | None, said: Sequence[Said]
    ) -> str | None:
        """The command that counts, ``likeliest`` by both readings; the network adds none beside a place.

        Nor does it alone end the conversation or begin it anew while an emergency is read back.
        """
        if context.asked.get("clear_no") and likeliest in strengths.ENDS:
            return command
        innocent = any(s.payload.kind == "command" and s.payload.value == "never" for s in context.spots)
        places = self._grammar.places & {s.concept for s in said}
        if not command and (innocent or (context.question == "location" and places)):
            return None
        return likeliest

    def _wish(self, name: str | None) -> tuple[str | None, str | None]:
        """The command, and the wish about the assistant itself that it stands for."""
        row = self._grammar.files["commands"].get(name, {})
        return (row["as"] or None, name) if "as" in row else (name, None)

    @staticmethod
    def _findings(words: Words, said: Sequence[Said]) -> tuple[Finding, ...]:
        """The signs as the rest of the program knows them."""
        return tuple(Finding(s.concept, s.status, words.text(s.start, s.end)) for s in said)

    def _values(self, clauses: lasting.Clauses, said: list[Said], question: str | None) -> list[Told]:
        """All values, the last of each kind, and the fever a temperature means."""
        utterance, fever_celsius = clauses.utterance, self._fever_celsius
        told = (heat := temperatures.temperatures(utterance, fever_celsius)) + ages.ages(utterance, heat)
        told += durations.durations(utterance, told, clauses, new=concluding.are_new(clauses, said))
        told += people.patients(utterance, told)
        last: dict[str, Told] = {}
        for one in sorted(told, key=lambda t: (t.strong, t.start)):
            last[one.value.concept] = one
        if self._network and self._figures and not utterance.only_number:
            parts = self._network.read(utterance.words.surface, question).parts
            last = figures.weighed(clauses, last, self._figures, parts)
        if "temperature" in last:
            said[:] = [s for s in said if s.concept != "fever"]
            said.append(temperatures.fever(utterance, heat, last["temperature"], fever_celsius))
        return sorted(last.values(), key=lambda t: t.start)

    def _reply(
        self,
        context: Context,
        said: list[Said],
        told: list[Told],
        command: str | None,
        reading: Reading | None,
        found: Sequence[Found],
    ) -> tuple[Answer | None, list[Said]]:
        """The answer to the open question, and the findings with what a bare answer adds."""
        if not context.question:
            return None, ordered(said)
        # A question the grammar does not know is still answered by a yes or a no.
        row = context.asked
        if row.get("value") and found and found[-1][2] != "unsure" and (said or told):
            found = ()
        explicit = found[-1][2] if found else None
        if explicit in ("yes", "no") and reading and self._network and general(context, found):
            if not weighing.borne_out(row, explicit, reading, self._network, self._grammar.red_flags):
                found, explicit = (), None
        if row.get("clear_no"):
            return self._read_back(context, said, reading, found)
        asks = [s for s in said if s.concept in row.get("asks", ())]
        # A yes to a list of red flags is one: the network alone gives none, nor "yes, he's awake".
        mild = harmless(row, self._grammar.red_flags)
        if explicit == "yes" and not mild and {s.status for s in asks} == {"absent"}:
            found, explicit = (), None
        answer = effects(row, said, None if command else explicit)
        if row.get("value") and answer != "unsure" and (said or told):
            answer = None
        if reading and has_say(asks, reading) and not put_right(context, found):
            unsure = explicit == "unsure" and not context.explained()
            may_say_yes = explicit == "yes" or unsure or bool(asks) or mild
            if explicit == "no" and not may_say_yes and weighing.says_yes(reading):
                answer = None  # "no, they go away" is neither: the danger signs are asked again
            else:
                barred = ruled_out(row, said, explicit, context.only_supposed(), may_say_yes=may_say_yes)
                answer = weighing.answer(answer, reading, barred, found, words=len(context.words.surface))
        if answer and not command:
            said = said + (meant(context, answer, said, found) if explicit or not (said or told) else [])
        return answer, ordered(said)

    def _read_back(
        self, context: Context, said: list[Said], reading: Reading | None, found: Sequence[Found]
    ) -> tuple[Answer | None, list[Said]]:
        """The answer to a read-back, which only a clear no takes back, and the signs."""
        flags, answer = self._grammar.red_flags, confirmed(context, said, found)
        doubt = weighing.likeliest(reading, self._network, flags)
        corrected = any(s.status == "present" and s.concept in flags for s in said)
        if (
            answer == "no"
            and not corrected
            and (doubt >= strengths.SURE_DOUBT or unclear(context, said, doubt >= strengths.DOUBT))
        ):
            return None, [s for s in ordered(said) if s.concept not in flags]
        if answer == "yes":  # "no she's not drowsy, wheezing" corrects, and takes nothing back
            said = [s for s in said if s.status != "absent" or s.concept not in flags]
        return answer, ordered(said)

    def alone(self, text: str, question: str | None = None, below: float = 1.0) -> frozenset[str]:
        """The signs that the network alone reads, as in many a nonsense, no surer than ``below``."""
        found = self.interpret(text, question).findings
        if not (signs := {one.concept for one in found if one.status == "present" and one.words}):
            return frozenset()
        words, asked = self._grammar.lexicon.utterance(text), question or ""
        said = merge(Context(self._grammar, words, spotted(self._grammar, words, asked), asked))
        reading = self._network.read(words.surface, question) if self._network else None
        return weighing.alone(signs, said, reading, self._network, below)

    def likelihood(self, text: str, question: str | None, concepts: frozenset[str]) -> float:
        """The network's highest probability that the words say one of the concepts; 1 where it knows none."""
        words = self._grammar.lexicon.utterance(text).surface
        if not words or self._network is None or concepts.isdisjoint(self._network.concepts):
            return float(bool(words))
        return weighing.likeliest(self._network.read(words, question), self._network, concepts)

    def directed(self, text: str, question: str | None = None) -> float:
        """The network's probability that the caller says the words, not others; 1 without words."""
        words = self._grammar.lexicon.utterance(text).surface
        return self._network.read(words, question).directed if words and self._network else 1.0

    def alarm(self, partial: str, question: str | None = None, doubtful: str | None = None) -> PartialAlarm:
        """What is present in the words so far, and whether more words could turn it.

        ``doubtful`` are those of the words that were not heard clearly, None where nobody knows.
        """
        words = self._grammar.lexicon.utterance(partial)
        if not words.surface:
            return PartialAlarm()
        spots = spotted(self._grammar, words, "")  # of "breathing" more may follow: "breathing is fine"
        context = Context(self._grammar, words, spots, question or "")
        present = [s for s in merge(context) if s.status == "present"]
        agrees: frozenset[str] = frozenset()
        if present and self._network:
            reading = self._network.read(words.surface, question)
            present = [s for s in present if credible(s, reading, self._network)]
            agrees = agreed(present, reading, self._network)
        unclear = partial if doubtful is None else doubtful
        return PartialAlarm(
            self._findings(words, ordered(present)),
            settled=not left_open(words.surface, present, self._grammar.sets),
            followed=followed(words.surface, present, self._grammar.sets, self._grammar.red_flags),
            clear=agrees & clear(present, words.surface, self._each(partial) - self._each(unclear)),
        )

    def _each(self, text: str) -> set[str]:
        """The words of a text, each read by itself: "you know" is none, "know" is one."""
        return {word for one in text.split() for word in self._grammar.lexicon.read(one).surface}
