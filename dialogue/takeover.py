"""What a practitioner does: coming, giving back, closing; and passing on what is said meanwhile."""

from dialogue import concern
from dialogue.contact import flag
from dialogue.draft import Draft
from dialogue.events import ContactStarted, ContactStopped, PassedOn
from dialogue.inputs import CaseClosed, HandedBack, HandedOver, Said
from dialogue.keywords import is_start, is_stop
from dialogue.safety import Screening
from dialogue.walking import come_back, forget_offers, resting_phase


def pass_on(draft: Draft, said: Said, screening: Screening) -> None:
    """A text while a practitioner holds the conversation goes to them; a stop word is obeyed without a word of ours."""
    flag(draft, said, screening)
    if is_stop(said.words) and not draft.session.stopped:
        draft.change(stopped=True)
        draft.add(ContactStopped())
        if draft.session.concern is not None:
            draft.raise_concern(draft.session.concern, "stopped_while_open", said, screening)
    elif is_start(said.words) and draft.session.stopped:
        draft.change(stopped=False)
        draft.add(ContactStarted())
    draft.add(PassedOn(message=said.message, to=draft.session.practitioner or ""))


def handed_over(draft: Draft, given: HandedOver) -> None:
    """A practitioner came: the person hears the name, and the bot falls silent."""
    if draft.session.phase == "with_practitioner":
        if draft.session.practitioner == given.practitioner:
            return
        draft.change(phase="asking")
    forget_offers(draft)
    draft.say(draft.phrases.practitioner_here, "handoff", practitioner=given.practitioner)
    draft.change(phase="with_practitioner", practitioner=given.practitioner, detour=None)
    draft.stop_timer("nudge")
    draft.stop_timer("nobody_yet")


def handed_back(draft: Draft, given: HandedBack) -> None:
    """The practitioner gave back: their bridging sentence as they wrote it, then the open question again."""
    draft.change(phase=resting_phase(draft), practitioner=None)
    draft.stop_timer("nobody_yet")
    draft.forget_count("holding", "holding_again")
    if given.bridge.strip():
        draft.say_as_written(given.bridge, "handoff")
    draft.count("handed_back")
    come_back(draft)


def case_closed(draft: Draft, given: CaseClosed) -> None:
    """The case is closed: the person hears who has finished and what is next; questions wait for their next text."""
    forget_offers(draft)
    phase = resting_phase(draft)
    draft.change(phase=phase, practitioner=None, recap_due=phase == "asking")
    draft.stop_timer("nobody_yet")
    draft.stop_timer("nudge")
    concern.is_over(draft)
    draft.forget_count("parted")
    next_step = given.next_step.strip()
    if next_step and next_step[-1] not in ".!?":
        next_step += "."
    draft.say(draft.phrases.closing, "handoff", practitioner=given.practitioner, next_step=next_step)
