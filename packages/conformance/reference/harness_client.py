"""Starts a harness process and exchanges framed messages with it; restarts it after a crash."""

import json
import os
import select
import struct
import subprocess


class Crashed(Exception):
    """The harness died, or stopped answering, while it worked on a request."""


class HarnessClient:
    def __init__(self, command, environment, timeout_seconds=60):
        self.command = command
        self.environment = {**os.environ, **environment}
        self.timeout_seconds = timeout_seconds
        self.process = None

    def request(self, message, payload=b""):
        """Sends one message and returns (answer, bytes); raises Crashed."""
        if self.process is None:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=self.environment,
                bufsize=0,
            )
        text = json.dumps(message).encode()
        try:
            self.process.stdin.write(struct.pack("<II", len(text), len(payload)) + text + payload)
            json_size, payload_size = struct.unpack("<II", self.read(8))
            answer = json.loads(self.read(json_size))
            return answer, self.read(payload_size)
        except (BrokenPipeError, EOFError):
            code = self.stop()
            raise Crashed(f"exit code {code}") from None

    def read(self, size):
        data = bytearray()
        while len(data) < size:
            ready, _, _ = select.select([self.process.stdout], [], [], self.timeout_seconds)
            part = os.read(self.process.stdout.fileno(), size - len(data)) if ready else b""
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def stop(self):
        if self.process is None:
            return None
        process, self.process = self.process, None
        try:
            code = process.wait(0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdin.close()
        process.stdout.close()
        return code
