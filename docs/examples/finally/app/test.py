"""Stores a name in the database, in the scratch folder, and finds it again."""

import json
import os
import pathlib
import urllib.request

name = "ada"
scratch = pathlib.Path("scratch")
scratch.mkdir(exist_ok=True)
(scratch / "name").write_text(name)
database = os.environ["DATABASE"]
urllib.request.urlopen(urllib.request.Request(f"{database}/first", name.encode(), method="PUT"))
assert json.load(urllib.request.urlopen(f"{database}/"))["first"] == "ada", "another name"
print("app: 1 test passed")
