#!/usr/bin/env python3
"""The batched torch engine against the same fit written tile by tile in PyTorch, in one run, alternating.

    tests/bench/engine_against_pytorch.py build/release/bin/bench_engine_step [--threads 2] [--rounds 3]

The peer runs in the Python that runs this script (PyPI's torch, or Debian's python3-torch) and takes the pixels in the
chunk size that is fastest for it, found first. Prints the medians in milliseconds per Adam step of a 256x256 tile.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
os.environ.setdefault("MKL_ENABLE_INSTRUCTIONS", "AVX512")
import torch  # noqa: E402  (the settings above must come first)


class Peer:
    """SIREN 2-W-W-W-W-1, full batch in chunks, Adam."""

    def __init__(self, width):
        torch.manual_seed(1)
        sizes = [(2, width)] + [(width, width)] * 3 + [(width, 1)]
        self.weights = [((torch.rand(o, i) * 2 - 1) * (6 / i) ** 0.5 / 30).requires_grad_() for i, o in sizes]
        self.biases = [((torch.rand(o) * 2 - 1) / i ** 0.5).requires_grad_() for i, o in sizes]
        self.optimiser = torch.optim.Adam(self.weights + self.biases, lr=1e-3)
        self.points = torch.rand(65536, 2) * 2 - 1
        self.target = torch.randn(65536, 1)

    def step(self, chunk):
        self.optimiser.zero_grad()
        for begin in range(0, 65536, chunk):
            values = self.points[begin:begin + chunk]
            for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
                values = torch.sin(30 * torch.addmm(bias, values, weight.t()))
            output = torch.addmm(self.biases[-1], values, self.weights[-1].t())
            (((output - self.target[begin:begin + chunk]) ** 2).sum() / 65536).backward()
        self.optimiser.step()

    def milliseconds(self, chunk, steps=5):
        self.step(chunk)
        times = []
        for _ in range(steps):
            begin = time.perf_counter()
            self.step(chunk)
            times.append(1e3 * (time.perf_counter() - begin))
        return statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tiles", type=int, default=4)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads", file=sys.stderr)
    print("| width | PyTorch tile by tile (chunk) | torch engine | ratio |\n|---|---|---|---|")
    for width in (32, 64, 128):
        peer = Peer(width)
        best = min((2048, 4096, 16384, 65536), key=lambda chunk: peer.milliseconds(chunk, 3))
        theirs, ours = [], []
        for _ in range(arguments.rounds):
            theirs.append(peer.milliseconds(best))
            command = [arguments.program, "torch", str(width), str(arguments.tiles), str(arguments.threads)]
            ours.append(float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout))
        their, our = statistics.median(theirs), statistics.median(ours)
        print(f"| {width} | {their:.1f} ms ({best}) | {our:.1f} ms | {their / our:.2f} |")


if __name__ == "__main__":
    main()
