"""Private keys as a BIG-IP describes them, and who could take them; nothing of a key itself is read; pure."""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.bigip.readers import key_object, text
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory.nouns import Custody

COLLECTION = "sys/file/ssl-key"
SELECT = ("securityType", "keyType", "keySize", "curveName", "systemPath")  # the passphrase, though encrypted, is not
EXPORT = "sys/crypto/allow-key-export"
GUARDED = {"normal": False, "password": True, "fips": True, "nethsm": True}
HARDWARE = ("fips", "nethsm")  # such a key never leaves its module in the clear, whatever the device allows
OF_EVERY_DEVICE = ("/Common/default.key", "/Common/f5_api_com.key")


@dataclass(frozen=True, slots=True)
class Key:
    """What is known of a key object."""

    security_type: str | None
    type: str | None  # rsa, ecdsa, dsa
    size: int | None  # bits
    curve: str | None
    is_the_devices_own: bool = False

    def is_like(self, kind: str | None, size: int | None, curve: str | None) -> bool:
        """Tell whether a certificate's key may be this one, by type and size as far as they are shown."""
        return all(None in each or len(set(each)) == 1 for each in zip(self._shape, (kind, size, curve), strict=True))

    @property
    def _shape(self) -> tuple[str | None, int | None, str | None]:
        return self.type, self.size, self.curve

    def custody(self, exportable: bool | None) -> Custody:
        """Return who could take it; ``exportable``: whether the device lets administrators export keys."""
        return Custody(
            self.security_type,
            GUARDED.get(self.security_type or ""),
            False if self.security_type in HARDWARE else exportable,
        )


def key(item: Json) -> Key:
    """Read a ``sys file ssl-key`` object."""
    kind, size, curve = shape(item, "keySize", "curveName")
    own = bool(text(item, "systemPath")) or key_object(item).path in OF_EVERY_DEVICE
    return Key(text(item, "securityType"), kind, size, curve, own)


def shape(item: Json, size: str, curve: str) -> tuple[str | None, int | None, str | None]:
    """Return type, bits and curve of a key by the names of the properties that tell them."""
    spec = key_object({**item, "keySize": item.get(size), "curveName": item.get(curve)}).spec
    if spec is None:
        kind = (text(item, "keyType") or "").partition("-")[0] or None
        return "ecdsa" if kind == "ec" else kind, None, None
    if spec.type == "ecdsa":
        return spec.type, None, spec.size
    return spec.type, int(spec.size) if spec.size.isdecimal() and int(spec.size) else None, None


def exportable(item: Json) -> bool | None:
    """Read ``sys crypto allow-key-export``; None if it does not say."""
    return {"enabled": True, "disabled": False}.get(str(item.get("value")))
