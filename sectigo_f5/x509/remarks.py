"""What is odd about a certificate that is taken all the same, for the log and the result; pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sectigo_f5.model import Issued
from sectigo_f5.x509.certificates import Certificate, read_certificate, read_chain


def remarks(issued: Issued, names: Iterable[str]) -> tuple[str, ...]:
    """Return a sentence for each thing that clients may notice; asked for were ``names``."""
    leaf, chain = read_certificate(issued.certificate), read_chain(issued.chain)
    return (*_added_names(leaf, names), *_no_issuer(leaf, chain), *_issuer_ends_first(leaf, chain))


def first_end(chain: Iterable[Certificate]) -> Certificate | None:
    """Return the certificate of a chain that ends first, and of several the one nearest to the server's."""
    return min(chain, key=lambda each: each.not_after, default=None)


def _added_names(leaf: Certificate, names: Iterable[str]) -> Iterator[str]:
    added = sorted(leaf.names - set(names))
    if added:
        yield f"the CA added {', '.join(added)}, for which it was not asked"


def _no_issuer(leaf: Certificate, chain: tuple[Certificate, ...]) -> Iterator[str]:
    if not chain and leaf.issuer != leaf.subject:
        yield (
            f"the CA sent no certificate of its issuer, {leaf.issuer}: clients accept it only if they trust that "
            "itself, and revocation cannot be asked for; ask the CA for its chain"
        )


def _issuer_ends_first(leaf: Certificate, chain: tuple[Certificate, ...]) -> Iterator[str]:
    first = first_end(chain)
    if first and first.not_after < leaf.not_after:
        yield (
            f"the CA's certificate {first.subject}, which is sent with it, ends on {first.not_after:%Y-%m-%d}, before "
            f"the certificate itself ({leaf.not_after:%Y-%m-%d}): the renewal is planned for that; ask the CA for a "
            "chain that lasts"
        )
