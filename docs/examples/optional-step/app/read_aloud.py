"""The app: reads its text aloud, a line for each line of input, until that ends."""

import sys

with open("text.txt") as text:
    for line in text:
        print(line.rstrip("\n"), flush=True)
print("the end", flush=True)
