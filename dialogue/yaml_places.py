"""Reads YAML 1.2 into plain values and remembers the line of each."""

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

Place = tuple[str | int, ...]
"""The way to a value from the top: ("steps", 3, "ask")."""

_DEEPEST = 12
_TAG = "tag:yaml.org,2002:"


class UnreadableYamlError(Exception):
    """The text is no YAML we take; `line` counts from 1 (0 when unknown), `what` says in plain words what is wrong."""

    def __init__(self, line: int, what: str) -> None:
        """See the class."""
        self.line = line
        self.what = what
        super().__init__(f"line {line}: {what}")


def read(text: str) -> tuple[Any, dict[Place, int]]:
    """The values in `text` and the line of each. An empty text is None. Raises UnreadableYamlError."""
    yaml = YAML(typ="safe", pure=True)
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableYamlError(
            mark.line + 1 if mark else 0, _plainly(str(error.problem or error.context))
        ) from error
    except (YAMLError, RecursionError, ValueError) as error:
        raise UnreadableYamlError(
            0, "this is not YAML: it holds characters or nesting that YAML has no place for"
        ) from error
    if root is None:
        return None, {}
    reading = _Reading()
    return reading.value(root, ()), reading.lines


def _plainly(problem: str) -> str:
    if "'\\t'" in problem:
        return "there is a tab here; YAML is indented with spaces"
    if "mapping values are not allowed" in problem:
        return "there is a second colon here; put the text in quotes"
    if "could not find expected ':'" in problem:
        return "there is a colon missing here, after the name of a field"
    return f"this is not YAML: {problem}"


class _Reading:
    """One pass over the nodes of a file."""

    def __init__(self) -> None:
        self.lines: dict[Place, int] = {}
        self._seen: set[int] = set()

    def value(self, node: Node, place: Place) -> Any:  # noqa: ANN401 -- YAML data is anything
        line = node.start_mark.line + 1
        self.lines.setdefault(place, line)
        if id(node) in self._seen:
            raise UnreadableYamlError(line, "an alias (*name) is used here; write the text out instead")
        self._seen.add(id(node))
        if len(place) > _DEEPEST:
            raise UnreadableYamlError(line, "this is nested too deeply")
        if isinstance(node, MappingNode):
            return self._mapping(node, place)
        if isinstance(node, SequenceNode):
            return [self.value(child, (*place, number)) for number, child in enumerate(node.value)]
        return _scalar(node, line)

    def _mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, ScalarNode):
                raise UnreadableYamlError(line, "the name of a field must be a plain word")
            key = str(key_node.value)
            if key in found:
                raise UnreadableYamlError(
                    line, f"'{key}' is here twice; the first is in line {self.lines[(*place, key)]}"
                )
            self.lines[(*place, key)] = line
            found[key] = self.value(value_node, (*place, key))
        return found


def _scalar(node: Node, line: int) -> object:
    words = str(node.value)
    kind = str(node.tag).removeprefix(_TAG)
    if kind == "null":
        return None
    if kind == "bool":
        return words.lower() == "true"
    if kind == "int" and words.lstrip("+-").isascii() and words.lstrip("+-").isdigit() and len(words) < 12:
        return int(words)
    if kind in {"str", "int", "float", "timestamp"}:
        return words
    raise UnreadableYamlError(line, f"'{kind}' is a kind of value that flows do not have")
