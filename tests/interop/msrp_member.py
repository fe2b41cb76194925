#!/usr/bin/env python3
"""A member of an MSRP session in a few lines, sharing no code with Confab: binds, says one line, prints what it hears.

usage: msrp_member.py SERVER_PATH OWN_PATH OWN_ADDRESS ROOM TEXT SECONDS
"""
import re, socket, sys, time

server, own, address, room, text, seconds = sys.argv[1:7]
host, port = re.match(r"msrps?://(?:[^@/]*@)?\[?([^\]/;]+?)\]?:(\d+)/", server).groups()
connection = socket.create_connection((host, int(port)))
count = 0


def send(body=None):
    global count
    count += 1
    tid = "py%06d" % count
    head = f"MSRP {tid} SEND\r\nTo-Path: {server}\r\nFrom-Path: {own}\r\nMessage-ID: m{count}.{tid}\r\n"
    if body is None:
        frame = f"{head}Byte-Range: 1-0/0\r\n-------{tid}$\r\n"
    else:
        size = len(body.encode())
        frame = f"{head}Byte-Range: 1-{size}/{size}\r\nContent-Type: message/cpim\r\n\r\n{body}\r\n-------{tid}$\r\n"
    connection.sendall(frame.encode())


def cpim(line):
    return f"From: <{address}>\r\nTo: <{room}>\r\nDateTime: 2025-01-15T10:00:05Z\r\n\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{line}"


send()
buffer, end, spoken = b"", time.time() + float(seconds), False
connection.settimeout(0.2)
while time.time() < end:
    try:
        data = connection.recv(65536)
        if not data:
            break
        buffer += data
    except socket.timeout:
        pass
    while match := re.match(rb"MSRP (\S+) (\S+)", buffer):
        tid = match.group(1)
        tail = re.search(rb"-------" + re.escape(tid) + rb"([$+#])\r\n", buffer)
        if not tail:
            break
        frame, buffer = buffer[: tail.end()], buffer[tail.end() :]
        if match.group(2) == b"SEND":
            body = frame.split(b"\r\n\r\n", 3)[-1][: -len(tail.group(0)) - 2] if b"\r\n\r\n" in frame else b""
            if body:
                print("heard:", body.decode(errors="replace"), flush=True)
            if b"Failure-Report: partial" not in frame and b"Failure-Report: no" not in frame:
                connection.sendall(b"MSRP %s 200 OK\r\nTo-Path: %s\r\nFrom-Path: %s\r\n-------%s$\r\n" % (tid, server.encode(), own.encode(), tid))
        else:
            print("answered:", match.group(2).decode(), flush=True)
            if not spoken:
                spoken = True
                send(cpim(text))
