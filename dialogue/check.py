"""What can be wrong with flows that read well: ways that lead nowhere, ways round safety, words that must not go out.

Every finding names file, line and step. `refused` are those with which no conversation may begin.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from dialogue import check_words
from dialogue.flow import Book, Branch, ChoiceQuestion, End, Flow, PlayBack, SafetyQuestion, Say, Step, SubFlow
from dialogue.graph import (
    exits,
    on_a_silent_loop,
    reached,
    start_of,
    sub_flows,
    without_an_end,
)
from dialogue.phrasebook import Phrasebook
from dialogue.phrases import plain
from dialogue.published import Flows
from dialogue.reader import Placed, Problem, did_you_mean
from dialogue.wording import placeholders

_WELCOME_NAMES = ("service", "emergency", "listening_lines", "stop_word")


def check(flows: Flows, phrasebook: Phrasebook) -> list[Problem]:
    """All that is wrong with the newest version of each flow, and with the phrasebook; empty when nothing is."""
    problems: list[Problem] = []
    for name in flows.names():
        placed = _newest(flows, name)
        problems += [*_structure(flows, placed), *check_words.of_flow(placed)]
    return [*problems, *check_words.of_phrasebook(phrasebook)]


@lru_cache(maxsize=64)
def refused(flows: Flows, name: str) -> tuple[Problem, ...]:
    """Why no conversation may begin with this flow; empty when it may. Raises UnknownFlowError."""
    problems: list[Problem] = []
    for each in [name, *sorted(_inner(flows, name))]:
        placed = _newest(flows, each)
        problems += [*_structure(flows, placed, outer=each == name), *check_words.unknown_placeholders(placed)]
    return tuple(problems)


def _newest(flows: Flows, name: str) -> Placed:
    newest = flows.latest(name)
    return next(placed for placed in flows.all if placed.flow is newest)


def _inner(flows: Flows, name: str) -> set[str]:
    """The names of all flows that run inside this one, at any depth, as far as they are there."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        for step in sub_flows(flows.latest(waiting.pop())):
            if step.flow in flows.names() and step.flow not in found:
                found.add(step.flow)
                waiting.append(step.flow)
    return found


def _structure(flows: Flows, placed: Placed, *, outer: bool | None = None) -> list[Problem]:
    is_outer = not placed.flow.sub_flow if outer is None else outer
    problems = [*_names(placed), *_sub_flow_names(flows, placed)]
    if problems:
        return problems  # ways cannot be judged while steps are missing
    problems += [*_ways(placed), *_options(placed), *_conditions(flows, placed)]
    if is_outer:
        problems += [*_welcome(placed), *_endings(placed), *_safety(flows, placed)]
    return problems


def _at(placed: Placed, step: Step, what: str, *place: str | int) -> Problem:
    number = placed.flow.steps.index(step)
    return Problem(placed.file, placed.line_of("steps", number, *place), step.id, what)


def _names(placed: Placed) -> Iterator[Problem]:
    flow = placed.flow
    known = [step.id for step in flow.steps]
    for name, times in Counter(known).items():
        if times > 1:
            second = [number for number, step in enumerate(flow.steps) if step.id == name][1]
            yield Problem(
                placed.file,
                placed.line_of("steps", second),
                name,
                f"the id '{name}' is used {times} times; ids are unique",
            )
    if flow.start not in known:
        hint = did_you_mean(flow.start, known)
        yield Problem(
            placed.file,
            placed.line_of("start"),
            None,
            f"'start' names '{flow.start}', which is not a step of this flow{hint}",
        )
    for step in flow.steps:
        for place, target in exits(step):
            if target not in known:
                what = f"'{place[-1]}' names '{target}', which is not a step of this flow{did_you_mean(target, known)}"
                yield _at(placed, step, what, *place)


def _sub_flow_names(flows: Flows, placed: Placed) -> Iterator[Problem]:
    known = list(flows.names())
    for step in sub_flows(placed.flow):
        if step.flow not in known:
            hint = did_you_mean(step.flow, known)
            yield _at(placed, step, f"'flow' names '{step.flow}', and there is no flow of that name{hint}", "flow")
        elif step.flow == placed.flow.flow or placed.flow.flow in _inner(flows, step.flow):
            yield _at(
                placed,
                step,
                f"'{step.flow}' leads back into '{placed.flow.flow}': a flow must not run inside itself",
                "flow",
            )


