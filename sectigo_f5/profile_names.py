"""The names of client SSL profiles: which one a certificate gets, and which certificate a name is for."""

from __future__ import annotations

import re

SUFFIX = "_clientssl"  # of every profile of this program
# Before a digit, for a BIG-IP takes no client SSL profile whose name begins with one (01070088: dehydrated-bigip #12,
# AS3 #556), though it takes such keys and certificates. No host name holds ``_``, so no other one gets that name.
PREFIX = "cn_"


def profile_names(base: str) -> tuple[str, ...]:
    """Return the name of a certificate's profile, then the one that an earlier version gave it, if another.

    ``base`` is the stem of all its object names, see :func:`sectigo_f5.model.base_of`.
    """
    name = f"{base}{SUFFIX}"
    return (f"{PREFIX}{name}", name) if base[:1].isdigit() else (name,)


def base_of_profile(name: str) -> str | None:
    """Return the stem of the certificate's other object names; None if a profile is not named by this program."""
    if not name.endswith(SUFFIX):
        return None
    return re.sub(rf"^{PREFIX}(?=\d)", "", name.removesuffix(SUFFIX))
