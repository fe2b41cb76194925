#!/usr/bin/env python3
"""A member of an MSRP session in a few lines, sharing no code with Confab: binds, greets, prints what it hears, answers questions.

usage: msrp_member.py SERVER_PATH OWN_PATH OWN_ADDRESS ROOM [SIP_HOST:PORT CALL_ID]

A line that ends with ? is answered. The line "time to go" is told to the SIP side, where it is named, by an INFO in its call.
"""
import re, socket, sys

server, own, address, room = sys.argv[1:5]
name = re.sub(r"^sip:|@.*", "", address)
host, port = re.match(r"msrps?://(?:[^@/]*@)?\[?([^\]/;]+?)\]?:(\d+)/", server).groups()
connection = socket.create_connection((host, int(port)))
count = 0


def send(body=None):
    global count
    count += 1
    tid = "py%06d" % count
    head = f"MSRP {tid} SEND\r\nTo-Path: {server}\r\nFrom-Path: {own}\r\nMessage-ID: {name}.{tid}\r\n"
    if body is None:
        frame = f"{head}Byte-Range: 1-0/0\r\n-------{tid}$\r\n"
    else:
        size = len(body.encode())
        frame = f"{head}Byte-Range: 1-{size}/{size}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------{tid}$\r\n"
    connection.sendall(frame.encode())


def say(line):
    send(
        f"From: <{address}>\r\nTo: <{room}>\r\nDateTime: 2025-01-15T10:00:05Z\r\n\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{line}"
    )


def tell_sip():
    """The scenario waits for an INFO in its call; this side knows when it is time to hang up."""
    where, port = sys.argv[5].rsplit(":", 1)
    text = (
        f"INFO sip:{name}@{where}:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {where}:9;branch=z9hG4bKgo\r\nMax-Forwards: 70\r\n"
        f"From: <{address}>;tag=member\r\nTo: <{address}>\r\nCall-ID: {sys.argv[6]}\r\nCSeq: 1 INFO\r\nContent-Length: 0\r\n\r\n"
    )
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(text.encode(), (where, int(port)))


def hear(frame, end_line):
    head, _, body = frame[: -len(end_line)].partition(b"\r\n\r\n")
    if body:
        sender = re.search(rb"(?m)^From:.*<([^>]*)>", body).group(1).decode()
        line = body.split(b"\r\n\r\n", 2)[-1][:-2].decode()
        print(f"heard from {sender}: {line}", flush=True)
        if line.endswith("?"):
            say(f"{name} is here")
        elif line == "time to go" and len(sys.argv) > 6:
            tell_sip()
    if b"Failure-Report: partial" not in head and b"Failure-Report: no" not in head:
        tid = head.split(b" ", 2)[1]
        connection.sendall(
            b"MSRP %s 200 OK\r\nTo-Path: %s\r\nFrom-Path: %s\r\n-------%s$\r\n" % (tid, server.encode(), own.encode(), tid)
        )


send()
buffer, is_bound = b"", False
while data := connection.recv(65536):
    buffer += data
    while match := re.match(rb"MSRP (\S+) (\S+)", buffer):
        end = re.search(rb"-------" + re.escape(match.group(1)) + rb"[$+#]\r\n", buffer)
        if not end:
            break
        frame, buffer = buffer[: end.end()], buffer[end.end() :]
        if match.group(2) == b"SEND":
            hear(frame, end.group(0))
        else:
            print("answered:", match.group(2).decode(), flush=True)
            if not is_bound:
                is_bound = True
                say(f"hello from {name}")
print("closed", flush=True)
