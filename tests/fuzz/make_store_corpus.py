#!/usr/bin/python3
"""Writes corpus/store: rows and database files, sound and damaged, from which the fuzzer starts.

    /usr/bin/python3 tests/fuzz/make_store_corpus.py

Files that the fuzzer found are added by hand, as found_*; this script leaves them alone.
"""

import pathlib
import sqlite3
import struct
import tempfile

CORPUS = pathlib.Path(__file__).parent / "corpus" / "store"
FINAL, OPEN, FILE = b"\0", b"\1", b"\2"
# Fields of wire/proto/biglittle/v1/result.proto.
FLEET, DEVICE, TASK, RUN, SEQUENCE, CAPTURE_TIME, STAGE, DECIDED_BY, REASON = range(1, 10)

TABLES = """
CREATE TABLE results (key INTEGER PRIMARY KEY, open INTEGER NOT NULL,
 stored_ms INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE INDEX results_open ON results (key) WHERE open = 1;
CREATE INDEX results_stored ON results (stored_ms);
CREATE TABLE next_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT INTO next_sequence VALUES (1, 9);
CREATE TABLE clock (id INTEGER PRIMARY KEY CHECK (id = 1), store_ms INTEGER NOT NULL,
 steady_ms INTEGER NOT NULL, boot BLOB NOT NULL);
INSERT INTO clock VALUES (1, 900, 70, 'boot');
PRAGMA user_version = 1;
"""
# Of the programs before there was a clock.
TABLES_0 = """
CREATE TABLE results (key INTEGER PRIMARY KEY, open INTEGER NOT NULL,
 captured_ms INTEGER NOT NULL, payload BLOB NOT NULL);
CREATE INDEX results_open ON results (key) WHERE open = 1;
CREATE INDEX results_captured ON results (captured_ms);
CREATE TABLE next_sequence (id INTEGER PRIMARY KEY CHECK (id = 1), value INTEGER NOT NULL);
INSERT INTO next_sequence VALUES (1, 9);
"""


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack("<f", value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value):
    value &= (1 << 64) - 1
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def result(*, seconds=3000, stage=2, decided_by=1, more=b""):
    return (field(FLEET, "f") + field(DEVICE, "pump") + field(TASK, "t") + field(RUN, "run") +
            field(SEQUENCE, 1) + field(CAPTURE_TIME, field(1, seconds) + field(2, 5)) +
            field(STAGE, stage) + field(DECIDED_BY, decided_by) + more)


def database(sql="", tables=TABLES, page=512, before=""):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "x.sqlite"
        connection = sqlite3.connect(file)
        connection.executescript(f"PRAGMA page_size = {page};{before}{tables}{sql}")
        connection.commit()
        connection.close()
        return file.read_bytes()


def root_page(content, name):
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "x.sqlite"
        file.write_bytes(content)
        connection = sqlite3.connect(file)
        (page,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?",
                                     (name,)).fetchone()
        connection.close()
        return page


def patched(content, offset, new):
    return content[:offset] + new + content[offset + len(new):]


def rows(keys, open_=0, payload=None):
    payload = result() if payload is None else payload
    return "".join(f"INSERT INTO results VALUES ({key}, {open_}, {1000 + key}, x'{payload.hex()}');"
                   for key in keys)


def payloads():
    sound = result()
    yield "sound", sound
    yield "empty", b""
    yield "text", b"not a result"
    yield "cut", sound[:-3]
    yield "no_stage", result(stage=0)
    yield "no_decision", result(decided_by=0)
    yield "unknown_stage", result(stage=77)
    yield "too_old", result(seconds=-(1 << 40))
    yield "far_future", result(seconds=1 << 62)
    yield "unknown_fields", result(more=field(99, "x") + field(98, 1.5))
    yield "not_utf8", sound.replace(b"pump", b"\xff\xfe\xfdp")
    yield "long", result(more=field(REASON, "r" * 900))


