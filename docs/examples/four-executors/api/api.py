"""The api: GET /ada answers with the greeting of the greeter for that name, and a quote."""

import http.server
import os
import signal
import sys
import urllib.error
import urllib.request


def ask(service, path):
    port = os.environ[service]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as response:
        return response.read()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        try:
            status, text = 200, ask("GREETER_PORT", self.path) + ask("QUOTES_PORT", "/")
        except (urllib.error.URLError, OSError):
            status, text = 503, b"not everybody is there\n"
        self.send_response(status)
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, message, *arguments):
        print("api: " + message % arguments, flush=True)


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit(0))
port = int(os.environ["API_PORT"])
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
try:
    print(f"api: ready on port {port}", flush=True)
    server.serve_forever()
finally:
    print("api: closed", flush=True)
