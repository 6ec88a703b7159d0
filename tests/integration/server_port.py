"""server_port.py COUNT: a port of 127.0.0.1 for a server, behind which the next ones are free, too.

They lie below those that the kernel gives to whoever connects, and above those of support/free_port.hpp.
"""

import random
import socket
import sys

count = int(sys.argv[1])


def is_free(port):
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


while True:
    first = random.randrange(30240, 32768 - count)
    if all(is_free(port) for port in range(first, first + count)):
        print(first)
        break
