#!/usr/bin/env bash
# A Unix socket with socat: a line of JSON a message, as on stdio.
#   nextjs-backend-engineer --project ~/my-app --listen unix:$XDG_RUNTIME_DIR/nextjs.sock &
#   examples/clients/socat.sh "$XDG_RUNTIME_DIR/nextjs.sock" "Add rate limiting to the notes API"
set -euo pipefail
socket=$1 task=$2
python3 -c '
import json, sys
print(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
    "name": "nextjs_backend_engineer", "arguments": {"task": sys.argv[1]},
    "_meta": {"progressToken": 1, "io.modelcontextprotocol/protocolVersion": "2026-07-28",
              "io.modelcontextprotocol/clientCapabilities": {}, "io.modelcontextprotocol/clientInfo": {"name": "socat", "version": "1"}}}}))' "$task" |
  socat -t 3600 - "UNIX-CONNECT:$socket"
