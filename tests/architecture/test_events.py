"""Every event the engine can decide has exactly one handler, and every input and event says what it is."""

import ast
import inspect
from typing import get_args

from bot import effects
from dialogue import events, inputs
from tests.support.checkout import sources

EVENTS = set(get_args(get_args(events.Event)[0]))


def test_each_event_has_exactly_one_handler() -> None:
    handled = set(effects.HANDLERS)
    assert handled == EVENTS, (
        "An event that nobody handles is a decision that is lost. Add a handler to HANDLERS in bot/effects.py, or take "
        f"the event out of dialogue/events.py. They differ in: {sorted(kind.__name__ for kind in handled ^ EVENTS)}"
    )
    twice = [handler.__name__ for handler in effects.HANDLERS.values()]
    assert len(set(twice)) == len(twice), f"One handler serves two events: {sorted(twice)}"


def test_each_event_can_be_decided() -> None:
    made = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for source in sources("dialogue")
        for node in source.nodes
        if isinstance(node, ast.Call)
    }
    never = sorted(kind.__name__ for kind in EVENTS if kind.__name__ not in made)
    assert not never, f"Nothing in dialogue/ ever decides these events, so their handlers are dead code: {never}"


def test_each_word_of_the_vocabulary_explains_itself() -> None:
    for module in (events, inputs):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if kind.__module__ == module.__name__:
                assert (kind.__doc__ or "").strip(), (
                    f"{module.__name__}.{name} needs a sentence that says what it means"
                )
