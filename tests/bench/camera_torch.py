#!/usr/bin/env python3
"""The photograph `camera` fitted by sarinr and by a PyTorch program of the public recipes, in one run.

    tests/bench/camera_torch.py build/release/bin/sarinr DATA/natural/camera_512.png [--size 64] [--width 32] [--depth 3]
        [--epochs 500] [--seeds 3] [--schedule recipe|cosine] [--targets recipe|sarinr] [--only siren,finer]

Runs in a Python with PyTorch and NumPy; gdal_translate averages the photograph. Width, depth, epochs, learning rate and
number of seeds are the same on both sides, and so is the schedule; first weights are each program's own. `recipe` decays
the learning rate as the public programs do (SIREN: not at all, the others by ten over the fit), `cosine` as sarinr does
unless told otherwise. `--targets` says whose scaling of the image PyTorch takes. Prints a table in Markdown: PSNR
in dB over the image's range of the last weights, mean over seeds.
"""
import argparse
import json
import math
import os
import subprocess
import tempfile

import numpy
import torch

# Learning rates of the public programs. Frequencies, scales and SL2A's degree are what small images and networks allow: with
# WIRE's 20 and Gauss' 30, which are for networks of 256, both sides stay below 20 dB and scatter by 2 dB.
RECIPES = {
    "siren": {"rate": 5e-4, "decay": 1.0, "options": []},
    "finer": {"rate": 5e-4, "decay": 0.1, "options": []},
    "wire": {"rate": 5e-3, "decay": 0.1, "options": ["--gabor-frequency", "10", "--gabor-scale", "10"]},
    "gauss": {"rate": 5e-3, "decay": 0.1, "options": ["--gauss-scale", "10"]},
    "sl2a": {"rate": 1e-3, "decay": 0.1, "options": ["--chebyshev-degree", "64"]},
}
W0 = 30


class Siren(torch.nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        sizes = [2] + [width] * (depth + 1) + [1]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))
        for place, layer in enumerate(self.layers):
            bound = 1 / layer.in_features if place == 0 else math.sqrt(6 / layer.in_features) / W0
            torch.nn.init.uniform_(layer.weight, -bound, bound)

    def activation(self, value):
        return torch.sin(W0 * value)

    def forward(self, value):
        for layer in self.layers[:-1]:
            value = self.activation(layer(value))
        return self.layers[-1](value)


class Finer(Siren):
    def activation(self, value):
        return torch.sin(W0 * (value.detach().abs() + 1) * value)


