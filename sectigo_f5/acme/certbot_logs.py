"""Certbot's logs under ``STATE_DIR/certbot/logs``, one for each call, the newest hundred; keeping one never fails."""

from __future__ import annotations

import logging
import shutil
from datetime import datetime
from pathlib import Path

from sectigo_f5.files import REMEDY
from sectigo_f5.timestamps import to_stamp

logger = logging.getLogger(__name__)

LOGS_KEPT = 100


def keep_log(workplace: Path, logs: Path, verb: str, now: datetime) -> tuple[str, Path | None]:
    """Return what Certbot logged, and where that is kept: in ``logs``, under the time and the verb of the call.

    A log that cannot be read or kept is a warning: the CA may have issued.
    """
    text, kept = "", None
    try:
        early = workplace.glob("tmp/certbot-log-*/log")  # if it ended before it had read its options
        written = next((path for path in (workplace / "logs" / "letsencrypt.log", *early) if path.exists()), None)
        if written is None:
            return text, kept
        text = written.read_text(encoding="utf-8", errors="replace")
        written.chmod(0o600)
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted = logs / f"{to_stamp(now)}-{verb}-{workplace.name.removeprefix('run-')}.log"
        shutil.move(written, wanted)  # copied, if that is another file system
        kept = wanted
        _delete_old(logs, kept)
    except OSError as error:
        logger.warning("Certbot's log cannot be kept in %s (%s); %s", logs, error.strerror or error, REMEDY)
    return text, kept


def _delete_old(logs: Path, kept: Path) -> None:
    others = sorted({*logs.glob("*.log")} - {kept})  # once a clock was set back, ours sorts first
    for old in others[: 1 - LOGS_KEPT]:
        old.unlink(missing_ok=True)
