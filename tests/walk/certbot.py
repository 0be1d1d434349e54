"""A stand-in in Certbot's place: the connector starts it, reads what it says and writes, and ends it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from sectigo_f5.acme import certbot_program
from sectigo_f5.acme.authority import Authority
from sectigo_f5.acme.inside_certbot import order_file
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account, Issued
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Validation
from tests.support.issuing import new_key, new_leaf, pem
from tests.walk.authority import Bookkeeper
from tests.walk.certbot_failures import Failure

LIMIT, GRACE = 0.5, 0.2  # seconds that a Certbot that hangs gets
NO_CA = "https://127.0.0.1:9/directory"  # the port of discard, where nobody listens
LOG_END = "2026-11-26 04:39:55,001:DEBUG:certbot._internal.log:Exiting abnormally:\nTraceback:\n  File acme/client.py\n"
PROGRAM = r"""#!/bin/sh
desk=${0%/*}
while [ $# -gt 0 ]; do
    case "$1" in
        --order-file) order=$2 ;;
        --logs-dir) logs=$2 ;;
        --cert-path) cert=$2 ;;
        --chain-path) chain=$2 ;;
        --fullchain-path) fullchain=$2 ;;
    esac
    shift
done
if [ -f "$desk/order" ]; then mkdir -p "${order%/*}"; cp "$desk/order" "$order"; fi
if [ -f "$desk/log" ]; then mkdir -p "$logs"; cp "$desk/log" "$logs/letsencrypt.log"; fi
if [ -f "$desk/cert" ]; then
    mkdir -p "${cert%/*}"; cp "$desk/cert" "$cert"; cp "$desk/chain" "$chain"; cat "$cert" "$chain" > "$fullchain"
fi
cat "$desk/output"
. "$desk/end"
"""


@dataclass
class ThroughCertbot(Bookkeeper):
    """A CA that is asked through a program while there is a ``failure``, which it then has."""

    failure: Failure | None = None
    state: Path = Path()  # STATE_DIR
    desk: Path = Path()  # what the program does, in files

    def connect(self) -> None:
        if self.failure and self.failure.unreachable:
            self._real().connect()

    def issue(
        self, csr_pem: str, validation: Validation, known: tuple[Secret, ...] = (), order: Path | None = None
    ) -> Issued:
        if self.failure is None:
            self._must_be_alive(order)
            return super().issue(csr_pem, validation, known, order)
        self._lay_out(self.failure, csr_pem, order)
        with patch.object(certbot_program, "find_certbot", lambda: ["/bin/sh", str(self.desk / "certbot")]):
            return self._real().issue(csr_pem, validation, known, order)

    def _real(self) -> Authority:
        account = Account(NO_CA)
        return Authority(
            account, self.state, clock=self.clock, order_timeout=LIMIT, grace=GRACE, pause=lambda seconds: None
        )

    def _lay_out(self, failure: Failure, csr_pem: str, order: Path | None) -> None:
        """Write what the program is to do."""
        self.desk.mkdir(exist_ok=True)
        files = {"certbot": PROGRAM, "output": f"{failure.output}\n", "end": failure.end}
        if failure.problem:
            files["log"] = f"{LOG_END}acme.messages.Error: urn:ietf:params:acme:error:{failure.problem} :: x :: y\n"
        if failure.order:  # as the launcher does: what is continued is not placed again
            before = order_file.read(order) if order else {}
            url = before.get("url") or self._place(csr_pem, None)
            at = f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"
            files["order"] = json.dumps({"url": url, "account": f"{NO_CA}/1", "status": failure.order, "at": at})
        if failure.answer:
            issued = ANSWERS[failure.answer](self, url)
            files |= {"cert": issued.certificate, "chain": issued.chain}
        for name, content in files.items():
            (self.desk / name).write_text(content)

    def _must_be_alive(self, order: Path | None) -> None:
        """Refuse to continue what the CA has given up."""
        kept = order_file.read(order) if order else {}
        if kept.get("status") in order_file.DEAD:
            raise ConnectorError(f"the order {kept['url']} is {kept['status']}, and is asked for again")


def other_names(ca: ThroughCertbot, url: str) -> Issued:
    """A certificate for the right key and the wrong name."""
    return _leaf(ca, x509.load_pem_x509_csr(ca.placed[url].encode()), "other.example.com")


def another_key(ca: ThroughCertbot, url: str) -> Issued:
    """A certificate for the right name and the wrong key."""
    return _leaf(ca, new_key(), "www.example.com")


def endless_chain(ca: ThroughCertbot, url: str) -> Issued:
    """What was asked for, above it two CAs that have signed each other, over and over again."""
    right, below, above = ca._deliver(url), ca.issuer.certificate, ca.root.certificate
    circle = (
        x509.CertificateBuilder()
        .subject_name(above.subject)
        .issuer_name(below.subject)
        .public_key(ca.root.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(above.not_valid_before_utc)
        .not_valid_after(above.not_valid_after_utc)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(ca.issuer.key, hashes.SHA256())
    )
    return Issued(right.certificate, (right.chain + pem(circle)) * 500)


def _leaf(ca: ThroughCertbot, key: Any, name: str) -> Issued:
    leaf = new_leaf(ca.issuer, key, name, begins=ca.clock() - timedelta(minutes=5), lifetime=ca.lifetime)
    return Issued(pem(leaf), ca.issuer.certificate_pem)


ANSWERS = {each.__name__: each for each in (other_names, another_key, endless_chain)}
