"""Which files are mutated, and which test programs cover each."""

import dataclasses
import pathlib
import re

# Patterns under the repository's root. What is left out: what only starts threads, prints, or talks
# to a net, a socket or a broker, which integration tests hold.
FILES = (
    "device_agent/little/escalation_policy.cc",
    "device_agent/intake/reading_schedule.cc",
    "device_agent/reading_deadlines.cc",
    "device_agent/escalation/*.cc",
    "device_agent/escalation/*.h",
    "device_agent/results/*.cc",
    "device_agent/results/*.h",
    "cloud_worker/backends/batch_answers.cc",
    "cloud_worker/queue/batch_policy.cc",
    "cloud_worker/queue/batcher.cc",
    "cloud_worker/intake/device_limit.cc",
    "cloud_worker/intake/device_quotas.cc",
    "cloud_worker/queue/drain_rate.cc",
    "cloud_worker/queue/inbox.cc",
    "cloud_worker/intake/request_check.cc",
    "cloud_worker/queue/load_gauge.cc",
    "cloud_worker/replies/publisher.cc",
    "cloud_worker/replies/reply_memory.cc",
    "cloud_worker/replies/reply_memory.h",
    "cloud_worker/replies/responder.cc",
    "cloud_worker/request_intake.cc",
    "cloud_worker/queue/work_queue.cc",
    "wire/mqtt/outbox.cc",
    "wire/mqtt/outbox.h",
    "wire/mqtt/packet_limit.h",
    "wire/mqtt/reconnect_backoff.h",
    "wire/messages/*_codec.cc",
    "core/task/answer_rule.h",
    "core/bounded_queue.h",
    "core/program/counter_rules.cc",
    "core/task/normalisation.cc",
    "core/prediction.cc",
    "core/task/version_watch.cc",
    "core/token_bucket.h",
    "signal/*.cc",
    "cli/tuning/*.cc",
)
LEFT_OUT = {
    "cli/tuning/evaluation_report.cc": "the layout of a table",
    "cli/tuning/progress_line.cc": "a line on a terminal",
    "cli/tuning/dataset.cc": "reads files",
    "cli/tuning/evaluate_command.cc": "prints",
    "cli/tuning/offline_cascade.cc": "joins the stages of a device",
    "cli/tuning/tune_command.cc": "prints",
}



@dataclasses.dataclass(frozen=True)
class Suite:
    """A test program, and which of its tests are run."""

    program: str
    sources: tuple = ()  # files of tests below tests/unit; none: all of the program's

    def filter(self, root):
        """For --gtest_filter."""
        names = set()
        for pattern in self.sources:
            for path in pathlib.Path(root, "tests", "unit").glob(pattern):
                names.update(_TEST.findall(path.read_text(encoding="utf-8")))
        return ":".join(f"{name}.*:*/{name}.*" for name in sorted(names)) if names else "*"


_TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P)\((\w+),", re.MULTILINE)
_TUNING = Suite("unit_cli", ("cli/tuning/*_test.cc",))
_CORE = Suite("unit_core")
_DEVICE = Suite("unit_device_agent")
_SIGNAL = Suite("unit_signal")
_WORKER = Suite("unit_cloud_worker")
_WIRE = Suite("unit_wire")

# The first prefix that fits counts; its suites in this order, until one notices.
SUITES = (
    ("device_agent/", (_DEVICE,)),
    ("cloud_worker/", (_WORKER,)),
    ("wire/", (_WIRE,)),
    ("signal/", (_SIGNAL,)),
    ("cli/tuning/", (_TUNING,)),
    ("core/bounded_queue.h", (_WORKER, _DEVICE)),
    ("core/task/answer_rule.h", (_CORE, _DEVICE)),
    ("core/", (_CORE, _DEVICE, _WORKER)),
)


def files(root):
    """Those that are mutated, relative to the root, sorted."""
    root = pathlib.Path(root)
    found = {str(path.relative_to(root)) for pattern in FILES for path in root.glob(pattern)}
    return sorted(found - set(LEFT_OUT))


def suites_of(file):
    for prefix, suites in SUITES:
        if file.startswith(prefix):
            return suites
    raise LookupError(f"{file}: no suite is named for it in suites.py")
