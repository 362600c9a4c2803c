"""Executes one notebook by nbconvert: execute.py IN OUT SECONDS_A_CELL.

Tells what happens as one JSON object a line; writes OUT also when a cell fails, as far as it got.
"""

import json
import sys

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor


def tell(**event):
    print(json.dumps(event), flush=True)


class Execution(ExecutePreprocessor):
    """nbconvert's execution, telling of each cell before it runs."""

    current = -1

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            self.current = index
            tell(event="cell", index=index)
        return super().preprocess_cell(cell, resources, index)


source, target, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
notebook = nbformat.read(source, as_version=4)
execution = Execution(
    kernel_name="madmax",
    timeout=seconds,
    startup_timeout=120,
    record_timing=False,
)
failure = None
try:
    execution.preprocess(notebook, {"metadata": {"path": "."}})
except CellExecutionError as error:
    failure = {"ename": error.ename, "evalue": error.evalue}
except CellTimeoutError:
    failure = {"ename": "Timeout", "evalue": f"the cell took longer than {seconds} s"}
except DeadKernelError:
    failure = {"ename": "DeadKernel", "evalue": "the kernel died while the cell ran"}
nbformat.write(notebook, target)
if failure is None:
    tell(event="done")
else:
    tell(event="failed", index=execution.current, **failure)
