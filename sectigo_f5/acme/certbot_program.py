"""Certbot as a program: where it works, where its accounts are, and how secrets reach it.

What it is asked to do is in :mod:`sectigo_f5.acme.authority` and :mod:`sectigo_f5.acme.registration`.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5 import process
from sectigo_f5.acme import installed
from sectigo_f5.acme.certbot_logs import keep_log
from sectigo_f5.acme.certbot_options import write_options
from sectigo_f5.acme.directory import USER_AGENT
from sectigo_f5.acme.inside_certbot import launcher
from sectigo_f5.acme.installed import Installed, find_certbot
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import REMEDY
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret
from sectigo_f5.trust.stores import store_for_children

logger = logging.getLogger(__name__)

# What a child needs of our environment by default: it must not see the rest, such as our HMAC key.
PASSED_ON = re.compile(
    "PATH|LANG|LANGUAGE|LC_.*|TZ|LD_LIBRARY_PATH|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(https?|all|no)_proxy", re.I
)
# What no child gets: our settings, and variables that would change its Python or its Certbot.
KEPT_BACK = re.compile(
    "ACME_.*|SECTIGO_.*|LOG_LEVEL|LOG_FILE|LOG_FORMAT|STATE_DIR|METRICS_FILE|RUN_TIME_LIMIT|NOTIFY_URLS|HEARTBEAT_URL"
    "|PYTHON.*|CERTBOT_.*"
)


@dataclass(frozen=True)
class Task:
    """One call of Certbot."""

    verb: str
    arguments: Sequence[str]  # visible in the process list and in Certbot's log: nothing secret
    options: Mapping[str, str]  # in a configuration file that only Certbot can read
    timeout: float  # seconds
    known: tuple[Secret, ...] = ()  # to be masked in its output
    environment: Mapping[str, str] | None = None  # in addition to what is passed on
    whole_environment: bool = False  # a DNS plugin may find its credentials there (AWS_PROFILE, HOME)
    order: Path | None = None  # which file remembers the order
    answer_timeout: float | None = None  # seconds for each answer of the CA, instead of Certbot's 45


@dataclass(frozen=True)
class Answer:
    """How Certbot ended, what it logged (only the log has the type of a CA's error), and where that is kept."""

    finished: process.Completion
    logged: str
    log: Path | None
    accounts: Path | None = None  # where the accounts are that it could use


class Certbot:
    """Certbot under ``STATE_DIR/certbot``, for one account.

    Each call has directories of its own, so any number of calls run in parallel (Certbot locks the
    three that it is given). They share the ``accounts`` directory through a symbolic link. Everything
    else except the log is deleted afterwards, including the file that holds the secrets.
    """

    def __init__(
        self,
        home: Path,
        account: Account,
        clock: Callable[[], datetime],
        grace: float = process.GRACE,
        holds: tuple[int, ...] = (),
    ) -> None:
        self._account = account
        self._home = home
        # One account per server and EAB credential: a new ACME_EAB_KID registers again, the old account stays.
        self.accounts = home / "accounts" / hashlib.sha256((account.eab_kid or "").encode()).hexdigest()[:16]
        self._private = home / "private"
        self._logs = home / "logs"
        self.clock = clock
        self._grace = grace
        self._holds = holds  # open files: see process.run
        self._lock = threading.Lock()
        self._prepared = False
        self._installed: Installed | None = None

    def run(self, workplace: Path, task: Task) -> Answer:
        """Run Certbot once in a :meth:`workplace`; raises :class:`ConnectorError` if it cannot be started."""
        directories = {"config": workplace / "config", "work": workplace / "work", "logs": workplace / "logs"}
        argv = [*find_certbot(), *_own_options(task, self._account.ca_bundle), task.verb, "--non-interactive"]
        for name, path in directories.items():
            argv += [f"--{name}-dir", str(path)]
        argv += ["--server", self._account.server, "--user-agent-comment", USER_AGENT, *task.arguments]
        if task.options:
            file = workplace / "certbot.ini"
            write_options(file, task.options)
            argv += ["--config", str(file)]
        try:
            finished = process.run(
                argv,
                timeout=task.timeout,
                env={**_environment(workplace, task), **store_for_children(workplace, self._account.ca_bundle)},
                known=task.known,
                grace=self._grace,
                holds=self._holds,
            )
        finally:
            logged, log = keep_log(workplace, self._logs, task.verb, self.clock())
        for line in finished.output.splitlines():
            if line.startswith(launcher.WARNING):
                logger.warning("%s", line.removeprefix(launcher.WARNING))
            elif line.startswith(launcher.NOTE):
                logger.info("9 %s", line.removeprefix(launcher.NOTE))
        return Answer(finished, logged, log, (directories["config"] / "accounts").readlink())

    @contextlib.contextmanager
    def workplace(self, accounts: Path | None = None) -> Iterator[Path]:
        """Make a directory for one call that only we can read; it is deleted after the block.

        ``accounts`` are others than those of our credential.
        """
        with self._file_errors(), contextlib.ExitStack() as stack:
            with self._lock:
                if not self._prepared:
                    self._prepare()
                    self._prepared = True
            path = Path(tempfile.mkdtemp(dir=self._private, prefix="run-"))
            stack.callback(shutil.rmtree, path, ignore_errors=True)
            (path / "config").mkdir()
            (path / "config" / "accounts").symlink_to((accounts or self.accounts).absolute())
            (path / "tmp").mkdir()
            (path / "home").mkdir()
            yield path

    def clear_up(self) -> None:
        """Delete the workplaces that a killed run left behind: the files in them may hold secrets."""
        with self._file_errors(), contextlib.suppress(FileNotFoundError):
            shutil.rmtree(self._private)

    @contextlib.contextmanager
    def _file_errors(self) -> Iterator[None]:
        """Turn an error of the file system into a :class:`ConnectorError` with the remedy."""
        try:
            yield
        except OSError as error:
            raise ConnectorError(
                f"{error.filename or self._home} under STATE_DIR cannot be used ({error.strerror}); {REMEDY}"
            ) from error

    def _prepare(self) -> None:
        for path in (self._home, self.accounts.parent, self.accounts, self._private, self._logs):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def installed(self) -> Installed:
        """Return which Certbot and which plugins there are, asked once; raises :class:`ConnectorError` if none runs."""
        with self._lock:
            if self._installed is None:
                self._installed = installed.ask(_passed_on(whole=False))
            return self._installed


def _own_options(task: Task, ca_bundle: Path | None) -> list[str]:
    """Return the launcher's options, which come before Certbot's."""
    options = {
        launcher.ORDER_FILE: task.order.absolute() if task.order else None,
        launcher.ANSWER_TIMEOUT: task.answer_timeout,
        launcher.CA_FILE: ca_bundle.absolute() if ca_bundle else None,
        launcher.PLUGIN: task.options.get("authenticator", "none"),
    }
    return [word for name, value in options.items() if value for word in (name, str(value))]


def _environment(workplace: Path, task: Task) -> dict[str, str]:
    """Return the whole environment of one call; its home and temporary files are the workplace's own."""
    own = {"TMPDIR": str(workplace / "tmp")}
    if not task.whole_environment:
        own["HOME"] = str(workplace / "home")  # no .netrc, no configuration of another Certbot
    return {**_passed_on(task.whole_environment), **own, **(task.environment or {})}


def _passed_on(whole: bool) -> dict[str, str]:
    passed = {
        name: value
        for name, value in os.environ.items()
        if (not KEPT_BACK.fullmatch(name) if whole else PASSED_ON.fullmatch(name))
    }
    return {"PATH": os.defpath, **passed, "PYTHONUTF8": "1"}  # the configuration file is UTF-8 in every locale


def bypassing_proxy(hosts: Sequence[str]) -> dict[str, str]:
    """Return variables that exempt these hosts from the proxy, which is for the CA."""
    if not hosts:
        return {}
    already = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    if already == "*":  # no proxy for anything; with a host beside it, it would mean no host at all
        return {}
    listed = ",".join([already, *hosts] if already else hosts)
    return {"no_proxy": listed, "NO_PROXY": listed}
