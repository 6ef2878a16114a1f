// A downstream MCP server that misbehaves as its first argument says; otherwise a legacy server
// with Context7's two tools.
//
//   mute          reads and never answers        hang          answers all but tools/call
//   exit          ends at once                   junk          greets on stdout, in many ways
//   flood         never stops writing to stderr  descendant    leaves a process of its own behind
//   stubborn      ignores SIGTERM and the end of its stdin
import { spawn } from "node:child_process";
import readline from "node:readline";

const mode = process.argv[2] ?? "good";
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const schema = (...names) => ({ type: "object", properties: Object.fromEntries(names.map((n) => [n, { type: "string" }])), required: names });
const tools = [
  { name: "resolve-library-id", inputSchema: schema("query", "libraryName") },
  { name: "query-docs", inputSchema: schema("libraryId", "query") },
];
const text = "### Title\n\nSource: https://github.com/vercel/next.js/blob/v16.1.6/docs/x.mdx\n\nBody";

if (mode === "exit") {
  console.error("cannot find what it needs");
  process.exit(3);
}
if (mode === "junk") process.stdout.write('Welcome!\n\n\u001b[32mready\u001b[0m\n[]\n{"jsonrpc":"2.0"}\n{"id":77,"jsonrpc":"2.0","result":{}}\n{broken\n');
if (mode === "flood") setInterval(() => process.stderr.write("complaint ".repeat(1000)), 1);
if (mode === "stubborn") {
  process.on("SIGTERM", () => {});
  setInterval(() => {}, 1000);
}
if (mode === "descendant") spawn("sleep", ["300"], { stdio: "ignore" });

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method } = JSON.parse(line);
  if (mode === "mute" || id === undefined) return;
  if (method === "initialize") send({ id, result: { protocolVersion: "2025-06-18", capabilities: { tools: {} }, serverInfo: { name: mode, version: "1" } } });
  else if (method === "tools/list") send({ id, result: { tools } });
  else if (method === "tools/call" && mode === "hang") return;
  else if (method === "tools/call") send({ id, result: { content: [{ type: "text", text }] } });
  else send({ id, error: { code: -32601, message: "Method not found" } });
});
