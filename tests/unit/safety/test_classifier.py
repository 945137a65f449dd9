"""The classifier: what it flags and by which words, alone and over several texts, with and without its encoder."""

import json
import shutil
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from dialogue.safety import KINDS, RulesAndClassifier
from dialogue.safety.classifier.classifier import Classifier
from dialogue.safety.classifier.encoder import Encoder, EncoderError, meaning, shipped_folder
from dialogue.safety.classifier.features import STRIDE, WINDOW, groups, windows
from dialogue.safety.classifier.model import Model, ModelError, read_model, shipped_model
from dialogue.safety.ruleset import shipped_rules
from tests.support.labelled import detector

MODEL = Path(str(files("dialogue.safety.classifier").joinpath("model")))


@pytest.fixture(scope="module")
def model() -> Model:
    return shipped_model()


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return Encoder.read(None)


@pytest.fixture(scope="module")
def classifier(model: Model, encoder: Encoder) -> Classifier:
    return Classifier(model, encoder, shipped_rules().spelling)


@pytest.fixture(scope="module")
def without_encoder(model: Model) -> Classifier:
    return Classifier(model, None, shipped_rules().spelling)


def test_a_danger_that_no_rule_knows_is_flagged_with_its_own_words(classifier: Classifier) -> None:
    text = "Thanks for the leaflet. he goes through my phone every night and decides who i can see. See you Monday."
    screening = classifier.screen(text)
    assert screening.route == "now"
    (reason,) = screening.reasons
    assert reason.by == "classifier"
    assert reason.kind == "domestic_abuse"
    assert "who i can see" in reason.words
    assert reason.words in text
    assert "Monday" not in reason.words


def test_ordinary_life_is_left_alone(classifier: Classifier) -> None:
    for text in ("ok see you at 3", "the bus was late so im having a brew", "can i move my appointment to friday"):
        assert classifier.screen(text).route == "none"


def test_several_texts_say_together_what_the_newest_does_not_say_alone(classifier: Classifier) -> None:
    earlier, newest = ["the tablets from the cupboard", "there were loads"], "well none left now, swallowed the lot"
    (reason,) = classifier.screen(newest, earlier).reasons
    assert reason.words in newest


def test_a_danger_told_before_is_not_told_again_by_thanks(classifier: Classifier) -> None:
    earlier = ["my husband hit me again last night and im scared to go home"]
    assert classifier.screen(earlier[0]).route == "now"
    assert classifier.screen("ok thanks", earlier).route == "none"


@pytest.mark.parametrize("text", ["", "  ", "\n", "\u200b", "👍", "12", "\ud83d", "a" * 20_000, "no " * 4_000])
def test_it_answers_any_text_with_words_of_that_text(classifier: Classifier, text: str) -> None:
    screening = classifier.screen(text, ["x", ""])
    assert all(reason.words in text for reason in screening.reasons)
    screening.model_dump_json()


def test_the_number_is_between_0_and_1_and_higher_for_danger(classifier: Classifier) -> None:
    danger, ordinary = classifier.score("he is going to kill me"), classifier.score("he is going to the shop")
    assert 0 <= ordinary < 0.5 < danger <= 1
    assert classifier.score("") == 0


def test_no_number_is_part_of_what_is_kept(classifier: Classifier) -> None:
    kept = classifier.screen("he is going to kill me").model_dump()
    assert set(kept) == {"route", "reasons", "version"}
    assert all(set(reason) == {"kind", "by", "words"} for reason in kept["reasons"])


def test_without_the_encoder_the_groups_of_words_still_flag(without_encoder: Classifier) -> None:
    assert without_encoder.screen("he punched me in the face and i am scared of him").route == "now"
    assert without_encoder.screen("see you at 3 thanks").route == "none"
    assert without_encoder.version.endswith("-without-encoder")


def test_a_missing_encoder_is_told_and_nothing_stands_still(tmp_path: Path) -> None:
    lame = RulesAndClassifier.shipped(tmp_path / "nowhere")
    assert "nowhere" in lame.problem
    assert lame.screen("i want to die").route == "now"
    assert detector().problem == ""


