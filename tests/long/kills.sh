#!/usr/bin/env bash
# 200 kills at random instants, each resumed: the same bytes every time.
#   tests/long/kills.sh SARINR
exec /usr/bin/python3 "$(dirname "$0")/../kill_and_resume.py" "$1" 200
