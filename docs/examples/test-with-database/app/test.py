import os
import urllib.request

port = os.environ.get("PORT", "7441")
with urllib.request.urlopen(f"http://127.0.0.1:{port}/first") as answer:
    name = answer.read().decode().strip()
assert name == "Ada Lovelace", name
print("app: 1 test passed")
