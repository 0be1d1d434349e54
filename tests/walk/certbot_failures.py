"""In which ways Certbot fails: what it says, how it ends, and what the CA has by then.

The texts are those of Certbot 5.8 and its library acme, as ``tests/acme/test_certbot_errors.py`` has them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sectigo_f5.acme.failures.known import ALONE

UNEXPECTED = "An unexpected error occurred:\n"
FORBIDDEN = "The client lacks sufficient authorization :: "
NOT_VALIDATED = """Certbot failed to authenticate some domains (authenticator: bigip). \
The Certificate Authority reported:
  Identifier: www.example.com
  Type:   connection
  Detail: 192.0.2.1: Connection refused

Some challenges have failed."""
NO_CONNECTION = (
    "requests.exceptions.ConnectionError: Failed to establish a new connection: [Errno 111] Connection refused"
)
NO_SPACE = f"{UNEXPECTED}OSError: [Errno 28] No space left on device"
HANGS, ENDS, IS_KILLED = "exec sleep 1000", "exit 1", "kill -9 $$"


@dataclass(frozen=True)
class Failure:
    """One way to fail. ``order``: the status of the order that Certbot left behind, None if it placed none."""

    name: str
    output: str = ""
    problem: str = ""  # the type of the CA's problem document (RFC 8555 section 6.7)
    order: str | None = None
    end: str = ENDS  # of the program, in shell
    answer: str = ""  # what it wrote for a certificate: a function of :mod:`tests.walk.certbot`
    unreachable: bool = False  # the CA, from step 7 on
    is_dead: bool = False  # the order: the CA will not issue for it, or has issued what nobody can use


FAILURES = {
    failure.name: failure
    for failure in (
        Failure("Certbot: exit code, nothing ordered", f"{UNEXPECTED}something new"),
        Failure("Certbot: exit code, order placed", f"{UNEXPECTED}something new", order="pending"),
        Failure("Certbot: hangs, nothing ordered", end=HANGS),
        Failure("Certbot: hangs, order placed", order="pending", end=HANGS),
        Failure("Certbot: hangs after finalize", order="unknown", end=HANGS),
        Failure("Certbot: killed, order placed", order="pending", end=IS_KILLED),
        Failure("Certbot: killed after finalize", order="unknown", end=IS_KILLED),
        Failure("Certbot: CA down at step 7", unreachable=True),
        Failure("Certbot: CA down, nothing ordered", f"{UNEXPECTED}{NO_CONNECTION}"),
        Failure("Certbot: CA down, order placed", f"{UNEXPECTED}{NO_CONNECTION}", order="ready"),
        Failure("Certbot: CA down after finalize", f"{UNEXPECTED}{NO_CONNECTION}", order="unknown"),
        Failure("Certbot: bad nonces", f"{UNEXPECTED}JWS has an invalid anti-replay nonce", "badNonce"),
        Failure("Certbot: rate limit", f"{UNEXPECTED}too many certificates already issued", "rateLimited"),
        Failure("Certbot: rate limit, order placed", f"{UNEXPECTED}too many requests", "rateLimited", order="ready"),
        Failure("Certbot: order invalid", NOT_VALIDATED, order="invalid", is_dead=True),
        Failure("Certbot: order refused", f"{UNEXPECTED}Error finalizing", "badCSR", order="refused", is_dead=True),
        Failure("Certbot: order pending", f"{UNEXPECTED}acme.errors.TimeoutError", order="processing"),
        Failure(
            "Certbot: account suspended", f"{UNEXPECTED}{FORBIDDEN}The account is currently suspended", "unauthorized"
        ),
        Failure("Certbot: other names", order="valid", end="exit 0", answer="other_names", is_dead=True),
        Failure("Certbot: another key", order="valid", end="exit 0", answer="another_key", is_dead=True),
        Failure("Certbot: no chain", f"failed to parse fullchain into cert and chain: {ALONE}", order="valid"),
        Failure("Certbot: endless chain", order="valid", end="exit 0", answer="endless_chain"),
        Failure("Certbot: disk full, nothing ordered", NO_SPACE),
        Failure("Certbot: disk full, order placed", NO_SPACE, order="pending"),
        Failure("Certbot: disk full, issued", NO_SPACE, order="valid"),
    )
}
