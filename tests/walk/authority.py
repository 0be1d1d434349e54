"""A CA whose books are a file: what another process orders is counted too, however that process ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from sectigo_f5.model import Issued
from tests.support.local_authority import LocalAuthority


@dataclass
class Bookkeeper(LocalAuthority):
    """A CA in this process, or in one that was forked from it: both read and write the same ``books``."""

    books: Path = Path()

    def read_books(self) -> None:
        """Take over what is written in the books."""
        entries = [json.loads(line) for line in self.books.read_text().splitlines()] if self.books.exists() else []
        self.placed = {entry["url"]: entry["csr"] for entry in entries if "csr" in entry}
        self.delivered = {each["url"]: Issued(each["leaf"], each["chain"]) for each in entries if "leaf" in each}
        self.issued = [x509.load_pem_x509_certificate(each.certificate.encode()) for each in self.delivered.values()]

    def _place(self, csr_pem: str, order: Path | None) -> str:
        url = super()._place(csr_pem, order)
        self._write(url=url, csr=csr_pem)
        return url

    def _deliver(self, url: str) -> Issued:
        is_new = url not in self.delivered
        issued = super()._deliver(url)
        if is_new:
            self._write(url=url, leaf=issued.certificate, chain=issued.chain)
        return issued

    def _write(self, **entry: str) -> None:
        with self.books.open("a") as books:
            books.write(json.dumps(entry) + "\n")
