"""Whatever happens, in whatever order: nothing is lost, nobody is talked over, and a concern always brings a person."""

from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialogue import check
from dialogue.events import AnswerKept, ConcernRaised, MessageSaid
from dialogue.flow import Flow
from dialogue.inputs import (
    CaseClosed,
    Duty,
    HandedBack,
    HandedOver,
    Input,
    Said,
    SlotBooked,
    SlotChoice,
    SlotsFound,
    SlotTaken,
    Understanding,
    WaitEnded,
)
from dialogue.published import Flows, shipped_phrasebook
from dialogue.session import Session
from tests.unit.dialogue.player import NOTHING, SLOTS, START, Play, flagged

SHIPPED = Flows.shipped()
PHRASES = shipped_phrasebook()
SCREENINGS = st.sampled_from(
    [NOTHING, NOTHING, NOTHING, flagged("today"), flagged("now"), flagged("today", "unreadable")]
)
INTENTS = st.sampled_from(
    [
        "yes",
        "no",
        "stop",
        "ask_human",
        "skip",
        "repeat",
        "correct",
        "go_back",
        "pause",
        "cost",
        "off_topic",
        "complaint",
        "nonsense",
        "choose_slot",
        "thanks",
    ]
)
WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "",
            " ",
            "no",
            "yes",
            "skip",
            "stop",
            "START",
            "help",
            "1",
            "2",
            "3",
            "4",
            "99",
            "ok",
            "dunno",
            "go back",
            "what",
            "thanks",
            "can I talk to a person",
            "that's not what I meant",
            "never mind",
            "leave out 1",
            "change 1",
            "leave out 7",
            "dont share it",
            "none of these",
            "texts only",
            "are you a robot?",
            "delete everything",
            "later",
            "my sister",
            "{emergency}",
            "{",
            "\U0001f62d",
            "\u0000",
            "x" * 3000,
        ]
    ),
)
SLOT_SETS = st.lists(st.sampled_from(SLOTS), max_size=3, unique_by=lambda slot: slot.id).map(tuple)


@st.composite
def saids(draw: st.DrawFn, words: st.SearchStrategy[str] = WORDS) -> Said:
    heard = draw(st.none() | st.builds(Understanding, intent=INTENTS, confidence=st.floats(0, 1)))
    choice = draw(
        st.none()
        | st.builds(
            SlotChoice,
            outcome=st.sampled_from(["chosen", "narrowed", "none", "declined", "ask"]),
            index=st.none() | st.integers(-2, 5),
        )
    )
    return Said(
        message=f"m{draw(st.integers(0, 10**9))}",
        words=draw(words),
        media=draw(st.sampled_from([(), (), (), ("photo",), ("voice", "location")])),
        screening=draw(SCREENINGS),
        understanding=heard,
        choice=choice,
    )


INPUTS: st.SearchStrategy[Input] = st.one_of(
    saids(),
    saids(),
    saids(),
    st.builds(WaitEnded, timer=st.sampled_from(["nudge", "nobody_yet", "wait", "unknown"])),
    st.builds(SlotsFound, slots=SLOT_SETS),
    st.builds(SlotTaken, slots=SLOT_SETS),
    st.builds(SlotBooked, slot=st.sampled_from(SLOTS)),
    st.builds(HandedOver, practitioner=st.sampled_from(["Sam", "Asha", "{x}"])),
    st.builds(HandedBack, practitioner=st.just("Sam"), bridge=st.sampled_from(["", "Bye for now {team}."])),
    st.builds(CaseClosed, practitioner=st.just("Sam"), next_step=st.sampled_from(["a call", "{slot}", ""])),
)
DUTIES = st.sampled_from(
    [
        Duty(on_duty=True, reads_at=START),
        Duty(on_duty=False, reads_at=START + timedelta(hours=30)),
        Duty(on_duty=False, reads_at=None),
    ]
)
HAPPENINGS = st.lists(st.tuples(INPUTS, st.integers(0, 60)), max_size=25)


def played(
    flows: Flows, name: str, first: Said, happenings: list[tuple[Input, int]], duty: Duty
) -> list[tuple[Input, Session, Any]]:
    """Each input with the session before it and the events it brought; the session goes through JSON every time."""
    play = Play(flows, PHRASES, name)
    play.answer_slots = False
    play.duty = duty
    play.give(first)
    steps: list[tuple[Input, Session, Any]] = [(first, Session(stack=play.state.stack), play.events)]
    for happening, hours in happenings:
        before = play.state
        play.wait(hours=hours).give(happening)
        steps.append((happening, before, play.events))
    return steps


