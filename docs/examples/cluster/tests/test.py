import os
from urllib.request import urlopen

result = []
while result != ["2", "cats", "1", "dogs"]:  # until the worker has come so far, or the task's timeout
    result = urlopen(f"http://{os.environ['HERE']}:7502/cgi-bin/result").read().decode().split()
print("of three votes, two are for cats and one is for dogs")
