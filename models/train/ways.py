"""The two ways to escalate a reading, and what each makes of the same trained nets: by its window, where both
nets compute their features, or by the features, where the little net shows them and the big one begins behind
them, so that the window stays on the device."""

import re
import shutil

import nets

WAYS = ("window", "features")


class Way:
    """`front`: what stands in front of the nets, or None; without it there is only the window."""

    def __init__(self, name, front):
        self.name, self.front = name, front
        self.of_features = name == "features"

    def other(self):
        """None where there is no other."""
        if self.front is None:
            return None
        return Way(WAYS[1 - WAYS.index(self.name)], self.front)

    def little(self, net):
        """As it is shipped, for windows that the device has normalised."""
        if self.front is None:
            return net
        return (nets.Showing if self.of_features else nets.Fronted)(self.front.module, net).eval()

    def big(self, net):
        """As it is shipped, for what `big_input` says."""
        return net if self.front is None or self.of_features else nets.Fronted(self.front.module, net).eval()

    def big_input(self, windows):
        return self.front.module(windows) if self.of_features else windows

    def big_shape(self, task):
        return list(self.front.shape) if self.of_features else task.shape

    def big_source(self):
        """What the big net's input is called."""
        return "features" if self.of_features else "reading"

    def settings(self):
        """For task.yaml."""
        return {"escalate": "features", "features": {"shape": self.front.shape}} if self.of_features else {}


# Of windows, which do not travel where features do.
_WIRE_DTYPE = re.compile(r"^  wire_dtype: .*\n", re.MULTILINE)
_SETTINGS = re.compile(r"^escalate: features\nfeatures:\n  shape: \[[0-9, ]+\]\n", re.MULTILINE)


def retold(text, way, digests):
    """The text of a task file for the same nets in that way. digests: {of the nets that it names: of those that
    it shall name}."""
    for before, after in digests.items():
        text = text.replace(before, after)
    text = _SETTINGS.sub("", text)
    if not way.of_features:
        return text
    text = _WIRE_DTYPE.sub("", text)
    shape = ", ".join(map(str, way.front.shape))
    return re.sub(r"^normalisation:$", f"escalate: features\nfeatures:\n  shape: [{shape}]\nnormalisation:", text,
                  count=1, flags=re.MULTILINE)


def figures(way, evaluated, ships):
    """What the card tells of a way."""
    return {"name": way.name, "ships": ships, "bytes": evaluated["bytes_per_reading_big_only"],
            "mean_bytes": evaluated["bytes_per_reading"], "accuracy": evaluated["accuracy"],
            "escalation_rate": evaluated["escalation_rate"]}


def compare(way, task, chosen, files, tuned, folder, export, evaluate):
    """Both ways' figures of the test part, the shipped one first: the other is made of the same nets with the
    same thresholds. chosen: (little net, big net); tuned: (text of task.yaml, its figures);
    export(net, shape, path, source) and evaluate(models folder) are train.py's."""
    text, shipped = tuned
    told = [figures(way, shipped, True)]
    other = way.other()
    if other is None:
        return told
    place = folder / task.name
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    made = {"little": export(other.little(chosen[0]), task.shape, place / "little.onnx"),
            "big": export(other.big(chosen[1]), other.big_shape(task), place / "big.onnx",
                          other.big_source())}
    digests = {files[name]["sha256"]: made[name]["sha256"] for name in made}
    (place / "task.yaml").write_text(retold(text, other, digests), encoding="utf-8")
    return told + [figures(other, evaluate(folder), False)]