def files():
    sound = database(rows([4, 6]) + rows([8], open_=1) + rows([9]))
    size = 512
    yield "sound", sound
    yield "sound_wal", patched(sound, 18, b"\2\2")
    yield "new", database()
    yield "many", database(rows(range(2, 42, 2), payload=b"x") + rows(range(42, 60, 2), 1, b"y"))
    yield "version_0", database(rows([4, 6]) + rows([8], open_=1), tables=TABLES_0)
    yield "version_2", database(rows([4]) + "PRAGMA user_version = 2;")
    yield "version_negative", database(rows([4]) + "PRAGMA user_version = -1;")
    yield "version_0_has_clock", database(rows([4]) + "PRAGMA user_version = 0;")
    yield "version_1_has_none", database(rows([4]) + "PRAGMA user_version = 1;", tables=TABLES_0)
    yield "empty", b""
    yield "zeros", bytes(2048)
    yield "text", b"results of a pump\n" * 9
    yield "utf16", database(rows([4]), before="PRAGMA encoding = 'UTF-16le';")
    yield "auto_vacuum", database(rows([4]), before="PRAGMA auto_vacuum = FULL;")
    yield "page_1024", database(rows([4]), page=1024)
    # Rows and tables that no agent has written.
    yield "open_is_2", database(rows([4, 6], open_=2))
    yield "open_overflows", database(rows([4, 6], open_=(1 << 63) - 1))
    yield "open_is_text", database(rows([4], open_="'yes'"))
    yield "key_negative", database(rows([-4, 4]))
    yield "key_0", database(rows([0, 4], open_=1))
    yield "key_last", database(rows([(1 << 63) - 1]))
    yield "next_negative", database(rows([4]) + "UPDATE next_sequence SET value = -1;")
    yield "next_last", database(f"UPDATE next_sequence SET value = {(1 << 63) - 1};")
    yield "next_text", database("UPDATE next_sequence SET value = 'nine';")
    yield "stored_text", database("INSERT INTO results VALUES (4, 0, 'never', x'00');")
    yield "stored_negative", database("INSERT INTO results VALUES (4, 0, -7, x'00');")
    yield "clock_last", database(rows([4]) + f"UPDATE clock SET store_ms = {(1 << 63) - 1};")
    yield "clock_steady_first", database(f"UPDATE clock SET steady_ms = {-(1 << 63)};")
    yield "clock_text", database(rows([4]) + "UPDATE clock SET store_ms = 'noon', boot = 7;")
    yield "clock_gone", database(rows([4]) + "DELETE FROM clock;")
    yield "payload_text", database("INSERT INTO results VALUES (4, 0, 1, 'text');")
    yield "payload_number", database("INSERT INTO results VALUES (4, 1, 'never', 1.5);")
    yield "payload_long", database(rows([4], payload=result(more=field(REASON, "r" * 2000))))
    yield "other_table", database(tables="CREATE TABLE results (name TEXT, age INTEGER);")
    yield "a_view", database(tables="""CREATE VIEW results AS
        WITH RECURSIVE c(key) AS (SELECT 1 UNION ALL SELECT key + 1 FROM c)
        SELECT key, 0 AS open, 0 AS stored_ms, x'' AS payload FROM c;""")
    yield "a_trigger", database(rows([4]) + """CREATE TRIGGER again AFTER DELETE ON results BEGIN
        INSERT INTO results VALUES (old.key + 2, old.open, 1, old.payload); END;""")
    # Damage.
    yield "cut", sound[:-700]
    yield "cut_in_header", sound[:60]
    yield "one_page", sound[:size]
    yield "no_magic", patched(sound, 0, b"sqlite")
    yield "page_size_1", patched(sound, 16, b"\0\1")
    yield "write_version_9", patched(sound, 18, b"\x09")
    yield "read_version_9", patched(sound, 19, b"\x09")
    yield "schema_format_9", patched(sound, 44, struct.pack(">I", 9))
    yield "encoding_9", patched(sound, 56, struct.pack(">I", 9))
    yield "free_list_loop", patched(sound, 32, struct.pack(">II", 2, 7))
    for name in ("results", "results_open", "results_stored", "next_sequence", "clock"):
        start = (root_page(sound, name) - 1) * size
        yield f"{name}_zeros", patched(sound, start, bytes(size))
        yield f"{name}_no_cells", patched(sound, start + 3, b"\0\0")
    start = (root_page(sound, "results") - 1) * size
    first, second = sound[start + 8:start + 10], sound[start + 10:start + 12]
    yield "out_of_order", patched(sound, start + 8, second + first)
    yield "twice_the_same", patched(sound, start + 8, first + first)
    big = database(rows(range(2, 42, 2), payload=bytes(100)))
    inner = (root_page(big, "results") - 1) * size
    yield "own_child", patched(big, inner + 8, struct.pack(">I", root_page(big, "results")))
    long = database(rows([4], payload=bytes(2000)))
    chain = max(range(size, len(long), size), key=lambda at: long[at + 4:at + size].count(0))
    yield "overflow_loop", patched(long, chain, struct.pack(">I", chain // size + 1))
    yield "root_is_another", database(rows([4]) + """PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET rootpage = (SELECT rootpage FROM sqlite_schema
        WHERE name = 'next_sequence') WHERE name = 'results';""")
    yield "schema_is_no_sql", database("""PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE TABLE results (' WHERE name = 'results';""")


def main():
    CORPUS.mkdir(parents=True, exist_ok=True)
    for old in CORPUS.iterdir():
        if not old.name.startswith("found_"):
            old.unlink()
    for name, payload in payloads():
        (CORPUS / f"row_{name}").write_bytes(FINAL + payload)
        (CORPUS / f"open_{name}").write_bytes(OPEN + payload)
    for name, content in files():
        assert len(content) < 8192, name
        (CORPUS / f"file_{name}").write_bytes(FILE + content)


if __name__ == "__main__":
    main()
