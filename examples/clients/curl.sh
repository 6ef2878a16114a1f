#!/usr/bin/env bash
# Streamable HTTP with curl: one POST a request, no session (2026-07-28). Progress arrives as events, the answer as the last.
#   nextjs-backend-engineer --project ~/my-app --listen http://127.0.0.1:3333 &
#   examples/clients/curl.sh http://127.0.0.1:3333/mcp "Add rate limiting to the notes API"
set -euo pipefail
url=$1 task=$2
body=$(python3 -c '
import json, sys
print(json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {
    "name": "nextjs_backend_engineer", "arguments": {"task": sys.argv[1]},
    "_meta": {"progressToken": 1, "io.modelcontextprotocol/protocolVersion": "2026-07-28",
              "io.modelcontextprotocol/clientCapabilities": {}, "io.modelcontextprotocol/clientInfo": {"name": "curl", "version": "8"}}}}))' "$task")
curl --silent --show-error --fail-with-body --no-buffer "$url" \
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: nextjs_backend_engineer' \
  ${NEXTJS_BACKEND_ENGINEER_TOKEN:+-H "Authorization: Bearer $NEXTJS_BACKEND_ENGINEER_TOKEN"} \
  --data-binary "$body"
