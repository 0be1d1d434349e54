"""Every uncertain fact, those that a probe settles and those that none can."""

from __future__ import annotations

from sectigo_f5.probe.explaining.facts import access, certificates, changes, keys, profiles, virtual_servers

FACTS = (
    *access.FACTS,
    *keys.FACTS,
    *certificates.FACTS,
    *profiles.FACTS,
    *virtual_servers.FACTS,
    *changes.FACTS,
)
STAY_OPEN = {  # and why
    "which of several profiles answers, if the certificates of more than one match the name that a client sends": (
        "it takes a client and an enabled virtual server, and a probe sends no traffic"
    ),
    "how soon new connections get a changed certificate or iRule, and whether old ones live on": (
        "it takes a client and an enabled virtual server, and a probe sends no traffic"
    ),
    "in which words an application service with strict updates refuses a change": (
        "a probe makes no application service, and changes none of yours"
    ),
    "what becomes of a change on a standby unit, and which unit wins": "a probe never syncs and never fails over",
    "how a BIG-IP locks out a user, and refuses one token too many": "a probe locks nobody out",
    "how a BIG-IP answers that is overloaded, restarts, or got its configuration from another one's archive": (
        "a probe does nothing of that kind"
    ),
}
