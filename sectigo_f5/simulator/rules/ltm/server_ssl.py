"""Server SSL profiles: the pair that one shows to servers.

That a protected key needs its passphrase in the same request is known from F5 Ansible #2435; that the rules and texts
are those of client SSL profiles is uncertain.
"""

from __future__ import annotations

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.rules.ltm import cert_key_chains as chains
from sectigo_f5.simulator.rules.ltm.inheritance import setting
from sectigo_f5.simulator.state.configuration import Item, Json, Place, full_path
from sectigo_f5.simulator.state.work import Work, is_unset

KIND = "ltm/profile/server-ssl"
_FILES = {"cert": files.CERTIFICATE, "key": files.KEY, "chain": files.CERTIFICATE}


def stored(work: Work, body: Json) -> Json:
    """Return a request with full paths, and its passphrase sealed."""
    paths = {name: full_path(str(body[name])) for name in _FILES if not is_unset(body.get(name))}
    sealed = {"passphrase": work.world.vault.keep(str(body["passphrase"]))} if body.get("passphrase") else {}
    return {**body, **paths, **sealed}


def named_objects(item: Item) -> list[Place]:
    """Return the files that a profile names itself."""
    return [(kind, str(item.get(name))) for name, kind in _FILES.items() if not is_unset(item.get(name))]


def check(work: Work, item: Item) -> None:
    """Refuse a pair that cannot be used."""
    names = (*_FILES, "passphrase")
    entry = {name: value for name in names if not is_unset(value := setting(work, item, name))}
    if entry.keys() & {"cert", "key"}:
        chains.check_pair(work, item, {**dict.fromkeys(_FILES, "none"), **entry})
