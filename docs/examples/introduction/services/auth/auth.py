"""An auth service: POST /login with a name gives a token, GET /whoami/<token> the name. Tokens live in the database."""

import http.server
import os
import secrets
import signal
import socket
import sys

database_port = int(os.environ.get("DATABASE_PORT", "7411"))


def ask_database(line):
    with socket.create_connection(("127.0.0.1", database_port), timeout=5) as connection:
        connection.sendall((line + "\n").encode())
        return connection.makefile().readline().rstrip("\n")


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, status, text):
        self.send_response(status)
        self.end_headers()
        self.wfile.write((text + "\n").encode())

    def do_POST(self):
        name = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        token = secrets.token_hex(8)
        ask_database(f"SET {token} {name}")
        self.answer(200, token)

    def do_GET(self):
        name = ask_database("GET " + self.path.rsplit("/", 1)[-1])
        self.answer(200 if name else 401, name or "nobody")

    def log_message(self, message, *arguments):
        print("auth: " + message % arguments, flush=True)


for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, lambda *_: sys.exit(0))
port = int(os.environ.get("AUTH_PORT", "7412"))
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
try:
    print(f"auth: ready on port {port}", flush=True)
    server.serve_forever()
finally:
    print("auth: closed", flush=True)
