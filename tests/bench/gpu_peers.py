#!/usr/bin/env python3
"""The cuda engine against the same fits in PyTorch on one GPU, in one run.

    tests/bench/gpu_peers.py BUILD/bin/bench_gpu_fit [--widths 32 64 128] [--tiles 1024] [--tile-size 256]

Peers: PyTorch eager and torch.compile, one tile after the other, in floats with TF32 products; and one network a tile by
torch.bmm, as many tiles at once as --batch says. All fit SIREN 2-W-W-W-W-1 to random values, full batch, Adam. Times are
medians, in milliseconds an Adam step of one tile; the rate counts 6 operations a weight and pixel, its share is of the dense
bfloat16 product that the same GPU reaches in this run. With --device cpu and small sizes it shows that it works.
"""
import argparse
import json
import statistics
import subprocess
import time

import torch


def seconds(device, work, rounds):
    """Median time of `work`, after one round that does not count."""
    times = []
    for _ in range(rounds + 1):
        begin = time.perf_counter()
        work()
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    return statistics.median(times[1:])


class Peer:
    """`tiles` networks of their own, fitted together."""

    def __init__(self, device, width, tiles, size, compiled):
        torch.manual_seed(1)
        widths = [(2, width)] + [(width, width)] * 3 + [(width, 1)]
        self.parameters = []
        for inputs, outputs in widths:
            self.parameters.append(((torch.rand(tiles, inputs, outputs, device=device) * 2 - 1) * (6 / inputs) ** 0.5 / 30)
                                   .requires_grad_())
            self.parameters.append(((torch.rand(tiles, 1, outputs, device=device) * 2 - 1) / inputs ** 0.5)
                                   .requires_grad_())
        self.adam = torch.optim.Adam(self.parameters, lr=1e-4, fused=device.type == "cuda")
        axis = (2 * torch.arange(size, device=device) + 1) / size - 1
        points = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), -1).reshape(1, -1, 2)
        self.points = points.expand(tiles, -1, -1)
        self.target = 0.25 * torch.randn(tiles, size * size, 1, device=device)
        self.loss = torch.compile(self.plain_loss) if compiled else self.plain_loss

    def plain_loss(self):
        values = self.points
        for i in range(0, len(self.parameters) - 2, 2):
            values = torch.sin(30 * torch.baddbmm(self.parameters[i + 1], values, self.parameters[i]))
        output = torch.baddbmm(self.parameters[-1], values, self.parameters[-2])
        return ((output - self.target) ** 2).mean(1).sum()

    def step(self):
        self.adam.zero_grad()
        self.loss().backward()
        self.adam.step()


def peak_rate(device):
    """Operations a second of a large dense product in bfloat16, random numbers."""
    side = 8192 if device.type == "cuda" else 512
    a = torch.randn(side, side, device=device, dtype=torch.bfloat16)
    b = torch.randn(side, side, device=device, dtype=torch.bfloat16)
    return 2 * side ** 3 / seconds(device, lambda: a @ b, 10)


def engine_step(arguments, width):
    command = [arguments.program, arguments.engine, arguments.device, "siren", str(width), "3", str(arguments.tiles),
               str(arguments.tile_size), str(arguments.steps)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--engine", default="cuda")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--widths", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--tiles", type=int, default=1024)
    parser.add_argument("--tile-size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=64, help="tiles of the batched peer at once")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--no-compile", action="store_true")
    arguments = parser.parse_args()
    device = torch.device(arguments.device)
    torch.backends.cuda.matmul.allow_tf32 = True
    name = torch.cuda.get_device_name() if device.type == "cuda" else "cpu"
    peak = peak_rate(device)
    print(f"PyTorch {torch.__version__}, {name}, {peak / 1e12:.1f} TFLOP/s in dense bfloat16 products")
    kinds = [("eager", 1, False), ("torch.compile", 1, True), (f"bmm, {arguments.batch} tiles", arguments.batch, False)]
    if arguments.no_compile:
        del kinds[1]
    print("| width | " + " | ".join(kind for kind, _, _ in kinds) + f" | {arguments.engine} engine | ratios | TFLOP/s | share |")
    print("|---|" + "---|" * (len(kinds) + 4))
    for width in arguments.widths:
        theirs = []
        for _, tiles, compiled in kinds:
            peer = Peer(device, width, tiles, arguments.tile_size, compiled)
            theirs.append(seconds(device, peer.step, arguments.rounds) / tiles)
            del peer
        ours = engine_step(arguments, width)
        step = ours["step_seconds_median"]
        rate = 6 * ours["weights"] * arguments.tile_size ** 2 / step
        print(f"| {width} | " + " | ".join(f"{1e3 * time:.3f}" for time in theirs) + f" | {1e3 * step:.4f} | " +
              ", ".join(f"{time / step:.1f}" for time in theirs) + f" | {rate / 1e12:.1f} | {rate / peak:.2f} |", flush=True)
    print(f"engine: {ours['engine']}")


if __name__ == "__main__":
    main()
