"""What a run has come to, for people: first what failed, and what is served meanwhile; then the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sectigo_f5.model import Outcome, Result
from sectigo_f5.printable import one_line
from sectigo_f5.report.results import count_words
from sectigo_f5.timestamps import days_left

COLUMN = 12  # characters for the word that begins a line
MINUTE = "%Y-%m-%d %H:%M UTC"


def summary(results: Sequence[Result], now: datetime, mistakes: Sequence[str] = (), quiet: bool = False) -> str:
    """Return how many failed, why, what each serves meanwhile, a line for each other certificate, and the counts.

    If nothing failed, it begins with the others. ``quiet`` leaves out what is as it should be.
    """
    failed = [result for result in results if has_failed(result)]
    others = [result for result in results if not has_failed(result)]
    shown = [result for result in others if not quiet or result.outcome is Outcome.SKIPPED]
    lines = [headline(results, mistakes)] if failed or mistakes else []
    lines += [each for result in failed for each in block(result, now)]
    lines += [f"{'mistake':<{COLUMN}}{one_line(mistake)}" for mistake in mistakes]
    lines += [line(result) for result in shown]
    counts = ", ".join(f"{count} {outcome}" for outcome, count in count_words(results).items())
    return "\n".join([*lines, counts or "nothing to do: no certificate was selected"])


def has_failed(result: Result) -> bool:
    """Tell whether a certificate is not as it should be; one that was skipped has not been looked at."""
    return result.error is not None and result.outcome is not Outcome.SKIPPED


def headline(results: Sequence[Result], mistakes: Sequence[str] = ()) -> str:
    """Return what went wrong, counted: ``3 of 120 failed, 2 skipped``."""
    failed = sum(map(has_failed, results))
    skipped = sum(result.outcome is Outcome.SKIPPED for result in results)
    parts = [f"{failed or 'none'} of {len(results)} failed"]
    parts += [f"{skipped} skipped"] if skipped else []
    parts += [f"{len(mistakes)} mistake(s) in the YAML files"] if mistakes else []
    return ", ".join(parts)


def line(result: Result) -> str:
    """Return a certificate's line: its word, its name, and why; an error ends with the remedy."""
    done = result.outcome is not Outcome.FAILED
    until = f" (valid until {result.not_after:%Y-%m-%d})" if result.not_after and done else ""
    notes = "".join(f"; {note}" for note in result.notes)
    changed = done and result.outcome is not Outcome.SKIPPED
    error = f"; but only the pair was changed: {result.error}" if result.error and changed else ""
    sentence = result.reason if done else result.error
    return f"{result.outcome:<{COLUMN - 1}} " + one_line(f"{result.label}{until}: {sentence}{error}{notes}")


def block(result: Result, now: datetime) -> list[str]:
    """Return the line of a certificate that failed, and below it where it serves, what meanwhile, and since when."""
    where = f"on {', '.join(result.virtual_servers)}" if result.virtual_servers else ""
    details = [where, f"served meanwhile: {served(result, now)}", _since(result)]
    return [line(result), *(" " * COLUMN + one_line(detail) for detail in details if detail)]


def served(result: Result, now: datetime) -> str:
    """Say what serves, as far as a run has ever seen it, and until when."""
    if result.not_after is None or result.serial is None:
        return "no certificate that a run has seen"
    left = days_left(result.not_after, now) or 0
    until = f"{result.not_after:{MINUTE}}"
    if result.not_after <= now:
        return f"serial {result.serial}, which EXPIRED at {until}"
    return f"serial {result.serial}, until {until} ({left} days left)"


def _since(result: Result) -> str:
    runs = f"{result.failures} runs in a row" if result.failures > 1 else ""
    since = f"{result.failing_since:{MINUTE}}" if runs and result.failing_since else ""
    parts = [f"failing since {since}" if since else "", runs]
    parts += [f"last success {result.last_success:{MINUTE}}" if result.last_success else "never a success"]
    return ", ".join(filter(None, parts))
