"""Copies of what the CA issued, under ``STATE_DIR/certificates``: revocation and ARI need them later."""

from __future__ import annotations

import logging
from pathlib import Path

from sectigo_f5.errors import ConnectorError
from sectigo_f5.files import write_atomically
from sectigo_f5.model import Generation, Issued, Job
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)


class CertificateStore:
    """The copies, as ``device/common name/stamp.pem``.

    ``stamp.revoked`` notes that ``revoke`` was run for one, ``stamp.asked`` the names that were asked for if the
    CA added others.
    """

    def __init__(self, folder: Path) -> None:
        self._root = folder

    def keep(self, job: Job, generation: Generation, issued: Issued) -> None:
        """Keep what the CA issued, before the device is touched.

        The certificate is worth more than its copy: failing here is only a warning.
        """
        certificate, chain = self._files(job, generation)
        try:
            self._note_asked(job, generation, issued)
            write_atomically(chain, issued.chain)
            write_atomically(certificate, issued.certificate)
        except ConnectorError as error:
            logger.warning(
                "no copy of the certificate is kept, so `revoke`, OCSP and ARI will not work for it: %s", error
            )

    def kept(self, job: Job, generation: Generation) -> Issued | None:
        """Return the copy of an issued certificate, or None if there is none that can be read."""
        certificate, chain = self._files(job, generation)
        try:
            copy = Issued(certificate.read_text(encoding="ascii"), chain.read_text(encoding="ascii"))
            read_certificate(copy.certificate)
            read_chain(copy.chain)
        except (OSError, UnicodeDecodeError, ConnectorError):
            return None
        return copy

    def copies(self, job: Job) -> dict[Generation, Issued]:
        """Return every readable copy of a certificate's generations."""
        copies = {generation: self.kept(job, generation) for generation in self._generations(job)}
        return {generation: copy for generation, copy in copies.items() if copy}

    def newest(self, job: Job) -> list[Issued]:
        """Return the readable copies of the newest generation: none, one, or one for each of two keys."""
        generations = self._generations(job)
        stamp = max((generation.stamp for generation in generations), default="")
        copies = (self.kept(job, generation) for generation in generations if generation.stamp == stamp)
        return list(filter(None, copies))

    def _generations(self, job: Job) -> list[Generation]:
        names = [path.stem for path in self._folder(job).glob("*.pem") if not path.stem.endswith("_chain")]
        generations = (Generation.parse(f"/{job.partition}/{job.base}_{name}.crt", job.base) for name in names)
        return list(filter(None, generations))

    def asked(self, job: Job, generation: Generation) -> frozenset[str] | None:
        """Return the names that the CA was asked for, or None if it added none."""
        try:
            return frozenset(self._file(job, generation, ".asked").read_text(encoding="ascii").split()) or None
        except (OSError, UnicodeDecodeError):
            return None

    def _note_asked(self, job: Job, generation: Generation, issued: Issued) -> None:
        try:
            added = read_certificate(issued.certificate).names - set(job.names)
        except ConnectorError:  # nothing that will go into service
            return
        if added:
            write_atomically(self._file(job, generation, ".asked"), "".join(f"{name}\n" for name in job.names))

    def note_revoked(self, job: Job, generation: Generation, reason: str) -> None:
        """Remember that we had a certificate revoked: not every CA publishes it where we can read it."""
        try:
            write_atomically(self._file(job, generation, ".revoked"), f"{reason}\n")
        except ConnectorError as error:
            remedy = f"replace the certificate by `start_acme.py run --force --only {job.label}`"
            logger.warning("the next run may not know that it was revoked: %s; %s", error, remedy)

    def revoked(self, job: Job, generation: Generation) -> str | None:
        """Return the reason that ``revoke`` was given for a certificate, or None if it was not revoked by us."""
        try:
            return self._file(job, generation, ".revoked").read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    def _folder(self, job: Job) -> Path:
        return self._root / job.device.name / job.base

    def _files(self, job: Job, generation: Generation) -> tuple[Path, Path]:
        return self._file(job, generation, ".pem"), self._file(job, generation, "_chain.pem")

    def _file(self, job: Job, generation: Generation, suffix: str) -> Path:
        return self._folder(job) / f"{generation.stamp}{generation.variant}{suffix}"
