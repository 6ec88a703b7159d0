"""Keeps texts in memory: PUT /name stores one, GET / returns all of them."""

import http.server
import json
import os
import signal
import sys

records = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_PUT(self):
        records[self.path[1:]] = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer("stored")

    def do_GET(self):
        self.answer(json.dumps(records))

    def answer(self, text):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *arguments):
        pass


def close(*_):
    print(f"database: closed with {len(records)} record(s)")
    sys.exit(0)


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, close)
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
