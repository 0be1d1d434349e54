"""The ACME server, through Certbot: register, issue, revoke; and its renewal information."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from sectigo_f5 import process, stopping
from sectigo_f5.acme import certbot_program, directory, registration, revoking
from sectigo_f5.acme.certbot_options import authenticator, certbot_options
from sectigo_f5.acme.certbot_program import Answer, Certbot, Task
from sectigo_f5.acme.concurrency import Once, VirtualServerLocks
from sectigo_f5.acme.failures import certbot_errors
from sectigo_f5.acme.failures.known import ALONE
from sectigo_f5.acme.inside_certbot import order_file
from sectigo_f5.acme.installed import INSTALL, fault_of_release
from sectigo_f5.acme.renewal_windows import RenewalWindows
from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import create_private
from sectigo_f5.model import Account, Issued, RenewalInformation
from sectigo_f5.progress import Step, doing
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Dns01, Http01, Validation, pauses, time_limit

logger = logging.getLogger(__name__)

# Seconds per order, the last defence against a call that never ends (each request has a time-out of its own); more
# if its plugin sleeps long: see validation.
ORDER_TIMEOUT = 3600.0
ANSWER_TIMEOUT = 300.0  # seconds for each answer of the CA about an order: some issue before they answer finalize
ISSUANCE_TIMEOUT = 300  # seconds that Certbot keeps polling an order while the CA works on it
CONTINUED_TIMEOUT = 30  # seconds, of an order that the CA has had since an earlier run: it may take days

PARTS = ("cert", "chain", "fullchain")  # the files that Certbot writes, in its order


class Authority:
    """The CA of one run. Certificates are worked on in parallel, so several threads may call any method at once."""

    def __init__(
        self,
        account: Account,
        state_dir: Path,
        *,
        clock: Callable[[], datetime],
        order_timeout: float = ORDER_TIMEOUT,
        grace: float = process.GRACE,
        answer_timeout: float = ANSWER_TIMEOUT,
        issuance_timeout: int = ISSUANCE_TIMEOUT,
        continued_timeout: int = CONTINUED_TIMEOUT,
        holds: tuple[int, ...] = (),
        pause: Callable[[float], None] = stopping.pause,
    ) -> None:
        self._account = account
        self._order_timeout = order_timeout
        self._answer_timeout = answer_timeout
        self._issuance_timeout, self._continued_timeout = issuance_timeout, continued_timeout
        self._certbot = Certbot(state_dir / "certbot", account, clock, grace, holds)
        self._directory = Once(lambda: directory.read(account, clock, pause))
        self._registration = Once(lambda: registration.register(account, self._certbot, self._read_directory))
        self._windows = RenewalWindows(account, state_dir / "ari", self._read_directory)
        self._virtual_servers = VirtualServerLocks()

    def clear_up(self) -> None:
        """Delete what a killed run left behind, including secrets; the caller holds the lock of ``STATE_DIR``."""
        self._certbot.clear_up()

    def connect(self) -> None:
        """Step 7: read the CA's directory, once per run.

        Raises :class:`ConnectorError`, and again on every later call.
        """
        self._directory.get()
        logger.info("7 connected to the ACME server %s", self._account.server)

    def register(self) -> None:
        """Step 8: register the account, once for all runs.

        Raises :class:`ConnectorError`, and again on every later call.
        """
        self._registration.get()
        logger.info("8 the connector is registered there")

    def issue(
        self, csr_pem: str, validation: Validation, known: Iterable[Secret] = (), order: Path | None = None
    ) -> Issued:
        """Step 9: submit a CSR and receive the certificate; raises :class:`ConnectorError`.

        The file ``order`` remembers the order from the moment when it is placed, also if we are killed, and an order
        that it remembers is continued instead of placing another one: for the same key, if it was finalized. If
        the CA may still issue for it, or has, :class:`PendingOrderError` is raised. Whatever else is raised: the
        file is there afterwards only if its order is still alive. After a success it is the caller's to delete.

        Certbot 5.8 cannot tell the CA which certificate is replaced (``replaces``, RFC 9773 section 5).
        """
        before = order_file.read(order) if order else {}
        if before:
            logger.info("9 continuing the order %s of %s (%s)", before["url"], before["at"], validation)
        else:
            logger.info("9 submitting the CSR to the CA (%s)", validation)
        where = validation.virtual_servers if isinstance(validation, Http01) else ()
        with self._certbot.workplace() as workplace, self.alone_on(_hosts(validation), where):
            csr, out = workplace / "request.pem", workplace / "out"
            create_private(csr, csr_pem)
            seconds = self._continued_timeout if order_file.is_awaited(before) else self._issuance_timeout
            arguments = ["--agree-tos", "--csr", str(csr), "--issuance-timeout", str(seconds)]
            for what in PARTS:
                arguments += [f"--{what}-path", str(out / f"{what}.pem")]
            task = Task(
                "certonly",
                arguments,
                certbot_options(validation),
                time_limit(self._order_timeout, pauses(validation, _number_of_names(csr_pem))),
                known=(*known, *_secrets(validation)),
                environment=certbot_program.bypassing_proxy(_hosts(validation)),
                whole_environment=isinstance(validation, Dns01),
                order=order,
                answer_timeout=self._answer_timeout,
            )
            doing("Certbot: waiting for the CA", Step.ISSUE)
            answer = self._certbot.run(workplace, task)
            issued = _collected(out)
        if issued is None:
            raise self._not_issued(answer, validation, order, continued=bool(before))
        for failure in certbot_errors.hook_failures(answer.finished.output):
            logger.warning("the certificate was issued, but %s", failure)
        self._windows.note_issued(issued.certificate)
        return issued

    def alone_on(self, hosts: Iterable[str], virtual_servers: Iterable[str]) -> AbstractContextManager[bool]:
        """Keep challenges off these virtual servers during the block; waits until none is answered there.

        :meth:`issue` does so by itself: certbot-bigip must not meet another change of ours. ``hosts`` are those of
        the device, as :class:`Http01` has them; ``virtual_servers`` full paths. An order takes minutes, so the turn at
        the BIG-IP is given back while it is waited for; yields True if it was. It may be nested in one thread. Raises
        :class:`~sectigo_f5.errors.InterruptedRunError` if the run is to stop while it waits.
        """
        return self._virtual_servers.held(hosts, virtual_servers)

    def _not_issued(
        self, answer: Answer, validation: Validation, order: Path | None, *, continued: bool
    ) -> ConnectorError:
        """Return why; an order that the CA will not issue for is forgotten.

        So is one of which it has refused anything before finalize (names that are validated in SCM after an order was
        placed need a new one), and one that was ``continued`` and failed for a reason that nobody knows.
        """
        problem = certbot_errors.lacks_plugin(answer.finished) and self.plugin_problem(validation)
        if problem:  # then Certbot has asked nobody
            return ConnectorError(problem)
        kept = order_file.read(order) if order else {}
        if not order_file.is_awaited(kept):
            if order and (
                kept.get("status") in order_file.DEAD or certbot_errors.is_order_lost(answer, continued=continued)
            ):
                order_file.OrderFile(order, logger.warning).forget()
        elif ALONE not in answer.finished.output:
            return certbot_errors.pending(kept, answer)
        return certbot_errors.failure("no certificate was issued", answer)

    def revoke(self, certificate_pem: str, reason: str) -> None:
        """Revoke with the key of the account that ordered it; one that is revoked already is not a failure.

        Raises :class:`ConnectorError`.
        """
        revoking.revoke(self._account, self._certbot, self.register, certificate_pem, reason)

    def renewal_information(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        """Return the CA's suggested window (ARI, RFC 9773), or None if it has none.

        Only about a certificate that it issued. What cannot be fetched or trusted is a warning: then certificates are
        renewed by rule.
        """
        return self._windows.of(certificate_pem, now)

    def clock_ahead(self) -> timedelta | None:
        """Return how far the CA's clock is ahead of ours; None if it does not answer, or does not tell the time."""
        try:
            return self._directory.get().clock_ahead
        except ConnectorError:
            return None

    def account_status(self) -> str:
        """Return in words whether there is an account; raises :class:`ConnectorError` if there can be none."""
        return registration.status(self._account, self._certbot, self._read_directory)

    def account_problem(self) -> str | None:
        """Return what is wrong with the files of the account, with the remedy; reads them only."""
        return registration.problem(self._account, self._certbot)

    def requires_binding(self) -> bool:
        """Tell whether the CA registers only with external account binding; raises :class:`ConnectorError`."""
        return directory.requires_binding(self._read_directory())

    def releases(self) -> dict[str, tuple[str, str | None]]:
        """Return the release of each package of Certbot's that is patched, and what is wrong with it, or None.

        Raises :class:`ConnectorError` if Certbot cannot be run.
        """
        found = self._certbot.installed().releases
        return {package: (release, fault_of_release(package, release)) for package, release in found.items()}

    def plugin_problem(self, validation: Validation) -> str | None:
        """Return why Certbot cannot be used for this validation, with the remedy, or None if it can."""
        try:
            plugins = self._certbot.installed().plugins
        except ConnectorError as error:
            return str(error)
        name = authenticator(validation)
        if why := plugins.get(name):
            return f"Certbot's plugin {name} cannot be loaded ({why}): {INSTALL}"
        if name in plugins:
            return None
        if isinstance(validation, Dns01):
            return f"Certbot has no plugin {name}: pip install certbot-{name}, or correct dns_authenticator"
        return f"Certbot's plugin for BIG-IP is not installed: {INSTALL}"

    def _read_directory(self) -> directory.Directory:
        return self._directory.get().directory


def _collected(out: Path) -> Issued | None:
    """Return what Certbot has written, however it ended after that: it writes all of it once more, last."""
    try:
        certificate, chain, whole = ((out / f"{what}.pem").read_text("ascii") for what in PARTS)
    except (OSError, ValueError):
        return None
    return Issued(certificate, chain) if whole == certificate + chain else None


def _number_of_names(csr_pem: str) -> int:
    """Return how many names a CSR has that was checked in step 6."""
    request = x509.load_pem_x509_csr(csr_pem.encode())
    return len(list(request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value))


def _hosts(validation: Validation) -> tuple[str, ...]:
    return validation.hosts if isinstance(validation, Http01) else ()


def _secrets(validation: Validation) -> tuple[Secret, ...]:
    return (validation.password,) if isinstance(validation, Http01) else ()
