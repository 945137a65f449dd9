"""Rules and classifier side by side: either flags, and a mere phrase in a harmless text is for a person today."""

from pathlib import Path

from dialogue.safety import Rules, RulesAndClassifier
from tests.support.labelled import detector, held_out

PHRASE = "diet going well mate, only thought about murdering someone for a sausage roll twice today haha"
CHAT = "we went to the shops and had a lovely cup of tea and talked about the garden. "


def test_both_versions_are_stamped_on_a_decision() -> None:
    for text in ("i want to die", "see you at 3"):
        version = detector().screen(text).version
        assert version == detector().version
        assert version.startswith(f"{Rules.shipped().version}+classifier-")


def test_either_may_flag() -> None:
    by = {reason.by for reason in detector().screen("my husband hits me and i want to die").reasons}
    assert "classifier" in by
    assert any(name.startswith("rule:") for name in by)
    only_learned = "my uncle says i have to fly out in june and marry his friend or im dead to them"
    assert Rules.shipped().screen(only_learned).route == "none"
    assert detector().screen(only_learned).route == "now"


def test_a_phrase_of_danger_in_a_harmless_text_is_for_a_person_today() -> None:
    assert Rules.shipped().screen(PHRASE).route == "now"
    assert detector().screen(PHRASE).route == "today"
    assert detector().screen("i keep thinking about murdering someone, i mean it").route == "now"


def test_what_a_rule_knows_stands_where_the_classifier_cannot_read_the_whole() -> None:
    assert detector().screen(CHAT * 30 + "i might kill myself. " + CHAT * 30).route == "now"


def test_without_the_encoder_nothing_a_rule_found_is_lowered(tmp_path: Path) -> None:
    lame = RulesAndClassifier.shipped(tmp_path / "nowhere")
    assert lame.screen(PHRASE).route == "now"


def test_no_held_out_danger_that_a_rule_found_is_lowered() -> None:
    found = [line for line in held_out() if line.route == "now" and Rules.shipped().screen(line.text).route == "now"]
    assert len(found) > 100
    assert [line.text for line in found if detector().screen(line.text).route != "now"] == []
