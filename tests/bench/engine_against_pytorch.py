#!/usr/bin/env python3
"""An engine against the same fit written tile by tile in PyTorch, in one run, alternating.

    tests/bench/engine_against_pytorch.py build/release/bin/bench_engine_step [--engine cpu] [--instructions avx2]
        [--precision float32] [--threads 2] [--rounds 3] [--compile] [--processor-time]

The peer runs in the Python that runs this script (PyPI's torch, or Debian's python3-torch) and takes the pixels in the
chunk size that is fastest for it, found first; with --compile its step is compiled by torch.compile as well (needs a C++
compiler and Python's headers). Prints the medians in milliseconds per Adam step of a 256x256 tile; with --processor-time
the least processor time of a step instead, for a machine that others use too (one thread).
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

    def __init__(self, width, compiled=False):
        torch.manual_seed(1)
        sizes = [(2, width)] + [(width, width)] * 3 + [(width, 1)]
        self.weights = [((torch.rand(o, i) * 2 - 1) * (6 / i) ** 0.5 / 30).requires_grad_() for i, o in sizes]
        self.biases = [((torch.rand(o) * 2 - 1) / i ** 0.5).requires_grad_() for i, o in sizes]
        self.optimiser = torch.optim.Adam(self.weights + self.biases, lr=1e-3)
        self.points = torch.rand(65536, 2) * 2 - 1
        self.target = torch.randn(65536, 1)
        self.loss = torch.compile(self.chunk_loss) if compiled else self.chunk_loss

    def chunk_loss(self, values, target):
        for weight, bias in zip(self.weights[:-1], self.biases[:-1]):
            values = torch.sin(30 * torch.addmm(bias, values, weight.t()))
        output = torch.addmm(self.biases[-1], values, self.weights[-1].t())
        return ((output - target) ** 2).sum() / 65536

    def step(self, chunk):
        self.optimiser.zero_grad()
        for begin in range(0, 65536, chunk):
            self.loss(self.points[begin:begin + chunk], self.target[begin:begin + chunk]).backward()
        self.optimiser.step()

    def milliseconds(self, chunk, processor_time, steps=5):
        clock = time.process_time if processor_time else time.perf_counter
        self.step(chunk)
        times = []
        for _ in range(steps):
            begin = clock()
            self.step(chunk)
            times.append(1e3 * (clock() - begin))
        return min(times) if processor_time else statistics.median(times)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--engine", default="torch")
    parser.add_argument("--instructions", default="auto", help="of the cpu engine")
    parser.add_argument("--precision", default="auto", help="of the cpu engine")
    parser.add_argument("--widths", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--tiles", type=int, default=4)
    parser.add_argument("--compile", action="store_true", help="the peer compiled by torch.compile too")
    parser.add_argument("--processor-time", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")
    command = [arguments.program, arguments.engine, "WIDTH", str(arguments.tiles), str(arguments.threads),
               arguments.instructions, arguments.precision] + ["processor"] * arguments.processor_time
    print(f"PyTorch {torch.__version__}, {arguments.threads} threads", file=sys.stderr)
    names = ["PyTorch", "torch.compile"] if arguments.compile else ["PyTorch"]
    print("| width | " + " | ".join(f"{name}, tile by tile (chunk)" for name in names) +
          f" | {arguments.engine} engine | ratio to the faster |")
    print("|---|" + "---|" * (len(names) + 2))
    for width in arguments.widths:
        peers = [Peer(width, name != "PyTorch") for name in names]
        chunks = [min((2048, 4096, 16384, 65536), key=lambda chunk, peer=peer: peer.milliseconds(
            chunk, arguments.processor_time, 3)) for peer in peers]
        theirs, ours = [[] for _ in peers], []
        for _ in range(arguments.rounds):
            for peer, chunk, times in zip(peers, chunks, theirs):
                times.append(peer.milliseconds(chunk, arguments.processor_time))
            command[2] = str(width)
            ours.append(float(subprocess.run(command, env=environment, check=True, capture_output=True).stdout))
        typical = min if arguments.processor_time else statistics.median
        cells = [f"{typical(times):.1f} ms ({chunk})" for times, chunk in zip(theirs, chunks)]
        our = typical(ours)
        ratio = min(typical(times) for times in theirs) / our
        print(f"| {width} | " + " | ".join(cells) + f" | {our:.1f} ms | {ratio:.2f} |", flush=True)


if __name__ == "__main__":
    main()
