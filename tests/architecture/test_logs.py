"""A log line names an event and a few plain facts. What a person wrote can not get into one."""

import ast
import re
from collections.abc import Iterator

from bot.log import FACTS
from tests.support.checkout import CODE, Source, sources

LEVELS = {"info", "warning", "error", "failure"}
EVENT = re.compile(r"[a-z]+(\.[a-z_]+)+")

# What carries words, names or numbers of people. None of it may stand in the value of a fact.
OF_A_PERSON = re.compile(
    r"\b(words|text|body|sender|phone|email|first_name|label|password|token|payload|said|answer)\b"
)


# What may use Python's own logging, with the reason why it may.
USES_LOGGING = {
    "bot/log.py": "it is the one place that writes",
    "bot/channels/twilio/sender.py": "Twilio's client logs addresses unless it is given a log that is off",
}


def test_each_line_has_a_constant_name_and_facts_from_the_list() -> None:
    problems = [
        problem for source in sources(*CODE) for call in _log_calls(source) for problem in _problems(source, call)
    ]
    assert not problems, (
        "Write log.info('room.what_happened', case=number): a constant name, and facts from bot.log.FACTS that hold "
        "ids, counts, times and states.\n" + "\n".join(problems)
    )


def test_nothing_else_writes_logs() -> None:
    elsewhere = [
        f"{source.place(node)} {ast.unparse(node)[:80]}"
        for source in sources(*CODE)
        if source.name not in USES_LOGGING
        for node in source.nodes
        if (isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "pprint", "warnings.warn"})
        or (isinstance(node, ast.Import) and any(alias.name == "logging" for alias in node.names))
        or (isinstance(node, ast.ImportFrom) and node.module in {"logging", "traceback", "warnings"})
    ]
    assert not elsewhere, f"Only bot.log writes log lines, because only it refuses a person's words: {elsewhere}"


def test_no_fact_is_named_for_words() -> None:
    named = sorted(name for name in FACTS if OF_A_PERSON.search(name))
    assert not named, f"A fact with such a name asks for a person's words: {named}"


def _log_calls(source: Source) -> Iterator[ast.Call]:
    for node in source.nodes:
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in LEVELS
            and ast.unparse(node.func.value) in {"log", "self._log", "logger", "self.log"}
        ):
            yield node


def _problems(source: Source, call: ast.Call) -> Iterator[str]:
    where = source.place(call)
    expected = 2 if isinstance(call.func, ast.Attribute) and call.func.attr == "failure" else 1
    if len(call.args) != expected:
        yield f"{where} takes facts by name only"
    if call.args and not all(EVENT.fullmatch(name) for name in _constants(call.args[0])):
        yield f"{where} its event is no constant name like 'turn.taken'"
    for keyword in call.keywords:
        if keyword.arg not in FACTS:
            yield f"{where} {keyword.arg} is not in bot.log.FACTS"
        elif OF_A_PERSON.search(ast.unparse(keyword.value)):
            yield f"{where} {keyword.arg}={ast.unparse(keyword.value)} may hold what a person wrote"


def _constants(node: ast.expr) -> list[str]:
    """The constant texts an expression can be; one that no event's name matches when it is anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value]
    if isinstance(node, ast.IfExp):
        return [*_constants(node.body), *_constants(node.orelse)]
    return [""]
