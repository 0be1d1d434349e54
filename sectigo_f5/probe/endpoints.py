"""What the connector reads on a BIG-IP, besides what it changes there: collections, objects, by their URLs."""

from __future__ import annotations

from collections.abc import Mapping

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.permissions import BASH_SWITCH
from sectigo_f5.bigip.surroundings import reading
from sectigo_f5.bigip.surroundings.notes import ACCESS
from sectigo_f5.bigip.surroundings.references import MODULES, SERVER_SSL
from sectigo_f5.bigip.virtual_servers import criteria
from sectigo_f5.bigip.virtual_servers.references import OF_ADDRESSES, OF_PARTITIONS

TM = "/mgmt/tm/"
NAMES = readers.NAMES_ALONE
# By path below /mgmt/tm, each with the properties that are asked for; none: all.
COLLECTIONS: Mapping[str, tuple[str, ...]] = {
    "ltm/profile/client-ssl": readers.OF_PROFILES,
    SERVER_SSL: ("defaultsFrom", "cert", "key", "chain"),
    "sys/file/ssl-cert": readers.OF_CERTIFICATES,
    "sys/file/ssl-key": readers.OF_KEYS,
    "sys/crypto/csr": NAMES,
    "ltm/virtual": readers.OF_VIRTUAL_SERVERS,
    "ltm/virtual-address": OF_ADDRESSES,
    "ltm/traffic-matching-criteria": criteria.OF_CRITERIA,
    **{path.removeprefix(TM): select for path, (select, _) in criteria.COLLECTIONS.items()},
    "auth/partition": OF_PARTITIONS,
    "ltm/profile/http": NAMES,
    "ltm/profile/fasthttp": NAMES,
    "ltm/profile/http2": ("enforceTlsRequirements",),
    "ltm/cipher/group": ("allow", "require", "exclude"),
    "ltm/cipher/rule": ("cipher",),
    "ltm/monitor/https": (),
    **dict.fromkeys(MODULES, ()),
}
EXPANDED = ("ltm/virtual",)  # with their sub-collections
ACCESS_PROFILES = TM + ACCESS  # every BIG-IP with APM has one
AS3 = reading.AS3
EXPORT = f"{TM}sys/crypto/allow-key-export"
OBJECTS = (BASH_SWITCH, "/mgmt/shared/authz/roles", f"{TM}sys/httpd")
BY_NAME = ("ltm/rule", "sys/application/service")  # of which single objects are read
