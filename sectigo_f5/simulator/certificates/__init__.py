"""Keys, certificates and CSRs as objects of a BIG-IP; profiles that use them belong in ``rules``."""
