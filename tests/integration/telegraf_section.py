"""A section for Telegraf against what a fleet really sends. Telegraf itself is no package of Debian's: its rules
for topics, paths and types are done here by hand."""

import datetime
import json
import re
import tomllib

from programs import check

# Of the plugin mqtt_consumer; others are an error there.
KNOWN = {"servers", "topics", "topic_tag", "qos", "client_id", "username", "password", "tls_ca", "data_format",
         "topic_parsing", "json_v2"}
PARSER_KNOWN = {"measurement_name", "timestamp_path", "timestamp_format", "tag", "field"}
GO_RFC3339 = "2006-01-02T15:04:05Z07:00"
ABSENT = object()


def filters_of(document):
    """The topic filters under which the document's channels are heard, of every device or worker."""
    return {re.sub(r"\{\w+\}", "+", channel["address"].replace("{fleet}", "plant-7"))
            for channel in document["channels"].values()}


def matches(pattern, topic):
    wanted, levels = pattern.split("/"), topic.split("/")
    return len(wanted) == len(levels) and all(a in ("+", b) for a, b in zip(wanted, levels))


def tags_of(parsing, topic):
    check(matches(parsing["topic"], topic), f"topic_parsing '{parsing['topic']}' is not for {topic}")
    names = parsing["tags"].split("/")
    check(len(names) == len(topic.split("/")), f"as many tags as levels: {parsing['tags']}")
    return {name: level for name, level in zip(names, topic.split("/")) if name != "_"}


def at(payload, path):
    for step in path.split("."):
        if not isinstance(payload, dict) or step not in payload:
            return ABSENT
        payload = payload[step]
    return payload


def converts(value, kind):
    """As json_v2 does: strings of digits are numbers, objects and lists nothing."""
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "uint"):
        return not isinstance(value, bool) and re.fullmatch(r"-?\d+" if kind == "int" else r"\d+", str(value))
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str)


class Parser:
    """One json_v2 table."""

    def __init__(self, table):
        check(set(table) <= PARSER_KNOWN, f"json_v2 knows no {set(table) - PARSER_KNOWN}")
        self.table, self.seen = table, set()
        self.values = [{"type": "string", **tag} for tag in table.get("tag", [])] + table["field"]

    def hold(self, topic, payload):
        for value in self.values:
            found = at(payload, value["path"])
            if found is ABSENT:
                check(value.get("optional"), f"{topic} has no {value['path']}")
                continue
            check(converts(found, value["type"]), f"{topic}: {value['path']} is no {value['type']}: {found!r}")
            self.seen.add(value["path"])
        if "timestamp_path" in self.table:
            check(self.table["timestamp_format"] == GO_RFC3339, "another format of time")
            datetime.datetime.fromisoformat(at(payload, self.table["timestamp_path"]).replace("Z", "+00:00"))


def hold_section(file, document, messages, guide):
    """`guide`: the text that names the counters which a fleet that is well need not have."""
    with open(file, "rb") as stream:
        inputs = tomllib.load(stream)["inputs"]["mqtt_consumer"]
    for one in inputs:
        check(set(one) <= KNOWN, f"mqtt_consumer knows no {set(one) - KNOWN}")
        check(len(one["topics"]) == 1 and one["topics"][0] in filters_of(document),
              f"the document has no {one['topics']}")
        parser = Parser(one["json_v2"][0])
        heard = [message for message in messages if matches(one["topics"][0], message.topic)]
        check(heard, f"nothing was heard on {one['topics']}")
        for message in heard:
            payload = json.loads(message.payload)
            tags = tags_of(one["topic_parsing"][0], message.topic)
            check(all(payload[name] == value for name, value in tags.items()), f"{message.topic}: {tags}")
            parser.hold(message.topic, payload)
        for value in parser.values:
            counter = value["path"].rpartition(".")[2]
            check(value["path"] in parser.seen or f"`{counter}`" in guide, f"nobody sends {value['path']}")
    check(len(inputs) == 3, "states, devices, workers")
