"""``validateOnly``: whether a BIG-IP judges changes beforehand, and really makes nothing of them.

That is tried first on a profile that nothing refers to: a device that ignored the word would else put a
stand-in in service.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sectigo_f5 import stopping
from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL, ProfileChange, forward
from sectigo_f5.bigip.readers import major_release
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import STOCK_PROFILE
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.shell import quietly
from sectigo_f5.icontrol.transactions import FAILED, TRANSACTION, Operation, validate_operations

logger = logging.getLogger(__name__)

SUFFIX = "_rehearsal"  # behind the name of our profile
FIRST_RELEASE = 12  # that knows validateOnly


def validate(client: IControl, operations: Sequence[Operation]) -> None:
    """Validate, once more if the answer is lost: nothing is made in either case."""
    try:
        validate_operations(client, operations)
    except OutcomeUnknownError as lost:
        logger.info("%s; nothing was to be changed, asking once more", lost)
        validate_operations(client, operations)


def makes_nothing(f5: Unit, change: ProfileChange) -> bool:
    """Tell whether the device validates only, as it is asked to; tried once in a login."""
    if f5.memory.validates_only is None:
        if (major_release(f5.release) or FIRST_RELEASE) < FIRST_RELEASE:
            return False
        with stopping.whole():
            f5.memory.validates_only = f5.memory.watched = _try_on_a_new_profile(f5, change)
    return f5.memory.validates_only


def _try_on_a_new_profile(f5: Unit, change: ProfileChange) -> bool:
    """Validate the creation of a profile that nothing refers to, and see whether it is there afterwards."""
    path, made = f"{change.profile}{SUFFIX}", False
    body = {"name": path.rpartition("/")[2], "partition": change.seen.job.partition, "defaultsFrom": STOCK_PROFILE}
    try:
        try:
            validate(f5.client, [Operation("POST", CLIENT_SSL_URL, body)])
        finally:
            made = _removed(f5, path)
    except DeviceError as error:
        if not made and _is_refused_anyway(error, change):
            raise
        logger.info("changes are not rehearsed, for the BIG-IP does not judge them beforehand: %s", error)
        return False
    if made:
        logger.warning("changes are not rehearsed, for the BIG-IP makes what it is asked only to validate")
    return not made


def _removed(f5: Unit, path: str) -> bool:
    url = object_url("ltm/profile/client-ssl", path)
    if f5.client.find(url) is None:
        return False
    quietly(f"the profile {path}", f5.client.delete, url)
    return True


def _is_refused_anyway(error: DeviceError, change: ProfileChange) -> bool:
    """Tell whether the change would be refused as its trial was: it creates a profile too, or is a transaction too."""
    creates = change.seen.profile is None
    if isinstance(error, OutcomeUnknownError):
        return False
    if error.path == CLIENT_SSL_URL:
        return creates
    if error.path == TRANSACTION:
        return len(forward(change)) > 1
    return creates and bool(error.refused_permission or error.code or error.message.startswith(FAILED))
