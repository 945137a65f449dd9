"""What is due now: timers become inbox rows, unclaimed cases page the next person.

Each process asks once a second; the claims are conditional, so it does not matter how many ask.
"""

from bot.log import Log
from bot.paging import page_next
from bot.store import cases, timers
from bot.store.unit import Store

log = Log(__name__)


def move_due(store: Store) -> int:
    """Make an inbox row of each timer that is due. Returns how many."""
    with store.write() as unit:
        return timers.move_due_to_inbox(unit)


def page_due(store: Store, public_url: str, alert_channels: frozenset[str]) -> int:
    """Take the next step for each open case whose time has come. Returns how many."""
    with store.write() as unit:
        due = cases.due_escalations(unit)
        for case, step in due:
            page_next(unit, case, step, public_url, alert_channels)
    for case, step in due:
        log.info("escalation.step", case=case.number, count=step)
    return len(due)
