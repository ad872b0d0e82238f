#!/usr/bin/python3
"""Self-activation against none, learning rate tuned for both, on reference images with simulated speckle.

    tests/bench/self_activation.py SARINR REFERENCE_FOLDER [--size 128] [--depth 2] [--width 128] [--epochs 300]

For every *_ref_amp.tif in the folder a central window is multiplied by gamma speckle (independent pixels) of 1 and of 4
looks. Each is fitted with and without self-activation: every learning rate with the first seed, the best of them with the
others. Prints the mean PSNR in dB over the seeds, against the window's own range, after quantisation.
"""
import argparse
import json
import pathlib
import statistics
import subprocess
import tempfile

from reference_speckle import speckled


def fit(arguments, source, activation, learning_rate, seed):
    command = [arguments.sarinr, "fit", str(source), str(source.with_suffix(".sinr")), "--overwrite", "--quiet", "--json",
               "--quantity", "amplitude", "--width", str(arguments.width), "--depth", str(arguments.depth),
               "--epochs", str(arguments.epochs), "--lr", str(learning_rate), "--seed", str(seed),
               "--init", "siren", "--self-activation" if activation else "--no-self-activation"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["psnr"][0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("folder")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--depth", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--rates", type=float, nargs="+", default=[1e-3, 2e-3, 4e-3, 8e-3], help="tried without activation")
    parser.add_argument("--activated-rates", type=float, nargs="+", default=[1e-3, 2e-3, 4e-3, 8e-3], help="tried with it")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    arguments = parser.parse_args()
    print("| image | looks | without (lr) | with (lr) | gain dB |\n|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for reference in sorted(pathlib.Path(arguments.folder).glob("*_ref_amp.tif")):
            for looks in (1, 4):
                source = pathlib.Path(folder) / f"{reference.stem}_{looks}.tif"
                speckled(reference, arguments.size, looks, source)
                cells, means = [], []
                for activation, rates in ((False, arguments.rates), (True, arguments.activated_rates)):
                    first = {rate: fit(arguments, source, activation, rate, arguments.seeds[0]) for rate in rates}
                    best = max(first, key=first.get)
                    values = [first[best]] + [fit(arguments, source, activation, best, seed) for seed in arguments.seeds[1:]]
                    means.append(statistics.mean(values))
                    cells.append(f"{means[-1]:.2f} ± {statistics.stdev(values):.2f} ({best:g})")
                print(f"| {reference.stem[:-8]} | {looks} | {cells[0]} | {cells[1]} | {means[1] - means[0]:+.2f} |", flush=True)


if __name__ == "__main__":
    main()
