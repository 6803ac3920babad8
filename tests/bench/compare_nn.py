#!/usr/bin/env python3
"""Compares our inference engine with ONNX Runtime and OpenCV, on the nets of models/ and on whole
image nets, in one run with equal threads.

    tests/bench/compare_nn.py                          every row, some ten minutes
    tests/bench/compare_nn.py --rows har-big --rounds 3 --seconds 0.5
    tests/bench/compare_nn.py --rows 'resnet18*' --peers ours   names and patterns, as in a shell
    tests/bench/compare_nn.py --list                   the rows' names

Builds what is missing, installs ONNX Runtime below the build folder, exports the whole nets and
quantises them. The figure of a peer is the median over the rounds of its median time a call. Prints
markdown; --json keeps every round.
"""

import argparse
import dataclasses
import datetime
import fnmatch
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys

import rows as table
from peers import Missing, OnnxRuntime, OpenCv, Ours

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXPORT = ROOT / "tests" / "whole_nets" / "export_nets.py"
QUANTISE = ROOT / "tests" / "whole_nets" / "quantise_nets.py"


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", nargs="+", default=["*"], metavar="NAME")
    parser.add_argument("--peers", nargs="+", default=["ours", "ORT", "OpenCV"], metavar="PEER",
                        help="of: ours ORT OpenCV")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="a peer, row and round")
    parser.add_argument("--least", action="store_true",
                        help="show the least times instead, where others use the machine too")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release",
                        help="a configured build folder")
    parser.add_argument("--no-build", action="store_true", help="take the programs as they are")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def choose_rows(options):
    rows = table.all_rows(ROOT / "models", options.build / "whole_nets")
    chosen = [row for row in rows
              if any(fnmatch.fnmatch(row.name, pattern) for pattern in options.rows)]
    if options.list:
        print("\n".join(row.name for row in chosen))
        sys.exit(0)
    if not chosen:
        sys.exit(f"no row is called {' or '.join(options.rows)}; see --list")
    return chosen


def note(text):
    print(text, file=sys.stderr, flush=True)


