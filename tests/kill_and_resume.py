#!/usr/bin/env python3
"""Kills a fit with SIGKILL at random instants and resumes it, again and again: whatever exists under the output's name must
be the file of an uninterrupted fit, byte for byte.
    kill_and_resume.py SARINR KILLS [SEED]"""
import os
import random
import subprocess
import sys
import tempfile
import time

sarinr, kills, seed = os.path.realpath(sys.argv[1]), int(sys.argv[2]), int((sys.argv + ["1"])[3])
options = "--width 16 --depth 1 --epochs 60 --activation-epochs 4 --tile-size 32 --overviews --quiet".split()
random.seed(seed)


def fit(output, *more):
    command = [sarinr, "fit", "scene.tif", output, *options, *more]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process, what):
    message = process.communicate()[1]
    if process.returncode != 0:
        sys.exit(f"FAILED: {what} ends with status {process.returncode}: {message}")


def content(path):
    with open(path, "rb") as file:
        return file.read()


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    simulate = [sarinr, "simulate", "scene.tif", "--size", "1100,400", "--quantity", "amplitude", "--nodata-wedge", "--quiet"]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    begin = time.monotonic()
    finish(fit("whole.sinr"), "the uninterrupted fit")
    duration = time.monotonic() - begin
    whole = content("whole.sinr")
    done = finished = kept = 0
    while done < kills:
        process = fit("out.sinr", "--resume", "--threads", str(random.choice((1, 2))))
        try:
            process.wait(random.uniform(0, 0.8 * duration))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            done += 1
            kept += os.path.exists("out.sinr.part")
            if not os.path.exists("out.sinr"):
                continue
        else:
            finish(process, "a resumed fit")
            finished += 1
            left = [name for name in os.listdir(".") if name.startswith("out.sinr.")]
            if left:
                sys.exit(f"FAILED: a finished fit leaves {left}")
        if content("out.sinr") != whole:
            sys.exit(f"FAILED: after {done} kills the file is not the uninterrupted fit's")
        if process.returncode == 0:
            os.remove("out.sinr")
    finish(fit("out.sinr", "--resume"), "the last fit")
    if content("out.sinr") != whole:
        sys.exit("FAILED: the last file is not the uninterrupted fit's")
    print(f"{done} kills, {kept} of them with unfinished work; {finished + 1} fits finished, all of the same bytes")
