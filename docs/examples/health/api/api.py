"""Answers one request after the other. A request for /hang never ends."""

import http.server
import os
import threading


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/hang":
            print("api: hangs")
            threading.Event().wait()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok\n")

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("api: attempt", os.environ["DREAM_ATTEMPT"])
server.serve_forever()
