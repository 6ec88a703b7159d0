"""Looks for a word."""

import os
import urllib.request

assert urllib.request.urlopen(os.environ["SEARCH"] + "/mill").read() == b"2"
print("app: 1 test passed")
