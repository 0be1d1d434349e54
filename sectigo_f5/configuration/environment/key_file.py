"""``ACME_EAB_HMAC_KEY_FILE``: the HMAC key in a file of its own, as containers and systemd hand over secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration.environment import faults
from sectigo_f5.configuration.environment.variables import Variables
from sectigo_f5.configuration.findings import Findings
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.configuration.sources.handed_over import PREFIX, located
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change, warn_if_readable_by_others
from sectigo_f5.secret import Secret

KEY = "ACME_EAB_HMAC_KEY"
KEY_FILE = "ACME_EAB_HMAC_KEY_FILE"
EMPTY = "holds no HMAC key; put the key in it, and nothing else"
CHECKS = (faults.broken_key_fault, secret_fault, faults.hmac_key_fault)


def hmac_key(variables: Variables, environ: Mapping[str, str]) -> tuple[Secret | None, list[str]]:
    """Return the HMAC key, wherever it is written, and the warnings about its file; mistakes are noted."""
    if KEY_FILE not in variables:
        text = variables.text(KEY, *CHECKS)
        return Secret(text) if text else None, []
    if KEY in variables:
        variables.wrong(KEY_FILE, "cannot be combined with ACME_EAB_HMAC_KEY; keep one of them")
        return None, []
    file = _file(variables, environ)
    text = _content(file, variables) if file else None
    if file is None or text is None:
        return None, []
    findings = Findings(file)
    warn_if_others_may_change(findings)
    warn_if_readable_by_others(findings, "the HMAC key")
    return Secret(text), findings.warnings


def _content(file: Path, variables: Variables) -> str | None:
    """Return the key in the file; None, with the mistake noted, if it holds none."""
    try:
        text = read_content(file).decode("utf-8-sig").strip()
        fault = next((fault for check in CHECKS if (fault := check(text))), None) if text else EMPTY
    except UnreadableFileError as error:
        fault = str(error)
    except UnicodeDecodeError:
        fault = EMPTY
    if fault:
        variables.wrong(KEY_FILE, f"{file} {fault}")
    return None if fault else text


def _file(variables: Variables, environ: Mapping[str, str]) -> Path | None:
    """Return the file that the variable names; None, with the mistake noted, if there is none."""
    text = variables.text(KEY_FILE, faults.path_fault)
    if text is None or not text.startswith(PREFIX):
        return variables.path(KEY_FILE) if text else None
    try:
        return located(text, Path(), environ)
    except UnreadableFileError as error:
        variables.wrong(KEY_FILE, f"{text} {error}")
        return None
