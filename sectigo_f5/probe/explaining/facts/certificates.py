"""Certificates that are stored on the BIG-IP, and names of objects."""

from __future__ import annotations

from sectigo_f5.probe.explaining.nouns import Fact, row, unforeseen

EITHER_WAY = "read either way"
FACTS = (
    Fact(
        "stored certificates",
        "how a BIG-IP stores a certificate, and what it tells of it",
        "stores leaf and chain apart, compares the checksum with what was sent, and reads every known spelling",
        (
            row(
                "certificate",
                "certificate",
                works="certificates are stored from an uploaded file",
                rejected=unforeseen("no certificate can be put on this BIG-IP by this user"),
            ),
            row(
                "certificate",
                "certificate_checksum",
                of_the_file="what was stored is compared with what was sent",
                other=unforeseen("every certificate is taken for one with other bytes than were sent, and refused"),
                none="what was stored is not compared with what was sent",
            ),
            row(
                "certificate",
                "certificate_fingerprint",
                sha256="the inventory shows the fingerprint",
                other="the inventory shows no fingerprint but of certificates of its own",
                none="the inventory shows no fingerprint but of certificates of its own",
            ),
            row(
                "certificate",
                "serial_spelling",
                decimal=EITHER_WAY,
                colons=EITHER_WAY,
                hexadecimal="read as hexadecimal if there is a letter in it",
                other=unforeseen("the serial number is not recognised as that of the certificate which was issued"),
                none="serial numbers are not compared with what the BIG-IP shows",
            ),
            row("certificate", "subject_begins", CN=EITHER_WAY, other="the common name is found wherever it stands"),
            row(
                "bundle",
                "bundle_describes",
                first="of somebody else's file with its chain, the names are those of the certificate",
                last="of somebody else's file with its chain, the names are those of a CA: its profile is taken over "
                "only if the YAML says so",
                neither=unforeseen("of somebody else's file with its chain, nothing true is known"),
            ),
        ),
    ),
    Fact(
        "names that begin with a digit",
        "which objects may have a name that begins with a digit",
        "gives a client SSL profile a name with `cn_` before the digit, and nothing else",
        (
            row(
                "digit-first-names",
                "digit_first_certificates",
                works="certificates for such names are stored as any other",
                rejected=unforeseen("a common name that begins with a digit is refused; another one can be written"),
            ),
            row(
                "digit-first-names",
                "digit_first_names",
                works="the connector puts `cn_` before the digit all the same",
                rejected="that is why the connector puts `cn_` before the digit",
            ),
        ),
    ),
)
