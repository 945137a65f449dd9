"""Telling colleagues about a case: the pure plan of `handoff.escalation`, written to rows."""

from bot.store import cases, changes, outbox, rota
from bot.store.unit import WriteUnit
from handoff.case import Case, CaseState
from handoff.escalation import PLAN, Paging, alert_words, first_pages, next_page


def page_for(unit: WriteUnit, case: Case, time_zone: str, public_url: str, alert_channels: frozenset[str]) -> None:
    """Page for a case that was just opened or raised, in the transaction that did it. A claimed case pages nobody.

    `alert_channels` are the channels this installation can alert by; a page by another is left out and recorded.
    """
    changes.note(unit, "desk")
    if case.state is not CaseState.OPEN:
        return
    _write(
        unit,
        case,
        first_pages(case.by, PLAN, rota.reachable(unit), rota.here_now(unit), unit.now, time_zone),
        public_url,
        alert_channels,
    )


def page_next(unit: WriteUnit, case: Case, step: int, public_url: str, alert_channels: frozenset[str]) -> None:
    """Page the next step of a case that nobody has claimed and whose time has come."""
    _write(
        unit,
        case,
        next_page(step, PLAN, rota.reachable(unit), rota.here_now(unit), unit.now),
        public_url,
        alert_channels,
    )
    changes.note(unit, "desk")


def _write(unit: WriteUnit, case: Case, paging: Paging, public_url: str, alert_channels: frozenset[str]) -> None:
    for name in paging.skipped:
        cases.record(unit, case.id, f"nobody_to_tell: {name}")
    words = alert_words(case.number, case.by, public_url)
    left_out = set()
    for page in paging.pages:
        if page.means in alert_channels:
            outbox.put_alert(unit, account_id=page.practitioner, channel=page.means, words=words, case_id=case.id)
        else:
            left_out.add(page.means)
    for means in sorted(left_out):
        cases.record(unit, case.id, f"not_set_up: {means}")
    if paging.told is not None:
        cases.record(unit, case.id, f"told: {paging.told}")
    cases.escalate_at(unit, case.id, paging.next_step, paging.due)
