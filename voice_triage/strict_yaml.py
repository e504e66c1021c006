"""YAML that refuses what plain PyYAML lets through: duplicate keys, aliases, yes and no as booleans."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from voice_triage.errors import BadInput

MAX_BYTES = 2_000_000
"""No content or scenario file of ours comes near this; a larger one is a mistake or an attack."""
_BOOL = "tag:yaml.org,2002:bool"

_Loader: Any = yaml.SafeLoader
if yaml.__with_libyaml__:
    from yaml._yaml import CParser

    class _Fast(Composer, CParser, SafeConstructor, Resolver):
        """SafeLoader, its events read by libyaml: a start is 0.3 s shorter."""

        def __init__(self, stream: str) -> None:
            CParser.__init__(self, stream)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)

    _Loader = _Fast


class _StrictLoader(_Loader):  # type: ignore[misc]
    """The loader for data written by hand."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.events.AliasEvent):
            # An alias bomb needs only a few lines; nobody needs aliases in these files.
            raise yaml.constructor.ConstructorError(
                None,
                None,
                "aliases (*name) are not allowed",
                self.peek_event().start_mark,
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            if key_node.tag == _BOOL:
                key_node.tag = "tag:yaml.org,2002:str"  # as a key it is a word, such as one to pronounce
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str | int | float):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a plain word", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key}' stands here twice", key_node.start_mark
                )
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


# YAML 1.1 reads bare yes, no, on and off as booleans: exactly the words callers say. 1.2 reads only these.
_StrictLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in rows if tag != _BOOL]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_StrictLoader.add_implicit_resolver(
    _BOOL, re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")
)


def parse(text: str, name: str) -> Any:
    """Return the data in ``text``; true and false, unquoted, become booleans, yes and no stay words.

    Raises BadInput, naming ``name`` and the line, for anything that is not plain strict YAML.
    """
    try:
        return yaml.load(text, Loader=_StrictLoader)
    except RecursionError:
        raise BadInput(f"{name}: nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise BadInput(f"{name}: {where}{error.problem or error.context}") from None
    except yaml.YAMLError as error:
        raise BadInput(f"{name}: {str(error).splitlines()[0]}") from None
    except ValueError as error:  # e.g. a date that does not exist
        raise BadInput(f"{name}: {error}") from None
    except (LookupError, AttributeError):  # what PyYAML makes of "!!bool maybe" and "!!timestamp soon"
        raise BadInput(f"{name}: a value is not what its tag (!!) says") from None


def load(path: Path) -> Any:
    """Return the data in the file at ``path``. Raises BadInput."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"{path}: larger than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"{path}: not a text file in UTF-8") from None
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror or error}") from None
    return parse(text, str(path))
