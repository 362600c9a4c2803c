"""The k nearest codes by faiss' exact binary index: seconds of a search, and all distances found."""
import json
import sys
import time

import faiss
import numpy as np

codes, queries, bits, k = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
read = lambda file: np.fromfile(file, np.uint8).reshape(-1, bits // 8)
faiss.omp_set_num_threads(1)
index = faiss.IndexBinaryFlat(bits)
index.add(read(codes))
asked = read(queries)
index.search(asked, k)
start = time.perf_counter()
distances, _ = index.search(asked, k)
print(json.dumps({"seconds": time.perf_counter() - start, "distances": distances.ravel().tolist()}))
