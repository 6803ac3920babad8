#!/usr/bin/env python3
"""Holds the include directions of docs/architecture.md.

1. A module includes only modules below it.
2. Inside a program the stages do not include each other; only the files that join them do.
3. Each third-party library is included in one module, or in one file.
"""
import pathlib
import re
import sys

# Module -> the modules it may include, besides itself.
MODULES = {
    "core": set(),
    "nn": {"core"},
    "wire": {"core"},
    "device_agent": {"core", "nn", "wire"},
    "cloud_worker": {"core", "nn", "wire"},
    # The command replays a device's own sources and policy offline; it meets the worker over MQTT.
    "cli": {"core", "nn", "wire", "device_agent"},
}

# Files that join a program's stages, and so may include all of them.
JOINTS = {
    "device_agent": {"agent", "agent_loop", "shared_parts", "hosted_device", "device_host",
                     "main"},
    "cloud_worker": {"worker", "worker_answers", "worker_reload", "main"},
}
# The types of a program's arrows, and pure policies: every stage may include them.
ARROWS = {
    "device_agent": {"sources/reading_source", "escalation_policy", "delivery_tag"},
    "cloud_worker": {"work_item", "batch_policy", "load_gauge", "drain_rate", "device_limit",
                      "work_queue", "halt_gauge"},
}

# Prefix of an included header -> where it may be included: a folder or a file, without suffix.
THIRD_PARTY = {
    "mqtt/": ["wire/paho_message", "wire/paho_connection"],
    "MQTTAsync.h": ["wire/paho_reasons"],
    "biglittle/v1/": ["wire"],
    "google/protobuf/": ["wire", "nn/importer", "core/protobuf_scan"],
    "onnx/": ["nn/importer"],
    "cblas.h": ["nn/blas"],
    "yaml-cpp/": ["core/yaml_reader"],
    "openssl/": ["core/digest", "core/signature", "wire/tls", "cli/provision/authority",
                 "cli/provision/secrets"],
    "sqlite3.h": ["device_agent/results/sqlite"],
    "prometheus/": ["core/metrics"],
    "zlib.h": ["device_agent/sources/gzip"],
    "CLI/": ["cli/main", "cli/main_provision", "device_agent/main", "cloud_worker/main"],
}

# What is written -> where it may be: of a log and a terminal that obey nothing (decision 022).
WRITTEN = {
    re.compile(r"\bspdlog::set_\w+\("): "core/log",
    re.compile(r"\brdbuf\("): "core/terminal_guard",
    re.compile(r"""["'][^"\n]*\\(x1b|033|e\[)"""): "core/terminal_guard",
}
# Each must set up both, first of all.
PROGRAMS = {"device_agent/main.cc", "cloud_worker/main.cc", "cli/main.cc"}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def stage_of(module, path):
    """A program's stage: its sub-folder, or the file's name. None for what joins the stages."""
    stem = str(pathlib.PurePath(path).with_suffix(""))
    if stem in JOINTS.get(module, ()):
        return None
    return stem.split("/")[0]


def problems_of(path, text):
    """The broken rules of one file; `path` is relative to the root."""
    module, _, inner = path.partition("/")
    stem = str(pathlib.PurePath(path).with_suffix(""))
    for header in INCLUDE.findall(text):
        target, _, target_inner = header.partition("/")
        if target in MODULES and target != module and target not in MODULES[module]:
            yield f"{path}: {module} may not include {header}"
        if target == module and module in JOINTS:
            stage, other = stage_of(module, inner), stage_of(module, target_inner)
            arrow = str(pathlib.PurePath(target_inner).with_suffix("")) in ARROWS[module]
            if stage is not None and stage != other and not arrow:
                yield f"{path}: a stage may not include another one: {header}"
        for prefix, places in THIRD_PARTY.items():
            if header.startswith(prefix) and not any(
                    stem == place or stem.startswith(place + "/") for place in places):
                yield f"{path}: {header} belongs into {' or '.join(places) or 'no file'}"


    for pattern, place in WRITTEN.items():
        if stem != place and pattern.search(text):
            yield f"{path}: {pattern.search(text).group()} belongs into {place}"
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
