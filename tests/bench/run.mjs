// The runner behind tests/bench/run. Rounds go round-robin over all measurements, so that the machine's moods fall on
// all alike; a table holds medians, and a bar is a ratio of two servers within this one run. --smoke is for ctest: one
// short round that asks whether every answer was right, and nothing of the clock.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { command, generator, place } from './servers.mjs';
import { barsTable, tables } from './report.mjs';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean' }, smoke: { type: 'boolean' }, only: { type: 'string' } }
});
const rounds = options.smoke ? 1 : Number(positionals[0] ?? 5);
const seconds = options.smoke ? '0.05' : options.quick ? '0.5' : '3';

function measure(one) {
  const { where, word } = place(one.kind);
  const words = command(one.server, one.kind, word);
  // Node compiles what runs hot: before that it is not itself.
  const warmup = options.smoke ? '0' : options.quick ? '0.5' : one.server === 'sdk' ? '5' : '1';
  const load = ['--where', where, '--scenario', one.scenario, '--clients', one.clients, '--seconds', seconds, '--warmup', warmup];
  const more = [...(options.smoke ? ['--idle', 20] : []), '--starts', options.smoke ? 1 : 3, '--era', one.era];
  const child = spawnSync(generator, [...load, ...more, '--', ...words].map(String), { encoding: 'utf8', timeout: 300_000 });
  if (child.status === 0) return JSON.parse(child.stdout);
  return { failed: child.stderr.trim() || `exit ${child.status ?? child.signal}` };
}

const chosen = cases.filter(one => !options.only || one.name.includes(options.only) || one.server === options.only);
const runs = new Map(chosen.map(one => [one, []]));
for (let round = 1; round <= rounds; ++round)
  for (const one of chosen) {
    const result = measure(one);
    runs.get(one).push(result);
    const said = result.failed ?? (result.errors ? `${result.errors} errors: ${result.first_error}` : `${result.calls} calls`);
    console.error(`${round}/${rounds} ${one.name}, ${one.server}: ${said}`);
  }

const all = [...runs].flatMap(([one, results]) => results.map(result => ({ ...one, ...result })));
const wrong = all.filter(r => (r.failed || r.errors > 0) && r.server !== 'sdk');
if (options.smoke) {
  console.log(`${all.length} measurements, ${wrong.length} with errors`);
} else {
  console.log(tables(runs));
  const { text, missed } = barsTable(runs);
  console.log(text);
  if (missed) process.exitCode = 1;
}
for (const r of wrong) console.error(`${r.name}, ${r.server}: ${r.failed ?? r.first_error}`);
if (wrong.length || !all.length) process.exitCode = 1;
