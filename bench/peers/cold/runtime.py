"""A stand-in for Lambda's Python runtime: imports the handler, says "ready", answers the event of standard input, and says so."""

import json
import sys

from app import handler

print("ready", flush=True)
answer = handler(json.loads(sys.stdin.readline()), None)
print(json.dumps(answer), flush=True)
