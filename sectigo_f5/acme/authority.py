"""The ACME server, through Certbot: register, issue, revoke; and its renewal information."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar
from urllib.parse import urlsplit

import requests
from cryptography import x509

from sectigo_f5 import process
from sectigo_f5.acme import certbot_errors, certbot_program, directory, renewal_information
from sectigo_f5.acme.certbot_options import authenticator, certbot_options
from sectigo_f5.acme.certbot_program import Answer, Certbot, Task
from sectigo_f5.errors import ConnectorError, cause
from sectigo_f5.model import Account, Issued, RenewalInformation
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Dns01, Http01, Validation

logger = logging.getLogger(__name__)

ACCOUNT_TIMEOUT = 300.0  # seconds for what is a handful of requests; each of them has 45 in Certbot
# Seconds for an order, the last defence against what waits for ever: the BIG-IP plugin sleeps ten for each name
# and virtual server, DNS plugins wait up to 960 for a record to spread, and each request has a time-out of its own.
ORDER_TIMEOUT = 3600.0
ISSUANCE_TIMEOUT = 300  # seconds that Certbot goes on asking for an order which the CA works on

T = TypeVar("T")


class Authority:
    """The CA of one run. Devices are worked on side by side, so any method may be called by several at once."""

    def __init__(
        self,
        account: Account,
        state_dir: Path,
        *,
        clock: Callable[[], datetime],
        order_timeout: float = ORDER_TIMEOUT,
        grace: float = process.GRACE,
    ) -> None:
        self._account = account
        self._order_timeout = order_timeout
        # An account for each server and EAB credential: a new ACME_EAB_KID registers anew, the old account stays.
        whose = hashlib.sha256((account.eab_kid or "").encode()).hexdigest()[:16]
        self._accounts = state_dir / "certbot" / "accounts" / whose
        self._certbot = Certbot(state_dir / "certbot", self._accounts, clock, grace)
        self._kept_answers = state_dir / "ari"
        self._directory = _Once(lambda: directory.read(account))
        self._registration = _Once(self._register)
        self._no_renewal_information = False  # asked in vain: not again in this run
        self._devices = _Locks()

    def clear_up(self) -> None:
        """Delete what a killed run left behind, secrets among it; only for who holds the lock of ``STATE_DIR``."""
        self._certbot.clear_up()

    def connect(self) -> None:
        """Step 7: read the CA's directory, once a run; raises :class:`ConnectorError`, then each time."""
        self._directory.get()
        logger.info("7 connected to the ACME server %s", self._account.server)

    def register(self) -> None:
        """Step 8: register the account, once for all runs; raises :class:`ConnectorError`, then each time."""
        self._registration.get()
        logger.info("8 the connector is registered there")

    def issue(self, csr_pem: str, validation: Validation, known: Iterable[Secret] = ()) -> Issued:
        """Step 9: submit a CSR and receive the certificate; raises :class:`ConnectorError`.

        After a time-out nobody knows whether the CA has issued: the caller must not order again at once.
        Certbot 5.8 cannot tell the CA which certificate is replaced (``replaces``, RFC 9773 section 5).
        """
        logger.info("9 submitting the CSR to the CA (%s)", validation)
        with self._certbot.workplace() as workplace, self._devices.held(_hosts(validation)):
            csr, certificate, chain = (workplace / name for name in ("request.pem", "out/cert.pem", "out/chain.pem"))
            csr.write_text(csr_pem, encoding="ascii")
            arguments = ["--agree-tos", "--csr", str(csr), "--issuance-timeout", str(ISSUANCE_TIMEOUT)]
            arguments += ["--cert-path", str(certificate), "--chain-path", str(chain)]
            arguments += ["--fullchain-path", str(workplace / "out" / "fullchain.pem")]
            task = Task(
                "certonly",
                self._arguments(*arguments),
                certbot_options(validation),
                self._order_timeout,
                known=(*known, *_secrets(validation)),
                environment={**self._trust(), **certbot_program.bypassing_proxy(_hosts(validation))},
                whole_environment=isinstance(validation, Dns01),
            )
            answer = self._certbot.run(workplace, task)
            if answer.finished.status or not certificate.exists():
                missing = certbot_errors.misses_a_plugin(answer.finished) and self.plugin_problem(validation)
                raise ConnectorError(missing) if missing else self._failure("no certificate was issued", answer)
            return Issued(certificate.read_text("ascii"), chain.read_text("ascii"))

    def revoke(self, certificate_pem: str, reason: str) -> None:
        """Revoke with the account's key; a certificate that was revoked before is no failure."""
        with self._certbot.workplace() as workplace:
            certificate = workplace / "certificate.pem"
            certificate.write_text(certificate_pem, encoding="ascii")
            # Certbot would look for a lineage to delete, find none, and fail after the CA has revoked.
            arguments = ["--cert-path", str(certificate), "--reason", reason, "--no-delete-after-revoke"]
            task = Task("revoke", self._arguments(*arguments), {}, ACCOUNT_TIMEOUT, environment=self._trust())
            answer = self._certbot.run(workplace, task)
        if answer.finished.status and not certbot_errors.is_already_revoked(answer.finished, answer.log_text()):
            raise self._failure("the certificate was not revoked", answer)

    def renewal_information(self, certificate_pem: str, now: datetime) -> RenewalInformation | None:
        """Return the CA's suggested window (ARI, RFC 9773), None where it has none.

        Its answers are kept until it wants to be asked again. One that cannot be had or believed is a
        warning, and the CA is not asked for another in this run: renewal by rule goes on without.
        """
        identifier = renewal_information.certificate_id(x509.load_pem_x509_certificate(certificate_pem.encode()))
        if identifier is None:
            return None
        kept = self._kept_answers / f"{identifier}.json"
        found = renewal_information.load(kept, now)
        if found is None and not self._no_renewal_information:
            found = self._ask_for_renewal_information(identifier, now)
            if found:
                renewal_information.save(kept, found)
        return found

    def account_status(self) -> str:
        """Return whether there is an account, in words; raises :class:`ConnectorError` where there can be none."""
        if self._has_account():
            return "the connector is registered there"
        if directory.wants_binding(self._directory.get()) and not self._account.eab_kid:
            raise ConnectorError(certbot_errors.BINDING_REQUIRED)
        return "the first order registers the connector there"

    def plugin_problem(self, validation: Validation) -> str | None:
        """Return what keeps Certbot from being used for this validation, with the remedy; None: nothing."""
        try:
            plugins = self._certbot.plugins()
        except ConnectorError as error:
            return str(error)
        broken = next(((name, why) for name, why in plugins.items() if why), None)
        if broken:  # Certbot then does nothing at all, whatever it is asked
            return f"Certbot's plugin {broken[0]} cannot be loaded ({broken[1]}): {certbot_program.INSTALL}"
        name = authenticator(validation)
        if name in plugins:
            return None
        if isinstance(validation, Dns01):
            return f"Certbot has no plugin {name}: pip install certbot-{name}, or correct dns_authenticator"
        return f"Certbot's plugin for BIG-IP is not installed: {certbot_program.INSTALL}"

    # -- below the steps -----------------------------------------------------------------------

    def _register(self) -> None:
        self.account_status()
        if self._has_account():
            return
        account = self._account
        options: dict[str, str] = {}
        known: tuple[Secret, ...] = ()
        if account.eab_kid and account.eab_hmac_key:
            options = {"eab-kid": account.eab_kid, "eab-hmac-key": account.eab_hmac_key.reveal()}
            known = (account.eab_hmac_key,)
        contact = ["--email", account.email] if account.email else ["--register-unsafely-without-email"]
        arguments = self._arguments("--agree-tos", "--no-eff-email", *contact)
        with self._certbot.workplace() as workplace:
            task = Task("register", arguments, options, ACCOUNT_TIMEOUT, known, self._trust())
            answer = self._certbot.run(workplace, task)
        if answer.finished.status and not self._has_account():
            raise self._failure("the ACME account could not be registered", answer)

    def _has_account(self) -> bool:
        """Look where Certbot keeps accounts: ``accounts/HOST:PORT/PATH/ID/regr.json``."""
        server = urlsplit(self._account.server)
        return any((self._accounts / f"{server.netloc}{server.path}").glob("*/regr.json"))

    def _ask_for_renewal_information(self, identifier: str, now: datetime) -> RenewalInformation | None:
        try:
            url = renewal_information.url_of(self._directory.get())
            if url is None:
                return None
            verify = directory.verification(self._account)
            return renewal_information.fetch(f"{url}/{identifier}", verify, directory.USER_AGENT, now)
        except (ConnectorError, renewal_information.NonsenseError, requests.RequestException) as error:
            told = cause(error) if isinstance(error, requests.RequestException) else error
            logger.warning("the CA's renewal information cannot be used, renewing by rule: %s", told)
            self._no_renewal_information = True
            return None

    def _arguments(self, *arguments: str) -> list[str]:
        comment = directory.USER_AGENT
        return ["--server", self._account.server, "--user-agent-comment", comment, *arguments]

    def _trust(self) -> dict[str, str]:
        """Return how Certbot trusts a private CA; in our own environment it would override ``verify``."""
        bundle = self._account.ca_bundle
        return {"REQUESTS_CA_BUNDLE": str(bundle.absolute())} if bundle else {}

    def _failure(self, what: str, answer: Answer) -> ConnectorError:
        why = certbot_errors.explain(answer.finished, answer.log_text())
        return ConnectorError(f"{what}: {why}" + (f" [Certbot's log: {answer.log}]" if answer.log else ""))


class _Once(Generic[T]):
    """A step that is done once a run, whoever comes first; its failure lasts as long as its success."""

    def __init__(self, step: Callable[[], T]) -> None:
        self._step = step
        self._lock = threading.Lock()
        self._values: list[T] = []
        self._failure: str | None = None

    def get(self) -> T:
        with self._lock:
            if self._failure:
                raise ConnectorError(self._failure)
            if not self._values:
                try:
                    self._values.append(self._step())
                except ConnectorError as error:
                    self._failure = str(error)
                    raise
            return self._values[0]


class _Locks:
    """One lock for each BIG-IP: certbot-bigip writes a virtual server whole as it read it before.

    Two at once on one virtual server would undo each other's challenge.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @contextlib.contextmanager
    def held(self, hosts: Iterable[str]) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for host in sorted(set(hosts)):  # in one order for everybody: nobody waits in a circle
                with self._guard:
                    lock = self._locks.setdefault(host, threading.Lock())
                stack.enter_context(lock)
            yield


def _hosts(validation: Validation) -> tuple[str, ...]:
    return validation.hosts if isinstance(validation, Http01) else ()


def _secrets(validation: Validation) -> tuple[Secret, ...]:
    return (validation.password,) if isinstance(validation, Http01) else ()
