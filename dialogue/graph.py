"""A flow as a graph: which step leads where, and what can be said of its ways."""

from collections.abc import Callable, Iterator

from dialogue.flow import (
    Book,
    Branch,
    ChoiceQuestion,
    End,
    Flow,
    PlayBack,
    SafetyQuestion,
    Step,
    SubFlow,
    Wait,
)

Place = tuple[str | int, ...]


def exits(step: Step) -> tuple[tuple[Place, str], ...]:
    """Where a step leads: the place of each exit inside the step, and the step it names."""
    match step:
        case ChoiceQuestion():
            options = [(("options", number, "then"), option.then) for number, option in enumerate(step.options)]
            return (*options, (("otherwise",), step.otherwise))
        case Branch():
            arms = [(("arms", number, "then"), arm.then) for number, arm in enumerate(step.arms)]
            return (*arms, (("otherwise",), step.otherwise))
        case Book():
            return ((("then",), step.then), (("unbooked",), step.unbooked))
        case End():
            return ()
        case _:
            return ((("then",), step.then),)


def following(flow: Flow, step: Step) -> Iterator[Step]:
    """The steps a step leads to, leaving out any that are not there."""
    steps = {each.id: each for each in flow.steps}
    for _, target in exits(step):
        if target in steps:
            yield steps[target]


def reached(flow: Flow, start: Step, *, past: Callable[[Step], bool] = lambda _: True) -> frozenset[str]:
    """The ids of all steps that can be reached from `start`, itself included, never through a step `past` refuses."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        step = waiting.pop()
        if step.id in seen:
            continue
        seen.add(step.id)
        if past(step):
            waiting.extend(following(flow, step))
    return frozenset(seen)


def start_of(flow: Flow) -> Step | None:
    """The step a flow starts with, or None when it names one that is not there."""
    return next((step for step in flow.steps if step.id == flow.start), None)


def without_an_end(flow: Flow) -> tuple[Step, ...]:
    """Steps from which no way leads to an end."""
    ends = {step.id for step in flow.steps if isinstance(step, End)}
    return tuple(step for step in flow.steps if not ends & reached(flow, step))


def always_stops(step: Step) -> bool:
    """Whether the person or the world is awaited each time a step is reached.

    An open question does not count: once skipped, it is passed by.
    """
    return isinstance(step, ChoiceQuestion | SafetyQuestion | PlayBack | Wait)


def on_a_silent_loop(flow: Flow) -> tuple[Step, ...]:
    """Steps from which a way leads back to themselves without anything being awaited."""
    found = []
    for step in flow.steps:
        if always_stops(step):
            continue
        behind: set[str] = set()
        for each in following(flow, step):
            behind |= reached(flow, each, past=lambda other: not always_stops(other))
        if step.id in behind:
            found.append(step)
    return tuple(found)


def sub_flows(flow: Flow) -> tuple[SubFlow, ...]:
    """The steps that walk another flow."""
    return tuple(step for step in flow.steps if isinstance(step, SubFlow))
