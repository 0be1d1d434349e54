"""Keys, certificates and CSRs as objects of a BIG-IP; the profiles that use them belong in ``rules``."""
