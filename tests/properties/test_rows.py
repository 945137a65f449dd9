"""Whatever people write, practitioners do, providers fail and workers die at: what must hold of the rows holds.

A state machine in Hypothesis' sense. After each commit that changed anything: every message that somebody has to look
at belongs to a case. After each step besides: every open case has a next page, no outgoing text ever goes back, and
the bot says nothing to somebody whose conversation a practitioner holds.
"""

import shutil
import tempfile
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from bot.store import cases, inbox, outbox
from bot.store.outbox import FORWARD
from bot.store.tables import case, conversation, escalation, message
from bot.store.tables import outbox as outbox_table
from handoff.case import CaseState
from handoff.ports import CaseCard, Refused
from tests.support.house import DANGER, House, flagged_without_a_case, house_at
from tests.support.stores import migrate

PEOPLE = ("+447700900001", "+447700900002")
TEXTS = (
    "hello",
    "not great",
    "no",
    "yes",
    "skip",
    "i dont know",
    "2",
    "none of those",
    "can i talk to a person",
    "STOP",
    "START",
    "help",
    "",
    "🙂",
    "mam dość wszystkiego",
    DANGER,
    "i have taken all my tablets",
    "STOP i want to die",
)
# A row that waits for its next try is as far along as one that is being tried.
PLACES = {**FORWARD, "sending": FORWARD["queued"]}


class Rows(RuleBasedStateMachine):
    """One service on SQLite, two people, one practitioner, bad luck."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self._open = ExitStack()
        folder = self._open.enter_context(tempfile.TemporaryDirectory())
        path = Path(folder) / "rows.sqlite"
        shutil.copyfile(self.template, path)
        self.house: House = self._open.enter_context(house_at(f"sqlite:///{path}", slots=4))
        self.sam, self.places = self.house.practitioner(), dict[str, int]()
        self.held: dict[str, int] = {}
        self.ahead = False
        self.house.service.store.listen(lambda _: self._no_flag_without_a_case())

    def teardown(self) -> None:
        if hasattr(self, "_open"):
            self._open.close()

    def _no_flag_without_a_case(self) -> None:
        with self.house.service.store.read() as unit:
            assert flagged_without_a_case(unit) == 0
            assert cases.without_next_step(unit) == 0

    def _cases(self, state: CaseState) -> list[CaseCard]:
        return [card for card in self.house.cases() if card.case.state is state]

    @rule(person=st.sampled_from(PEOPLE), words=st.sampled_from(TEXTS))
    def writes(self, person: str, words: str) -> None:
        self.house.post(words, person)
        self.house.service.run_until_quiet()

    @rule(person=st.sampled_from(PEOPLE), words=st.lists(st.sampled_from(TEXTS), min_size=2, max_size=3))
    def writes_without_waiting(self, person: str, words: list[str]) -> None:
        for one in words:
            self.house.post(one, person)

    @rule(person=st.sampled_from(PEOPLE))
    def sends_a_photo(self, person: str) -> None:
        self.house.post("", person, media=["photo"])
        self.house.service.run_until_quiet()

    @rule(by=st.sampled_from([timedelta(seconds=2), timedelta(minutes=2), timedelta(minutes=11), timedelta(days=3)]))
    def time_passes(self, by: timedelta) -> None:
        self.house.clock.move(by)
        self.house.service.run_until_quiet()

    @rule(kind=st.sampled_from(["temporary", "permanent", "unknown"]), times=st.integers(1, 3))
    def the_provider_will_fail(self, kind: Literal["temporary", "permanent", "unknown"], times: int) -> None:
        self.house.sms.fail(kind, times)

    @rule()
    def a_worker_dies_in_a_turn(self) -> None:
        with self.house.service.store.write() as unit:
            inbox.claim_next(unit, "dead")

    @rule()
    def a_sender_dies_while_sending(self) -> None:
        with self.house.service.store.write() as unit:
            outbox.claim_next(unit, "dead", ("sms", "desk"))

    @rule(number=st.integers(1, 60), state=st.sampled_from(["sent", "delivered", "failed"]))
    def the_provider_reports(self, number: int, state: Literal["sent", "delivered", "failed"]) -> None:
        self.house.service.sender.receipt("desk", f"recorded-{number}", state, None)

    @precondition(lambda self: self._cases(CaseState.OPEN))
    @rule()
    def sam_claims(self) -> None:
        self.house.service.desk.claim(self._cases(CaseState.OPEN)[0].case.number, self.sam)
        self._note_who_is_held()

    @precondition(lambda self: self._cases(CaseState.CLAIMED))
    @rule()
    def sam_writes(self) -> None:
        card = self._cases(CaseState.CLAIMED)[0]
        try:
            self.house.service.desk.say(card.case.number, self.sam, "Hello, this is Sam.")
        except Refused:
            assert card.stopped
        self.house.service.run_until_quiet()

    @precondition(lambda self: self._cases(CaseState.CLAIMED))
    @rule(back=st.booleans())
    def sam_is_done(self, back: bool) -> None:
        number = self._cases(CaseState.CLAIMED)[0].case.number
        if back:
            self.house.service.desk.hand_back(number, self.sam, "A colleague will come.")
        else:
            self.house.service.desk.close(number, self.sam, "a call tomorrow")
        self._note_who_is_held()

    def _note_who_is_held(self) -> None:
        held = {card.case.conversation for card in self._cases(CaseState.CLAIMED)}
        self.held = {one: self.held.get(one, self._said_by_the_bot(one)) for one in held}

    def _said_by_the_bot(self, one: str) -> int:
        with self.house.service.store.read() as unit:
            counted: int = unit.connection.execute(
                select(func.count()).where(message.c.conversation_id == one, message.c.author == "bot")
            ).scalar_one()
        return counted

    @invariant()
    def the_bot_is_silent_where_a_practitioner_is(self) -> None:
        if hasattr(self, "house"):
            assert self.held == {one: self._said_by_the_bot(one) for one in self.held}

    @invariant()
    def nothing_goes_back(self) -> None:
        if not hasattr(self, "house"):
            return
        with self.house.service.store.read() as unit:
            rows = unit.connection.execute(select(outbox_table.c.id, outbox_table.c.state)).all()
        now = {row.id: PLACES[row.state] for row in rows}
        assert {row: place for row, place in self.places.items() if now[row] < place} == {}
        self.places = now

    @invariant()
    def nobody_is_forgotten(self) -> None:
        if not hasattr(self, "house"):
            return
        self._no_flag_without_a_case()
        with self.house.service.store.read() as unit:
            paged = unit.connection.execute(
                select(case.c.number).join(escalation, escalation.c.case_id == case.c.id).where(case.c.state != "open")
            ).all()
            phases = unit.connection.execute(
                select(conversation.c.phase, case.c.state).outerjoin_from(
                    conversation, case, (case.c.conversation_id == conversation.c.id) & (case.c.state == "claimed")
                )
            ).all()
        assert paged == [], "a case that is claimed or closed is still paged for"
        assert all((row.phase == "with_practitioner") == (row.state == "claimed") for row in phases)


def test_what_must_hold_of_the_rows_holds(tmp_path: Path) -> None:
    _run(tmp_path, examples=5, steps=12)


@pytest.mark.slow
def test_what_must_hold_of_the_rows_holds_for_longer(tmp_path: Path) -> None:
    _run(tmp_path, examples=60, steps=40)


def _run(tmp_path: Path, *, examples: int, steps: int) -> None:
    template = tmp_path / "template.sqlite"
    migrate(f"sqlite:///{template}")
    machine = type("Rows", (Rows,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
