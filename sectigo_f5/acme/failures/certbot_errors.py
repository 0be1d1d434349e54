"""Why Certbot failed, in a sentence that says what to do.

Its exit status is 1 for almost everything. What happened is in its output, and the type of the CA's
error (RFC 8555 section 6.7) only in its log.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.acme.certbot_program import Answer
from sectigo_f5.acme.failures.certbot_log import authenticator_in, code_of_problem, last_answer, plugin_raised
from sectigo_f5.acme.failures.known import (
    NO_ANSWER,
    NOT_VALIDATED,
    PLUGIN_UNKNOWN,
    UNAVAILABLE,
    UNREACHABLE,
    UNTRUSTED,
    sentence_for,
)
from sectigo_f5.acme.inside_certbot.launcher import NOTE, WARNING
from sectigo_f5.acme.inside_certbot.order_file import UNKNOWN
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.printable import one_line
from sectigo_f5.process import Completion

LONGEST = 600  # characters of Certbot's own output

CHALLENGE = re.compile(r"(?:Identifier|Domain): (\S+)\s+Type:\s+(\S+)\s+Detail: ([^\n]*)")
OPTION_VALUE = re.compile(r"(unrecognized arguments: --[\w-]+)=.*", re.DOTALL)  # the value may be a secret

BIGIP_PLUGIN_FAILED = "F5 BIG-IP iControl REST API"
BIGIP_PLUGIN_CAUSE = re.compile(r"Error raised was\s*(.*?)\s*(?:\(You most probably|Ask for help|\Z)", re.DOTALL)
PLUGIN_NOT_READY = re.compile(r"The (\S+) plugin is not working; [^\n]*\n?\s*The error was: (.*)")
UNEXPECTED = "An unexpected error occurred"  # of the CA's client: a plugin's own error comes without it
ON_THE_WAY = f"{NO_ANSWER}|{UNREACHABLE}|{UNTRUSTED}"
PASSING = ("badNonce", "rateLimited")  # types (RFC 8555 section 6.7) of what is no refusal of the order
HOOK_FAILED = re.compile(r"Hook '--manual-(\S+)' for (\S+) reported error code (\d+)")
HOOK_SAID = re.compile(r"Hook '--manual-(\S+)' for (\S+) ran with error output:\n((?: [^\n]*\n?)+)")

# What is awaited, by the status of an order that the CA has not refused after finalize (RFC 8555 section 7.1.6).
AWAITED = {
    "processing": "the CA is still working on the order (SCM may await an approval, or a check of the organization)",
    "valid": "the CA has issued the certificate, but it could not be downloaded",
    UNKNOWN: "the CA has not told what became of the order",
}

# Lines that tell an operator nothing: Certbot's progress messages and the plugin's DEBUG stream.
NOISE = re.compile(
    r"\s*$|Saving debug log|Requesting a certificate|An unexpected error occurred|Ask for help|logfile |usage:"
    r"|  certbot \[SUBCOMMAND\]|Virtual server: |bigip map: |active device: |standalone: |- - - |\[\d{4}-\d\d-\d\d "
    rf"|{re.escape(WARNING)}|{re.escape(NOTE)}"
)


def failure(what: str, answer: Answer) -> ConnectorError:
    """Return the error of a call that failed: what was not done, why, and where Certbot's log is."""
    why = explain(answer.finished, answer.logged, answer.accounts)
    return ConnectorError(f"{what}: {why}{_where(answer)}")


def pending(kept: Mapping[str, str], answer: Answer) -> PendingOrderError:
    """Return the error of an order that is neither issued nor refused: what is awaited, since when, and where."""
    polled = "errors.TimeoutError" in answer.finished.output  # Certbot's patience ended, and nothing failed
    why = "" if polled else f"; asked just now: {explain(answer.finished, answer.logged, answer.accounts)}"
    return PendingOrderError(
        f"{AWAITED[kept['status']]}; it was placed at {kept['at']}, nothing is ordered again meanwhile, and a later "
        f"run collects the certificate{why} [order: {kept['url']}]{_where(answer)}"
    )


def explain(finished: Completion, log: str, accounts: Path | None = None) -> str:
    """Return why a call failed, from how Certbot ended and from its log."""
    output = relevant_lines(finished.output)
    if finished.timed_out:
        return (
            f"Certbot did not finish within {finished.seconds:.0f} s and was stopped; whether the CA completed it is "
            f"unknown: run again ({output})"
        )
    if BIGIP_PLUGIN_FAILED in finished.output:
        return f"certbot-bigip could not do its part on the BIG-IP: {_cause_of_bigip_plugin(finished.output)}"
    challenges = CHALLENGE.findall(finished.output)
    if challenges:
        return _not_validated(challenges, hook_failures(finished.output))
    if said := _said_by_plugin(finished, log):
        return said
    sentence = sentence_for(code_of_problem(log), "\n".join(_telling_lines(finished.output)))
    if "<Response [" in output and (said := last_answer(log)):  # which Certbot does not show
        output = f"{output}: {said}"
    if sentence is None:
        return f"{output} (status {finished.status})"
    return sentence.format(output=output, accounts=accounts or "the directory certbot/accounts under STATE_DIR")


