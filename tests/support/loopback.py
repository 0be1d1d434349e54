"""Loopback addresses that only this process uses, for tests that need ports 80 and 443."""

import os


def own_address(last: int) -> str:
    """Return the address number 0 to 3 of this process."""
    number = os.getpid()
    return f"127.{64 + (number >> 14) % 64}.{(number >> 6) % 256}.{(number % 64) * 4 + last}"