def build_programs(build):
    for target in ("biglittle", "opencv_bench"):
        done = subprocess.run(["ninja", "-C", str(build), "--quiet", target], text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            note(f"{target} was not built: {done.stdout.strip()[-2000:] or done.stderr.strip()}")


def export_nets(rows, nets):
    stems = {row.net.stem for row in rows if row.net.parent == nets}
    quantised = sorted({float_net(stem) for stem in stems if float_net(stem) != stem})
    names = sorted({float_net(stem) for stem in stems})
    if names:
        subprocess.run(["/usr/bin/python3", str(EXPORT), str(nets), *names], stdout=sys.stderr,
                       check=False)
    if quantised:
        subprocess.run(["/usr/bin/python3", str(QUANTISE), str(nets), *quantised],
                       stdout=sys.stderr, check=False)


def float_net(name):
    """Of a quantised net the name of the net that it was made from."""
    return name.removesuffix("-qdq").removesuffix("-qlinear")


def find_peers(options):
    peers = []
    for peer in (Ours(options.build), OnnxRuntime(options.build), OpenCv(options.build)):
        if peer.title not in options.peers:
            continue
        try:
            peer.install()
            peers.append(peer)
        except Missing as reason:
            note(f"{peer.title} is missing: {reason}")
    return peers


def with_shape(row, ours):
    try:
        return row if row.shape else dataclasses.replace(row, shape=ours.shape(row.net))
    except Missing:
        return row  # said when it is measured


def measure(row, peers, options):
    """peer -> its runs, one a round; or the reason why there are none. The peers take turns, in an
    order that is turned around every round."""
    results = {peer.title: [] for peer in peers}
    for turn in range(options.rounds):
        for peer in peers if turn % 2 == 0 else reversed(peers):
            if isinstance(results[peer.title], str):
                continue
            try:
                results[peer.title].append(peer.measure(row, options.seconds))
            except Missing as reason:
                results[peer.title] = str(reason)
                note(f"{row.name}: {peer.title}: {reason}")
    return results


def summarise(runs, least):
    """A peer's figure, in us; or the reason why there is none."""
    if isinstance(runs, str):
        return runs
    if least:
        return min(run["min_us"] for run in runs)
    return statistics.median(run["median_us"] for run in runs)


def is_time(figure):
    return isinstance(figure, float)


def ratio(one, other):
    return one / other if is_time(one) and is_time(other) else None


def shown(figure):
    if isinstance(figure, str):
        return "cannot"
    return "-" if figure is None else f"{figure:.{1 if figure >= 10 else 2}f}"


def verdict(value, holds):
    return "-" if value is None else "yes" if holds else "**no**"


def line_of(row, figures):
    ours, ort, opencv = (figures.get(title) for title in ("ours", "ORT", "OpenCV"))
    to_ort, target = ratio(ours, ort), row.target
    met = None if target is None else to_ort
    cells = [row.name, str(row.batch), str(row.threads), shown(ours), shown(ort), shown(to_ort),
             shown(opencv), shown(ratio(ours, opencv)), "-" if target is None else f"<= {target}",
             verdict(met, met and met <= target)]
    return f"| {' | '.join(cells)} |"


def print_comparison(rows, figures):
    print("| net | batch | threads | ours µs | ORT µs | ratio | OpenCV µs | ratio | target | met |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|---|---|")
    for row in rows:
        print(line_of(row, figures[row.name]))


def print_scaling(rows, figures):
    names = [row.name.removesuffix("@2") for row in rows if row.name.endswith("@2")]
    names = [name for name in names if name in figures]
    if not names:
        return
    target = table.SCALING_TARGET
    print("\n| net | ours, 1 thread, µs | 2 threads | faster by | target | met | ORT faster by |")
    print("|---|--:|--:|--:|---|---|--:|")
    for name in names:
        one, two = figures[name], figures[f"{name}@2"]
        factor = ratio(one.get("ours"), two.get("ours"))
        cells = [name, shown(one.get("ours")), shown(two.get("ours")), shown(factor),
                 f">= {target}", verdict(factor, factor and factor >= target),
                 shown(ratio(one.get("ORT"), two.get("ORT")))]
        print(f"| {' | '.join(cells)} |")


def print_quantised(rows, figures):
    names = [row.name for row in rows
             if float_net(row.name) != row.name and float_net(row.name) in figures]
    if not names:
        return
    target = table.BYTES_TARGET
    print("\n| quantised net | ours, µs | ours in floats, µs | ratio | target | met |")
    print("|---|--:|--:|--:|---|---|")
    for name in names:
        ours, floats = figures[name].get("ours"), figures[float_net(name)].get("ours")
        part = ratio(ours, floats)
        cells = [name, shown(ours), shown(floats), shown(part), f"<= {target}",
                 verdict(part, part and part <= target)]
        print(f"| {' | '.join(cells)} |")


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def write_json(path, rows, results, options):
    described = [{**dataclasses.asdict(row), "net": str(row.net), "results": results[row.name]}
                 for row in rows]
    path.write_text(json.dumps({
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "processor": processor(), "cores": os.cpu_count(), "load": os.getloadavg(),
        "rounds": options.rounds, "seconds": options.seconds, "rows": described}, indent=1) + "\n")


def main():
    options = parse_options()
    rows = choose_rows(options)
    if not (options.build / "build.ninja").exists():
        sys.exit(f"{options.build} is no configured build: run ./biglittle once, or give --build")
    if not options.no_build:
        build_programs(options.build)
    export_nets(rows, options.build / "whole_nets")
    peers = find_peers(options)
    if os.getloadavg()[0] > 0.5:
        note(f"this machine is not idle: its load is {os.getloadavg()[0]:.1f}")
    rows = [with_shape(row, Ours(options.build)) for row in rows]
    results = {}
    figures = {}
    for row in rows:
        results[row.name] = measure(row, peers, options)
        figures[row.name] = {title: summarise(runs, options.least)
                             for title, runs in results[row.name].items()}
        note(line_of(row, figures[row.name]))
    print_comparison(rows, figures)
    print_scaling(rows, figures)
    print_quantised(rows, figures)
    if options.json:
        write_json(options.json, rows, results, options)


if __name__ == "__main__":
    main()
