#!/usr/bin/env bash
# Installs what sarinr is built from: Debian's packages, and with --cuda a current LibTorch with CUDA from PyPI's `torch` in
# a private environment. Does nothing, in well under a second, where all is there.
#   samples/bootstrap.sh [--cuda] [--tests]
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build pkg-config ccache libgdal-dev gdal-bin libtorch-dev libopenblas0-pthread libtbb-dev
          libproj-dev libspdlog-dev libcli11-dev nlohmann-json3-dev libzstd-dev libhwy-dev libeigen3-dev)
cuda=no
for argument in "$@"; do
  case $argument in
    --cuda) cuda=yes; packages+=(python3-venv) ;;
    --tests) packages+=(libgtest-dev libgmock-dev libbenchmark-dev clang clang-format libclang-rt-dev python3-gdal python3-numpy
                        python3-skimage python3-rasterio libopenmpi-dev openmpi-bin libopenjp2-tools libjxl-tools
                        libavif-bin x265 libde265-examples) ;;
    *) echo "usage: samples/bootstrap.sh [--cuda] [--tests]" >&2; exit 2 ;;
  esac
done

missing=()
for package in "${packages[@]}"; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  sudo=
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || { echo "these packages are missing and need root to install: ${missing[*]}" >&2; exit 1; }
    sudo=sudo
  fi
  echo "installing ${missing[*]}" >&2
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ $cuda = yes ] && [ ! -e build/torch/ready ]; then
  echo "installing PyPI's torch into build/torch" >&2
  python3 -m venv build/torch
  build/torch/bin/pip install --quiet torch
  touch build/torch/ready
fi
if [ $cuda = yes ]; then
  # The folder for CMAKE_PREFIX_PATH.
  build/torch/bin/python -c 'import torch; print(torch.utils.cmake_prefix_path)'
fi
