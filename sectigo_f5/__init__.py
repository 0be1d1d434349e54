"""Keep the TLS certificates of BIG-IP virtual servers alive through an ACME CA."""

__version__ = "2.0.0"
