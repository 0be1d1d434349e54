"""Certificate objects, stored as the connector stores them."""

from __future__ import annotations

from sectigo_f5.bigip.certificate_objects import SSL_CERT_URL, certificate_body
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.public_files import store_public_file
from sectigo_f5.icontrol.transfer import DOWNLOADS
from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.making import files
from sectigo_f5.probe.seen import Seen

CERTIFICATE = "sys/file/ssl-cert"


def store(bench: Bench, path: str, content: str, *, lasting: bool = False) -> Seen:
    """Bring a file to the device and ask for a certificate object of that full path.

    Raises :class:`RefusedError` if this user may bring no file there, by whatever way.
    """
    file = bring(bench, path.rpartition("/")[2].replace(f"{bench.scratch.stem}-", ""), content)
    bench.scratch.object(CERTIFICATE, path, lasting=lasting)
    return bench.ask("POST", SSL_CERT_URL, certificate_body(path, file))


def bring(bench: Bench, suffix: str, content: str) -> str:
    """Bring a file to the device, by upload or else through the shell; returns its path there.

    Raises :class:`NotAskedError` if this user could not delete it again.
    """
    files.must_be_deletable(bench, f"{DOWNLOADS}/{bench.scratch.name(suffix)}")
    name = bench.scratch.upload(suffix)
    try:
        return store_public_file(bench.client, name, content.encode())
    except DeviceError:
        raise
    except ConnectorError as closed:
        if bench.client.uploads_refused is None:
            raise
        raise RefusedError(str(closed)) from closed


def url(path: str) -> str:
    """Return the URL of a certificate object."""
    return object_url(CERTIFICATE, path)
