"""The same work with Python's sqlite3, for tests/bench/docs.mjs: index the documentation that a project's dependencies
ship (Markdown by headings, declarations by comments) in FTS5 with the porter stemmer, then ask it questions.

Usage: docs.py NODE_MODULES QUESTIONS.json    prints {"documents", "sections", "index_s", "warm_ms": [...]}
"""
import json
import os
import re
import sqlite3
import sys
import time

modules, questions = sys.argv[1], json.load(open(sys.argv[2]))
packages = sorted(json.load(open(os.path.join(modules, "..", "package.json")))["dependencies"])
heading = re.compile(r"^(?=#{1,6} )", re.M)
comment = re.compile(r"^(?=\s*/\*\*)", re.M)


def documents(package):
    top = os.path.join(modules, package)
    if package == "next":
        top = os.path.join(top, "dist/docs")
    for folder, folders, files in os.walk(top):
        if "node_modules" in folders:
            folders.remove("node_modules")
        for name in files:
            path = os.path.join(folder, name)
            if name.endswith((".md", ".mdx", ".d.ts", ".d.mts", ".d.cts")) and os.path.getsize(path) <= 1 << 20:
                yield path


began = time.perf_counter()
db = sqlite3.connect(":memory:")
count = sections = 0
tables = {}
for package in packages:
    table = tables[package] = f"s{len(tables)}"
    db.execute(f"CREATE VIRTUAL TABLE {table} USING fts5(title, body, tokenize='porter unicode61')")
    for path in documents(package):
        count += 1
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read()
        cut = comment if path.endswith("ts") else heading
        db.executemany(
            f"INSERT INTO {table} VALUES (?, ?)",
            ((part.split("\n", 1)[0], part) for part in cut.split(text) if part.strip()),
        )
    sections += db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
db.commit()
index_s = time.perf_counter() - began
warm = []
for asked in questions:
    words = re.findall(r"\w+", asked["question"])
    table = tables[asked["library"]]
    began = time.perf_counter()
    db.execute(
        f"SELECT title, body FROM {table} WHERE {table} MATCH ? ORDER BY bm25({table}, 4, 1) LIMIT 5",
        (" OR ".join(f'"{w}"' for w in words),),
    ).fetchall()
    warm.append((time.perf_counter() - began) * 1000)
print(json.dumps({"documents": count, "sections": sections, "index_s": index_s, "warm_ms": warm}))
