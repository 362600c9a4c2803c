"""Least-squares partition (Magnani & Boyd 2009) in plain numpy, the reference of fitting.ts.

Arguments: n d K starts. Reads X [n, d] and y [n] as float64 from stdin; writes the seconds taken and
the planes [K, d + 1] of the best start as JSON.
"""
import json
import sys
import time

import numpy as np

n, d, K, starts = map(int, sys.argv[1:])
numbers = np.frombuffer(sys.stdin.buffer.read())
X, y = numbers[: n * d].reshape(n, d), numbers[n * d :]
X1 = np.c_[X, np.ones(n)]
draws = np.random.default_rng(1)


def fit():
    seeds = X[draws.choice(n, K, replace=False)]
    code = ((X[:, None, :] - seeds) ** 2).sum(-1).argmin(1)
    planes = np.tile(np.linalg.lstsq(X1, y, rcond=None)[0], (K, 1))
    best, last = (np.inf, planes), np.inf
    for _ in range(50):
        for k in range(K):
            cell = code == k
            if cell.sum() >= d + 1:
                planes[k] = np.linalg.lstsq(X1[cell], y[cell], rcond=None)[0]
        values = X1 @ planes.T
        code = values.argmax(1)
        error = ((values.max(1) - y) ** 2).mean()
        if error < best[0]:
            best = (error, planes.copy())
        if abs(last - error) < 1e-6 * error:
            break
        last = error
    return best


begin = time.perf_counter()
_, planes = min((fit() for _ in range(starts)), key=lambda found: found[0])
print(json.dumps({"seconds": time.perf_counter() - begin, "planes": planes.tolist()}))
