"""Certbot's configuration file: what a validation asks for, and what the file can carry."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.acme.inside_certbot.launcher import BIGIP
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import create_private
from sectigo_f5.validation import Dns01, Http01, Validation


def authenticator(validation: Validation) -> str:
    """Return the name of the Certbot plugin that answers challenges."""
    if isinstance(validation, Http01):
        return BIGIP
    # "standalone" is only used if there is a challenge, and that is an error: see certbot_options.
    return validation.authenticator if isinstance(validation, Dns01) else "standalone"


def certbot_options(validation: Validation) -> dict[str, str]:
    """Return Certbot's options for the configuration file, the BIG-IP's password among them.

    Prevalidated contradicts itself on purpose: the standalone plugin knows http-01 only, so if the
    CA asks for a challenge nevertheless, Certbot stops with "None of the preferred challenges are
    supported" before it has answered anything. The usual recipe, ``manual`` with a hook that is
    ``false``, does not: Certbot 5.8 logs that the hook failed and still has the CA validate (and
    count a failure). No plugin runs at all for names that the CA considers valid.
    """
    options = {"authenticator": authenticator(validation)}
    if isinstance(validation, Http01):
        return {**options, "preferred-challenges": "http", **_bigip_options(validation)}
    options["preferred-challenges"] = "dns"
    return {**options, **validation.options} if isinstance(validation, Dns01) else options


def _bigip_options(validation: Http01) -> dict[str, str]:
    """Return the options of certbot-bigip 1.2.1; what is left out has no effect on an authenticator."""
    numeric = [host for host in validation.hosts if ":" in host]
    if numeric:
        raise ConnectorError(
            f"validation http-01: certbot-bigip cannot reach the IPv6 address {numeric[0]}; write a host name "
            "that resolves to it, or use validation: prevalidated or dns-01"
        )
    options = {
        "bigip-list": ",".join(validation.hosts),
        "bigip-username": validation.username,
        "bigip-password": validation.password.reveal(),
        "bigip-vs-list": ",".join(validation.virtual_servers),
        "bigip-partition": validation.partition,
    }
    if validation.ca_file:  # only takes a path: the word True would be one, too
        options["bigip-verify-ssl"] = str(validation.ca_file)
    if validation.apm:  # any text is true, even "false"
        options["bigip-apm"] = "true"
    return options


def write_options(file: Path, options: Mapping[str, str]) -> None:
    """Write Certbot's configuration file, mode 0600; it never exists with other contents or permissions.

    ConfigArgParse takes a value in double quotes literally, whatever blanks, ``#``, quotes or
    backslashes it contains; a value that it would cut, or show in a usage error, is refused by the
    name of its option.
    """
    lines = []
    for name, value in options.items():
        fault = secret_fault(value)
        if fault:
            raise ConnectorError(f"Certbot's option {name} {fault}")
        lines.append(f'{name} = "{value}"\n')
    create_private(file, "".join(lines))


def secret_fault(text: str) -> str | None:
    """Return why Certbot's configuration file cannot hold the text in quotes, or None; never shows the text.

    ConfigArgParse, measured with 1.9.0: ``--`` and ``[…]`` become lists (and Certbot then prints the
    value in its usage error), a line break ends the value, a quote before `` #`` or `` ;`` cuts it.
    """
    if not text:
        return "is empty; write the value"
    if text == "--":
        return "is --, which Certbot cannot be given; choose another one"
    if text.startswith("[") and text.endswith("]"):
        return "is bracketed by [ and ], which Certbot cannot be given; choose another one"
    if not text.isprintable():
        return "contains a line break or another control character, which Certbot cannot be given; choose another one"
    if re.search(r"[\"']\s+[#;]", text):
        return "contains a quote followed by a blank and # or ;, which Certbot cannot be given; choose another one"
    return None
