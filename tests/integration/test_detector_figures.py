"""How often the detector is right, printed with 95 % intervals at the end of the run; a fall fails the build."""

import json
from collections.abc import Callable
from random import Random

import pytest

from dialogue.safety import screen
from dialogue.safety.build.figures import Outcome, Share, screened, share, table
from dialogue.safety.build.spoiling import slipped
from dialogue.safety.build.texts import Line
from tests.support.labelled import RECORDED, detector, held_out, quiet

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("detector")]

FLOORS: dict[str, float] = json.loads(RECORDED.read_text("utf-8"))["at_least"]
CEILINGS: dict[str, float] = json.loads(RECORDED.read_text("utf-8"))["at_most"]

WRAPPINGS = {
    "in capitals": lambda text, _: text.upper(),
    "with two blanks between the words": lambda text, _: text.replace(" ", "  "),
    "with thanks": lambda text, _: f"{text} thank you x",
    "with an apology before it": lambda text, _: f"sorry to bother you but {text}",
    "with a laugh": lambda text, _: f"{text} lol",
    "with a smile": lambda text, _: f"{text} 😂",
    "without apostrophes": lambda text, _: text.replace("'", "").replace("\u2019", ""),
    "with one slip": slipped,
}


def of(outcomes: list[Outcome], route: str, level: str | None = None) -> list[Outcome]:
    return [each for each in outcomes if each.line.route == route and level in {None, each.line.level}]


def found(outcomes: list[Outcome]) -> dict[str, Share]:
    danger = of(outcomes, "now")
    figures = {
        "now, plain": share(of(outcomes, "now", "plain")),
        "now, hard": share(of(outcomes, "now", "hard")),
        "now, hard, now or today": share(of(outcomes, "now", "hard"), at_least="today"),
        "today, now or today": share(of(outcomes, "today"), at_least="today"),
        "none, plain": share(of(outcomes, "none", "plain")),
        "none, hard": share(of(outcomes, "none", "hard")),
    }
    for kind in sorted({each.line.kind for each in danger}):
        figures[f"now: {kind}"] = share([each for each in danger if each.line.kind == kind])
    return figures


def hold(figures: dict[str, Share]) -> None:
    fallen = [f"{name}: {figures[name]} is below {floor:.1%}" for name, floor in FLOORS.items() if name in figures
              and figures[name].rate < floor]  # fmt: skip
    risen = [f"{name}: {figures[name]} is above {most:.1%}" for name, most in CEILINGS.items() if name in figures
             and figures[name].rate > most]  # fmt: skip
    assert not fallen + risen, "The detector has become worse:\n" + "\n".join(fallen + risen)


def test_the_held_out_messages_are_routed_as_well_as_recorded(record_property: Callable[[str, object], None]) -> None:
    outcomes = screened(detector(), held_out())
    heading = f"The detector on the project's held-out messages ({detector().version})"
    record_property("table", f"{heading}\n{table(outcomes)}")
    hold(found(outcomes))


@pytest.mark.parametrize("name", ["distress", "idioms", "everyday"])
def test_real_messages_without_a_concern_stay_quiet(name: str, record_property: Callable[[str, object], None]) -> None:
    texts = quiet().get(name)
    if texts is None:
        # Only CI and the workplace have them; everything of our own is held to its figure above.
        record_property("table", f"quiet {name}: the file is not beside this checkout, so it was not measured")
        return
    line = {"route": "none", "kind": "everyday", "register": "real", "pass": "quiet"}
    outcomes = screened(detector(), [Line.model_validate(line | {"text": text}) for text in texts])
    both = f"now {share(outcomes)}   now or today {share(outcomes, at_least='today')}"
    record_property("table", f"{f'quiet {name}':<16}{both}")
    hold({f"quiet {name}": share(outcomes)})


def test_how_a_plain_danger_is_typed_or_wrapped_seldom_hides_it(record_property: Callable[[str, object], None]) -> None:
    random = Random(1)  # noqa: S311 -- nothing is kept secret by it
    plain = [line for line in held_out() if line.route == "now" and line.level == "plain"]
    flagged = [line.text for line in plain if detector().screen(line.text).route == "now"]
    rates = {}
    for name, wrapped in WRAPPINGS.items():
        routes = [detector().screen(wrapped(text, random)).route for text in flagged]
        rates[f"typed {name}"] = Share(sum(route != "none" for route in routes), len(routes))
    rows = "\n".join(f"  {name:<44}{rate}" for name, rate in rates.items())
    record_property("table", f"Plain dangers that stay flagged when typed otherwise\n{rows}")
    total = Share(sum(rate.hits for rate in rates.values()), sum(rate.count for rate in rates.values()))
    assert total.rate >= 0.97, f"At least 97 % must stay flagged, all ways together: {total}"
    hold(rates)


def test_both_halves_take_part(record_property: Callable[[str, object], None]) -> None:
    danger = [line for line in held_out() if line.route == "now"]
    by_rules = Share(sum(screen(line.text).route == "now" for line in danger), len(danger))
    by_both = share(screened(detector(), danger))
    record_property("table", f"held-out dangers routed now by the rules alone {by_rules}\n{'by both':<47}{by_both}")
    assert 0 < by_rules.rate < by_both.rate
