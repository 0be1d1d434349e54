"""OCSP stapling: issuer and validators hang on the certificate object (F5 AS3 #745), so its successor gets them too.

They can only be set once the object is there (F5 Ansible's bigip_ssl_certificate, AS3's map_cli). Whatever goes wrong
is a warning: a certificate without stapling is worth more than none.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from sectigo_f5 import recording
from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import ON, CertificateObject, Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.read_back import send_and_confirm
from sectigo_f5.model import Generation, Issued, KeySpec
from sectigo_f5.recording import What
from sectigo_f5.x509.certificates import Certificate, read_chain

logger = logging.getLogger(__name__)

CERTIFICATES = "sys/file/ssl-cert"


@dataclass(frozen=True)
class Stapling:
    """What a certificate object says about stapling; full paths."""

    options: tuple[str, ...]  # ``ocsp``
    validators: tuple[str, ...]
    issuer: str | None

    @property
    def body(self) -> Json:
        """The properties that set it."""
        every = {
            "certValidationOptions": list(self.options),
            "certValidators": list(self.validators),
            "issuerCert": self.issuer,
        }
        return {name: value for name, value in every.items() if value}

    def command(self, path: str) -> str:
        """Return the ``tmsh`` command that sets it by hand."""
        words = [f"tmsh modify sys file ssl-cert {path}"]
        words += [f"cert-validation-options {{ {' '.join(self.options)} }}"] if self.options else []
        words += [f"cert-validators add {{ {' '.join(self.validators)} }}"] if self.validators else []
        return " ".join([*words, f"issuer-cert {self.issuer or 'ISSUER'}"])


def replaced(seen: Observation, attachments: Iterable[Attachment], spec: KeySpec) -> CertificateObject | None:
    """Return the stapled certificate that a new one replaces: of our profile, else of those that are taken off.

    That of the same key type first; None if none is stapled.
    """
    taken = (path for attachment in attachments for path in attachment.remove)
    profiles = [seen.profile] if seen.profile else [seen.profiles[path] for path in taken if path in seen.profiles]
    held = (seen.certificates.get(entry.certificate or "") for profile in profiles for entry in profile.entries)
    stapled = [each for each in held if each and (each.validation or each.issuer_certificate)]
    return min(stapled, key=lambda each: each.key is None or each.key.type != spec.type, default=None)


def missing(seen: Observation) -> str | None:
    """Return in words that nothing is stapled although the profile in service asks for it; None if that is not so."""
    profile = seen.profile
    if profile is None or profile.client_settings.get("ocspStapling") != ON:
        return None
    bare = [pair.certificate.path for pair in seen.in_service() if not pair.certificate.validation]
    what = "names no OCSP validator, so nothing is stapled (tmsh modify sys file ssl-cert … cert-validators)"
    return f"{profile.path} has ocspStapling, but {' and '.join(bare)} {what}" if bare else None


def carry(f5: Unit, before: CertificateObject, generation: Generation, issued: Issued) -> str | None:
    """Step 10: have a new certificate stapled as the one that it replaces; returns why it is not, with the remedy."""
    path = generation.certificate
    wanted = Stapling(before.validation, (), None)
    try:
        wanted = _wanted(f5, before, generation, issued)
        with recording.change(What.STAPLING, [path], old=before.path, new=wanted.command(path)):
            _set(f5, path, wanted)
    except ConnectorError as error:
        note = f"OCSP stapling is not set for {path}: {error}; set it by hand: {wanted.command(path)}"
        logger.warning("10 %s", note)
        return note
    logger.info("10 OCSP stapling of %s is carried to %s", before.path, path)
    return None


def _wanted(f5: Unit, before: CertificateObject, generation: Generation, issued: Issued) -> Stapling:
    below = object_url(CERTIFICATES, before.path) + "/cert-validators"
    validators = tuple(map(readers.full_path, f5.client.items(below))) if before.validation else ()
    wanted = Stapling(before.validation, validators, None)
    if before.issuer_certificate is None:
        return wanted
    issuer = _issuer_object(f5, before.issuer_certificate, generation, read_chain(issued.chain))
    if issuer is None:
        raise ConnectorError(
            f"its issuer is not {before.issuer_certificate}, which {before.path} names, and no certificate object of "
            f"the BIG-IP is the new issuer; import that as ISSUER, with {' '.join(validators) or 'a validator'}"
        )
    return Stapling(before.validation, validators, issuer)


def _issuer_object(f5: Unit, former: str, generation: Generation, chain: tuple[Certificate, ...]) -> str | None:
    """Return the object that holds the issuer of the new certificate, and nothing else; None if there is none.

    The former one, unless that is a chain of an earlier generation, which will be deleted.
    """
    have, ours = f5.holdings.certificates, Generation.parse(former, generation.base)
    if not chain:
        return None
    if former in have and ours is None and _is(have[former], chain[0]):
        return former
    if len(chain) == 1:
        return generation.chain
    others = sorted(path for path, held in have.items() if _is(held, chain[0]))
    return next((path for path in others if Generation.parse(path, generation.base) is None), None)


def _is(held: CertificateObject, issuer: Certificate) -> bool:
    """Tell whether an object holds a certificate, by what every release shows; a bundle shows no serial number."""
    return (held.serial, held.not_after) == (issuer.serial, issuer.not_after)


def _set(f5: Unit, path: str, wanted: Stapling) -> None:
    """Set it as ``tmsh modify`` does; if that is refused, by PUT with the file itself, as F5 Ansible does."""
    client, url = f5.client, object_url(CERTIFICATES, path)
    try:
        send_and_confirm(client, lambda: client.patch(url, wanted.body), lambda: _must_show(f5, url, wanted))
    except OutcomeUnknownError:
        raise
    except DeviceError as refusal:
        source = readers.text(client.get(url), "sourcePath")
        if source is None:
            raise
        logger.info("%s; setting it together with the file", refusal)
        put = Call("PUT", url, body={"sourcePath": source, **wanted.body})
        send_and_confirm(client, lambda: client.send(put), lambda: _must_show(f5, url, wanted))


def _must_show(f5: Unit, url: str, wanted: Stapling) -> None:
    shown = readers.certificate_object(f5.client.get(url))
    validators = frozenset(map(readers.full_path, f5.client.items(f"{url}/cert-validators")))
    if (shown.validation, shown.issuer_certificate) != (wanted.options, wanted.issuer):
        raise ConnectorError("the BIG-IP does not show what it was asked to set")
    if validators != frozenset(wanted.validators):
        raise ConnectorError("the BIG-IP does not show the validators that it was asked to set")
