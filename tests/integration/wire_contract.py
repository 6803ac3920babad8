"""docs/asyncapi.yaml and docs/schemas/ against what real programs send by a real broker, in both directions: no
topic, message or field that they do not have, and none of theirs that is never sent; and what is spoilt is
refused. The Telegraf section as well. Arguments: the built biglittle, the source tree."""

import json
import pathlib
import re
import subprocess
import sys
import tempfile

from programs import Programs, check

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"skipped: {missing} (Debian: python3-jsonschema, python3-yaml)")
    sys.exit(77)

from payload_schemas import Fields, spoilt, strict
from telegraf_section import hold_section
from wire_traffic import traffic

PROGRAM, HOME = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
DOCUMENT = yaml.safe_load((HOME / "docs/asyncapi.yaml").read_text(encoding="utf-8"))
JSON_TYPES = ("application/json", "application/x-ndjson")
# Messages of channels that no program of ours sends with a content type.
FOREIGN = ("sensor", "control")
# The devices here have float32 windows.
NEVER_SEEN = {("snapshot", "", "dtype", "uint8"), ("snapshot", "", "dtype", "int16")}


def resolved(reference):
    at = DOCUMENT
    for step in reference.removeprefix("#/").split("/"):
        at = at[step]
    return at


def pattern_of(address):
    return re.compile(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(address)))


class Channels:
    """Which channel of the document a message is of, and which of its messages it is."""

    def __init__(self):
        self.patterns = {name: pattern_of(channel["address"])
                         for name, channel in DOCUMENT["channels"].items()}
        self.retained, self.expiring, self.sent = {}, set(), set()
        for operation in DOCUMENT["operations"].values():
            name = operation["channel"]["$ref"].rpartition("/")[2]
            binding = operation["bindings"]["mqtt"]
            check(binding.get("qos", 1) == 1, f"{name} is not of QoS 1")
            self.retained[name] = binding.get("retain", False)
            if operation["action"] == "send":
                self.sent.add(name)
            if "messageExpiryInterval" in binding:
                self.expiring.add(name)
        self.unseen_expiring = set(self.expiring)
        self.seen = set()

    def of(self, message):
        names = [name for name, pattern in self.patterns.items() if pattern.fullmatch(message.topic)]
        check(len(names) == 1, f"{message.topic} is of {names or 'no channel'}")
        name = names[0]
        check(message.qos == 1, f"{message.topic} came with QoS {message.qos}")
        check(message.retained == self.retained[name], f"{message.topic}: retained {message.retained}")
        # In its last second the broker passes a message on without the time that it has left.
        check(name not in self.sent or message.expiry == "" or name in self.expiring,
              f"{message.topic}: expires after '{message.expiry}'")
        self.unseen_expiring -= {name} if message.expiry else set()
        for reference in DOCUMENT["channels"][name]["messages"].values():
            said = resolved(reference["$ref"])
            if message.content_type == said.get("contentType", ""):
                self.hold_properties(message, said["bindings"]["mqtt"])
                self.seen.add((name, said["name"]))
                return name, said
        check(name in FOREIGN, f"{message.topic} came as '{message.content_type}'")
        return name, None

    @staticmethod
    def hold_properties(message, binding):
        for told, value in (("responseTopic", message.response_topic),
                            ("correlationData", message.correlation)):
            check((told in binding) == (value != ""), f"{message.topic}: {told} is '{value}'")

    def all_seen(self):
        told = {(name, resolved(reference["$ref"])["name"])
                for name, channel in DOCUMENT["channels"].items()
                for reference in channel["messages"].values()}
        check(told == self.seen, f"of the document's messages these were never sent: {told - self.seen}")
        check(not self.unseen_expiring, f"these never expire: {self.unseen_expiring}")


class Schema:
    """One of docs/schemas/: as it stands, and closed."""

    def __init__(self, name):
        self.name = name
        file = HOME / f"docs/schemas/{name}.schema.json"
        self.schema = json.loads(file.read_text(encoding="utf-8"))
        jsonschema.Draft202012Validator.check_schema(self.schema)
        self.open, self.closed = map(jsonschema.Draft202012Validator, (self.schema, strict(self.schema)))
        self.fields = Fields(self.schema, lambda part, value: self.open.evolve(schema={
            **part, "$defs": self.schema.get("$defs", {})}).is_valid(value))
        self.example = None

    def hold(self, value):
        for problem in self.closed.iter_errors(value):
            check(False, f"{self.name}: {problem.json_path}: {problem.message}\n{json.dumps(value)[:2000]}")
        newer = {**value, "of_tomorrow": 1}
        check(self.open.is_valid(newer) == (self.name != "control"), f"{self.name}: another field")
        self.fields.show(value)
        if self.example is None or len(json.dumps(value)) > len(json.dumps(self.example)):
            self.example = value

    def all_seen(self):
        except_for = {field[1:] for field in NEVER_SEEN if field[0] == self.name}
        missing = {field for field in self.fields.all - self.fields.seen - except_for
                   if self.name in ("result", "status", "state", "snapshot") or len(field) == 2}
        check(not missing, f"{self.name}: of its fields these were never sent: {sorted(missing)}")

    def refuses_what_is_spoilt(self):
        count = 0
        for what, bad in spoilt(self.example, self.schema.get("required", ())):
            check(not self.open.is_valid(bad), f"{self.name} takes a message {what}")
            count += 1
        check(count > 5, f"{self.name}: only {count} were spoilt")


