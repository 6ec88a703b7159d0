"""Loads the people of the database, prints a line when it has them, and runs until it is asked to end."""

import json
import os
import pathlib
import signal
import urllib.request

people = json.load(urllib.request.urlopen(os.environ["DATABASE"]))
pathlib.Path("loaded.json").write_text(json.dumps(people))
print(f"api: {len(people)} people")
signal.pause()
