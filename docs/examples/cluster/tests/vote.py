import os
from urllib.request import urlopen

vote = ["cats", "dogs"][int(os.environ["SLURM_PROCID"]) % 2]
urlopen(f"http://{os.environ['HERE']}:7501/cgi-bin/vote", vote.encode())
