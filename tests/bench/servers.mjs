// What is put side by side: for each kind of connection, how each server is started.
import { existsSync } from 'node:fs';
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

const probes = { stdio: 'probe_echo_server', http: 'probe_http_server', unix: 'probe_socket_server' };

// The server under test: the program itself, or the probe that speaks `kind`; nothing if it is not built.
function ours(kind, word) {
  const probe = built(`tests/${probes[kind]}`);
  if (!existsSync(probe)) return null;
  return kind === 'stdio' ? [probe] : [probe, word];
}

export function command(server, kind, word) {
  if (server === 'ours') return ours(kind, word);
  if (server === 'sdk') return [process.execPath, here('sdk_server.mjs'), kind, word].filter(Boolean);
  return [built('tests/bench_floor'), kind, word].filter(Boolean);
}
