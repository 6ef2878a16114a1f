"""Includes only point down, and each heavy library has one room.

protocol <- agent, server <- server/app. Asio in protocol only under protocol/rpc; libcurl only in agent/http, Beast
only in server/transports/http. server and agent do not know each other.
"""
import pathlib
import re
import sys

root = pathlib.Path(sys.argv[1])
ROOMS = {
    "protocol": {"protocol"},
    "agent": {"protocol", "agent", "prompts"},
    "server": {"protocol", "server"},
    "server/app": {"protocol", "agent", "server", "prompts"},
}
bad = []
for room, allowed in ROOMS.items():
    for path in sorted(root.glob(f"{room}/**/*.?pp")):
        name = path.relative_to(root).as_posix()
        if room == "server" and name.startswith("server/app/"):
            continue
        for kind, include in re.findall(r'^#include\s+(["<])([^">]+)[">]', path.read_text(), re.M):
            if kind == '"' and include.split("/")[0] not in allowed:
                bad.append(f"{name}: includes {include}")
            if kind == '"' and include.startswith("server/app/") and room != "server/app":
                bad.append(f"{name}: includes {include}")
            if include.startswith("boost/asio") and room == "protocol" and not name.startswith("protocol/rpc/"):
                bad.append(f"{name}: includes Asio ({include})")
            if include.startswith("curl/") and not name.startswith("agent/http/"):
                bad.append(f"{name}: includes libcurl ({include})")
            if include.startswith("boost/beast") and not name.startswith("server/transports/http/"):
                bad.append(f"{name}: includes Beast ({include})")
        lines = path.read_text().count("\n")
        if lines > 400:
            bad.append(f"{name}: {lines} lines; has it found the two things it is made of?")
print("\n".join(bad) or "layers ok")
sys.exit(bool(bad))
