#!/usr/bin/env python3
"""Holds the include directions of docs/architecture.md.

1. A module includes only modules below it.
2. Inside a module no arrow runs back: a folder includes those below it, the stages of a program
   only each other's types; the files that join them include all.
3. Each third-party library is included in one module, or in one file.
"""
import fnmatch
import pathlib
import re
import sys

# Module -> the modules it may include, besides itself.
MODULES = {
    "core": set(),
    "signal": {"core"},
    "nn": {"core"},
    "wire": {"core"},
    "device_agent": {"core", "signal", "nn", "wire"},
    "cloud_worker": {"core", "nn", "wire"},
    # The command replays a device's own sources and policy offline; it meets the worker over MQTT.
    "cli": {"core", "signal", "nn", "wire", "device_agent"},
}

# Module -> folder in it ("" for the files of the module itself) -> what these may include of the same
# module, besides their own folder: folders, or single files without suffix.
FOLDERS = {
    "core": {
        "": set(),
        "yaml": {""},
        "task": {"", "yaml"},
        "fleet": {"", "yaml", "task"},
        "program": {""},
    },
    "signal": {
        "": set(),
    },
    "nn": {
        "graph": set(),
        "kernel": set(),
        "simd": {"kernel"},
        "operators": {"graph", "kernel", "simd"},
        "importer": {"graph", "operators"},
        "compile": {"graph", "kernel", "operators"},
        "run": {"graph", "kernel", "compile"},
        "": {"graph", "importer", "compile", "run"},
    },
    "wire": {
        "": set(),
        "messages": {""},
        "http": set(),
        "tls": set(),
        "connect": {"", "tls"},
        "mqtt": {"", "tls", "connect"},
    },
    # Stages of a program: what they share is the types of its arrows, and pure policies.
    "device_agent": {
        "": set(),
        "sources": set(),
        "sources/arrays": set(),
        "sources/formats": {"sources/arrays"},
        "sources/stream": {"sources/formats", "sources/live_source", "sources/sample"},
        # A folder a kind; none knows another, nor the registry.
        "sources/*": {"sources/live_source", "sources/polled_source", "sources/sample",
                      "sources/source_kind", "sources/source_shares", "sources/arrays",
                      "sources/formats", "sources/stream"},
        "state": {"delivery_tag"},
        "control": {"little/escalation_policy"},
        "home_assistant": {"little/escalation_policy", "delivery_tag", "kept_file"},
        "intake": {"sources/polled_source", "sources/live_source", "sources/sample"},
        "little": set(),
        "escalation": {"little/little_verdict", "delivery_tag"},
        "recording": {"sources/arrays"},
        "results": {"little/little_verdict", "delivery_tag"},
    },
    "cloud_worker": {
        "": {"queue/work_item"},
        "queue": set(),
        "intake": {"queue/work_item"},
        "compute": {"queue/work_item"},
        # What a backend implements and may use; only the registry knows the backends.
        "backends": {"queue/work_item"},
        "backends/engine": {"backends/served_model", "backends/batch_answers", "queue/work_item"},
        "models": {"queue/work_item", "backends"},
        "replies": {"queue/work_item", "intake/device_limit", "worker_status"},
    },
    # A command has a folder; those below it serve several.
    "cli": {
        "": set(),
        "check": {""},
        "provision": {"", "check"},
        "lab": {"", "check", "provision"},
        "tuning": {"", "lab"},
        "dashboard": {""},
        "deploy": {"", "lab", "provision"},
        "demo": {"", "dashboard", "lab", "provision", "tuning"},
        "bench": {"", "lab", "tuning"},
        "classify": {"", "new/recording", "new/recording_windows", "tuning"},
        "control": {""},
        "inspect": {""},
        "doctor": {""},
        "new": {""},
        "record": {""},
        "schema": {""},
        "simulate": {""},
        "watch": {""},
    },
}

# Files that join a module's folders, and so may include all of them.
JOINTS = {
    "core": set(),
    "signal": set(),
    "nn": set(),
    "wire": set(),
    "device_agent": {"agent", "agent_loop", "device_control", "shared_parts", "device_readings", "hosted_device",
                     "device_host", "main", "sources/source_registry"},
    "cloud_worker": {"worker", "request_intake", "health_reporter", "main",
                     "backends/backend_registry"},
    "cli": {"main"},
}

