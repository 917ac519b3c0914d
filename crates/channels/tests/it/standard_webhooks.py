"""The other side of our webhooks, by the standardwebhooks package.

receive SECRET   serves on a free loopback port, verifies each POST: 200 with the event's type, or 400 with the reason.
                 Prints "PORT UNIX_SECONDS" first; ends when its input closes.
sign SECRET ID UNIX_SECONDS BODY   prints the signature.
"""
import datetime
import http.server
import sys
import threading
import time

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = Webhook(sys.argv[2]).verify(body.decode(), dict(self.headers))
            status, answer = 200, event["type"]
        except WebhookVerificationError as refused:
            status, answer = 400, str(refused)
        answer = answer.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


if sys.argv[1] == "receive":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_address[1], int(time.time()), flush=True)
    sys.stdin.read()
else:
    secret, name, at, body = sys.argv[2:6]
    print(Webhook(secret).sign(name, datetime.datetime.fromtimestamp(int(at), datetime.timezone.utc), body))
