"""Drives a kernel for the tests: driver.py SPEC_FOLDER NAME CWD, then one JSON request a line.

Requests: {"run": [{"code": ..., "stop_on_error": true}, ...]} sends all cells at once and answers
with what each did; {"interrupt": seconds} in a cell interrupts it that much later, {"late":
seconds} leaves what it shows unread for so long;
{"complete": code}, {"inspect": code, "at": position}, {"restart": true}, {"shutdown": true}.
"""

import json
import os
import subprocess
import sys
import time
from queue import Empty

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

TIMEOUT = 60


class Driver:
    def __init__(self, folder, name, cwd):
        specs = KernelSpecManager(kernel_dirs=[folder], ensure_native_kernel=False)
        self.manager = KernelManager(kernel_name=name, kernel_spec_manager=specs)
        # Not our own stdout: Node makes a pipe that it inherits non-blocking, for us as well.
        self.manager.start_kernel(cwd=cwd, stdout=subprocess.DEVNULL)
        self.connect()

    def connect(self):
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=TIMEOUT)

    def run(self, cells):
        sent = {}
        for cell in cells:
            request = self.client.execute(
                cell["code"], stop_on_error=cell.get("stop_on_error", True), allow_stdin=False
            )
            sent[request] = {"messages": [], "reply": None, "idle": False}
        delay = next((cell["interrupt"] for cell in cells if "interrupt" in cell), None)
        if delay is not None:
            time.sleep(delay)
            self.manager.interrupt_kernel()
        time.sleep(max(cell.get("late", 0) for cell in cells))
        start = last = time.time()
        while time.time() < start + TIMEOUT and not all(c["reply"] and c["idle"] for c in sent.values()):
            # Node loses a signal that comes while a busy machine still compiles the cell.
            if delay is not None and time.time() > last + 5:
                self.manager.interrupt_kernel()
                last = time.time()
            # Outputs as fast as they come, and a look at the replies in between.
            waiting = 0.05
            for _ in range(1000):
                if not self.take(self.client.get_iopub_msg, sent, waiting):
                    break
                waiting = 0
            self.take(self.client.get_shell_msg, sent, 0.01)
        return list(sent.values())

    def take(self, get, sent, waiting):
        """Was there a message?"""
        try:
            message = get(timeout=waiting)
        except Empty:
            return False
        cell = sent.get(message["parent_header"].get("msg_id"))
        if cell is None:
            return True
        kind, content = message["msg_type"], message["content"]
        if kind == "execute_reply":
            cell["reply"] = content
        elif kind == "status":
            cell["idle"] = cell["idle"] or content["execution_state"] == "idle"
        else:
            cell["messages"].append({"type": kind, "content": content})
        return True

    def ask(self, request):
        if "run" in request:
            return self.run(request["run"])
        if "complete" in request:
            self.client.complete(request["complete"])
            return self.client.get_shell_msg(timeout=TIMEOUT)["content"]
        if "inspect" in request:
            self.client.inspect(request["inspect"], request["at"])
            return self.client.get_shell_msg(timeout=TIMEOUT)["content"]
        if "comm_info" in request:
            self.client.comm_info()
            return self.client.get_shell_msg(timeout=TIMEOUT)["msg_type"]
        if "restart" in request:
            self.client.stop_channels()
            self.manager.restart_kernel(now=False, stdout=subprocess.DEVNULL)
            self.connect()
            return "restarted"
        if "shutdown" in request:
            self.client.shutdown()
            start = time.time()
            while self.manager.is_alive() and time.time() < start + 5:
                time.sleep(0.05)
            return {"alive": self.manager.is_alive()}
        raise ValueError(request)


driver = Driver(*sys.argv[1:4])
print(json.dumps("ready"), flush=True)
try:
    for line in sys.stdin:
        print(json.dumps(driver.ask(json.loads(line))), flush=True)
finally:
    if driver.manager.is_alive():
        driver.manager.shutdown_kernel(now=True)
    os._exit(0)