def schema_of(said):
    """The name in docs/schemas/ of the document's message."""
    return {"controlRequest": "control", "controlReply": "control-reply", "resultLines": "result",
            "deviceState": "state"}.get(said["name"], said["name"].removeprefix("device")
                                        .removeprefix("worker").lower())


def hold_payload(message, said, schemas):
    validator = jsonschema.Draft202012Validator({**DOCUMENT, **said["payload"]})
    payload = message.payload.decode()
    lines = [payload]
    if "ndjson" in message.content_type:
        lines = payload.splitlines()
        check(payload.endswith("\n") and len(lines) > 1, f"{message.topic}: no lines")
        validator.validate(payload)
        validator = None
    for line in lines:
        value = json.loads(line)
        schemas[schema_of(said)].hold(value)
        if validator:
            validator.validate(value)


def hold_protobuf(message, said, folder):
    """By the .proto text of the document; a field that this does not have is printed as a number."""
    (folder / "said.proto").write_text(resolved(said["payload"]["$ref"])["schema"], encoding="utf-8")
    done = subprocess.run(["protoc", f"--decode=biglittle.v1.{said['name']}", f"--proto_path={folder}",
                           "said.proto"], input=message.payload, capture_output=True, check=False)
    check(done.returncode == 0, f"{message.topic}: {done.stderr.decode()}")
    text = done.stdout.decode(errors="replace")
    check(text and not re.search(r"^\s*\d+[:{ ]", text, re.MULTILINE), f"{message.topic}:\n{text[:500]}")


def spoilt_by_rule(schemas):
    """What is of the right type and yet no message."""
    for name, field, wrong in (("result", "confidence", 1.5), ("result", "sequence", "-1"),
                               ("result", "stage", "unspecified"), ("result", "class_index", -2),
                               ("result", "truth", -1), ("result", "device", ""),
                               ("status", "state", "state_unspecified"), ("state", "readings", -1),
                               ("state", "time", "2026-11-29"), ("control", "verb", "explode"),
                               ("control", "threshold", 1.5), ("control", "for_s", 0),
                               ("control", "paused", True), ("snapshot", "shape", [])):
        check(field == "paused" or field in schemas[name].example, f"{name}: no example of {field}")
        bad = {**schemas[name].example, field: wrong}
        check(not schemas[name].open.is_valid(bad), f"{name} takes {field} as {wrong}")
    check(not schemas["control"].open.is_valid({"id": "a", "verb": "set"}), "control: set without anything")


def hold_guide(schemas):
    """The examples of docs/wire.md."""
    guide = (HOME / "docs/wire.md").read_text(encoding="utf-8")
    names = ("result", "state", "control", "control-reply", "snapshot")
    examples = re.findall(r"```json\n(.*?)```", guide, re.DOTALL)
    check(len(examples) == len(names), f"docs/wire.md has {len(examples)} examples")
    for name, example in zip(names, examples):
        for problem in schemas[name].closed.iter_errors(json.loads(example)):
            check(False, f"docs/wire.md's {name}: {problem.json_path}: {problem.message}")


def hold(messages, folder):
    channels = Channels()
    schemas = {name: Schema(name) for name in
               ("result", "status", "state", "control", "control-reply", "snapshot")}
    decoded = set()
    for message in messages:
        _, said = channels.of(message)
        if said and said.get("contentType") in JSON_TYPES:
            hold_payload(message, said, schemas)
        elif said and "contentType" in said and said["name"] not in decoded:
            hold_protobuf(message, said, folder)
            decoded.add(said["name"])
    channels.all_seen()
    for schema in schemas.values():
        schema.all_seen()
        schema.refuses_what_is_spoilt()
    spoilt_by_rule(schemas)
    hold_guide(schemas)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        with Programs(folder) as programs:
            messages = traffic(folder, programs, PROGRAM, HOME)
        hold(messages, folder)
        hold_section(HOME / "deploy/telegraf/biglittle.conf", DOCUMENT, messages,
                     (HOME / "docs/wire.md").read_text(encoding="utf-8"))


main()
