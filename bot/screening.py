"""Screening with a deadline: whatever comes in is judged before anything else happens to it.

What cannot be screened is a concern: an exception in the detector, or no answer in time, has the route `now`.
"""

import threading
from collections.abc import Sequence
from queue import Empty, SimpleQueue

from bot.log import Log
from dialogue.inputs import MediaKind
from dialogue.safety import Detector, Screening, could_not_screen, screen_media

log = Log(__name__)


class Screener:
    """Asks the detector, and answers for it when it fails.

    `deadline_seconds` is how long one screening may take. `failures` counts those that had to be answered for;
    health shows it.
    """

    def __init__(self, detector: Detector, deadline_seconds: float) -> None:
        self._detector = detector
        self._deadline = deadline_seconds
        self._lock = threading.Lock()
        self.failures = 0

    @property
    def version(self) -> str:
        """The detector's version, stamped on each decision."""
        return self._detector.version

    @property
    def problem(self) -> str:
        """What of the detector does not work, as a sentence for an operator; empty when all is well."""
        return self._detector.problem

    def screen(self, words: str, previous: Sequence[str], media: Sequence[MediaKind]) -> Screening:
        """What a text and what came with it point to. Never raises: a failure is a concern."""
        screening = self._judge(words, previous)
        return screening.joined_with(screen_media(media, self.version)) if media else screening

    def _judge(self, words: str, previous: Sequence[str]) -> Screening:
        answers: SimpleQueue[Screening | Exception] = SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._detector.screen(words, previous))
            except Exception as error:  # noqa: BLE001 -- whatever goes wrong in here is a concern, by line 4 of product.md
                answers.put(error)

        try:
            # A thread for each text: one that hangs is left to itself, and neither the next text nor the end of the
            # process waits for it.
            threading.Thread(target=ask, name="screening", daemon=True).start()
            answer = answers.get(timeout=self._deadline)
        except Empty:
            return self._failed("timeout")
        except RuntimeError as error:  # the machine has no more threads
            answer = error
        if isinstance(answer, Exception):
            log.failure("screening.failed", answer)
            return self._failed("error")
        return answer

    def _failed(self, what: str) -> Screening:
        with self._lock:
            self.failures += 1
        log.error("screening.answered_for", reason=what)
        return could_not_screen(self.version, what)
