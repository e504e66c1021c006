"""Hands-free, offline voice triage for tiny red dots on the skin."""

import os

# All matrices here are small: more threads only wait for one another (the network: 24 ms instead of 12).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
