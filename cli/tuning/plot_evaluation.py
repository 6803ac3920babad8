#!/usr/bin/python3
"""Draws what `biglittle evaluate --json` wrote: accuracy against share escalated, the reliability
diagram of the little net, and the cascade's confusion matrix. Arguments: JSON file, PNG file."""

import json
import sys

import matplotlib

matplotlib.use("Agg")  # no display
import matplotlib.pyplot as plt  # noqa: E402

_LITTLE, _BIG, _CASCADE, _GREY = "#c77d11", "#1f5fa8", "#127a4a", "#777777"


def curve(axes, figures):
    accuracy = figures["accuracy"]
    rates = [100 * p["escalation_rate"] for p in figures["curve"]]
    values = [100 * p["accuracy"] for p in figures["curve"]]
    axes.axhline(100 * accuracy["big"], color=_BIG, linestyle="--", linewidth=1.2)
    axes.axhline(100 * accuracy["little"], color=_LITTLE, linestyle="--", linewidth=1.2)
    axes.plot(rates, values, color=_CASCADE, linewidth=2)
    here = (100 * figures["escalation_rate"], 100 * accuracy["cascade"])
    axes.plot(*here, "o", color=_CASCADE, markersize=8)
    axes.annotate(f"as tuned: {here[1]:.2f} % at {here[0]:.1f} % escalated", here,
                  xytext=(14, -40), textcoords="offset points", color=_CASCADE,
                  arrowprops={"arrowstyle": "-", "color": _CASCADE})
    higher = max(("big", "little"), key=accuracy.get)
    for name, colour in (("big", _BIG), ("little", _LITTLE)):
        axes.text(99, 100 * accuracy[name], f"{name} net alone {100 * accuracy[name]:.2f} %",
                  color=colour, ha="right", va="bottom" if name == higher else "top")
    axes.set(title="Accuracy of the cascade", xlabel="escalated (%)", ylabel="accuracy (%)",
             xlim=(0, 100))
    shown = values + [100 * accuracy["little"], 100 * accuracy["big"]]
    low, high = min(shown), max(shown)
    spread = max(1.0, high - low)
    axes.set_ylim(low - 0.15 * spread, high + 0.15 * spread)
    axes.grid(alpha=0.3)


def reliability(axes, figures):
    axes.plot([0, 100], [0, 100], color=_GREY, linewidth=1)
    for name, colour, error in (("raw", _LITTLE, figures["ece"]["raw"]),
                                ("calibrated", _CASCADE, figures["ece"]["calibrated"])):
        bins = [b for b in figures["reliability"][name] if b["count"]]
        axes.plot([100 * b["confidence"] for b in bins], [100 * b["accuracy"] for b in bins],
                  color=colour, linewidth=1)
        axes.scatter([100 * b["confidence"] for b in bins], [100 * b["accuracy"] for b in bins],
                     [10 + 300 * b["count"] / figures["readings"] for b in bins], color=colour,
                     alpha=0.7, label=f"{name}, ECE {100 * error:.2f} %")
    axes.set(title="Reliability of the little net (area: readings)", xlabel="confidence (%)",
             ylabel="accuracy (%)", xlim=(0, 102), ylim=(0, 102))
    legend = axes.legend(loc="upper left", frameon=False)
    # The one of Matplotlib 3.7 and later, the other of Debian 12's 3.6.
    handles = legend.legend_handles if hasattr(legend, "legend_handles") else legend.legendHandles
    for handle in handles:
        handle.set_sizes([40])
    axes.grid(alpha=0.3)


def confusion(axes, figures):
    rows = figures["confusion"]
    shares = [[cell / max(1, sum(row)) for cell in row] for row in rows]
    axes.imshow(shares, cmap="Greens", vmin=0, vmax=1)
    places = range(len(rows))
    axes.set_xticks(places, figures["labels"], rotation=45, ha="right", fontsize=8)
    axes.set_yticks(places, figures["labels"], fontsize=8)
    for i in places:
        for j in places:
            if rows[i][j]:
                axes.text(j, i, rows[i][j], ha="center", va="center", fontsize=7,
                          color="white" if shares[i][j] > 0.6 else "black")
    axes.set(title="Confusion of the cascade", xlabel="answer", ylabel="truth")


def main(source, target):
    with open(source, encoding="utf-8") as file:
        figures = json.load(file)
    figure, axes = plt.subplots(1, 3, figsize=(17, 5.6))
    for draw, place in zip((curve, reliability, confusion), axes):
        draw(place, figures)
    figure.suptitle(f"{figures['task']}: {figures['readings']} test readings")
    figure.tight_layout()
    figure.savefig(target, dpi=90, bbox_inches="tight")


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2])
    except (IndexError, OSError, ValueError, KeyError) as error:
        sys.exit(f"plot_evaluation.py: {error}")
