"""Says hello with the words of its settings. A request for /crash ends it."""

import http.server
import json
import os
import pathlib
import sys

settings = json.loads(pathlib.Path("settings.json").read_text())


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/crash":
            sys.exit("api: crashed")
        self.send_response(200)
        self.end_headers()
        self.wfile.write((settings["greeting"] + "\n").encode())


server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("api: attempt", os.environ["DREAM_ATTEMPT"])
server.serve_forever()