def test_an_encoder_the_model_was_not_built_for_is_not_used(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file  # noqa: PLC0415

    folder = shipped_folder()
    assert folder is not None
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(folder / name, tmp_path / name)
    tensors = load_file(folder / "model.safetensors")
    save_file({name: tensor + np.float32(0) for name, tensor in tensors.items()}, tmp_path / "model.safetensors")
    tensors["embeddings.word_embeddings.weight"][0, 0] += 1
    save_file(tensors, tmp_path / "model.safetensors")
    other = RulesAndClassifier.shipped(tmp_path)
    assert "not the one its model was built for" in other.problem
    assert "without-encoder" in other.version


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_broken_encoder_is_refused_by_its_folder(tmp_path: Path, name: str) -> None:
    folder = shipped_folder()
    assert folder is not None
    for other in {"config.json", "tokenizer.json"} - {name}:
        shutil.copy(folder / other, tmp_path / other)
    (tmp_path / "model.safetensors").symlink_to(folder / "model.safetensors")
    (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / name).write_text("{}", encoding="utf-8")
    with pytest.raises(EncoderError, match=str(tmp_path)):
        Encoder.read(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("model.npz", b"not numbers", "model.npz is broken"),
        ("card.json", b"{}", "classes"),
        ("card.json", b"nonsense", "card.json"),
    ],
)
def test_a_broken_model_is_refused_by_its_file(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    (tmp_path / "model" / name).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        read_model(tmp_path / "model")


def test_a_model_with_a_kind_nobody_knows_is_refused(tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    card = json.loads((MODEL / "card.json").read_text("utf-8"))
    card["classes"][-1] = "now:gloom"
    (tmp_path / "model" / "card.json").write_text(json.dumps(card), encoding="utf-8")
    with pytest.raises(ModelError, match="gloom"):
        read_model(tmp_path / "model")


def test_every_kind_of_danger_has_a_class_and_a_threshold(model: Model) -> None:
    danger = set(KINDS) - {"low_mood", "substance", "medication", "bereavement", "unreadable", "unscreened"}
    assert {f"now:{kind}" for kind in danger} == {name for name in model.card.classes if name.startswith("now:")}
    assert set(model.card.full.now) == set(model.card.counts_only.now) == danger


def test_the_version_names_the_files(model: Model, tmp_path: Path) -> None:
    shutil.copytree(MODEL, tmp_path / "model")
    card = (MODEL / "card.json").read_text("utf-8")
    assert read_model(tmp_path / "model").version == model.version
    (tmp_path / "model" / "card.json").write_text(card.replace('"today": 0.', '"today": 0.0'), encoding="utf-8")
    assert read_model(tmp_path / "model").version != model.version


def test_windows_cover_a_text_and_overlap() -> None:
    assert windows(0) == []
    assert windows(1) == [(0, 1)]
    assert windows(WINDOW) == [(0, WINDOW)]
    found = windows(1_000)
    assert found[0] == (0, WINDOW)
    assert found[-1][1] == 1_000
    assert all(later[0] - earlier[0] == STRIDE for earlier, later in pairwise(found))
    assert all(after - first <= WINDOW for first, after in found)


def test_groups_are_the_same_on_every_machine() -> None:
    assert groups(["i", "want"])[:3] == sorted(groups(["i", "want"]))[:3]
    assert groups(["no"]) == groups(["no", ","])
    assert 2_367_583_231 not in groups([])


def test_the_shipped_encoder_gives_the_published_meaning(encoder: Encoder) -> None:
    # The cosine of these two, by the model's own library, is 0.61 within rounding; far things are near 0.
    near = _cosine(encoder.encode("a man is eating food"), encoder.encode("a man is eating a piece of bread"))
    far = _cosine(encoder.encode("a man is eating food"), encoder.encode("the stock market fell sharply"))
    assert near > 0.6
    assert far < 0.3


def test_rows_together_mean_the_same_as_rows_alone(encoder: Encoder) -> None:
    texts = ["see you at three", "my sister rings most nights and the dog gets me out of the house"]
    numbers = [encoder.numbers(text) for text in texts]
    filled = np.zeros((2, max(map(len, numbers))), np.int32)
    mask = np.zeros(filled.shape, np.float32)
    for row, given in enumerate(numbers):
        filled[row, : len(given)], mask[row, : len(given)] = given, 1
    together = meaning(np, encoder.weights, filled, mask, encoder.heads)
    for row, text in enumerate(texts):
        np.testing.assert_allclose(together[row], encoder.encode(text), atol=1e-4)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return float(one @ other / np.linalg.norm(one) / np.linalg.norm(other))
