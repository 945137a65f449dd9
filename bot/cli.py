"""The one command-line program, `first-contact`: each command is a few lines that call the room that does it.

Rooms are imported inside the commands, so that `first-contact --help` and `screen` need not load a web server.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import log
from bot.settings import Settings, SettingsError, read_settings

app = typer.Typer(
    name="first-contact",
    help="A chat-based assistant for the moment somebody first asks a community mental-health service for help.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
flows = typer.Typer(no_args_is_help=True, help="The dialogue flows.")
nlu = typer.Typer(no_args_is_help=True, help="The language understanding (Rasa).")
account = typer.Typer(no_args_is_help=True, help="Who may sign in.")
app.add_typer(flows, name="flows")
app.add_typer(nlu, name="nlu")
app.add_typer(account, name="account")


@app.command()
def serve(
    with_nlu: Annotated[bool, typer.Option(help="Set Rasa up behind and use it once it answers.")] = False,
) -> None:
    """Serve the chat page, the desk and the webhooks until Ctrl-C."""
    from bot.serve import serve as run

    log.set_up()
    run(_settings(), with_nlu=with_nlu)


@app.command()
def chat(
    again: Annotated[str, typer.Option(help="Go on as this invented person; a new one each time without it.")] = "",
) -> None:
    """A conversation in the terminal, through the real service."""
    from bot.channels.console import terminal
    from bot.channels.console.channel import CONSOLE, ConsoleChannel
    from bot.channels.console.chat import run_chat
    from bot.service import build

    log.set_up(quiet=True)
    service = build(_settings(), channels={CONSOLE: ConsoleChannel()})
    run_chat(service, terminal.reader(), terminal.writer(), again=again or None)


@app.command()
def screen(
    scores: Annotated[
        bool, typer.Option("--scores", help="Also the classifier's number, for evaluation only.")
    ] = False,
) -> None:
    """Screen JSON Lines from standard input: {"id", "text", "previous"?} in, the route and its reasons out."""
    from bot.screen import screen_lines
    from dialogue.safety import RulesAndClassifier

    detector = RulesAndClassifier.shipped(_settings().encoder)
    if detector.problem:
        typer.echo(detector.problem, err=True)
    raise typer.Exit(screen_lines(sys.stdin.buffer, sys.stdout, sys.stderr, detector, with_scores=scores))


@app.command()
def demo() -> None:
    """Fill an empty database with demonstration data, and print the addresses and sign-ins."""
    from bot import demonstration
    from bot.service import build

    settings = _settings()
    service = build(settings)
    try:
        demonstration.fill(service.store)
    finally:
        service.stop()
    typer.echo("Demonstration data is in place: a team, its rota, slots for the next six weeks.\n")
    typer.echo(f"  Chat page   {settings.address}/chat")
    typer.echo(f"  Desk        {settings.address}/desk")
    typer.echo(f"  Health      {settings.address}/health/ready\n")
    for who in demonstration.SIGN_INS:
        typer.echo(f"  {who.role:<13} {who.email:<22} password: {who.password}")
    typer.echo("\nThese sign-ins are invented and only work with demonstration data.\n")


@app.command()
def doctor() -> None:
    """What is set up and what is missing, in plain words. Exits 1 when something is wrong."""
    from bot.doctor import examine

    raise typer.Exit(examine(sys.stdout))


@app.command()
def bench(
    seconds: Annotated[float, typer.Option(help="Roughly how long each part is measured, in seconds.", min=0.5)] = 10.0,
    postgresql: Annotated[str, typer.Option(help="An empty PostgreSQL database, postgresql://...")] = "",
) -> None:
    """Measure screening, and messages per second through intake, turn and outbox, beside the bare commit rate."""
    from bot import bench, bench_screening

    log.set_up(quiet=True)
    bench_screening.run(seconds, sys.stdout)
    bench.run(seconds, postgresql, sys.stdout)


@flows.command("check")
def flows_check(
    files: Annotated[list[Path] | None, typer.Argument(help="Flow files; the shipped ones without any.")] = None,
) -> None:
    """Read flows and say what is wrong with them, by file, line and step. Exits 1 when something is."""
    from bot.flow_files import check_files

    raise typer.Exit(check_files(files or [], sys.stdout))


@nlu.command("train")
def nlu_train() -> None:
    """Set Rasa up if need be and train its model."""
    from bot.rasa.project import NluProject

    project = NluProject(_settings().rasa_project, progress=typer.echo)
    project.install()
    project.train()


@nlu.command("test")
def nlu_test() -> None:
    """Test the understanding: cross-validated, and on the held-out sentences."""
    from bot.rasa.project import NluProject

    project = NluProject(_settings().rasa_project, progress=typer.echo)
    project.install()
    typer.echo(project.test().summary())


@nlu.command("status")
def nlu_status() -> None:
    """Whether Rasa is installed, trained and answering."""
    from bot.doctor import understanding

    for line in understanding(_settings()):
        typer.echo(line)


@account.command("add")
def account_add(
    email: Annotated[str, typer.Option(prompt="E-mail")],
    name: Annotated[str, typer.Option(prompt="Full name")],
    role: Annotated[str, typer.Option(prompt="Role (practitioner, lead, admin, auditor)")],
    password: Annotated[str, typer.Option(prompt=True, confirmation_prompt=True, hide_input=True)],
    phone: Annotated[str, typer.Option(help="For alerts, as +447700900123.")] = "",
) -> None:
    """Add somebody who may sign in. What is not given is asked for."""
    from bot.accounts.adding import add_account
    from bot.service import build

    service = build(_settings())
    try:
        with service.store.write() as unit:
            add_account(unit, email=email, name=name, role=role, password=password, phone=phone)
    finally:
        service.stop()
    typer.echo(f"{name} can sign in.")


def _settings() -> Settings:
    return read_settings()


def main() -> None:
    """Run the program. What is wrong is told in a sentence on standard error, with exit status 2."""
    try:
        app()
    except Exception as error:
        if not isinstance(error, _told()):
            raise
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


def _told() -> tuple[type[Exception], ...]:
    from bot.accounts.adding import AccountError
    from bot.accounts.passwords import WeakPasswordError
    from bot.demonstration import RealDataError
    from bot.rasa.child import NluProjectError
    from bot.serve import ServeError
    from bot.store.encryption import FieldKeyError
    from bot.store.unit import DatabaseError
    from dialogue.reader import FlowError

    return (
        AccountError,
        DatabaseError,
        FieldKeyError,
        FlowError,
        NluProjectError,
        RealDataError,
        ServeError,
        SettingsError,
        WeakPasswordError,
    )
