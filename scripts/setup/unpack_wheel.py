"""Takes libtensorflow and its C headers out of the TensorFlow wheel: unpack_wheel.py WHEEL FOLDER."""

import sys
import zipfile
from pathlib import Path

PREFIX = "tensorflow/"
LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
HEADERS = (
    "include/tensorflow/c/",
    "include/tensorflow/core/platform/ctstring",
    "include/tsl/",
    "include/xla/tsl/c/",
)

wheel, folder = sys.argv[1], Path(sys.argv[2])
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        name = entry.filename.removeprefix(PREFIX)
        if name in LIBRARIES:
            target = folder / "lib" / name
        elif name.startswith(HEADERS) and not name.endswith("/"):
            target = folder / name
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, open(target, "wb") as sink:
            while block := source.read(1 << 22):
                sink.write(block)

for name, real in (("libtensorflow.so", LIBRARIES[0]), ("libtensorflow_framework.so", LIBRARIES[1])):
    (folder / "lib" / name).symlink_to(real)
