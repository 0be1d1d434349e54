"""The rehearsal of step 10: a small file by the same route, under the name of the one that follows."""

from __future__ import annotations

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.public_files import store_public_file
from sectigo_f5.model import Generation


def rehearse_upload(f5: Unit, generation: Generation) -> None:
    """Store a small file by the route of step 10, once in a login.

    Raises :class:`ConnectorError` if the user may not.
    """
    if f5.memory.takes_files:
        return
    name = generation.certificate.rpartition("/")[2]
    f5.memory.uploads.add(name)
    store_public_file(f5.client, name, b"rehearsal\n")
    f5.memory.takes_files = True
