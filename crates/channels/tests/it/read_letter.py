"""Prints one mail file as JSON, read by Python's own parser: headers as decoded text, bodies by kind, defects found."""
import email
import email.policy
import json
import sys

with open(sys.argv[1], "rb") as file:
    raw = file.read()
letter = email.message_from_bytes(raw, policy=email.policy.default)
# Base64 keeps the CRLF that MIME prescribes for text; Python hands it on as it is.
bodies = {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in letter.walk() if not part.is_multipart()}
print(json.dumps({
    "headers": {name.lower(): str(value) for name, value in letter.items()},
    "to": [[a.display_name, a.addr_spec] for a in letter["To"].addresses],
    "from": [[a.display_name, a.addr_spec] for a in letter["From"].addresses],
    "bodies": bodies,
    "defects": [repr(d) for part in letter.walk() for d in part.defects]
    + [repr(d) for value in letter.values() for d in getattr(value, "defects", [])],
    "longest_line_bytes": max(map(len, raw.splitlines())),
}))
