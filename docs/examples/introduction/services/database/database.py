"""A small key-value database: lines `SET key value`, `GET key` and `COUNT` over TCP."""

import os
import signal
import socketserver
import sys
import threading

values = {}
lock = threading.Lock()


class Session(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            words = line.decode().rstrip("\n").split(" ", 2)
            with lock:
                if words[0] == "SET" and len(words) == 3:
                    values[words[1]] = words[2]
                    answer = "OK"
                elif words[0] == "GET" and len(words) == 2:
                    answer = values.get(words[1], "")
                elif words[0] == "COUNT":
                    answer = str(len(values))
                else:
                    answer = "ERROR"
            self.wfile.write((answer + "\n").encode())


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit(0))
port = int(os.environ.get("DATABASE_PORT", "7411"))
with Server(("127.0.0.1", port), Session) as server:
    try:
        print(f"database: ready on port {port}", flush=True)
        server.serve_forever()
    finally:
        print(f"database: closed with {len(values)} keys", flush=True)
