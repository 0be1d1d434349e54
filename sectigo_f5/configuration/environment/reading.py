"""The ``env`` file and the real environment become settings."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.environment import faults
from sectigo_f5.configuration.environment.key_file import KEY, KEY_FILE, hmac_key
from sectigo_f5.configuration.environment.notify import heartbeat_fault, name_of, separated
from sectigo_f5.configuration.environment.proxies import (
    EXEMPTIONS,
    PROXIES,
    by_name,
    exemptions_fault,
    hides_a_password,
    proxy_fault,
)
from sectigo_f5.configuration.environment.search import out_of_sight
from sectigo_f5.configuration.environment.variables import (
    OWN,
    Variable,
    Variables,
    assignments,
    from_environment,
    from_file,
)
from sectigo_f5.configuration.findings import Findings, alternatives, quote
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.log_levels import FORMATS, LEVELS, SERVICES, Service
from sectigo_f5.model import Account, Settings
from sectigo_f5.secret import Secret

LOG_FILE = Path("/var/log/sectigo/start_acme.log")
STATE_DIR = Path("/var/lib/sectigo")
RUN_TIME_LIMIT = "360"  # minutes
DEFAULTS = {"LOG_LEVEL": "INFO", "LOG_FORMAT": "text"}


def read_settings(file: Path | None, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings and the warnings; a variable of the real environment wins over the file.

    Raises :class:`ConfigurationError` that names the file, line and variable of every mistake.
    """
    hidden = out_of_sight() if file is None else None
    in_file, warnings = from_file(file) if file else ({}, (hidden,) if hidden else ())
    in_environment = from_environment(environ)
    merged = {**in_file, **in_environment}
    known = {name: merged[name] for name in OWN if name in merged} | by_name(in_file) | by_name(in_environment)
    variables = Variables({name: variable for name, variable in known.items() if variable.value}, file)
    account, of_key = _account(variables, environ)
    level, form = _word(variables, "LOG_LEVEL", LEVELS), _word(variables, "LOG_FORMAT", FORMATS)
    log_file, state_dir, metrics_file = (
        _log_file(variables),
        variables.path("STATE_DIR"),
        variables.path("METRICS_FILE"),
    )
    minutes = variables.text("RUN_TIME_LIMIT", faults.minutes_fault) or RUN_TIME_LIMIT
    proxies = _proxies(variables)
    told, doubts = _told(variables)
    if account is None or variables.mistakes:
        raise ConfigurationError(" | ".join([*variables.mistakes, *([hidden] if hidden else [])]))
    files, limit = (log_file, state_dir or STATE_DIR, metrics_file), timedelta(minutes=int(minutes))
    settings = Settings(account, level, *files, proxies, limit, form, *told)
    return settings, (*warnings, *of_key, *doubts, *_warnings_about(account.ca_bundle))


def paths_despite_mistakes(file: Path | None, environ: Mapping[str, str]) -> tuple[Path, Path | None]:
    """Return STATE_DIR and METRICS_FILE as far as they can be known while something else is wrong."""
    known: dict[str, Variable] = {}
    with contextlib.suppress(ConfigurationError):
        known = {name: variable for name, variable, _ in assignments(file, tolerant=True)} if file else {}
    known |= from_environment(environ)
    variables = Variables({name: variable for name, variable in known.items() if variable.value}, file)
    return variables.path("STATE_DIR") or STATE_DIR, variables.path("METRICS_FILE")


def _account(variables: Variables, environ: Mapping[str, str]) -> tuple[Account | None, list[str]]:
    server = variables.text("ACME_SERVER", checks.server_url_fault)
    if "ACME_SERVER" not in variables:
        variables.missing("ACME_SERVER", "missing", "https://acme.sectigo.com/v2/OV")
    kid = variables.text("ACME_EAB_KID", secret_fault)
    key, warnings = hmac_key(variables, environ)
    one, other = "ACME_EAB_KID", KEY_FILE if KEY_FILE in variables else KEY
    for name, there in ((one, other), (other, one)):
        if name not in variables and there in variables:
            variables.missing(name, f"missing, but {there} is set: the CA issues them as a pair", "…")
    email = variables.text("ACME_EMAIL", faults.email_fault)
    bundle = variables.path("ACME_CA_BUNDLE")
    if bundle and (fault := checks.certificate_file_fault(bundle)):
        variables.wrong("ACME_CA_BUNDLE", fault)
    return Account(server, kid, key, email, bundle) if server else None, warnings


def _proxies(variables: Variables) -> dict[str, Secret | str]:
    """Return the proxies that the file sets, secret if with a password; those of the real environment are there."""
    checked = {name: variables.text(name, proxy_fault if name != EXEMPTIONS else exemptions_fault) for name in PROXIES}
    ours = {name: text for name, text in checked.items() if text and variables.is_from_file(name)}
    return {name: Secret(text) if hides_a_password(text) else text for name, text in ours.items()}


def _warnings_about(ca_bundle: Path | None) -> list[str]:
    if ca_bundle is None:
        return []
    findings = Findings(ca_bundle)
    warn_if_others_may_change(findings)
    return findings.warnings


def _told(variables: Variables) -> tuple[tuple[tuple[Secret, ...], Secret | None], list[str]]:
    """Return who is told how a run has ended, and what is wrong with that: warnings, since no renewal depends on it."""
    urls, beat = separated(variables.text("NOTIFY_URLS") or ""), variables.text("HEARTBEAT_URL")
    doubts = [
        variables.warning("NOTIFY_URLS", f"{name_of(number, url)}: write URLs as Apprise knows them, such as ntfy://…")
        for number, url in enumerate(urls, 1)
        if "://" not in url.reveal()
    ]
    fault = heartbeat_fault(beat) if beat else None
    doubts += [variables.warning("HEARTBEAT_URL", fault)] if fault else []
    return (urls, Secret(beat) if beat and not fault else None), doubts


def _word(variables: Variables, name: str, words: tuple[str, ...]) -> str:
    """Return one of a few words, in any case; the default of each variable is in DEFAULTS."""
    text = variables.text(name) or DEFAULTS[name]
    found = next((word for word in words if word.lower() == text.lower()), None)
    if found is None:
        variables.wrong(name, f"{quote(text)} is not valid; write {alternatives(words)}")
    return found or DEFAULTS[name]


def _log_file(variables: Variables) -> Path | Service:
    """Return where the log goes; a file that has the name of a service is written ``./syslog``."""
    service = SERVICES.get(variables.text("LOG_FILE") or "")
    return service or variables.path("LOG_FILE") or LOG_FILE
