"""Every metric: its name, its labels, and its help text."""

from __future__ import annotations

from dataclasses import dataclass

PREFIX = "sectigo_f5_"
CERTIFICATE = ("common_name", "device")
UNIT = ("device", "host")


@dataclass(frozen=True)
class Metric:
    """A gauge, or a counter that continues from what the file says; ``of_run`` adds the label ``shard`` in a shard."""

    name: str
    text: str
    labels: tuple[str, ...] = ()
    counts: bool = False
    of_run: bool = False

    @property
    def full_name(self) -> str:
        """The name with the prefix."""
        return f"{PREFIX}{self.name}"


BUILD = Metric("build_info", "What wrote this file, always 1", ("version", "python", "certbot"))

LAST_RUN = Metric(
    "last_run_timestamp_seconds", "End of the last complete run, whatever its exit code, Unix time", of_run=True
)
EXIT_CODE = Metric("last_run_exit_code", "Exit code of the last complete run", of_run=True)
LAST_SUCCESS = Metric(
    "last_success_timestamp_seconds",
    "End of the last complete run with exit code 0, Unix time, 0 if none",
    of_run=True,
)
DURATION = Metric("last_run_duration_seconds", "Duration of the last complete run that could begin", of_run=True)
STEPS = Metric(
    "last_run_step_duration_seconds",
    "Time that a step took in the last complete run that could begin, summed over certificates that ran in parallel",
    ("step", "name"),
    of_run=True,
)
RESULTS = Metric(
    "last_run_results", "Certificates with this result in the last complete run that could begin", ("result",),
    of_run=True,
)  # fmt: skip
RUNS_TOTAL = Metric("runs_total", "Complete runs by exit code", ("exit_code",), counts=True, of_run=True)
RESULTS_TOTAL = Metric(
    "results_total", "Results of certificates in complete runs", ("result",), counts=True, of_run=True
)
ORDERS_TOTAL = Metric(
    "orders_total",
    "Times that the CA was asked for the certificate of a key, by a new order or one that is continued, and what came "
    "of it",
    ("order", "result"),
    counts=True,
    of_run=True,
)

TRAIL_LINES = Metric("audit_lines", "Lines of the trail of changes, those kept elsewhere included", of_run=True)
TRAIL_HEAD = Metric("audit_head_info", "The last line of the trail of changes, always 1", ("sha256",), of_run=True)

NOT_AFTER = Metric(
    "certificate_not_after_seconds", "End of validity of what is in service as far as known, Unix time", CERTIFICATE
)
SUCCEEDED = Metric(
    "certificate_last_success_timestamp_seconds", "Last run that left all as it should be, Unix time", CERTIFICATE
)
FAILED = Metric("certificate_failed", "1 if the last result is an error", CERTIFICATE)
FAILURES = Metric("certificate_failures", "Runs in a row that failed", CERTIFICATE)
FAILING_SINCE = Metric(
    "certificate_failing_since_timestamp_seconds",
    "First of the runs in a row that ended with an error, Unix time, absent if the last one did not",
    CERTIFICATE,
)
RESULT = Metric("certificate_result", "The last result, always 1", (*CERTIFICATE, "result"))
PLANNED = Metric(
    "certificate_planned_renewal_timestamp_seconds",
    "When the certificate in service is to be renewed, Unix time, absent until a run has looked at it",
    CERTIFICATE,
)
PENDING_SINCE = Metric(
    "certificate_pending_since_timestamp_seconds",
    "When the order was made that the CA has not decided, Unix time, absent if there is none",
    CERTIFICATE,
)
NEXT_ORDER = Metric(
    "certificate_next_order_timestamp_seconds",
    "No new order is made before, because the last runs failed, Unix time, absent if one may be made now",
    CERTIFICATE,
)

REACHABLE = Metric("device_reachable", "1 if the last run that tried could log in to the unit", UNIT)
MANAGEMENT = Metric(
    "device_management_certificate_not_after_seconds",
    "End of the certificate that the management interface has shown, Unix time",
    UNIT,
)
UNSAVED = Metric("device_unsaved", "1 if the BIG-IP has changes of ours that are not saved", ("device",))
UNMANAGED = Metric(
    "unmanaged_certificates", "Certificates of others on the virtual servers of ours, as far as known", ("device",)
)
UNMANAGED_ENDS = Metric(
    "unmanaged_certificate_not_after_seconds",
    "End of a certificate of others on a virtual server of ours, Unix time, those that end first",
    ("device", "certificate"),
)

METRICS = (
    BUILD,
    LAST_RUN,
    EXIT_CODE,
    LAST_SUCCESS,
    DURATION,
    STEPS,
    RESULTS,
    RUNS_TOTAL,
    RESULTS_TOTAL,
    ORDERS_TOTAL,
    TRAIL_LINES,
    TRAIL_HEAD,
    NOT_AFTER,
    PLANNED,
    SUCCEEDED,
    FAILED,
    FAILURES,
    FAILING_SINCE,
    RESULT,
    PENDING_SINCE,
    NEXT_ORDER,
    REACHABLE,
    MANAGEMENT,
    UNSAVED,
    UNMANAGED,
    UNMANAGED_ENDS,
)
