#!/usr/bin/env python3
"""dns.py ADDRESS SERVER CA TOKEN: the cluster's DNS, in the place of its add-on. It knows the headless Services: the addresses
of NAME.NAMESPACE.svc.cluster.local are those of the Service's endpoints, asked of the API server each time."""
import json
import socket
import ssl
import struct
import sys
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

address, server, ca, token = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca)
A, INTERNET, NO_SUCH_NAME, FAILED = 1, 1, 3, 2


def addresses(name):
    """None: there is no such Service."""
    labels = name.lower().split(".")
    if len(labels) != 5 or labels[2:] != ["svc", "cluster", "local"]:
        return None
    path = f"/api/v1/namespaces/{quote(labels[1])}/endpoints/{quote(labels[0])}"
    try:
        with urlopen(Request(server + path, headers={"Authorization": "Bearer " + token}), context=trust, timeout=5) as answer:
            endpoints = json.load(answer)
    except HTTPError as error:
        if error.code == 404:
            return None
        raise
    return [one["ip"] for subset in endpoints.get("subsets", []) for one in subset.get("addresses", [])]


def answer(question):
    at, labels = 12, []
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode("latin-1"))
        at += 1 + question[at]
    asked = question[12 : at + 5]
    kind = struct.unpack("!H", question[at + 1 : at + 3])[0]
    code, found = 0, []
    try:
        found = addresses(".".join(labels))
        if found is None:
            code, found = NO_SUCH_NAME, []
    except OSError:
        code = FAILED
    records = [struct.pack("!HHHIH", 0xC00C, A, INTERNET, 0, 4) + socket.inet_aton(ip) for ip in found if kind == A]
    # An answer with authority, recursion as it was asked for.
    flags = 0x8480 | (question[2] & 1) << 8 | code
    return question[:2] + struct.pack("!HHHHH", flags, 1, len(records), 0, 0) + asked + b"".join(records)


listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
listener.bind((address, 53))
while True:
    question, asker = listener.recvfrom(4096)
    try:
        listener.sendto(answer(question), asker)
    except (IndexError, struct.error):
        pass  # no question