def _ways(placed: Placed) -> Iterator[Problem]:
    flow = placed.flow
    start = start_of(flow)
    seen = reached(flow, start) if start else frozenset()
    for step in flow.steps:
        if step.id not in seen:
            yield _at(placed, step, "no way leads to this step")
    for step in without_an_end(flow):
        yield _at(placed, step, "no way leads from here to an end")
    for step in on_a_silent_loop(flow):
        yield _at(placed, step, "from here the flow goes round without ever waiting for an answer")


def _options(placed: Placed) -> Iterator[Problem]:
    for step in placed.flow.steps:
        if not isinstance(step, ChoiceQuestion):
            continue
        taken: dict[str, str] = {}
        for number, option in enumerate(step.options):
            for name in dict.fromkeys(plain(each) for each in (option.id, option.label, *option.also)):
                if name in taken:
                    what = f"the options '{taken[name]}' and '{option.id}' are both picked by \"{name}\""
                    yield _at(placed, step, what, "options", number)
                taken[name] = option.id


def _conditions(flows: Flows, placed: Placed) -> Iterator[Problem]:
    known = check_words.abouts(flows, placed.flow)
    for step in placed.flow.steps:
        if not isinstance(step, Branch):
            continue
        for number, arm in enumerate(step.arms):
            name = arm.when.answered or arm.when.skipped
            if name and name not in known:
                what = f"no question is about '{name}'{did_you_mean(name, sorted(known))}"
                yield _at(placed, step, what, "arms", number, "when")


def _welcome(placed: Placed) -> Iterator[Problem]:
    start = start_of(placed.flow)
    if not isinstance(start, Say):
        if start:
            yield _at(placed, start, "a flow starts by saying who this is: the first step must be of the kind 'say'")
        return
    named = placeholders(start.say)
    for name in _WELCOME_NAMES:
        if name not in named:
            yield _at(placed, start, f"the first words must name {{{name}}}", "say")


def _endings(placed: Placed) -> Iterator[Problem]:
    for step in placed.flow.steps:
        if isinstance(step, End) and not step.say:
            yield _at(placed, step, "an end must say what happens next and how to come back: 'say' is missing")


def _safety(flows: Flows, placed: Placed) -> Iterator[Problem]:
    """A way that comes to saying back, booking or an end before the safety question was asked."""
    flow = placed.flow
    start = start_of(flow)
    if start is None:
        return
    unsafe = reached(flow, start, past=lambda step: not _asks_safety(flows, step))
    for step in flow.steps:
        if step.id not in unsafe or _asks_safety(flows, step):
            continue
        if isinstance(step, PlayBack | Book | End) or (isinstance(step, SubFlow) and _needs_safety(flows, step.flow)):
            yield _at(
                placed,
                step,
                "a way leads here on which nobody was asked about safety: a safety_question has to come before",
            )


def _asks_safety(flows: Flows, step: Step) -> bool:
    """Whether everybody who gets past this step was asked about safety in it, before anything that needs it."""
    if isinstance(step, SafetyQuestion):
        return True
    if not isinstance(step, SubFlow) or _needs_safety(flows, step.flow):
        return False
    return not any(isinstance(each, End) for each in _before_safety(flows, flows.latest(step.flow)))


def _needs_safety(flows: Flows, name: str) -> bool:
    """Whether a flow that runs inside another says back or books before it asks about safety itself."""
    return any(
        isinstance(step, PlayBack | Book) or (isinstance(step, SubFlow) and _needs_safety(flows, step.flow))
        for step in _before_safety(flows, flows.latest(name))
    )


def _before_safety(flows: Flows, flow: Flow) -> tuple[Step, ...]:
    start = start_of(flow)
    if start is None:
        return ()
    seen = reached(flow, start, past=lambda step: not _asks_safety(flows, step))
    return tuple(step for step in flow.steps if step.id in seen and not isinstance(step, SafetyQuestion))
