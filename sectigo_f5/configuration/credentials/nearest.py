"""Which of the ways to name credentials counts for a device: exactly one, at the nearest level that has any."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.configuration.credentials.inline import Credentials
from sectigo_f5.configuration.findings import InvalidValueError, Mistake
from sectigo_f5.configuration.settings import ParsedSetting, Scope, Section, Table
from sectigo_f5.secret import Secret


@dataclass(frozen=True)
class Login:
    """User name and password, or the program that prints them."""

    credentials: Credentials | None
    command: tuple[str, ...] = ()


def login_of(scope: Scope) -> Login:
    """Return the nearest login: a file, a command, or a user name and a password, perhaps at two levels.

    Raises :class:`InvalidValueError` if there is none, or more than one on a level.
    """
    username: ParsedSetting[str] | None = None
    password: ParsedSetting[Secret] | None = None
    for section in scope.sections:
        _must_be_one_way(section)
        file, command = section.get(Table.credentials_file), section.get(Table.credentials_command)
        if (file or command) and (username or password):
            break
        if file:
            return Login(file.valid())
        if command:
            return Login(None, command.valid())
        username, password = username or section.get(Table.username), password or section.get(Table.password)
    return Login(_inline(username, password, scope))


def _must_be_one_way(section: Section) -> None:
    file, command = section.get(Table.credentials_file), section.get(Table.credentials_command)
    inline = any((section.get(Table.username), section.get(Table.password)))
    if file and inline:
        text = "cannot be combined with username or password; keep the file or the two keys, not both"
        raise InvalidValueError(Mistake(file.line, "credentials_file", text))
    if command and (file or inline):
        text = "cannot be combined with credentials_file, username or password; keep one of them"
        raise InvalidValueError(Mistake(command.line, "credentials_command", text))


def _inline(username: ParsedSetting[str] | None, password: ParsedSetting[Secret] | None, scope: Scope) -> Credentials:
    if username and password:
        return Credentials(username.valid(), password.valid())
    if username:
        text = "missing; username is set here without it: write password: as well"
        raise InvalidValueError(Mistake(username.line, "password", text))
    if password:
        text = "missing; password is set here without it: write username: as well"
        raise InvalidValueError(Mistake(password.line, "username", text))
    example = Table.credentials_file.example
    text = f"missing; write credentials_file: {example}, credentials_command:, or username: and password: here"
    raise InvalidValueError(Mistake(scope.place.line, "credentials_file", text))
