#!/usr/bin/python3
"""Changes one thing in the code of the promise at a time, and looks whether a test notices.

    tests/mutation/run.py [--count N] [--seed S] [--file PART] [--list] [--jobs J]

Results are kept in build/mutation/results.jsonl: a run that was interrupted goes on there. README.md
beside this file says how mutants are made and chosen, and what to do about one that nobody notices.
Returns 0 if at least 95 % were noticed and every other one is explained; 1 if not; 2 for a bad call.
"""

import argparse
import hashlib
import os
import pathlib
import sys

sys.dont_write_bytecode = True

import mutants
import report
import suites
import workshop

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
LEAST_NOTICED = 0.95


def choose(found, count, seed):
    """Which are tried, in order: half of them the kinds in turn, the rest as they come, so that rare
    kinds have their share. All of them for a count of 0."""
    ranked = sorted(found, key=lambda mutant: mutants.rank(mutant, seed))
    if count == 0:
        return ranked
    by_kind = {kind: [m for m in ranked if m.kind == kind] for kind in mutants.KINDS}
    share = count // (2 * len(mutants.KINDS))
    first = [m for kind in mutants.KINDS for m in by_kind[kind][:share]]
    chosen = set(first)
    return first + [m for m in ranked if m not in chosen]


class Run:
    def __init__(self, options):
        self.options = options
        folder = ROOT / "build" / "mutation"
        folder.mkdir(parents=True, exist_ok=True)
        self.shop = workshop.Workshop(ROOT, folder)
        self.results = report.Results(folder / "results.jsonl")
        self.texts = {file: (ROOT / file).read_text(encoding="utf-8")
                      for file in suites.files(ROOT) if options.file in file}
        self.limits = {}
        self.mutated = None

    def find(self):
        return [m for file, text in self.texts.items() for m in mutants.find(file, text)]

    def digest(self, file):
        return hashlib.sha256(self.texts[file].encode()).hexdigest()[:16]

    def run(self, ranked):
        """Tries them in rank order until enough have compiled; of a batch, file by file, since a change
        of files compiles two."""
        wanted = self.options.count or len(ranked)
        done, ranked = [], list(ranked)
        while ranked and len(done) < wanted:
            batch, ranked = ranked[:wanted - len(done)], ranked[wanted - len(done):]
            entries = [self._result_of(m) for m in sorted(batch, key=lambda m: (m.file, m.at))]
            done += [entry for entry in entries if entry["outcome"] != "does not compile"]
        self._restore()
        return done

    def _result_of(self, mutant):
        digest = self.digest(mutant.file)
        known = self.results.find(mutant, digest)
        if known is not None:
            return known
        outcome, seconds, suite = self._try(mutant)
        entry = self.results.add(mutant, digest, outcome, seconds, suite)
        print(f"{outcome:>16}  {seconds:5.1f} s  {mutant.file}:{mutant.line}: {mutant.name}",
              flush=True)
        return entry

    def _try(self, mutant):
        covering = suites.suites_of(mutant.file)
        for suite in covering:
            self._limit_of(suite)
        self._restore(but=mutant.file)
        self.shop.write(mutant.file, mutant.apply(self.texts[mutant.file]))
        self.mutated = mutant.file
        seconds = 0.0
        for suite in covering:
            built, _ = self.shop.build(suite.program, self.options.jobs)
            if not built:
                return "does not compile", seconds, suite.program
            outcome, took, _ = self.shop.test(suite, self._limit_of(suite))
            seconds += took
            if outcome in report.NOTICED:
                return outcome, seconds, suite.program
        return "passed", seconds, covering[-1].program

    def _restore(self, but=None):
        if self.mutated not in (None, but):
            self.shop.write(self.mutated, self.texts[self.mutated])
            self.mutated = None

    def _limit_of(self, suite):
        """Many times the processor's seconds that the suite takes unchanged, which must pass."""
        if suite not in self.limits:
            self._restore()
            print(f"building {suite.program} and running it unchanged", flush=True)
            built, said = self.shop.build(suite.program, self.options.jobs)
            if not built:
                sys.exit(f"{suite.program} does not build unchanged:\n{said[-4000:]}")
            outcome, seconds, said = self.shop.test(suite, 600, wait=1800)
            if outcome != "passed":
                sys.exit(f"{suite.program} fails unchanged ({outcome}):\n{said}")
            self.limits[suite] = max(20, int(8 * seconds))
        return self.limits[suite]


def conclude(entries, explained):
    print("\n" + report.table(entries) + "\n")
    survivors = [e for e in entries if e["outcome"] not in report.NOTICED]
    unexplained = [e for e in survivors if (e["file"], e["name"]) not in explained]
    for entry in unexplained:
        print(f"NOT NOTICED {entry['file']}:{entry['line']}\n{entry['name']}")
    noticed = len(entries) - len(survivors)
    share = noticed / len(entries) if entries else 1.0
    print(f"{len(entries)} mutants: {noticed} noticed ({share:.1%}), "
          f"{len(survivors) - len(unexplained)} explained, {len(unexplained)} not noticed")
    return 0 if share >= LEAST_NOTICED and not unexplained else 1


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=200, help="mutants to try; 0: all (200)")
    parser.add_argument("--seed", type=int, default=1, help="which of them (1)")
    parser.add_argument("--file", default="", help="only files whose path contains this")
    parser.add_argument("--list", action="store_true", help="name the mutants, try none")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once")
    options = parser.parse_args(arguments)
    if options.count < 0 or options.jobs < 1:
        parser.error("--count must be 0 or more, --jobs 1 or more")
    return options


def main(arguments):
    options = parse(arguments)
    run = Run(options)
    if not run.texts:
        print(f"no file that is mutated has '{options.file}' in its path; suites.py names them",
              file=sys.stderr)
        return 2
    ranked = choose(run.find(), options.count, options.seed)
    if options.list:
        for mutant in ranked[:options.count or None]:
            print(f"{mutant.file}:{mutant.line}: {mutant.name}")
        return 0
    run.shop.prepare()
    return conclude(run.run(ranked), report.read_explained(HERE / "explained.txt"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
