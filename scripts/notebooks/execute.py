"""Executes one notebook by nbconvert: execute.py IN OUT SECONDS_A_CELL.

Tells what happens on file descriptor 3, one JSON object a line: stdout belongs to the kernel, and
to whatever native code prints there. Writes OUT also when a cell fails, as far as it got.
"""

import json
import os
import sys

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import ExecutePreprocessor

events = os.fdopen(3, "w")


def tell(**event):
    print(json.dumps(event), file=events, flush=True)


class Execution(ExecutePreprocessor):
    """nbconvert's execution, telling of its kernel and of each cell before it runs."""

    current = None
    process = None

    def preprocess_cell(self, cell, resources, index):
        if cell.cell_type == "code":
            if self.current is None:
                # In a session of its own: who ends this program must end the kernel as well.
                tell(event="kernel", pid=self.km.provisioner.pid)
                self.process = self.km.provisioner.process
            self.current = index
            tell(event="cell", index=index)
        return super().preprocess_cell(cell, resources, index)


source, target, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3])
notebook = nbformat.read(source, as_version=4)


def execute():
    """Runs the cells; returns the execution and what made it fail.

    Another program may take a port before the kernel does, which was told to use it: such a kernel
    ends before it says anything, and is started anew, with other ports.
    """
    for starts in range(1, 4):
        execution = Execution(
            kernel_name="madmax",
            timeout=seconds,
            startup_timeout=120,
            record_timing=False,
        )
        try:
            execution.preprocess(notebook, {"metadata": {"path": "."}})
            return execution, None
        except CellExecutionError as error:
            return execution, {"ename": error.ename, "evalue": error.evalue}
        except CellTimeoutError:
            found = f"the cell took longer than {seconds} s"
            return execution, {"ename": "Timeout", "evalue": found}
        except DeadKernelError:
            # Its exit code tells who ended it: −6 an abort, −9 a kill, −11 memory that isn't its own.
            code = execution.process and execution.process.poll()
            found = f"the kernel died while the cell ran, code {code}"
            return execution, {"ename": "DeadKernel", "evalue": found}
        except UnicodeEncodeError as error:
            # Half a surrogate pair in a cell: it can't be sent.
            return execution, {"ename": "UnicodeEncodeError", "evalue": str(error)}
        except RuntimeError as error:
            # One that lives and doesn't answer is another fault, and told as it is.
            if execution.current is not None or starts == 3 or "died" not in str(error):
                raise


execution, failure = execute()
# Escaped, since an output may hold half a surrogate pair, which UTF-8 can't.
with open(target, "w", encoding="utf8") as file:
    file.write(nbformat.writes(notebook, ensure_ascii=True))
if failure is None:
    tell(event="done")
else:
    tell(event="failed", index=execution.current, **failure)
