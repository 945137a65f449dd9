"""Every setting is documented, and nothing is documented that is no setting."""

import re

import pytest

from bot.settings import PREFIX, Settings
from tests.support.machine import CHECKOUT

SETTINGS = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("page", ["docs/settings.md", ".env.example"])
def test_settings_and_pages_name_the_same(page: str) -> None:
    written = set(re.findall(rf"{PREFIX}[A-Z0-9_]*[A-Z0-9]", (CHECKOUT / page).read_text("utf-8")))
    assert written >= SETTINGS, f"Write these settings down in {page}: {sorted(SETTINGS - written)}"
    assert written <= SETTINGS, (
        f"{page} names settings that bot/settings.py does not have: {sorted(written - SETTINGS)}"
    )


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_each_setting_says_what_it_is(name: str) -> None:
    description = Settings.model_fields[name].description or ""
    assert description.endswith("."), (
        f"The description of {name} in bot/settings.py is what an operator reads when the value is wrong: give it "
        "whole sentences."
    )


def test_the_example_changes_nothing_until_somebody_changes_it() -> None:
    lines = (CHECKOUT / ".env.example").read_text("utf-8").splitlines()
    active = [line for line in lines if line.strip() and not line.startswith("#")]
    assert not active, (
        "Somebody who copies .env.example to .env must get the defaults, so each line in it starts with #. "
        f"These do not: {active}"
    )
