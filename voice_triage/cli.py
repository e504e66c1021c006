"""The command line: options in, exit status out.

0 fine, 1 expectation failed, 2 bad input, 3 lacking, 4 failed inside, 130 ended by Ctrl-C, 143 by SIGTERM,
129 by SIGHUP.
"""

from __future__ import annotations

import argparse
import errno
import logging
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path

from voice_triage.arguments import HEARS, RECOGNIZERS, Parser
from voice_triage.ending import signals_end
from voice_triage.errors import Lacking, OutputGone, TriageError
from voice_triage.standard_streams import drop, flush, forgive_letters, show, take_json_lines


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; every failure is one line on standard error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    # Without a command it talks: someone with full hands types as little as possible.
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in ("-h", "--help", "--version")):
        arguments.insert(0, "talk")
    logging.basicConfig(level=logging.ERROR, format="voice-triage: %(message)s")
    forgive_letters()
    try:
        if sys.stdout is None and arguments[0] != "talk":  # who talks can do without
            raise Lacking("the output is closed", "Give it somewhere to write.")
        options = _parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = options.run
        with signals_end():
            status = run(options)
            flush()  # what is found full only at the end of the process has no message
            return status
    except OutputGone as error:
        drop()
        if error.exit_status:
            print(f"voice-triage: {error}", file=sys.stderr)
        return error.exit_status
    except TriageError as error:
        print(f"voice-triage: {_one_line(str(error))}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt as error:
        if error.args:
            print(f"\nvoice-triage: {error}", file=sys.stderr)  # the terminal's line begins with ^C
        return 130
    except Exception as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            cure = "Free some space there, then run the same command again"
            print(f"voice-triage: a disk is full ({_place(error)}). {cure}", file=sys.stderr)
            return 3
        # Kind and place only: the message might hold what was said.
        what = f"failed inside ({type(error).__name__}, {_place(error)}); this is a fault of the program"
        print(f"voice-triage: {what}", file=sys.stderr)
        return 4


def _place(error: Exception) -> str:
    """The last line of our own that was reached, such as "session.py line 90"."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if Path(__file__).parent in Path(one.filename).parents]
    return f"{Path(ours[-1].filename).name} line {ours[-1].lineno}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="voice-triage", description="Hands-free, offline voice triage for red dots on the skin."
    )
    parser.add_argument("--version", action="version", version=version("voice-triage"))
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    _add_conversations(commands)
    _add_replay(commands)
    _add_lines(commands)
    _add_house(commands)
    return parser


def _add_conversations(commands: argparse._SubParsersAction[Parser]) -> None:
    talk = commands.add_parser("talk", help="the hands-free conversation (default)")
    talk.add_argument(
        "--standby", action="store_true", help="wait for 'start triage' before each conversation"
    )
    talk.add_argument("--input-device", metavar="NAME", help="microphone: number or part of its name")
    talk.add_argument("--output-device", metavar="NAME", help="loudspeaker: number or part of its name")
    talk.add_argument("--recognizer", choices=RECOGNIZERS, help=HEARS)
    talk.add_argument(
        "--plain", action="store_true", help="captions as plain lines, for screen readers and pipes"
    )
    talk.add_argument("--rate", dest="rate_wpm", type=int, metavar="WPM", help="words a minute, 80 to 400")
    _add_shared(talk)
    talk.set_defaults(run=_talk)
    chat = commands.add_parser("chat", help="the same conversation typed, one line a turn")
    _add_shared(chat)
    chat.set_defaults(run=_chat)
    demo = commands.add_parser("demo", help="a spoken emergency conversation, no sound card needed")
    demo.add_argument("--audio", type=Path, metavar="FILE.wav", help="where its sound goes")
    demo.add_argument("--recognizer", choices=RECOGNIZERS, help=HEARS)
    demo.set_defaults(run=_demo)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--country", metavar="XX", help="two letters; chooses the emergency number")
    parser.add_argument("--emergency-number", metavar="DIGITS", help="the number to call, over the country's")
    parser.add_argument(
        "--summary", type=Path, metavar="FILE", help="write a summary for a clinician: .md, .json or .pdf"
    )


def _add_replay(commands: argparse._SubParsersAction[Parser]) -> None:
    replay = commands.add_parser("replay", help="play scenario files in virtual time")
    replay.add_argument(
        "scenarios", nargs="+", type=Path, metavar="SCENARIO", help="scenario file, or folder of them"
    )
    replay.add_argument("--recognizer", choices=(*RECOGNIZERS, "text"), help=f"{HEARS}; text: no sound")
    replay.add_argument("--report", type=Path, metavar="FILE.json", help="what was said, heard and decided")
    replay.add_argument("--junit", type=Path, metavar="FILE.xml", help="the same for CI servers")
    replay.add_argument(
        "--audio", type=Path, metavar="FILE.wav", help="stereo: assistant left, microphone right"
    )
    replay.add_argument("--jobs", type=_jobs, default=1, metavar="N", help="scenarios at the same time")
    replay.set_defaults(run=_replay)


def _jobs(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number from 1 to 256")
    return int(text)


def _add_lines(commands: argparse._SubParsersAction[Parser]) -> None:
    for name, run, about in (
        ("interpret", _interpret, "understanding alone, JSON lines in and out"),
        ("assess", _assess, "the clinical decision alone, JSON lines in and out"),
    ):
        command = commands.add_parser(name, help=about)
        command.add_argument("--jsonl", action="store_true", required=True, help="the only format there is")
        command.set_defaults(run=run)


def _add_house(commands: argparse._SubParsersAction[Parser]) -> None:
    graph = commands.add_parser("graph", help="the dialogue as a diagram")
    graph.add_argument(
        "--output", type=Path, metavar="FILE", help=".mmd, .svg or .png; else Mermaid on standard output"
    )
    graph.set_defaults(run=_graph)
    check = commands.add_parser("check", help="validate protocol and grammars")
    check.add_argument("--list", action="store_true", help="print the ids of questions and concepts instead")
    check.set_defaults(run=_check)
    _add_family(commands, "models", "list, install, path, remove", _models)
    _add_family(commands, "config", "show and change the settings", _config)
    doctor = commands.add_parser("doctor", help="check microphone, loudspeaker, recogniser, voice and model")
    doctor.add_argument("--json", action="store_true", help="the same for programs")
    doctor.add_argument("--microphone-only", action="store_true", help=argparse.SUPPRESS)  # scripts/run asks
    doctor.set_defaults(run=_doctor)
    service = commands.add_parser(
        "install-service", help="start with the desktop: systemd user unit and menu entry"
    )
    service.add_argument("--remove", action="store_true", help="take both away again")
    service.set_defaults(run=_service)


def _add_family(
    commands: argparse._SubParsersAction[Parser], name: str, about: str, run: Callable[[list[str]], int]
) -> None:
    """A command with verbs of its own, which it reads itself; so it answers --help itself, too."""
    # No word begins with this prefix, so that --help and --file, too, are left to the family.
    family = commands.add_parser(name, help=about, add_help=False, prefix_chars="\0")
    family.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...")
    family.set_defaults(run=lambda options: run(options.arguments))


# ---- commands: each imports what it needs, so that the light ones start at once ----


def _interpret(options: argparse.Namespace) -> int:
    from voice_triage import understanding
    from voice_triage.dialogue import question_ids
    from voice_triage.jsonl import each_line
    from voice_triage.progress import READING, told_if_long
    from voice_triage.protocol import Protocol

    protocol = Protocol.load()
    with told_if_long(READING):
        interpreter = understanding.Interpreter.load(protocol=protocol)
    interpreter.year = date.today().year
    questions = question_ids(protocol)

    def one(row: dict[str, object]) -> dict[str, object]:
        return understanding.to_json(interpreter.interpret(*understanding.from_json(row, questions)))

    take_json_lines()
    each_line(sys.stdin or (), one, show)
    return 0


def _assess(options: argparse.Namespace) -> int:
    from voice_triage import triage
    from voice_triage.jsonl import each_line
    from voice_triage.protocol import Protocol

    protocol = Protocol.load()
    take_json_lines()
    each_line(
        sys.stdin or (),
        lambda row: triage.decision_to_json(triage.assess(protocol, triage.case_from_json(protocol, row))),
        show,
    )
    return 0


def _chat(options: argparse.Namespace) -> int:
    from voice_triage.app import Kit, settings_from
    from voice_triage.chat import chat
    from voice_triage.dialogue import Dialogue
    from voice_triage.summary import check_path
    from voice_triage.talk import summarised

    if options.summary:
        check_path(options.summary)
    kit = Kit(settings_from({"country": options.country, "emergency_number": options.emergency_number}))
    dialogue = Dialogue(kit.protocol)
    with summarised(kit, dialogue, options.summary):
        chat(dialogue, kit.interpreter, kit.wording, sys.stdin or (), show)
    return 0


def _replay(options: argparse.Namespace) -> int:
    from voice_triage.replaying import replay_files

    return replay_files(options, show)


def _demo(options: argparse.Namespace) -> int:
    from voice_triage.demo import demo

    return demo(options.audio, options.recognizer, show)


def _talk(options: argparse.Namespace) -> int:
    from voice_triage.talk import talk

    return talk(options, show)


def _graph(options: argparse.Namespace) -> int:
    from voice_triage import graph
    from voice_triage.protocol import Protocol

    graph.draw(Protocol.load(), options.output, show)
    return 0


def _check(options: argparse.Namespace) -> int:
    from voice_triage import check

    return check.list_ids(show) if options.list else check.command(show)


def _models(arguments: list[str]) -> int:
    from voice_triage import models

    return models.command(arguments, show)


def _config(arguments: list[str]) -> int:
    from voice_triage import settings_command

    return settings_command.command(arguments, show)


def _doctor(options: argparse.Namespace) -> int:
    from voice_triage.doctor_checks import doctor

    return doctor(options.json, show, microphone_only=options.microphone_only)


def _service(options: argparse.Namespace) -> int:
    from voice_triage import service

    return service.command(options.remove, show)