def _must_hold(given: Input, before: Session, events: tuple[Any, ...]) -> None:  # noqa: C901 -- a flat list of promises
    concerns = [event for event in events if isinstance(event, ConcernRaised)]
    said = [event for event in events if isinstance(event, MessageSaid)]
    assert all(0 < len(event.words) <= 4000 for event in said)
    if isinstance(given, Said):
        for event in events:
            if isinstance(event, AnswerKept):
                assert (event.words, event.message) == (given.words, given.message)
        if given.screening.route != "none":
            assert concerns, "a flagged text raised nothing"
        if given.screening.route == "now":
            assert any(event.by == "now" for event in concerns), "a text that needs somebody now raised less"
        if given.media:
            assert concerns, "a photo went unseen"
        if before.phase == "with_practitioner":
            assert not said, "the bot spoke over a practitioner"
        if before.stopped and not any(event.kind == "contact_started" for event in events):
            assert not said, "the bot spoke after a stop"
        if (
            before.phase != "with_practitioner"
            and not before.stopped
            and given.words.strip()
            and before.phase != "listening"
        ):
            assert said or any(event.kind in {"slots_asked", "booking_asked"} for event in events), (
                "a text went unanswered"
            )
    elif before.stopped:
        assert not said, "the bot spoke after a stop"
    assert len([event for event in said if event.purpose == "stop"]) <= 1


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(first=saids(), happenings=HAPPENINGS, duty=DUTIES)
def test_the_shipped_flow_holds_whatever_happens(first: Said, happenings: list[tuple[Input, int]], duty: Duty) -> None:
    for given_, before, events in played(SHIPPED, "first_contact", first, happenings, duty):
        _must_hold(given_, before, events)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(first=saids(), happenings=HAPPENINGS, duty=DUTIES)
def test_the_same_inputs_decide_the_same(first: Said, happenings: list[tuple[Input, int]], duty: Duty) -> None:
    once = played(SHIPPED, "first_contact", first, happenings, duty)
    again = played(SHIPPED, "first_contact", first, happenings, duty)
    assert once == again


@st.composite
def small_flows(draw: st.DrawFn) -> Flow:
    """Up to eight steps of all kinds in a row with jumps forward, behind a welcome and a safety question."""
    kinds = draw(
        st.lists(
            st.sampled_from(
                ["say", "question", "choice", "branch", "wait", "hand_off", "playback", "booking", "safety_question"]
            ),
            max_size=8,
        )
    )
    names = ["welcome", "safe", *(f"step{number}" for number in range(len(kinds))), "over"]
    steps: list[dict[str, Any]] = [
        {"id": "welcome", "kind": "say", "say": "{service} {emergency} {listening_lines} {stop_word}", "then": "safe"},
        {
            "id": "safe",
            "kind": "safety_question",
            "ask": "Safe?",
            "again": "Safe, again?",
            "about": "safe",
            "then": names[2],
        },
    ]
    for number, kind in enumerate(kinds):
        after = names[number + 3 :]
        then, other = names[number + 3], draw(st.sampled_from(after))
        asked = {"ask": f"Q{number}?", "again": f"Q{number} again?", "about": f"about{number}"}
        fields: dict[str, dict[str, Any]] = {
            "say": {"say": f"S{number}", "then": then},
            "question": {**asked, "then": then},
            "safety_question": {**asked, "then": then},
            "choice": {
                **asked,
                "options": [
                    {"id": "red", "label": "Red", "then": then},
                    {"id": "blue", "label": "Blue", "then": other},
                ],
                "otherwise": then,
            },
            "branch": {"arms": [{"when": {"booked": True}, "then": other}], "otherwise": then},
            "wait": {"time": "2 days", "then": then},
            "hand_off": {"say": f"H{number}", "then": then},
            "playback": {"intro": "You said:", "ask": "Right?", "again": "Right then?", "then": then},
            "booking": {"intro": "Times:", "booked": "Booked {slot}.", "then": then, "unbooked": other},
        }
        steps.append({"id": names[number + 2], "kind": kind, **fields[kind]})
    steps.append({"id": "over", "kind": "end", "say": "Write any time.", "outcome": "over"})
    return Flow.model_validate(
        {"format": 1, "flow": "small", "version": 1, "title": "Small", "start": "welcome", "steps": steps}
    )


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(flow=small_flows(), first=saids(), happenings=HAPPENINGS, duty=DUTIES)
def test_any_flow_holds_whatever_happens(
    flow: Flow, first: Said, happenings: list[tuple[Input, int]], duty: Duty
) -> None:
    flows = Flows([flow])
    if check.refused(flows, "small"):
        return  # steps that no jump reaches; such a flow is never walked
    for given_, before, events in played(flows, "small", first, happenings, duty):
        _must_hold(given_, before, events)


ANSWERS = ("1", "ok", "fine thanks", "no")


@settings(max_examples=60, deadline=None)
@given(
    intents=st.lists(st.none() | INTENTS, min_size=120, max_size=120),
    texts=st.lists(st.sampled_from(ANSWERS), min_size=120, max_size=120),
)
def test_it_always_comes_to_an_end_or_to_a_person_whatever_is_understood(
    intents: list[str | None], texts: list[str]
) -> None:
    play = Play(SHIPPED, PHRASES)
    play.they("hello there")
    for intent, words in zip(intents, texts, strict=True):
        play.they(words, means=intent, confidence=1.0)
        if play.state.phase in {"ended", "listening"} or any(
            event.kind == "person_asked_for" for event in play.history
        ):
            return
    raise AssertionError(f"still in {play.state.phase} at {play.state.frame.step} after 120 texts")
