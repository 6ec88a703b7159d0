"""Ends when the database accepts connections."""

import os
import socket
import time

while True:
    try:
        socket.create_connection(("127.0.0.1", int(os.environ.get("PORT", "7441")))).close()
        break
    except ConnectionRefusedError:
        time.sleep(0.05)
print("database: takes connections")
