"""Every C++ file is as clang-format leaves it."""
import pathlib
import subprocess
import sys

root = pathlib.Path(sys.argv[1])
rooms = ("protocol", "agent", "server", "prompts", "tests")
files = [str(f) for room in rooms for f in sorted(root.glob(f"{room}/**/*.?pp")) if "node_modules" not in f.parts]
sys.exit(subprocess.run(["clang-format", "--dry-run", "--Werror", *files]).returncode)
