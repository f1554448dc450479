"""``flask user create``, ``approve``, ``refuse``, ``confirm`` and ``set-password``."""

import re

import click
from flask import current_app
from sqlalchemy.exc import IntegrityError

from ..accounts import addresses
from ..accounts import blueprint as accounts
from ..accounts.applications import LONGEST_REASON, let_in, turn_away
from ..accounts.commands import user_called
from ..accounts.confirming import confirm_address
from ..accounts.former_names import FormerNameError
from ..accounts.models import User
from ..accounts.registering import register
from ..accounts.resets import RESET, reset_token
from ..data.characters import IN_USERNAME, LONGEST_USERNAME
from ..data.database import writing
from ..mail.sending import send_mail
from ..web.urls import external_url
from .log import record


@accounts.cli.command("create")
@click.argument("name")
@click.argument("email")
def create(name: str, email: str) -> None:
    """Create an account for NAME with the address EMAIL, which counts as confirmed.

    A mail with a link goes to EMAIL, by which NAME sets a password within an hour. Where this site
    sends no mail, the command shows the link. It does not matter who can join, nor which names are
    reserved or blocked.
    """
    if not re.fullmatch(rf"{IN_USERNAME}{{1,{LONGEST_USERNAME}}}", name):
        raise click.ClickException(
            f"NAME is at most {LONGEST_USERNAME} letters A to Z, digits and _, not {name!r}."
        )
    if len(email) > addresses.LONGEST:
        raise click.ClickException(f"EMAIL is longer than {addresses.LONGEST} characters.")
    try:
        user = register(name, email=email, enter=_log_new)
    except IntegrityError:
        raise click.ClickException(
            f"Somebody has the name {name} or the address {email}."
        ) from None
    except FormerNameError as error:
        raise click.ClickException(str(error)) from None
    except ValueError as error:
        raise click.ClickException(f"{email} is no e-mail address: {error}") from None
    click.echo(f"{user.username} has an account.")
    _have_password_set(user, shows=False)


@accounts.cli.command("set-password")
@click.argument("name")
@click.option("--show", is_flag=True, help="Show the link here, and send no mail.")
def set_password(name: str, show: bool) -> None:
    """Mail the user NAME a link that sets a new password, once, within an hour.

    The old password works until then. Where this site sends no mail, the command shows the link:
    give it to nobody else.
    """
    user = user_called(name)
    if not (show or user.email):
        raise click.ClickException(
            f"{user.username} has no e-mail address. With --show, the link is shown here."
        )
    with writing():
        record(None, "set_password", person_id=user.id)
    _have_password_set(user, shows=show)


@accounts.cli.command("confirm")
@click.argument("name")
def confirm(name: str) -> None:
    """Have the e-mail address of the user NAME count as confirmed."""
    user = user_called(name)
    if not user.email:
        raise click.ClickException(f"{user.username} has no e-mail address.")
    if user.confirmed_at:
        raise click.ClickException(f"The address of {user.username} is confirmed already.")
    with writing():
        confirm_address(user)
        changed = {"before": {"confirmed": False}, "after": {"confirmed": True}}
        record(None, "confirm", person_id=user.id, **changed)
    click.echo(f"The address {user.email} of {user.username} is confirmed.")


@accounts.cli.command("approve")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def approve(names: tuple[str, ...]) -> None:
    """Let the users NAME in, who asked to join; a mail tells each.

    flask user list --state waiting shows who waits, and flask user show NAME what they answered.
    """
    for user in _waiting(names):
        let_in(user, None)
        click.echo(f"{user.username} is in.")


@accounts.cli.command("refuse")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@click.option("--reason", default="", help="Why: they read it in the mail.")
def refuse(names: tuple[str, ...], reason: str) -> None:
    """Turn the users NAME away, who asked to join: a mail tells each, and the account goes."""
    if len(reason) > LONGEST_REASON:
        raise click.ClickException(f"The reason is longer than {LONGEST_REASON} characters.")
    for user in _waiting(names):
        username = user.username
        turn_away(user, None, reason)
        click.echo(f"{username} is turned away, and the account is deleted.")


def _waiting(names: tuple[str, ...]) -> list[User]:
    """Return the users of those names; the command ends with 1 unless all of them wait."""
    users = [user_called(name) for name in dict.fromkeys(names)]
    for user in users:
        if user.state != "waiting":
            raise click.ClickException(f"{user.username} does not wait to be let in.")
    return users


def _have_password_set(user: User, *, shows: bool) -> None:
    if shows or not current_app.config["MAIL_SERVER"]:
        url = external_url("accounts.reset_password", token=reset_token(user))
        click.echo(f"Within an hour, this link sets the password of {user.username}:\n{url}")
    elif user.email:
        send_mail(user.email, RESET, language=user.language, browser="")
        click.echo(f"A link that sets the password is on its way to {user.email}.")


def _log_new(user: User) -> None:
    record(None, "create", person_id=user.id, after={"state": user.state, "role": user.role})
