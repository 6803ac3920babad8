"""Runs `biglittle classify` over ONNX files that people have, and compares with ONNX Runtime.

    wild_onnx.py BIGLITTLE FOLDER [NAME...]

FOLDER has NAME.onnx, NAME.inK.npy, NAME.outK.npy and index.csv, which says which array belongs to which
input and output. Returns 77 where the folder is missing. An output may differ by 1e-4 of its range, one
that is quantised by a step.
"""

import csv
import json
import os
import subprocess
import sys
import tempfile

import numpy

TOLERANCE = 1e-4  # of the greatest output
# int8 inside: one step of the last tensor that is quantised, seen in the outputs.
QUANTISED = {"heed_slot0_int8", "micro_kws_m_static_qoperator", "mnist_quantized_connxr"}
QUANTISED_TOLERANCE = 2e-2


def ports(text):
    """[(array file, port)] of a column of index.csv."""
    return [tuple(item.split("=", 1)) for item in text.split(";") if item]


def problem(biglittle, folder, row):
    name = row["file"].removesuffix(".onnx")
    command = [biglittle, "classify", "--model", os.path.join(folder, row["file"])]
    for file, port in ports(row["inputs"]):
        command += ["--input", f"{port}={os.path.join(folder, file)}"]
    with tempfile.TemporaryDirectory() as scratch:
        answers = os.path.join(scratch, "answers.json")
        done = subprocess.run(command + ["--json", answers], capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            return done.stderr.strip()
        with open(answers) as file:
            named = json.load(file)["named_outputs"]
    for file, port in ports(row["expected outputs (ONNX Runtime 1.30)"]):
        expected = numpy.load(os.path.join(folder, file)).astype(float).ravel()
        actual = numpy.array(named[port], dtype=float).ravel()
        if actual.shape != expected.shape:
            return f"{port}: {actual.size} numbers instead of {expected.size}"
        tolerance = QUANTISED_TOLERANCE if name in QUANTISED else TOLERANCE
        allowed = tolerance * max(1e-3, numpy.abs(expected).max())
        difference = numpy.abs(actual - expected).max()
        if not difference <= allowed:
            return f"{port} differs by {difference}, allowed are {allowed}"
    return ""


def main():
    biglittle, folder = sys.argv[1:3]
    if not os.path.exists(os.path.join(folder, "index.csv")):
        print(f"{folder} is missing: not run")
        return 77
    failed = 0
    with open(os.path.join(folder, "index.csv"), newline="") as index:
        for row in csv.DictReader(index):
            if len(sys.argv) > 3 and row["file"].removesuffix(".onnx") not in sys.argv[3:]:
                continue
            reason = problem(biglittle, folder, row)
            print(f"{row['file']}: {reason or 'right'}")
            failed += reason != ""
    print(f"{failed} failed")
    return 1 if failed else 0


sys.exit(main())
