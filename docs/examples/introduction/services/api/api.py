"""The api: GET / asks for a name, and GET /hello/<token> greets the user to whom the auth service gave that token."""

import http.server
import os
import signal
import sys
import urllib.error
import urllib.parse
import urllib.request

auth = f"http://127.0.0.1:{os.environ.get('AUTH_PORT', '7412')}"


PAGE = """<!doctype html><title>dream</title>
<form action="/login"><label>Your name: <input name="name" autofocus></label> <button>Log in</button></form>
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/":
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(PAGE.encode())
        elif url.path == "/login":
            self.log_in(urllib.parse.parse_qs(url.query).get("name", ["nobody"])[0])
        else:
            self.greet()

    def log_in(self, name):
        with urllib.request.urlopen(f"{auth}/login", data=name.encode(), timeout=5) as response:
            token = response.read().decode().strip()
        self.send_response(303)
        self.send_header("Location", f"/hello/{token}")
        self.end_headers()

    def greet(self):
        token = self.path.rsplit("/", 1)[-1]
        try:
            with urllib.request.urlopen(f"{auth}/whoami/{token}", timeout=5) as response:
                status, text = 200, f"hello, {response.read().decode().strip()}"
        except urllib.error.HTTPError as error:
            status, text = error.code, "who are you?"
        except urllib.error.URLError:
            status, text = 503, "nobody is there who could know you"
        self.send_response(status)
        self.end_headers()
        self.wfile.write((text + "\n").encode())

    def log_message(self, message, *arguments):
        print("api: " + message % arguments, flush=True)


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit(0))
port = int(os.environ.get("API_PORT", "7413"))
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
try:
    print(f"api: ready on port {port}", flush=True)
    server.serve_forever()
finally:
    print("api: closed", flush=True)
