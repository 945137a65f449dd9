from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.forms import FORM, NotAFormError, read_form


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=200), min_size=1, max_size=10))
def test_a_form_is_read_word_for_word(fields: dict[str, str]) -> None:
    assert read_form(FORM, urlencode(fields).encode()) == fields


def test_half_a_character_pair_and_nul_come_through() -> None:
    body = urlencode({"Body": "a\x00b \ud83d c"}, errors="surrogatepass").encode()
    assert read_form(FORM, body) == {"Body": "a\x00b \ud83d c"}


def test_an_empty_form_has_no_fields() -> None:
    assert read_form(FORM, b"") == {}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("", b"Body=a"),
        ("multipart/form-data; boundary=x", b"--x--"),
        (FORM, b"\xff\xfe"),
        (FORM, b"Body=%ff"),
        (FORM, b"Body"),
        (FORM, b"Body=a&Body=b"),
        (FORM, b"&".join(b"f%d=1" % number for number in range(300))),
    ],
)
def test_anything_else_is_refused_without_being_quoted(content_type: str, body: bytes) -> None:
    with pytest.raises(NotAFormError) as caught:
        read_form(content_type, body)
    assert "\xff" not in str(caught.value)


def test_a_type_with_a_character_set_is_a_form() -> None:
    assert read_form("Application/X-WWW-Form-Urlencoded; charset=UTF-8", b"Body=a") == {"Body": "a"}
