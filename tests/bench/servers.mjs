// What is put side by side: for each kind of connection, how each server is started.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = name => fileURLToPath(new URL(name, import.meta.url));
const build = process.env.NBE_BUILD ?? 'build/release';
const built = name => join(build, name);
export const generator = built('tests/bench_load');

let port = 12000 + (process.pid % 16000); // below the range that the kernel gives to outgoing connections

// A place of its own for one run: `where` for the generator, and the words for the server.
export function place(kind) {
  port += 1;
  if (kind === 'stdio') return { where: 'stdio', word: '' };
  if (kind === 'unix') {
    const path = join(tmpdir(), `bench-${process.pid}-${port}.sock`);
    return { where: `unix:${path}`, word: path };
  }
  return { where: `http:${port}`, word: String(port) };
}

// The program itself, as anyone can examine it.
function ours(kind, word) {
  const program = [built('nextjs-backend-engineer'), '--no-context7', '--test-tools', '--log-level', 'warning'];
  if (kind === 'stdio') return program;
  if (kind === 'unix') return [...program, '--limit', 'unix_connections=1100', '--listen', `unix:${word}`]; // 1,000 idle, and some
  return [...program, '--listen', `http://127.0.0.1:${word}`];
}

export function command(server, kind, word) {
  if (server === 'ours') return ours(kind, word);
  if (server === 'sdk') return [process.execPath, here('sdk_server.mjs'), kind, word].filter(Boolean);
  return [built('tests/bench_floor'), kind, word].filter(Boolean);
}
