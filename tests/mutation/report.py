"""What came of the mutants: kept as they come, counted at the end."""

import json
import pathlib

from mutants import KINDS

NOTICED = ("failed", "time-out")


class Results:
    """One JSON line a mutant, so that an interrupted run goes on where it was."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.known = {}
        if self.path.is_file():
            for line in self.path.read_text(encoding="utf-8").splitlines():
                try:
                    entry = json.loads(line)
                except ValueError:
                    continue  # the last one of a run that was cut off
                self.known[entry["file"], entry["name"]] = entry

    def find(self, mutant, digest):
        """What is known of it. One that survived, or whose file has changed, is tried again."""
        entry = self.known.get((mutant.file, mutant.name))
        if entry is None or entry["digest"] != digest or entry["outcome"] == "passed":
            return None
        return entry

    def add(self, mutant, digest, outcome, seconds, suite):
        entry = {"file": mutant.file, "line": mutant.line, "kind": mutant.kind,
                 "name": mutant.name, "outcome": outcome, "suite": suite,
                 "seconds": round(seconds, 1), "digest": digest}
        self.known[mutant.file, mutant.name] = entry
        with open(self.path, "a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")
        return entry


def read_explained(path):
    """(file, name) -> why it makes no difference. An entry is a line with the file, a line with the
    mutant's name as the run prints it, then the reason until an empty line; # begins a comment."""
    explained = {}
    text = pathlib.Path(path).read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    for entry in "\n".join(lines).split("\n\n"):
        parts = entry.strip().split("\n", 2)
        if not parts[0]:
            continue
        if len(parts) < 3:
            raise ValueError(f"{path}: '{parts[0]}' wants a mutant's name and a reason below it")
        explained[parts[0], parts[1]] = parts[2]
    return explained


def table(entries):
    """Noticed / tried by file and kind; what did not compile is no mutant."""
    files = sorted({entry["file"] for entry in entries})
    kinds = [kind for kind in KINDS if any(entry["kind"] == kind for entry in entries)]
    rows = [["file", *kinds, "all"]]
    for file in [*files, "all"]:
        row = [file]
        for kind in [*kinds, "all"]:
            chosen = [e for e in entries if file in (e["file"], "all") and kind in (e["kind"], "all")]
            noticed = sum(e["outcome"] in NOTICED for e in chosen)
            row.append(f"{noticed}/{len(chosen)}" if chosen else "")
        rows.append(row)
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(cell.ljust(widths[i]) if i == 0 else cell.rjust(widths[i])
                               for i, cell in enumerate(row)).rstrip() for row in rows)
