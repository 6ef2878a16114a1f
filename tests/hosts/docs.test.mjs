// Documentation from real counterparts: npm's Context7 servers, old and new, in front of a stand-in
// for their service; servers that misbehave; and what ships inside the example's own next.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { after, before, test } from "node:test";
import { slower } from "../bounds.mjs";
import { startContext7Rest } from "../fakes/context7_rest.mjs";
import { kinds, newest as latest, outcomes, versions } from "./context7_versions.mjs";

const here = import.meta.dirname;
const newest = ["node", ...latest.argv];
const misbehaving = (mode) => ["node", path.join(here, "../fakes/downstream.mjs"), mode];

let rest;
before(async () => { rest = await startContext7Rest(); });
// A probe whose test failed must not keep this file waiting.
const started = [];
after(() => { for (const child of started) child.kill("SIGKILL"); return rest.close(); });

// A running probe: ask() gives the answer to one question.
function probe(...args) {
  const child = spawn(path.join(process.env.NBE_PROBES, "probe_docs_query"), args.map(String), {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, CONTEXT7_API_URL: rest.url, OPENAI_API_KEY: "sk-not-for-the-child" },
    stdio: ["pipe", "pipe", "pipe"],
  });
  started.push(child);
  const waiting = new Map();
  let next = 0;
  let stderr = "";
  child.stderr.on("data", (data) => { stderr += data; });
  readline.createInterface({ input: child.stdout }).on("line", (line) => {
    const answer = JSON.parse(line);
    waiting.get(answer.id)(answer);
  });
  const closed = new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal })));
  return {
    pid: child.pid,
    log: () => stderr,
    ask: (question, library = "next", version = "", max = 5) => new Promise((resolve) => {
      const id = ++next;
      waiting.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ id, library, question, version, max })}\n`);
    }),
    kill: (signal) => child.kill(signal),
    closed,
    end: async () => { child.stdin.end(); return closed; },
  };
}

const childrenOf = (pid) => fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(/\s+/).filter(Boolean).map(Number);
const groupMembers = (group) => fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).filter((pid) => {
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ");
    return fields[0] !== "Z" && Number(fields[2]) === group;
  } catch { return false; }
});
async function nobodyLeft(group) {
  for (let i = 0; i < 200 && groupMembers(group).length; ++i) await new Promise((r) => setTimeout(r, 20));
  assert.deepEqual(groupMembers(group), []);
}

for (const { name, says, era, argv } of versions)
  test(`Context7 ${name}, a ${era} server, answers with passages from one process`, async () => {
    const docs = probe("context7", 5000, "node", ...argv);
    const asked = rest.requests.length;
    const [first, same, zod, ark] = await Promise.all([
      docs.ask("route handlers", "next", "16.4.6"), docs.ask("route handlers", "next", "16.4.6"),
      docs.ask("emails", "zod", "4.0.1", 1), docs.ask("types", "arktype", "2.1.27"),
    ]);
    const [server, ...others] = childrenOf(docs.pid);
    assert.equal(others.length, 0);
    assert.ok(server);
    assert.equal(first.passages.length, 3);
    assert.equal(first.passages[0].title, "Handle a request with next.js");
    assert.match(first.passages[0].text, /### not a heading/);
    assert.equal(first.passages[0].version, "16.1.6");  // the nearest there is
    assert.equal(first.passages[0].source, "https://github.com/vercel/next.js/blob/v16.1.6/docs/requests.mdx");
    assert.deepEqual(same.passages, first.passages);
    assert.equal(zod.passages.length, 1);
    assert.equal(zod.passages[0].version, "4.0.1");
    assert.match(ark.passages[0].source, /\/arktypeio\/arktype\/blob\/v2_1_20\//);
    assert.match(docs.log(), new RegExp(`Context7 is Context7 ${says.replaceAll(".", "\\.")}`));

    const requests = rest.requests.slice(asked);
    assert.equal(requests.filter((r) => r.query.libraryId?.startsWith("/vercel/")).length, 2);  // v16.4.6, then v16.1.6; shared
    assert.ok(!JSON.stringify(requests).includes("sk-not-for-the-child"));
    const environment = fs.readFileSync(`/proc/${server}/environ`, "utf8");
    assert.ok(environment.includes("CONTEXT7_API_URL=") && !environment.includes("OPENAI_API_KEY"));

    assert.deepEqual(await docs.end(), { code: 0, signal: null });
    await nobodyLeft(server);
  });

for (const { name, argv } of versions)
  test(`every failure of the service keeps its kind through Context7 ${name}`, async () => {
    const docs = probe("context7", 3000, "node", ...argv);
    const answers = await Promise.all(outcomes.map(({ question, library }) => docs.ask(question, library)));
    for (const [n, { question, library, kind }] of outcomes.entries())
      assert.equal(answers[n].error, kinds[kind], `${library}, ${question}: ${JSON.stringify(answers[n])}`);
    const moved = await docs.ask("emails", "/moved/zod");
    assert.match(moved.passages?.[0].source ?? JSON.stringify(moved), /colinhacks\/zod/);
    const big = await docs.ask("case-big");
    assert.equal(big.passages.length, 1);
    assert.ok(big.passages[0].text.length < 4200);
    const server = childrenOf(docs.pid)[0];
    assert.equal((await docs.ask("all is well")).passages.length, 3);
    assert.equal(childrenOf(docs.pid)[0], server, "none of this ended the server");
    await docs.end();
    await nobodyLeft(server);
  });

test("a server that is killed in the middle of a call fails that call at once, and the next works", async () => {
  const docs = probe("context7", 5000, ...newest);
  await docs.ask("warm up");
  const server = childrenOf(docs.pid)[0];
  const call = docs.ask("case-hang");
  while (!rest.requests.at(-1)?.query.query?.includes("case-hang")) await new Promise((r) => setTimeout(r, 5));
  const killed = Date.now();
  process.kill(server, "SIGKILL");
  const answer = await call;
  assert.ok(Date.now() - killed < 1000 * slower);
  assert.equal(answer.error, 1);
  assert.match(answer.message, /killed by signal 9/);
  assert.equal((await docs.ask("and again")).passages.length, 3);
  const second = childrenOf(docs.pid);
  assert.equal(second.length, 1);
  await docs.end();
  await nobodyLeft(second[0]);
});

test("a stopped server times out, is ended, and the next question gets a new one", async () => {
  const docs = probe("context7", 3000, ...misbehaving("good"));
  await docs.ask("warm up");
  const server = childrenOf(docs.pid)[0];
  process.kill(server, "SIGSTOP");
  const answer = await docs.ask("anybody there");
  assert.equal(answer.error, 2);
  assert.ok(answer.ms < 6000 * slower);
  await nobodyLeft(server);
  const next = await docs.ask("now");
  assert.equal(next.passages?.length, 1, JSON.stringify(next));
  await docs.end();
});

test("a call that the server never answers times out, and the server stays", async () => {
  const docs = probe("context7", 300, ...misbehaving("hang"));
  const answer = await docs.ask("x");
  assert.equal(answer.error, 2);
  assert.match(answer.message, /did not answer within 300 ms/);
  const server = childrenOf(docs.pid)[0];
  await docs.ask("y");
  assert.equal(childrenOf(docs.pid)[0], server);
  await docs.end();
  await nobodyLeft(server);
});

for (const mode of ["junk", "flood"])
  test(`a server with a ${mode} habit is still understood`, async () => {
    const docs = probe("context7", 3000, ...misbehaving(mode));
    const answer = await docs.ask("x");
    assert.equal(answer.passages?.length, 1, JSON.stringify(answer));
    const server = childrenOf(docs.pid)[0];
    await docs.end();
    await nobodyLeft(server);
  });

test("a server that ends at once is reported with its last words", async () => {
  const docs = probe("context7", 3000, ...misbehaving("exit"));
  const answer = await docs.ask("x");
  assert.equal(answer.error, 1);
  assert.match(answer.message, /exited with code 3; it said last: cannot find what it needs/);
  await docs.end();
});

test("a server that is mute does not outlive a program that is killed", async () => {
  const docs = probe("context7", 1000, ...misbehaving("mute"));
  const asked = docs.ask("x");
  await new Promise((r) => setTimeout(r, 1500));
  const server = childrenOf(docs.pid)[0];
  docs.kill("SIGKILL");
  await docs.closed;
  await nobodyLeft(server);  // the end of its stdin tells it
  void asked;
});

for (const mode of ["stubborn", "descendant"])
  test(`nothing is left of a ${mode} server`, async () => {
    const docs = probe("context7", 3000, ...misbehaving(mode));
    assert.equal((await docs.ask("x")).passages.length, 1);
    const server = childrenOf(docs.pid)[0];
    const ended = Date.now();
    assert.deepEqual(await docs.end(), { code: 0, signal: null });
    assert.ok(Date.now() - ended < 3000 * slower);
    await nobodyLeft(server);
  });

test("the documentation inside the example's next answers backend questions offline", async (t) => {
  const cache = fs.mkdtempSync(path.join(os.tmpdir(), "nbe-cache-"));
  t.after(() => fs.rmSync(cache, { recursive: true }));
  const golden = {
    "protect routes with auth in middleware, redirect unauthenticated users": /authentication|proxy/,
    "migrate middleware to proxy": /file-conventions\/proxy/,
    "webhook raw body signature verification": /file-conventions\/route|backend-for-frontend/,
    "Stripe webhook route handler raw request body": /file-conventions\/route|backend-for-frontend/,
    "updateTag vs revalidateTag": /functions\/(updateTag|revalidateTag)/,
    "use cache directive": /directives\/use-cache\.md/,
    "cache a database query with 'use cache'": /directives\/use-cache/,
    "cacheLife profiles": /functions\/cacheLife|04-functions\/cacheLife/,
    "cookies async": /functions\/cookies/,
    "read headers in a server component": /functions\/headers/,
    "route handler params": /file-conventions\/(route|dynamic-routes)/,
    "server actions security": /guides\/(server-actions|data-security)/,
    "run work after the response is sent with after()": /functions\/after/,
    "instrumentation register and onRequestError": /instrumentation/,
    "environment variables on the server at runtime": /environment-variables/,
    "CORS headers in route handlers": /file-conventions\/route/,
    "rate limiting": /backend-for-frontend/,
    "file upload body size limit server actions": /serverActions/,
    "self hosting with docker, encryption key for server actions": /self-hosting/,
    "form validation with zod in a server action": /guides\/forms/,
    "error handling in server actions": /error-handling/,
    "session management and data access layer": /guides\/(authentication|data-security)/,
  };
  const project = path.join(here, "../../examples/next-app");
  const docs = probe("bundled", project, cache);
  for (const [question, file] of Object.entries(golden)) {
    const { passages } = await docs.ask(question, "next", "", 3);
    assert.ok(passages.some((p) => file.test(p.file)), `${question}: ${passages.map((p) => p.source).join("\n")}`);
    for (const p of passages) {
      assert.match(p.source, /^https:\/\/nextjs\.org\/docs\/\S+$/);
      assert.match(p.file, /^node_modules\/next\/dist\/docs\/\S+\.md$/);
      assert.ok(!p.source.includes("/docs/pages/"));
      assert.ok(p.text.length <= 4200);
      assert.doesNotMatch(p.text, /<\/?(App|Pages)Only|DO NOT EDIT/);
    }
  }
  const pages = await docs.ask("analytics in the Pages Router", "next", "", 3);
  assert.match(pages.passages[0].source, /\/docs\/pages\//);
  await docs.end();

  const again = probe("bundled", project, cache);
  const answer = await again.ask("updateTag");
  assert.ok(answer.passages.length && answer.ms < 3000 * slower);
  await again.end();
  assert.equal(fs.readdirSync(cache).filter((name) => name.endsWith(".sqlite")).length, 1);
});
