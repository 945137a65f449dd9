"""From the outbox to a channel: one row, one attempt, one receipt.

The row is marked `sending` and committed before the request leaves. What certainly was not taken is tried again, with
growing waits and an end; what may have been taken is never sent again blindly. When words about safety cannot be
delivered, a person gets the case.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from bot.channels.base import Channel, Outgoing, Receipt, SendFailedError
from bot.log import Log
from bot.paging import page_for
from bot.store import cases, changes, conversations, outbox, rota
from bot.store.outbox import OutboxRow
from bot.store.unit import Store, WriteUnit
from dialogue import wording

log = Log(__name__)

MOST_ATTEMPTS = 6
# Seconds before each further attempt: about a quarter of an hour in all, then a person has to know.
WAITS = (2, 10, 30, 120, 600)

URGENT = frozenset({"safety", "handoff"})


class Sender:
    """Sends what is queued for the channels it is given.

    `public_url` and `alert_channels` are for the alert when words about safety cannot be delivered.
    """

    def __init__(
        self, store: Store, channels: Mapping[str, Channel], public_url: str, alert_channels: frozenset[str]
    ) -> None:
        self._store = store
        self._channels = dict(channels)
        self._public_url = public_url
        self._alert_channels = alert_channels

    def send_next(self, owner: str) -> bool:
        """Send the next row that is due. False when there is none. `owner` names this worker."""
        with self._store.write() as unit:
            row = outbox.claim_next(unit, owner, tuple(self._channels))
        if row is None:
            return False
        try:
            receipt = self._hand_over(row)
        except SendFailedError as failure:
            self._failed(row, failure.kind, failure.reason)
        except Exception as error:  # noqa: BLE001 -- a bug in a channel: whether the text went out is not known
            log.failure("send.bug", error, outbox=row.id, channel=row.channel)
            self._failed(row, "unknown", type(error).__name__)
        else:
            with self._store.write() as unit:
                outbox.settle(unit, row, receipt.state, provider_id=receipt.provider_id, failure=None)
                _note(unit, row)
            log.info("send.sent", outbox=row.id, channel=row.channel, purpose=row.purpose)
        return True

    def _hand_over(self, row: OutboxRow) -> Receipt:
        channel = self._channels[row.channel]
        traits = channel.traits
        words = wording.render(row.words, row.choices, buttons=traits.buttons)
        if traits.gsm:
            words = wording.normalise_gsm(words)
        choices = row.choices if traits.buttons else ()
        return channel.send(Outgoing(id=row.id, to=row.to, words=words, choices=choices))

    def _failed(self, row: OutboxRow, kind: Literal["temporary", "permanent", "unknown"], reason: str) -> None:
        log.warning("send.failed", outbox=row.id, channel=row.channel, kind=kind, attempts=row.attempts)
        with self._store.write() as unit:
            if kind == "temporary" and row.attempts < MOST_ATTEMPTS:
                outbox.put_back(unit, row, reason, timedelta(seconds=WAITS[row.attempts - 1]))
                return
            state = "unknown" if kind == "unknown" else "failed"
            # A report of the provider may have been quicker, and knows better than we do.
            if outbox.settle(unit, row, state, provider_id=None, failure=reason[:200]):
                self._tell_somebody(unit, row.id)
                _note(unit, row)

    def give_up_lost(self) -> int:
        """Rows whose sender died while sending become `unknown`, and a person hears of those about safety."""
        with self._store.write() as unit:
            lost = outbox.lost(unit)
            for row_id in lost:
                self._tell_somebody(unit, row_id)
        for row_id in lost:
            log.error("send.lost", outbox=row_id)
        return len(lost)

    def _tell_somebody(self, unit: WriteUnit, row_id: str) -> None:
        undelivered = outbox.undelivered(unit, row_id)
        if undelivered is None or undelivered.purpose not in URGENT:
            return
        # Locked, because a turn of this conversation may be opening a case at this moment.
        conversations.lock(unit, undelivered.conversation)
        case, news = cases.open_or_join(unit, undelivered.conversation, "now", "could_not_deliver")
        cases.record(unit, case.id, "could_not_deliver: phone them")
        team = rota.team_words(unit)
        if news:
            time_zone = team.time_zone if team else "Europe/London"
            page_for(unit, case, time_zone, self._public_url, self._alert_channels)

    def receipt(
        self, channel: str, provider_id: str, state: Literal["sent", "delivered", "failed"], reason: str | None
    ) -> bool:
        """Note what the provider says of a text. False when no such text was ever sent by us.

        Receipts come late and out of order; one that would take a text back is ignored.
        """
        with self._store.write() as unit:
            moved = outbox.record_receipt(unit, channel, provider_id, state, reason)
            if moved is None:
                return False
            if moved:
                row_id, lane = outbox.of_provider(unit, channel, provider_id)
                if state == "failed":
                    self._tell_somebody(unit, row_id)
                changes.note(unit, f"lane:{lane}")
                changes.note(unit, "desk")
        return True


def _note(unit: WriteUnit, row: OutboxRow) -> None:
    changes.note(unit, f"lane:{row.lane}")
    if row.case is not None or row.purpose in URGENT:
        changes.note(unit, "desk")