class Gauss(torch.nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        sizes = [2] + [width] * (depth + 1) + [1]
        self.layers = torch.nn.ModuleList(torch.nn.Linear(i, o) for i, o in zip(sizes, sizes[1:]))

    def forward(self, value):
        for layer in self.layers[:-1]:
            value = torch.exp(-((10 * layer(value)) ** 2))
        return self.layers[-1](value)


class Wire(torch.nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        neurons = int(width / math.sqrt(2))
        self.first = torch.nn.Linear(2, neurons)
        self.hidden = torch.nn.ModuleList(torch.nn.Linear(neurons, neurons, dtype=torch.cfloat) for _ in range(depth))
        self.last = torch.nn.Linear(neurons, 1, dtype=torch.cfloat)

    @staticmethod
    def wavelet(value):
        return torch.exp(10j * value - (10 * value).abs() ** 2)

    def forward(self, value):
        value = self.wavelet(self.first(value))
        for layer in self.hidden:
            value = self.wavelet(layer(value))
        return self.last(value).real


class Sl2a(torch.nn.Module):
    def __init__(self, width, depth, degree=64):
        super().__init__()
        bound = math.sqrt(6 / ((2 + width) * (degree + 1)))
        self.coefficients = torch.nn.Parameter(torch.empty(2, degree + 1, width).uniform_(-bound, bound))
        self.norm = torch.nn.LayerNorm(width)
        self.hidden = torch.nn.ModuleList(torch.nn.Linear(width, width) for _ in range(depth))
        self.last = torch.nn.Linear(width, 1)
        self.orders = torch.arange(degree + 1)

    def forward(self, value):
        angles = torch.acos(torch.tanh(value)).unsqueeze(-1) * self.orders
        first = self.norm(torch.einsum("pid,ido->po", torch.cos(angles), self.coefficients))
        value = first
        for layer in self.hidden:
            value = torch.relu(layer(value * first))
        return self.last(value * first)


NETWORKS = {"siren": Siren, "finer": Finer, "wire": Wire, "gauss": Gauss, "sl2a": Sl2a}


def image_points(size):
    centres = (2 * torch.arange(size) + 1) / size - 1
    rows, columns = torch.meshgrid(centres, centres, indexing="ij")
    return torch.stack([columns.flatten(), rows.flatten()], 1)


def torch_psnr(name, pixels, arguments, seed):
    torch.manual_seed(seed)
    recipe = RECIPES[name]
    network = NETWORKS[name](arguments.width, arguments.depth)
    points = image_points(arguments.size)
    low, high = float(pixels.min()), float(pixels.max())
    image = torch.from_numpy(pixels).reshape(-1, 1)
    # The public programs scale the image to [-1, 1] for sines and to [0, 1] for the others; sarinr to four deviations.
    if arguments.targets == "sarinr":
        base, scale = float(image.mean()), 4 * float(image.std(unbiased=False))
    elif name in ("siren", "finer"):
        base, scale = (low + high) / 2, (high - low) / 2
    else:
        base, scale = low, high - low
    target = (image - base) / scale
    optimiser = torch.optim.Adam(network.parameters(), lr=recipe["rate"])
    for epoch in range(arguments.epochs):
        share = epoch / arguments.epochs
        factor = 0.5 * (1 + math.cos(math.pi * share)) if arguments.schedule == "cosine" else recipe["decay"] ** share
        for group in optimiser.param_groups:
            group["lr"] = recipe["rate"] * factor
        optimiser.zero_grad()
        ((network(points) - target) ** 2).mean().backward()
        optimiser.step()
    with torch.no_grad():
        error = float(((network(points) - target) ** 2).mean())
    return 10 * math.log10(((high - low) / scale) ** 2 / error)


def sarinr_psnr(name, path, arguments, seed):
    recipe = RECIPES[name]
    with tempfile.TemporaryDirectory() as folder:
        command = [arguments.sarinr, "fit", path, os.path.join(folder, "out.sinr"), "--arch", name]
        command += ["--quantity", "other"]
        command += ["--width", str(arguments.width), "--depth", str(arguments.depth), "--epochs", str(arguments.epochs)]
        command += ["--lr", str(recipe["rate"]), "--seed", str(seed), "--no-self-activation", "--init", "siren"]
        command += ["--weight-bits", "16", "--engine", "cpu", "--precision", "float32", "--threads", "1"]
        if arguments.schedule == "recipe":
            command += ["--schedule", "constant" if recipe["decay"] == 1 else "tenth"]
        command += ["--quiet", "--json"] + recipe["options"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["psnr"][0]


def reduced(arguments, folder):
    """A raw float image of the photograph, which both sides read."""
    path = os.path.join(folder, "camera.img")
    size = str(arguments.size)
    command = ["gdal_translate", "-q", "-of", "ENVI", "-ot", "Float32", "-outsize", size, size, "-r", "average"]
    subprocess.run(command + [arguments.image, path], check=True)
    return path, numpy.fromfile(path, numpy.float32).reshape(arguments.size, arguments.size)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sarinr")
    parser.add_argument("image")
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--depth", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=500)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--schedule", choices=["recipe", "cosine"], default="recipe")
    parser.add_argument("--targets", choices=["recipe", "sarinr"], default="recipe")
    parser.add_argument("--only", default=",".join(RECIPES))
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"| network | learning rate | PyTorch | sarinr | difference |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        path, pixels = reduced(arguments, folder)
        for name in arguments.only.split(","):
            seeds = range(1, arguments.seeds + 1)
            theirs = [torch_psnr(name, pixels, arguments, seed) for seed in seeds]
            ours = [sarinr_psnr(name, path, arguments, seed) for seed in seeds]
            means = [sum(values) / len(values) for values in (theirs, ours)]
            spread = " / ".join(f"{value:.2f}" for value in theirs), " / ".join(f"{value:.2f}" for value in ours)
            print(f"| {name} | {RECIPES[name]['rate']:g} | {means[0]:.2f} ({spread[0]}) | {means[1]:.2f} ({spread[1]}) "
                  f"| {means[1] - means[0]:+.2f} |", flush=True)


if __name__ == "__main__":
    main()
