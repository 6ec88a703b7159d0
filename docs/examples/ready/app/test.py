"""Finds what the api has loaded."""

import json
import pathlib

assert json.loads(pathlib.Path("../api/loaded.json").read_text()) == ["ada"]
print("app: 1 test passed")
