"""The engines that are compared. Each runs in a process of its own that times itself and prints one
JSON object; a peer that is not there, or cannot compute a net, says so and is left out."""

import json
import pathlib
import re
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
LONGEST_S = 300


class Missing(Exception):
    """The peer cannot be run; the text says why."""


def _run(command):
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              timeout=LONGEST_S, check=False)
    except FileNotFoundError:
        raise Missing(f"{command[0]} is not there") from None
    except subprocess.TimeoutExpired:
        raise Missing(f"took longer than {LONGEST_S} s") from None
    if done.returncode != 0:
        lines = (done.stderr or done.stdout).strip().splitlines()
        raise Missing(lines[-1][:300] if lines else f"ended with status {done.returncode}")
    return done.stdout


class Ours:
    title = "ours"

    def __init__(self, build):
        self.program = build / "bin" / "biglittle"

    def install(self):
        if not self.program.exists():
            raise Missing(f"{self.program} is not built")

    def shape(self, net):
        """Of one sample, as the net's file has it."""
        text = _run([self.program, "inspect", net])
        sizes = re.search(r"^input\s.*\[N, ([\d, ]+)\]$", text, re.MULTILINE)
        return tuple(int(size) for size in sizes.group(1).split(","))

    def measure(self, row, seconds):
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            _run([self.program, "bench", "nn", "--model", row.net, "--batch", row.batch,
                  "--threads", row.threads, "--seconds", seconds, "--json", file.name])
            return json.load(file)


class OnnxRuntime:
    title = "ORT"

    def __init__(self, build):
        self.modules = build / "bench"

    def install(self):
        _run([HERE / "install_ort.sh", self.modules])

    def measure(self, row, seconds):
        return json.loads(_run(["node", HERE / "ort_bench.cjs", self.modules, row.net, row.batch,
                                row.threads, seconds]))


class OpenCv:
    title = "OpenCV"

    def __init__(self, build):
        self.program = build / "bin" / "opencv_bench"

    def install(self):
        if not self.program.exists():
            raise Missing("opencv_bench is not built: install libopencv-dev, configure anew")

    def measure(self, row, seconds):
        return json.loads(_run([self.program, row.net, row.batch, row.threads, seconds,
                                *row.shape]))
