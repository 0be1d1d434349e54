"""Running the programs that print credentials: each once per device and run, and what becomes of the answers."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace

from sectigo_f5 import log, process, stopping
from sectigo_f5.configuration.credentials.answer import UnusableAnswerError, credentials_in
from sectigo_f5.configuration.credentials.inline import Credentials
from sectigo_f5.configuration.environment.proxies import is_proxy
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Device, Job
from sectigo_f5.secret import Secret
from sectigo_f5.stopping import StopRequest

logger = logging.getLogger(__name__)

LIMIT = 30.0  # seconds
GRACE = 2.0  # seconds after that, before it is killed
PATIENCE = 3  # time-outs of one program in a run; a vault that is down must not keep the other BIG-IPs waiting
# What a program is given of our environment: enough for the client of a vault, and no secret of ours.
PASSED_ON = re.compile(
    "PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_.*|TZ|TMPDIR|XDG_.*|SSL_CERT_FILE|SSL_CERT_DIR"
    "|CREDENTIALS_DIRECTORY|KUBERNETES_.*|(VAULT|BAO|AWS|AZURE|GOOGLE|CLOUDSDK|CONJUR|OP)_.*"
)

Key = tuple[tuple[str, ...], str, tuple[str, ...], int]


def environment(environ: Mapping[str, str], ours: Iterable[str] = ()) -> dict[str, str]:
    """Return what a program is given of an environment; the proxies that ``ours`` names lead to the CA alone."""
    hidden = {name.upper() for name in ours}
    passed = {
        name: text
        for name, text in environ.items()
        if PASSED_ON.fullmatch(name) or (is_proxy(name) and name.upper() not in hidden)
    }
    return {"PATH": os.defpath, **passed}


@dataclass(frozen=True)
class Answers:
    """What the programs have printed, or why they have not, by device."""

    found: dict[Key, Credentials | str] = field(default_factory=dict)

    @property
    def passwords(self) -> list[Secret]:
        """What no line of the log may show."""
        return [answer.password for answer in self.found.values() if isinstance(answer, Credentials)]

    def given_to(self, jobs: Iterable[Job]) -> tuple[Job, ...]:
        """Return certificates whose devices have the credentials, or know why there are none."""
        return tuple(self._given_to(job) for job in jobs)

    def _given_to(self, job: Job) -> Job:
        answer = self.found.get(_key(job.device))
        if answer is None:
            return job
        if isinstance(answer, str):
            return replace(job, device=replace(job.device, no_login=answer))
        return replace(job, device=replace(job.device, username=answer.username, password=answer.password))


@dataclass(frozen=True)
class Asking:
    """How programs are asked in one run."""

    environment: Mapping[str, str]
    stop: StopRequest
    limit: float = LIMIT  # seconds
    _timed_out: Counter[str] = field(default_factory=Counter)  # by program

    def ask(self, jobs: Sequence[Job], parallel: int) -> Answers:
        """Run the programs of the devices of these certificates, ``parallel`` of them at a time."""
        devices = {_key(job.device): job.device for job in jobs if job.device.credentials_command}
        answers = Answers()
        if devices:
            with ThreadPoolExecutor(max_workers=parallel) as pool:
                asked = {key: pool.submit(copy_context().run, self._ask, of) for key, of in devices.items()}
                found = {key: of.result() for key, of in asked.items()}
            answers.found.update({key: answer for key, answer in found.items() if answer is not None})
        return answers

    def _ask(self, device: Device) -> Credentials | str | None:
        """Return the credentials, or why there are none; None if the run is to stop, which each certificate says."""
        with log.about(device.name), stopping.obeying(self.stop):
            try:
                return self._credentials_of(device)
            except ConnectorError as error:
                return f"{device.place}: credentials_command: {error}"
            except InterruptedRunError:
                return None

    def _credentials_of(self, device: Device) -> Credentials:
        program = device.credentials_command[0]
        if self._timed_out[program] >= PATIENCE:
            raise ConnectorError(
                f"{program} was not run, because it did not end within {self.limit:g} s for {PATIENCE} other BIG-IPs; "
                "see whether the vault answers"
            )
        logger.info("1 asking %s for user name and password", program)
        own = {"SECTIGO_DEVICE": device.name, "SECTIGO_HOST": device.hosts[0]}
        done = process.run(
            device.credentials_command,
            timeout=self.limit,
            env={**self.environment, **own},
            grace=GRACE,
            errors=subprocess.DEVNULL,  # nobody knows what a program says there
            remedy="correct the program, or the interpreter that its first line names",
        )
        if done.timed_out:
            self._timed_out[program] += 1
            raise ConnectorError(
                f"{program} did not end within {self.limit:g} s, and was stopped; see whether the vault answers, and "
                "that it asks nothing"
            )
        if done.status:
            raise ConnectorError(
                f"{program} {_ending(done.status)}; run it by hand, as the user of the connector, to see why"
            )
        try:
            return credentials_in(done.printed)
        except UnusableAnswerError as error:
            raise ConnectorError(
                f"{program} {error}; it must print username: and password:, or what vault kv get -format=json prints"
            ) from None


def _ending(status: int) -> str:
    if status > 0:
        return f"ended with the exit code {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by the signal {-status}"


def _key(device: Device) -> Key:
    return device.credentials_command, device.name, device.hosts, device.port
