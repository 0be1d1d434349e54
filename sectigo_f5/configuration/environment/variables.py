"""The variables that an ``env`` file may set: from which line each comes, and what is wrong with it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from sectigo_f5.configuration.environment import faults
from sectigo_f5.configuration.environment.proxies import PROXIES, hides_a_password, is_proxy
from sectigo_f5.configuration.findings import Findings, did_you_mean
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.configuration.sources.permissions import warn_if_others_may_change, warn_if_readable_by_others
from sectigo_f5.errors import ConfigurationError

OWN = (
    "ACME_SERVER",
    "ACME_EAB_KID",
    "ACME_EAB_HMAC_KEY",
    "ACME_EAB_HMAC_KEY_FILE",
    "ACME_EMAIL",
    "ACME_CA_BUNDLE",
    "LOG_LEVEL",
    "LOG_FILE",
    "LOG_FORMAT",
    "STATE_DIR",
    "METRICS_FILE",
    "RUN_TIME_LIMIT",
    "NOTIFY_URLS",
    "HEARTBEAT_URL",
)
ENVIRONMENT = "environment"  # the origin of what no file sets
VARIABLES = (*OWN, *PROXIES)


@dataclass(frozen=True)
class Variable:
    """One variable that has a value: where it was set, and the directory that a relative path in it starts from."""

    value: str
    origin: str  # "/etc/sectigo/env:3" or "environment"
    directory: Path


class Variables:
    """The variables that have a value, and the mistakes in them so far."""

    def __init__(self, by_name: Mapping[str, Variable], file: Path | None) -> None:
        self._by_name = by_name
        self._file = file
        self.mistakes: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    def is_from_file(self, name: str) -> bool:
        """Return whether the file sets the variable, and the real environment does not."""
        return self._by_name[name].origin != ENVIRONMENT

    def warning(self, name: str, text: str) -> str:
        """Return what is wrong with a variable that no renewal depends on."""
        return f"{self._by_name[name].origin}: {name}: {text}"

    def missing(self, name: str, why: str, example: str) -> None:
        """Note that a variable must be set, and where."""
        place = f"in {self._file}" if self._file else "in a file env next to start_acme.py (copy env.example)"
        self.mistakes.append(f"{self._file or ENVIRONMENT}: {name}: {why}; write {name}={example} {place}")

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
        text = self.text(name, faults.path_fault)
        return self._by_name[name].directory / text if text else None


def from_environment(environ: Mapping[str, str]) -> dict[str, Variable]:
    """Return the variables of the real environment; a relative path in one starts where the program is started."""
    try:
        here = Path.cwd()
    except OSError:  # deleted
        here = Path()
    return {name: Variable(text, ENVIRONMENT, here) for name, text in environ.items()}


def from_file(file: Path) -> tuple[dict[str, Variable], tuple[str, ...]]:
    """Read the ``env`` file: its variables and the warnings; raises :class:`ConfigurationError`."""
    variables: dict[str, Variable] = {}
    findings = Findings(file)
    for name, variable, line in assignments(file):
        if first := next((other for other in variables if _is_same(name, other)), None):
            origin = variables[first].origin
            raise ConfigurationError(f"{variable.origin}: {name}: is set twice, first at {origin}; keep one of them")
        variables[name] = variable
        if not (name in OWN or is_proxy(name)):
            _warn_of_unknown(name, line, findings)
    warn_if_others_may_change(findings)
    for name, variable in variables.items():
        if name in ("ACME_EAB_HMAC_KEY", "NOTIFY_URLS", "HEARTBEAT_URL") or (
            is_proxy(name) and hides_a_password(variable.value)
        ):
            warn_if_readable_by_others(findings, name)
    return variables, tuple(findings.warnings)


def _is_same(name: str, other: str) -> bool:
    return name == other or (is_proxy(name) and name.upper() == other.upper())


def assignments(file: Path, tolerant: bool = False) -> Iterator[tuple[str, Variable, int]]:
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
            yield binding.key, Variable(binding.value or "", origin, file.absolute().parent), line


def _read_text(file: Path) -> str:
    try:
        return read_content(file).decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")  # as Python reads text
    except UnreadableFileError as error:
        raise ConfigurationError(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{file}: is not UTF-8 text; save the file as UTF-8") from error


def _warn_of_unknown(name: str, line: int, findings: Findings) -> None:
    """Warn that a variable does not count: a DNS plugin, say, looks for its own in the real environment."""
    elsewhere = f"; what is not one of {', '.join(VARIABLES)} is set where the program is started"
    guess = did_you_mean(name, VARIABLES)
    findings.about(Path(f"{findings.file}:{line}")).warning(f"{name}: unknown variable{guess or elsewhere}")
