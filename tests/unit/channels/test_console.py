import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from bot.channels.console.chat import Read, run_chat
from bot.channels.console.terminal import reader, writer
from bot.store import thread
from dialogue.events import Choice
from tests.support.channel_host import ChannelHost, settings_for


@pytest.fixture
def host(tmp_path: Path) -> ChannelHost:
    return ChannelHost(settings_for(tmp_path))


class Printed:
    """What was printed, as (name, words)."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str]] = []

    def __call__(self, name: str, words: str) -> None:
        self.lines.append((name, words))

    def by(self, name: str) -> list[str]:
        return [words for who, words in self.lines if who == name]


def typed(*lines: str) -> Read:
    """Reads these lines, one after another, and then the end."""
    left: Iterator[str] = iter(lines)
    return lambda: next(left, None)


def test_a_line_gets_its_reply_and_the_end_of_input_a_sentence(host: ChannelHost) -> None:
    printed = Printed()
    run_chat(host, typed("hello"), printed)
    assert printed.by("First Contact") == ["Thank you for telling me. That was 5 characters."]
    assert "You have left" in printed.lines[-1][1]


def test_every_word_arrives(host: ChannelHost) -> None:
    printed = Printed()
    run_chat(host, typed("x" * 10_000, "💛 لا أعرف", ""), printed)
    assert [words.split(" was ")[1] for words in printed.by("First Contact")] == [
        "10000 characters.",
        "9 characters.",
        "0 characters.",
    ]


def test_a_line_too_long_for_anybody_is_refused_and_the_next_one_taken(host: ChannelHost) -> None:
    printed = Printed()
    run_chat(host, typed("x" * 100_001, "hi"), printed)
    assert any("100000" in words for words in printed.by(""))
    assert printed.by("First Contact") == ["Thank you for telling me. That was 2 characters."]


def test_quit_leaves_before_what_comes_after_it(host: ChannelHost) -> None:
    printed = Printed()
    run_chat(host, typed("hi", " /QUIT ", "never read"), printed)
    assert len(printed.by("First Contact")) == 1


def test_ctrl_c_leaves_with_the_same_sentence(host: ChannelHost) -> None:
    def interrupted() -> str:
        raise KeyboardInterrupt

    printed = Printed()
    run_chat(host, interrupted, printed)
    assert "You have left" in printed.lines[-1][1]


def test_choices_are_numbered_where_there_are_no_buttons(host: ChannelHost) -> None:
    choices = (Choice(id="a", label="Tuesday"), Choice(id="b", label="Thursday"))
    host.reply = lambda _text: (("Which day?", choices),)
    printed = Printed()
    run_chat(host, typed("hi"), printed)
    [words] = printed.by("First Contact")
    assert words.startswith("Which day?")
    assert words.index("1") < words.index("Tuesday") < words.index("2") < words.index("Thursday")


def test_each_run_is_somebody_new_unless_they_come_back(tmp_path: Path) -> None:
    first, second, third = Printed(), Printed(), Printed()
    run_chat(ChannelHost(settings_for(tmp_path)), typed("hello"), first, again="Robin")
    run_chat(ChannelHost(settings_for(tmp_path)), typed(), second)
    run_chat(ChannelHost(settings_for(tmp_path)), typed(), third, again=" robin")
    assert second.by("First Contact") == []
    assert third.by("You") == ["hello"]
    assert third.by("First Contact") == first.by("First Contact")


def test_a_practitioners_words_are_printed_when_they_come(host: ChannelHost) -> None:
    printed = Printed()

    def lines() -> Iterator[str]:
        yield "hi"
        host.say_as_practitioner("console", "Hello, this is Sam.", "Sam", "account-1")

    left = lines()
    run_chat(host, lambda: next(left, None), printed)
    assert printed.by("Sam") == ["Hello, this is Sam."]


def test_what_was_printed_is_delivered(host: ChannelHost, tmp_path: Path) -> None:
    printed = Printed()
    run_chat(host, typed("hi", "hi again"), printed, again="robin")
    again = ChannelHost(settings_for(tmp_path))
    with again.store.read() as unit:
        states = [line.delivery for line in thread.lines(unit, "console", "console:robin") if line.author == "bot"]
    again.stop()
    assert states == ["delivered", "delivered"]


def test_a_pipe_is_read_to_its_end_whatever_is_in_it() -> None:
    read = reader(io.BytesIO("héllo\r\n\nbroken \xff\nlast".encode("latin-1")))
    lines = []
    while (line := read()) is not None:
        lines.append(line)
    assert lines == ["h\ufffdllo", "", "broken \ufffd", "last"]


def test_plain_lines_go_into_a_pipe() -> None:
    out = io.StringIO()
    write = writer(Console(file=out, width=20))
    write("First Contact", "words " * 20 + "[bold]not a style[/bold]")
    write("", "left")
    assert out.getvalue() == "First Contact: " + "words " * 20 + "[bold]not a style[/bold]\nleft\n"


def test_a_terminal_gets_the_words_as_they_are() -> None:
    out = io.StringIO()
    writer(Console(file=out, width=200, force_terminal=True, color_system=None))("Sam", "[red]hello[/red]")
    assert "[red]hello[/red]" in out.getvalue()


def test_a_blank_name_is_somebody_new(tmp_path: Path) -> None:
    printed = Printed()
    run_chat(ChannelHost(settings_for(tmp_path)), typed("hi"), printed, again="  ")
    assert "--again visitor-" in printed.lines[-1][1]
