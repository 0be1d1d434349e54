"""What every certificate of one run shares, and the CA as the twelve steps need it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from sectigo_f5 import stopping
from sectigo_f5.figures import Figures
from sectigo_f5.model import Issued, Job, RenewalInformation
from sectigo_f5.progress import SILENT, Progress
from sectigo_f5.recording import NOBODY, Recorder
from sectigo_f5.secret import Secret
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.stopping import StopRequest
from sectigo_f5.validation import Validation
from sectigo_f5.x509.revocation import Revocation

STOPPED = "the run was stopped before it"


class CertificateAuthority(Protocol):
    """The CA as the twelve steps need it; :class:`sectigo_f5.acme.authority.Authority` is the real one."""

    def connect(self) -> None:
        """Read the CA's directory."""

    def register(self) -> None:
        """Register the account, unless there is one."""

    def issue(
        self, csr_pem: str, validation: Validation, known: tuple[Secret, ...] = (), order: Path | None = None
    ) -> Issued:
        """Submit a CSR and receive the certificate; ``order`` is the file that remembers the order's URL.

        An order that the file remembers is continued. Raises :class:`~sectigo_f5.errors.PendingOrderError` if
        the CA has not decided.
        """

    def alone_on(self, hosts: Iterable[str], virtual_servers: Iterable[str]) -> AbstractContextManager[bool]:
        """Keep challenges off these virtual servers during the block; waits until none is answered there.

        Yields True if it was waited for, minutes perhaps, without the turn at the BIG-IP: then look at it again.
        """

    def revoke(self, certificate_pem: str, reason: str) -> None:
        """Revoke a certificate."""

    def clock_ahead(self) -> timedelta | None:
        """Return how far the CA's clock is ahead of ours; None if it does not answer, or does not tell the time."""

    def account_status(self) -> str:
        """Say whether the account is registered."""

    def account_problem(self) -> str | None:
        """Return what is wrong with the files of the account, or None."""

    def requires_binding(self) -> bool:
        """Tell whether the CA registers only with external account binding."""

    def releases(self) -> Mapping[str, tuple[str, str | None]]:
        """Return by package of Certbot's which release there is, and what is wrong with it, or None."""

    def plugin_problem(self, validation: Validation) -> str | None:
        """Return why Certbot cannot use the plugin of a validation, or None if it can."""

    def renewal_information(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        """Return the CA's suggested window, or None if it has none."""


class RevocationSource(Protocol):
    """Where revocation is asked for; :class:`sectigo_f5.x509.revocation.RevocationChecker` is the real one."""

    def status(self, certificate_pem: str, issuer_pem: str) -> Revocation:
        """Return what OCSP or the CRL says."""


@dataclass(frozen=True)
class Run:
    """What every certificate of one run shares."""

    authority: CertificateAuthority
    state: StateDirectory
    revocation: RevocationSource
    clock: Callable[[], datetime]  # UTC
    managed: frozenset[str] = frozenset()  # the profiles of all configured certificates
    configured: tuple[Job, ...] = ()  # all of them, in the order of the configuration; empty: those at work
    began: datetime | None = None  # UTC; None: when it is asked
    force: bool = False
    reads_only: bool = False  # not even an earlier run's changes are saved
    time_limit: timedelta | None = None  # after which nothing new is begun
    unreachable: dict[tuple[str, int], str] = field(default_factory=dict)  # BIG-IPs that did not answer, and how
    silent: set[tuple[str, int]] = field(default_factory=set)  # addresses that let a connection time out
    stop: StopRequest = field(default_factory=StopRequest)  # set: begin nothing new
    progress: Progress = SILENT  # who is told how the work goes
    figures: Figures = field(default_factory=Figures)  # what is noted for METRICS_FILE
    recorder: Recorder = NOBODY  # who is told of each change
    pause: Callable[[float], None] = stopping.pause  # how a device that is not ready yet is waited for

    @property
    def beginning(self) -> datetime:
        """When the run began: the same for all its certificates, however long it takes."""
        return self.began or self.clock()

    def why_over(self) -> str | None:
        """Return why no further certificate is begun; None while there is no reason."""
        if self.stop.is_set():
            return STOPPED
        if self.recorder.problem:
            return self.recorder.problem
        if self.time_limit and self.clock() >= self.beginning + self.time_limit:
            minutes = self.time_limit // timedelta(minutes=1)
            return f"the run's time of {minutes} minutes is over; it is first next time"
        return None
