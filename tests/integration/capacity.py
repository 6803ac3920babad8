"""`biglittle bench capacity`, short: it runs real programs in each of its six ways, and its figures are those of a
model. How near they are is not tested here: that takes a quiet machine (docs/scale.md). Arguments: the built
biglittle, the source tree."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM, HOME = (pathlib.Path(word).resolve() for word in sys.argv[1:3])


def check(holds, what):
    if not holds:
        sys.exit(f"capacity.py: {what}")


with tempfile.TemporaryDirectory() as folder:
    out = pathlib.Path(folder) / "model.json"
    done = subprocess.run([PROGRAM, "bench", "capacity", "--rounds", "1", "--seconds", "1", "--devices", "10", "--json", out],
                          capture_output=True, text=True, check=False, env=dict(os.environ, BIGLITTLE_HOME=str(HOME)))
    check(done.returncode == 0, f"it ended with {done.returncode}: {done.stdout}{done.stderr}")
    model = json.loads(out.read_text(encoding="utf-8"))
cost, checked = model["cpu_us"], model["checked"]
check(all(value >= 0 for value in cost.values()), f"a cost is negative: {cost}")
check(cost["broker_result"] > 0 and cost["worker_reading"] + cost["worker_request"] > 0, f"something costs nothing: {cost}")
check(all(factor >= 1 for factor in model["tls_factor"].values()), f"TLS saves time: {model['tls_factor']}")
check(0 < checked["share"] < 1 and checked["kilobytes"] == 6.144, f"measured at {checked}")
for name in ("broker_us", "worker_us"):
    check(checked[name]["measured"] > 0 and checked[name]["predicted"] > 0, f"{name}: {checked[name]}")
check("so at 80 % of a core" in done.stdout, done.stdout)
done = subprocess.run([PROGRAM, "bench", "capacity", "--devices", "1"], capture_output=True, text=True, check=False)
check(done.returncode == 2, f"one device: {done.returncode}")
print(done.stderr.strip())