def _not_validated(challenges: list[tuple[str, str, str]], hooks: list[str]) -> str:
    told = (one_line(f"{name}: {kind}, {detail}", LONGEST) for name, kind, detail in challenges)
    failures = one_line("; ".join(told), LONGEST * 5)
    if hooks:
        return f"{'; '.join(hooks)}; mend the hook, for the CA could not see that the names are ours ({failures})"
    return (
        f"the CA could not see that the names are ours ({failures}); the CA must reach port 80 of each name on the "
        "challenge virtual servers (http-01), or its TXT record (dns-01)"
    )


def hook_failures(output: str) -> list[str]:
    """Return what hooks of the plugin ``manual`` failed at: Certbot continues without them, and the CA sees no record.

    Also a hook that only removes records, after the CA has issued.
    """
    said = {(hook, name): " ".join(text.split()) for hook, name, text in HOOK_SAID.findall(output)}
    return [
        f"the {hook} for {name} failed (status {status}{': ' if (hook, name) in said else ''}"
        f"{said.get((hook, name), '')[-LONGEST:]})"
        for hook, name, status in HOOK_FAILED.findall(output)
    ]


def _said_by_plugin(finished: Completion, log: str) -> str | None:
    """Return the failure of an authenticator plugin, or None if it was not one: the CA has refused nothing then."""
    not_ready = PLUGIN_NOT_READY.search(finished.output)
    if not_ready:
        name, said = not_ready[1], not_ready[2]
    elif _is_of_plugin(finished, log):
        name, said = authenticator_in(log), relevant_lines(finished.output)
    else:
        return None
    return (
        f"Certbot's plugin {name or 'for the challenge'} could not do its part, and the CA has refused nothing: "
        f"{said}; check its credentials, dns_options, and the way from here to what it talks to"
    )


def _is_of_plugin(finished: Completion, log: str) -> bool:
    if plugin_raised(log):
        return True
    return UNEXPECTED not in finished.output and bool(re.search(ON_THE_WAY, finished.output))


def _where(answer: Answer) -> str:
    return f" [Certbot's log: {answer.log}]" if answer.log else ""


def lacks_plugin(finished: Completion) -> bool:
    """Return True if Certbot did nothing because a plugin, or one of its options, does not exist."""
    return bool(re.search(PLUGIN_UNKNOWN, finished.output))


def is_order_lost(answer: Answer, *, continued: bool) -> bool:
    """Return True if no later run should continue the order at which a call failed before finalize.

    The CA has refused it, or cannot see that the names are ours. What failed at a plugin, on the way to the CA, or was
    ended says nothing of the order. Of any other failure nobody knows: the order is ``continued`` once, not for ever.
    """
    finished = answer.finished
    if CHALLENGE.search(finished.output):
        return True
    on_the_way = f"{BIGIP_PLUGIN_FAILED}|{ON_THE_WAY}|{UNAVAILABLE}"
    ours = re.search(on_the_way, finished.output) or _said_by_plugin(finished, answer.logged)
    if ours or finished.timed_out or finished.status < 0:
        return False
    refused = code_of_problem(answer.logged) not in ("", *PASSING)
    return continued or refused or bool(re.search(NOT_VALIDATED, finished.output))


def is_refused_to_the_account(answer: Answer) -> bool:
    """Return True if the CA refused what it may grant to another account (RFC 8555 sections 6.7, 7.3.6, 7.6)."""
    return code_of_problem(answer.logged) in ("unauthorized", "accountDoesNotExist", "malformed")


def is_already_revoked(finished: Completion, log: str) -> bool:
    """Return True if a revocation failed because the certificate is revoked already."""
    return "already been revoked" in finished.output or "urn:ietf:params:acme:error:alreadyRevoked" in log


def relevant_lines(output: str) -> str:
    """Return the last lines that say something, joined into one."""
    return " ".join(_telling_lines(output))[-LONGEST:] or "no output"


def _telling_lines(output: str) -> list[str]:
    output = output.rpartition("certbot: error: ")[2]  # the usage text is before it
    output = OPTION_VALUE.sub(r"\1", output)
    return [line.strip() for line in output.splitlines() if not NOISE.match(line)]


def _cause_of_bigip_plugin(output: str) -> str:
    """Return the innermost cause: the plugin wraps one text around every exception, its own bugs included."""
    causes = BIGIP_PLUGIN_CAUSE.findall(output)
    return " ".join((causes[-1] if causes else output).rpartition("Error raised was")[2].split())[:LONGEST]
