#!/usr/bin/env python3
"""A terminal of 24 rows and 80 columns for a program that wants one: keys go in and the screen comes out, by lines on standard input.

type TEXT | key enter|up|tab|ctrl-c|ctrl-d | wait REGEX | row REGEX (the last row that is not empty) | colours | exit
Each is answered by a line: ok, or what was seen instead.
"""
import os, pty, re, select, struct, sys, termios, fcntl, time

ROWS, COLUMNS, PATIENCE = 24, 80, 15.0
KEYS = {"enter": "\r", "up": "\x1bOA", "tab": "\t", "ctrl-c": "\x03", "ctrl-d": "\x04"}
TOKEN = re.compile(r"\x1b\[([?0-9;]*)([A-Za-z])|\x1b[=>]|\x1b\([A-Z0-9]|\x1b[78]|[\s\S]")


class Screen:
    def __init__(self):
        self.rows, self.row, self.column, self.rest, self.colours = [[" "] * COLUMNS for _ in range(ROWS)], 0, 0, "", False

    def feed(self, text, answer):
        text, self.rest = self.rest + text, ""
        cut = text.rfind("\x1b")
        if cut >= 0 and not re.match(r"\x1b(\[[?0-9;]*[A-Za-z]|[=>78]|\([A-Z0-9])", text[cut:]):
            text, self.rest = text[:cut], text[cut:]
        for token in TOKEN.finditer(text):
            self.take(token, answer)

    def take(self, token, answer):
        whole, numbers, verb = token.group(0), token.group(1), token.group(2)
        first = int((numbers or "").split(";")[0] or 1) if verb and not (numbers or "").startswith("?") else 1
        if verb == "A": self.row = max(0, self.row - first)
        elif verb == "B": self.row = min(ROWS - 1, self.row + first)
        elif verb == "C": self.column = min(COLUMNS - 1, self.column + first)
        elif verb == "D": self.column = max(0, self.column - first)
        elif verb == "H": self.row = self.column = 0
        elif verb == "K": self.rows[self.row] = [" "] * COLUMNS
        elif verb == "J": self.rows = [[" "] * COLUMNS for _ in range(ROWS)]
        elif verb == "m": self.colours |= any(n.startswith(("3", "9", "4")) for n in (numbers or "").split(";"))
        elif verb == "n": answer(f"\x1b[{self.row + 1};{self.column + 1}R")
        elif whole == "\r": self.column = 0
        elif whole == "\n": self.line()
        elif not whole.startswith("\x1b") and whole >= " ":
            if self.column == COLUMNS:
                self.column = 0
                self.line()
            self.rows[self.row][self.column] = whole
            self.column += 1

    def line(self):
        if self.row < ROWS - 1: self.row += 1
        else: self.rows = self.rows[1:] + [[" "] * COLUMNS]

    def lines(self):
        return [line for line in ("".join(row).rstrip() for row in self.rows) if line]


def main():
    child, master = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(sys.argv[1], sys.argv[1:])
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    screen = Screen()

    def read(patience):
        if not select.select([master], [], [], patience)[0]: return False
        try:
            data = os.read(master, 65536)
        except OSError:
            data = b""
        if data: screen.feed(data.decode("utf-8", "replace"), lambda text: os.write(master, text.encode()))
        return bool(data)

    def until(holds):
        end = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > end: return " / ".join(screen.lines())
            if not read(0.2) and os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT): return "ended: " + " / ".join(screen.lines())
        return "ok"

    for line in sys.stdin:
        verb, _, rest = line.rstrip("\n").partition(" ")
        said = "ok"
        if verb == "type": os.write(master, rest.encode())
        elif verb == "key": os.write(master, KEYS[rest].encode())
        elif verb == "wait": said = until(lambda: any(re.search(rest, row) for row in screen.lines()))
        elif verb == "row": said = until(lambda: re.search(rest, (screen.lines() or [""])[-1]))
        elif verb == "colours": said = "yes" if screen.colours else "no"
        elif verb == "exit":
            while read(PATIENCE): pass
            said = str(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        print(said, flush=True)


main()
