"""GET /word answers with the line of book.txt that has this word."""

import http.server
import os
import pathlib
import socket


def notify(state):
    """As sd_notify does. Without dream or systemd there is nobody to tell."""
    address = os.environ.get("NOTIFY_SOCKET")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.sendto(state.encode(), address)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(index.get(self.path[1:], 0)).encode())

    def log_message(self, *arguments):
        pass


notify("STATUS=reads the book")
index = {}
for number, line in enumerate(pathlib.Path("book.txt").read_text().splitlines(), 1):
    for word in line.split():
        index.setdefault(word, number)
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print(f"search: knows {len(index)} words")
notify("READY=1")
server.serve_forever()
