"""Checks of text: each returns what is wrong and what would be right, or None.

What we name reaches a shell on the BIG-IP, so its alphabet is one that a shell needs no quotes for. What the
device has named reaches URLs, JSON and Certbot's list alone, so there the device's own alphabet will do.
"""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

import idna
from cryptography import x509

from sectigo_f5.configuration.findings import quote
from sectigo_f5.configuration.sources.content import UnreadableFileError, read_content
from sectigo_f5.untrusted import NonsenseError, reading

LONGEST_NAME = 253  # RFC 1035 section 2.3.4, without the trailing dot
LONGEST_CA_FILE = 10 << 20  # bytes; a whole system trusts some 200 KB of CAs
LONGEST_PATH = 255  # BIG-IP object names
LONGEST_FILE_PATH = 243  # of keys and certificates: the file of each is :Common:NAME_12345_1, and has 255 at most
WILDCARD_LABELS = 2  # no CA may issue a certificate for "*.com"
LONGEST_REMARK = 200  # characters
LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
SEGMENT = re.compile(r"(?!\.+\Z)[A-Za-z0-9_.][A-Za-z0-9_.-]*")
# what mcpd takes for the names of objects; a comma would end a name in certbot-bigip's list, a tilde in a URL
FOREIGN_SEGMENT = re.compile(r"(?!\.+\Z)[A-Za-z0-9_.:%-](?:[A-Za-z0-9_.:% -]*[A-Za-z0-9_.:%-])?")
LOOPBACK_NAMES = ("localhost",)


def certificate_name_fault(name: str) -> str | None:
    """Check a lower-case name for a certificate; its whole first label may be a wildcard."""
    rest = name.removeprefix("*.")
    if "*" in rest:
        return f"{quote(name)} has a wildcard in the wrong place; only the whole first label may be *: *.example.com"
    if rest != name and rest.count(".") + 1 < WILDCARD_LABELS:
        return f"{quote(name)} is too broad; a wildcard needs two more labels: *.example.com"
    if is_address(rest):
        return f"{quote(name)} is an IP address; write the host name"
    if fault := _name_fault(rest, name):
        return fault
    if "." not in rest:
        return f"{quote(name)} is not a full name; write the domain too: {rest}.example.com"
    return None


def device_host_fault(host: str) -> str | None:
    """Check the management address of a BIG-IP: an IP address, or a host name, alone."""
    if is_address(host):
        return None
    if "://" in host or "/" in host:
        return f"{quote(host)} is a URL; write the address alone: 192.0.2.10 or bigip.example.com"
    if re.fullmatch(r"[^:]+:[0-9]+|\[.*\](:[0-9]+)?", host):
        return f"{quote(host)} is more than an address; write it without brackets, and the port as port: 8443"
    return _name_fault(host, host)


def is_address(text: str) -> bool:
    """Return whether the text is an IPv4 or IPv6 address (without a zone: a URL cannot carry one)."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text


def _name_fault(name: str, whole: str) -> str | None:
    """Check a host name by RFC 1123; ``whole`` is the text as written, with its wildcard."""
    if not name.isascii():
        return f"{quote(whole)} is not ASCII; {_punycode(name, whole)}"
    if name.endswith("."):
        return f"{quote(whole)} ends with a dot; leave the dot out"
    if len(name) > LONGEST_NAME:
        return f"{quote(whole)} has {len(whole)} characters; a host name has at most {LONGEST_NAME}"
    labels = name.split(".")
    bad = next((label for label in labels if not LABEL.fullmatch(label)), None)
    if bad is not None:
        return (
            f"{quote(whole)} is not a host name because of {quote(bad)}; each label has 1 to 63 letters, digits or "
            f"hyphens and neither begins nor ends with a hyphen: www.example.com"
        )
    if labels[-1].isdigit():
        return f"{quote(whole)} is neither a host name nor an IP address; the last label of a name is never a number"
    return None


def _punycode(name: str, whole: str) -> str:
    try:
        encoded = idna.encode(name, uts46=True).decode("ascii")
    except UnicodeError:  # idna.IDNAError is one
        return "and not an internationalised host name either: use letters, digits and hyphens"
    return f"write its punycode form: {'*.' if whole != name else ''}{encoded}"


def segment_fault(name: str) -> str | None:
    """Check the name of one BIG-IP object or partition, without any ``/``."""
    if SEGMENT.fullmatch(name):
        return None
    if re.fullmatch("/[^/]+", name):
        return f"{quote(name)} begins with a slash; write {quote(name[1:])}"
    return f"{quote(name)} is not a safe name; use letters, digits, _ . and -, and do not begin with -"


def _foreign_segment_fault(name: str) -> str | None:
    if FOREIGN_SEGMENT.fullmatch(name):
        return None
    return f"{quote(name)} is not a name on a BIG-IP; use letters, digits, _ . : % - and spaces between them"


def object_fault(name: str) -> str | None:
    """Check what is on the BIG-IP already: a bare name, or a full path ``/partition/folder/name``."""
    segments = name[1:].split("/") if name.startswith("/") else [name]
    if "/" in name and not name.startswith("/"):
        return f"{quote(name)} is neither a name nor a full path; a full path begins with a slash: {quote('/' + name)}"
    if name.startswith("/") and len(segments) == 1:
        return f"{quote(name)} has no partition; write {quote('/Common' + name)}, or the bare name"
    if len(name) > LONGEST_PATH:
        return f"{quote(name)} has {len(name)} characters; BIG-IP allows {LONGEST_PATH}"
    return next((fault for fault in map(_foreign_segment_fault, segments) if fault), None)


def plugin_fault(name: str) -> str | None:
    """Check the name of a Certbot authenticator plugin."""
    if re.fullmatch("[a-z0-9][a-z0-9_-]*", name):
        return None
    return f"{quote(name)} is not the name of a Certbot plugin; write it as `certbot plugins` shows it: dns-route53"


def remark_fault(text: str) -> str | None:
    """Check a text that is only shown: one line, which fits into a table."""
    if not text.isprintable():
        return "has a line break, or a character that cannot be shown; write one line"
    return f"has {len(text)} characters; write at most {LONGEST_REMARK}" if len(text) > LONGEST_REMARK else None


def certificate_file_fault(file: Path) -> str | None:
    """Check that a CA file exists and contains at least one PEM certificate."""
    try:
        content = read_content(file, LONGEST_CA_FILE)
        with reading("it is not PEM"):
            x509.load_pem_x509_certificates(content)
    except UnreadableFileError as error:
        return f"the CA file {file} {error}"
    except NonsenseError:
        return f"the CA file {file} holds no certificate in PEM (-----BEGIN CERTIFICATE-----); name a file that does"
    return None


def server_url_fault(url: str) -> str | None:
    """Check an ACME directory URL: HTTPS, or plain HTTP to this machine alone (RFC 8555 section 6.1)."""
    example = "https://acme.sectigo.com/v2/OV"
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return f"{quote(url)} is not a URL; write one like {example}"
    if parts.username is not None:
        return f"contains a user name; set ACME_EAB_KID and ACME_EAB_HMAC_KEY instead, and write a URL like {example}"
    if not host or not (url.isascii() and url.isprintable()) or set(url) & set(" \"'#"):
        return f"{quote(url)} is not an ACME directory URL; write one like {example}"
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host)):
        return None
    return f"{quote(url)} is not https; write an ACME directory URL that begins with https: {example}"


def _is_loopback(host: str) -> bool:
    return host in LOOPBACK_NAMES or (is_address(host) and ipaddress.ip_address(host).is_loopback)
