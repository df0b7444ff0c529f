"""A publisher on the loopback interface that answers as told, and remembers what it was asked."""

from __future__ import annotations

import http.server
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Reply:
    """One answer.

    `cut` sends so many bytes of the announced body and hangs up. `ranges` honours Range with If-Range, `etag` and
    `modified` identify the version and answer conditional requests, `wait_s` keeps the client waiting first.
    """

    status: int = 200
    body: bytes = b""
    kind: str = "text/csv"
    etag: str = ""
    modified: str = ""
    cut: int | None = None
    ranges: bool = False
    wait_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


class Publisher(http.server.ThreadingHTTPServer):
    """Answers each path with its replies in turn, the last one again and again; 404 for other paths."""

    daemon_threads = True

    def __init__(self, replies):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = {path: list(told) if isinstance(told, list) else [told] for path, told in replies.items()}
        self.asked = []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next_reply(self, path):
        queue = self.replies.get(path, [Reply(404)])
        return queue.pop(0) if len(queue) > 1 else queue[0]

    def paths(self):
        return [path for path, _ in self.asked]

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the play."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.asked.append((self.path, dict(self.headers)))
        reply = self.server.next_reply(self.path)
        if reply.wait_s:
            time.sleep(reply.wait_s)
        status, body, extra = self._version(reply)
        self.send_response(status)
        for name, value in {**extra, **reply.headers}.items():
            self.send_header(name, value)
        if reply.etag:
            self.send_header("ETag", reply.etag)
        if reply.modified:
            self.send_header("Last-Modified", reply.modified)
        if status != 304:
            self.send_header("Content-Type", reply.kind)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if reply.cut is None else body[: reply.cut])
        self.wfile.flush()
        if reply.cut is not None:
            self.close_connection = True

    def _version(self, reply):
        asked = self.headers
        if reply.etag and asked.get("If-None-Match") == reply.etag:
            return 304, b"", {}
        if reply.modified and asked.get("If-Modified-Since") == reply.modified:
            return 304, b"", {}
        wanted = asked.get("Range", "")
        current = asked.get("If-Range") in {reply.etag, reply.modified} - {""}
        if reply.ranges and reply.status == 200 and wanted and current:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(reply.body):
                return 416, b"", {"Content-Range": f"bytes */{len(reply.body)}"}
            told = f"bytes {start}-{len(reply.body) - 1}/{len(reply.body)}"
            return 206, reply.body[start:], {"Content-Range": told}
        return reply.status, reply.body, {}


@contextmanager
def publishing(replies):
    """Serve until the end of the block."""
    with Publisher(replies) as publisher:
        thread = threading.Thread(target=publisher.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield publisher
        finally:
            publisher.shutdown()
            thread.join()
