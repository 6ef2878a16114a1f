"""Flags expressions that g++ 12 miscompiles (double frees, measured).

In one full expression with co_await: a braced temporary, a lambda that captures by value, or ?:. Name the value first.
"""
import pathlib
import re
import sys

IGNORED = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.S)
BRACED = re.compile(r"[\w>)(,]\s*\{")
LAMBDA_BODY = re.compile(r"\[[^\]]*\]\s*(\([^)]*\))?[^{;]*\{.*", re.S)
CAPTURES = re.compile(r"\[(?!\s*(&\w*\s*(,\s*&\w+\s*)*)?\])[^\]]*\w[^\]]*\]\s*(\(|\{|mutable)")


def blank(match):
    return '""' if match[0][0] in 'R"' else re.sub(r"[^\n]", " ", match[0])


def expressions(source):
    """(line, text) of each statement that holds a co_await."""
    source = IGNORED.sub(blank, source)
    for match in re.finditer(r"\bco_await\b", source):
        start, depth = match.start(), 0
        while start > 0 and not (depth == 0 and source[start - 1] in ";{}"):
            start -= 1
            if source[start] in ")]":
                depth += 1
            elif source[start] in "([" and depth:
                depth -= 1
        end, depth = match.end(), 0
        while end < len(source):
            if source[end] in "([{":
                depth += 1
            elif source[end] in ")]}":
                depth -= 1
                if depth < 0:
                    break
            elif source[end] == ";" and depth == 0:
                break
            end += 1
        yield source.count("\n", 0, match.start()) + 1, source[start:end]


def faults(text):
    if BRACED.search(LAMBDA_BODY.sub("[]", text)):
        yield "braced temporary"
    if CAPTURES.search(text) and not re.match(r".*auto\s*\[", text):
        yield "by-value capture"
    if re.search(r"\s\?\s", text):
        yield "conditional operator"


root = pathlib.Path(sys.argv[1])
bad = [
    f"{path.relative_to(root)}:{line}: {', '.join(why)} in a co_await expression"
    for room in ("protocol", "agent", "server", "tests")
    for path in sorted(root.glob(f"{room}/**/*.?pp"))
    for line, text in expressions(path.read_text())
    if (why := list(faults(text)))
]
print("\n".join(bad) or "coroutines ok")
sys.exit(bool(bad))
