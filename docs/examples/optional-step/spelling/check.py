"""Finds the typos in a file. Exit code 4 when there are any."""

import sys

typos = {"teh": "the", "recieve": "receive"}
found = 0
with open(sys.argv[1]) as text:
    for number, line in enumerate(text, 1):
        for word in line.split():
            if word in typos:
                found += 1
                print(f"line {number}: {word}, did you mean {typos[word]}?", file=sys.stderr, flush=True)
sys.exit(4 if found else 0)
