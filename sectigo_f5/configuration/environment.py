"""The ``env`` file and the real environment: the ACME account, the log, the state directory."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration import checks
from sectigo_f5.configuration.findings import Findings, alternatives, did_you_mean, quote
from sectigo_f5.configuration.yaml_lines import warn_if_readable_by_others
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.log import LEVELS
from sectigo_f5.model import Account, Settings
from sectigo_f5.secret import Secret

VARIABLES = (
    "ACME_SERVER",
    "ACME_EAB_KID",
    "ACME_EAB_HMAC_KEY",
    "ACME_EMAIL",
    "ACME_CA_BUNDLE",
    "LOG_LEVEL",
    "LOG_FILE",
    "STATE_DIR",
    "METRICS_FILE",
)
OUR_PREFIXES = ("ACME_", "LOG_", "STATE_", "METRICS_")
POINTER = "SECTIGO_ENV_FILE"
SYSTEM_ENV_FILE = Path("/etc/sectigo/env")
LOG_FILE = Path("/var/log/sectigo/start_acme.log")
STATE_DIR = Path("/var/lib/sectigo")


@dataclass(frozen=True)
class _Variable:
    """One variable that has a value: where it was set, and the directory that a relative path in it starts from."""

    value: str
    origin: str  # "/etc/sectigo/env:3" or "environment"
    directory: Path


class _Variables:
    """The nine variables, and the mistakes in them so far."""

    def __init__(self, by_name: Mapping[str, _Variable], file: Path | None) -> None:
        self._by_name = by_name
        self._file = file
        self.mistakes: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def missing(self, name: str, why: str, example: str) -> None:
        """Note that a variable must be set, and where."""
        place = f"in {self._file}" if self._file else "in a file env next to start_acme.py (copy env.example)"
        self.mistakes.append(f"{self._file or 'environment'}: {name}: {why}; write {name}={example} {place}")

    def wrong(self, name: str, text: str) -> None:
        """Note what is wrong with a variable, at the line or place where it was set."""
        self.mistakes.append(f"{self._by_name[name].origin}: {name}: {text}")

    def text(self, name: str, *fault_in: Callable[[str], str | None]) -> str | None:
        """Return the value, checked; None if it is not set or wrong."""
        if name not in self._by_name:
            return None
        value = self._by_name[name].value
        fault = next((fault for check in fault_in if (fault := check(value))), None)
        if fault:
            self.wrong(name, fault)
        return None if fault else value

    def path(self, name: str) -> Path | None:
        """Return a path; a relative one is relative to the env file, or to the current directory."""
        text = self.text(name, _path_fault)
        return self._by_name[name].directory / text if text else None


def find_env_file(given: Path | None, environ: Mapping[str, str], beside: Path | None) -> Path | None:
    """Find the env file: ``--env-file``, ``$SECTIGO_ENV_FILE``, beside the script, ``/etc/sectigo``.

    ``beside`` is the script or its directory, None for the installed command. Returns None if there is
    no file: the environment may have it all. Raises :class:`ConfigurationError` if a file was named and
    does not exist.
    """
    pointer = environ.get(POINTER)
    named = given or (Path(pointer) if pointer else None)
    if named is not None:
        how = "--env-file" if given else POINTER
        try:
            if named.is_file():
                return named
        except OSError as error:
            raise ConfigurationError(
                f"{named}: {how}: cannot be read ({error.strerror}); correct the path or its permissions"
            ) from error
        raise ConfigurationError(f"{named}: {how}: there is no such file; correct the path, or copy env.example there")
    directory = beside if beside is None or beside.is_dir() else beside.parent
    candidates = ([directory / "env"] if directory else []) + [SYSTEM_ENV_FILE]
    return next(filter(_is_readable_file, candidates), None)


def _is_readable_file(file: Path) -> bool:
    """Look for a file that nobody named: in a directory that we may not enter there is none for us."""
    try:
        return file.is_file()
    except OSError:
        return False


def read_settings(file: Path | None, environ: Mapping[str, str]) -> tuple[Settings, tuple[str, ...]]:
    """Read the settings and the warnings; a variable of the real environment wins over the file.

    Raises :class:`ConfigurationError` that names the file, line and variable of every mistake.
    """
    in_file, warnings = _read_file(file) if file else ({}, ())
    in_environment = {name: _Variable(text, "environment", Path.cwd()) for name, text in environ.items()}
    merged = {**in_file, **in_environment}
    variables = _Variables({name: merged[name] for name in VARIABLES if name in merged and merged[name].value}, file)
    account = _account(variables)
    level = _log_level(variables)
    log_file, state_dir, metrics_file = (variables.path(name) for name in ("LOG_FILE", "STATE_DIR", "METRICS_FILE"))
    if account is None or variables.mistakes:
        raise ConfigurationError(" | ".join(variables.mistakes))
    return Settings(account, level, log_file or LOG_FILE, state_dir or STATE_DIR, metrics_file), warnings


def paths_despite_mistakes(file: Path | None, environ: Mapping[str, str]) -> tuple[Path, Path | None]:
    """Return STATE_DIR and METRICS_FILE as far as they can be known while something else is wrong."""
    known: dict[str, _Variable] = {}
    with contextlib.suppress(ConfigurationError):
        known = {name: variable for name, variable, _ in _assignments(file, tolerant=True)} if file else {}
    known |= {name: _Variable(text, "environment", Path.cwd()) for name, text in environ.items()}
    variables = _Variables({name: variable for name, variable in known.items() if variable.value}, file)
    return variables.path("STATE_DIR") or STATE_DIR, variables.path("METRICS_FILE")


def _read_file(file: Path) -> tuple[dict[str, _Variable], tuple[str, ...]]:
    variables: dict[str, _Variable] = {}
    findings = Findings(file)
    for name, variable, line in _assignments(file):
        if name in variables:
            first = variables[name].origin
            raise ConfigurationError(f"{variable.origin}: {name}: is set twice, first at {first}; keep one of them")
        variables[name] = variable
        _warn_if_unknown(name, line, findings)
    if "ACME_EAB_HMAC_KEY" in variables:
        warn_if_readable_by_others(findings, "ACME_EAB_HMAC_KEY")
    return variables, tuple(findings.warnings)


def _assignments(file: Path, tolerant: bool = False) -> Iterator[tuple[str, _Variable, int]]:
    """Parse with python-dotenv's own parser: it has the line numbers that ``dotenv_values`` drops.

    ``tolerant`` passes over a line that cannot be read, otherwise a :class:`ConfigurationError`.
    """
    for binding in parse_stream(io.StringIO(_read_text(file))):
        source = binding.original.string
        line = binding.original.line + source[: len(source) - len(source.lstrip())].count("\n")
        origin = f"{file}:{line}"
        if binding.error or (binding.key and binding.value is None):
            if tolerant:
                continue
            raise ConfigurationError(f"{origin}: is not a NAME=value line; correct it, or begin a comment with #")
        if binding.key:
            yield binding.key, _Variable(binding.value or "", origin, file.absolute().parent), line


def _read_text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read ({error.strerror}); check its permissions") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save the file as UTF-8") from error


def _warn_if_unknown(name: str, line: int, findings: Findings) -> None:
    if name in VARIABLES:
        return
    guess = did_you_mean(name, VARIABLES)
    if guess or name.startswith(OUR_PREFIXES):
        known = f"; allowed: {', '.join(VARIABLES)}"
        findings.about(Path(f"{findings.file}:{line}")).warning(f"{name}: unknown variable{guess or known}")


def _account(variables: _Variables) -> Account | None:
    server = variables.text("ACME_SERVER", checks.server_url_fault)
    if "ACME_SERVER" not in variables:
        variables.missing("ACME_SERVER", "missing", "https://acme.sectigo.com/v2/OV")
    kid = variables.text("ACME_EAB_KID", secret_fault)
    hmac_key = variables.text("ACME_EAB_HMAC_KEY", _broken_key_fault, secret_fault, _hmac_key_fault)
    for name, other in (("ACME_EAB_KID", "ACME_EAB_HMAC_KEY"), ("ACME_EAB_HMAC_KEY", "ACME_EAB_KID")):
        if name not in variables and other in variables:
            variables.missing(name, f"missing, but {other} is set: the CA issues them as a pair", "…")
    email = variables.text("ACME_EMAIL", _email_fault)
    bundle = variables.path("ACME_CA_BUNDLE")
    if bundle and (fault := checks.certificate_file_fault(bundle)):
        variables.wrong("ACME_CA_BUNDLE", fault)
    return Account(server, kid, Secret(hmac_key) if hmac_key else None, email, bundle) if server else None


def _log_level(variables: _Variables) -> str:
    level = (variables.text("LOG_LEVEL") or "INFO").upper()
    if level not in LEVELS:
        variables.wrong("LOG_LEVEL", f"{quote(level)} is not valid; write {alternatives(LEVELS)}")
    return level


def _broken_key_fault(text: str) -> str | None:
    if re.search(r"\s", text):
        return "contains a space or a line break; write the HMAC key in one piece"
    return None


def _hmac_key_fault(text: str) -> str | None:
    """Check for base64url (RFC 8555 section 7.3.4); Certbot's decoder would skip other characters."""
    bare = text.rstrip("=")
    if re.fullmatch("[A-Za-z0-9_-]+", bare) and len(bare) % 4 != 1:
        return None
    if re.fullmatch("[A-Za-z0-9+/]+", bare) and set(bare) & set("+/"):
        remedy = "but base64: write - for each + and _ for each /"
    else:
        remedy = "or a part is missing: copy the HMAC key again from the ACME account in SCM"
    return f"is not base64url (letters, digits, - and _), {remedy}"


def _path_fault(text: str) -> str | None:
    if text.startswith("~"):
        return f"{quote(text)} is used literally, and only a shell expands ~; write the full path"
    return None


def _email_fault(text: str) -> str | None:
    if re.fullmatch(r"[A-Za-z0-9.!$%&*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text):
        return None
    return f"{quote(text)} is not an e-mail address; write one like pki@example.com"
