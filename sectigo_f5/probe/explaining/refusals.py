"""Refusals in words by which the connector does not recognise them; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import requests

from sectigo_f5.bigip.rehearsal.change import FILE_MISSING
from sectigo_f5.icontrol.errors import NEEDS_RSA, DeviceError
from sectigo_f5.probe.nouns import Report, Text

Recognised = Callable[[DeviceError], bool]


def _says(remedy: str) -> Recognised:
    return lambda error: remedy in str(error)


ONE_DEFAULT = _says("may be the SNI default")
IN_USE = "it is taken for one that failed, and only warned of"
NO_REMEDY = "the error of a run comes without its remedy"
LOOKED_FOR: Mapping[str, tuple[Recognised, str]] = {  # by kind; and what comes of a text that is not recognised
    "not_found": (lambda error: error.absent, "an object that is not there is taken for one that cannot be read"),
    "exists": (lambda error: error.may_exist, "a change whose answer was lost is taken for one that failed"),
    "not_registered": (lambda error: error.unregistered, "a module that is missing is taken for a refusal"),
    "no_shell": (_says("the user has no Advanced shell"), NO_REMEDY),
    "upload_refused": (lambda error: error.refused_permission, "certificates do not go through util/bash instead"),
    "bad_passphrase": (lambda error: error.is_about_the_pair, "a pair that does not open is not replaced"),
    "mismatch": (lambda error: error.is_about_the_pair, "a pair that does not fit is not replaced"),
    "file_missing": (lambda error: error.code == FILE_MISSING, "a rehearsal refuses what would be taken"),
    "no_rsa_pair": (_says(NEEDS_RSA), NO_REMEDY),
    "bad_name": (_says("this release takes no such name"), NO_REMEDY),
    "several_sni_defaults": (ONE_DEFAULT, NO_REMEDY),
    "no_sni_default": (ONE_DEFAULT, NO_REMEDY),
    "file_in_use": (lambda error: error.in_use, IN_USE),
    "in_use": (lambda error: error.in_use, IN_USE),
    "transaction_missing": (
        lambda error: error.status == requests.codes.not_found,
        "a commit whose answer was lost is taken for one that was refused",
    ),
}


def unrecognised(report: Report) -> Iterator[str]:
    """Yield a sentence for each refusal that the connector looks for in other words."""
    for entry in report.entries:
        for kind, text in entry.texts.items():
            if kind in LOOKED_FOR and not is_recognised(kind, text):
                consequence = LOOKED_FOR[kind][1]
                yield f"{entry.question}: a refusal in words that are not looked for ({text.message!r}): {consequence}"


def is_recognised(kind: str, text: Text) -> bool:
    """Tell whether the connector knows a refusal of this kind by its status and words."""
    error = DeviceError("", "", "", text.status, text.message)
    return LOOKED_FOR[kind][0](error)