# Prefix of an included header -> where it may be included: a folder or a file, without suffix; * stands
# for anything.
THIRD_PARTY = {
    "mqtt/": ["wire/mqtt/paho_message", "wire/mqtt/paho_connection"],
    "MQTTAsync.h": ["wire/mqtt/paho_reasons"],
    "biglittle/v1/": ["wire"],
    "google/protobuf/": ["wire", "nn/importer", "core/protobuf_scan"],
    "kissfft/": ["nn/kernel/fourier"],
    "onnx/": ["nn/importer", "cli/bench/link_net"],
    "cblas.h": ["nn/kernel/blas"],
    "yaml-cpp/": ["core/yaml/yaml_reader", "cli/yaml_text"],
    "openssl/": ["core/digest", "core/signature", "wire/tls", "wire/connect", "cli/provision/authority",
                 "cli/provision/secrets"],
    "sqlite3.h": ["device_agent/results/sqlite"],
    "prometheus/": ["core/program/metrics"],
    "modbus/": ["device_agent/sources/modbus/modbus_sampler"],
    "libv4l2.h": ["device_agent/sources/camera/camera_libraries"],
    "linux/videodev2.h": ["device_agent/sources/camera/v4l2_camera"],
    "turbojpeg.h": ["device_agent/sources/camera/camera_libraries"],
    "zlib.h": ["device_agent/sources/arrays/gzip"],
    "alsa/": ["device_agent/sources/alsa/alsa_capture"],
    "boost/math/": ["cli/tuning/binomial"],
    "CLI/": ["core/program/command_line", "core/program/manual_page", "core/program/option_facts",
             "core/program/shell_completion", "cli/main", "cli/*_registration", "device_agent/main", "cloud_worker/main"],
}

# What is written -> where it may be: of a log and a terminal that obey nothing (decision 022).
WRITTEN = {
    re.compile(r"\bspdlog::set_\w+\("): ("core/program/log",),
    re.compile(r"\bsinks\("): ("core/program/kept_log",),
    re.compile(r"\brdbuf\("): ("core/program/terminal_guard",),
    re.compile(r"""["'][^"\n]*\\(x1b|033|e\[)"""): ("core/program/terminal_guard",
                                                   "core/program/terminal_screen"),
}
# Each must set up both, first of all.
PROGRAMS = {"device_agent/main.cc", "cloud_worker/main.cc", "cli/main.cc"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def folder_problem(module, inner, other):
    """Why the file `inner` of a module may not include the header `other` of it; None if it may."""
    stem = str(pathlib.PurePath(inner).with_suffix(""))
    if stem in JOINTS[module]:
        return None
    folder, _, _ = stem.rpartition("/")
    other_stem = str(pathlib.PurePath(other).with_suffix(""))
    other_folder, _, _ = other_stem.rpartition("/")
    above = folder.rpartition("/")[0]
    allowed = FOLDERS[module].get(folder, FOLDERS[module].get(f"{above}/*") if above else None)
    if allowed is None:
        return f"the folder {module}/{folder} is not known here"
    if other_folder == folder or {other_folder, other_stem} & allowed:
        return None
    return f"{module}/{folder or '*'} may not include {module}/{other}"


def problems_of(path, text):
    """The broken rules of one file; `path` is relative to the root."""
    module, _, inner = path.partition("/")
    stem = str(pathlib.PurePath(path).with_suffix(""))
    for header in INCLUDE.findall(text):
        target, _, target_inner = header.partition("/")
        if target in MODULES and target != module and target not in MODULES[module]:
            yield f"{path}: {module} may not include {header}"
        if target == module:
            problem = folder_problem(module, inner, target_inner)
            if problem:
                yield f"{path}: {problem}"
        for prefix, places in THIRD_PARTY.items():
            if header.startswith(prefix) and not any(
                    fnmatch.fnmatchcase(stem, place) or stem.startswith(place + "/")
                    for place in places):
                yield f"{path}: {header} belongs into {' or '.join(places) or 'no file'}"

    for pattern, places in WRITTEN.items():
        if stem not in places and pattern.search(text):
            yield f"{path}: {pattern.search(text).group()} belongs into {' or '.join(places)}"
    if path in PROGRAMS:
        for call in ("TerminalGuard", "SetUpLog"):
            if call not in text:
                yield f"{path}: a program needs {call}"


def main(root):
    found = []
    seen = 0
    for module in MODULES:
        for file in sorted((root / module).rglob("*")):
            # An editor's lock is a link to nowhere.
            if file.suffix in (".h", ".cc") and file.is_file():
                seen += 1
                found += problems_of(str(file.relative_to(root)),
                                     file.read_text(encoding="utf-8", errors="replace"))
    print("\n".join(found) or f"{seen} files include as they may")
    return 1 if found or seen == 0 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
