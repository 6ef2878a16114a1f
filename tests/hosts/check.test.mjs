// `check` at a terminal, as CI calls it: the mistakes that people and models make most, planted one by one in a copy of the
// example app; reports for scripts; fixes. No Node is in reach of the program.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

const here = import.meta.dirname;
const example = path.join(here, '../../examples/next-app');
const planted = path.join(here, '../checks/planted');
const cases = JSON.parse(fs.readFileSync(path.join(planted, 'planted.json'), 'utf8'));

let root;
before(() => { root = fs.mkdtempSync(path.join(os.tmpdir(), 'nbe-check-')); });
after(() => fs.rmSync(root, { recursive: true }));

function copyOfExample(name) {
  const to = path.join(root, name);
  const wanted = from => !['node_modules', '.next', 'next-env.d.ts'].includes(path.basename(from));
  fs.cpSync(example, to, { recursive: true, filter: wanted });
  return to;
}

function check(cwd, ...words) {
  const begin = performance.now();
  const { status, stdout, stderr } = spawnSync(process.env.NBE_BINARY, ['check', ...words], {
    cwd, encoding: 'utf8', timeout: 60_000,
    env: { PATH: '/nonexistent', HOME: root, XDG_STATE_HOME: path.join(root, 'state'), XDG_CACHE_HOME: path.join(root, 'cache') }
  });
  return { status, stdout, stderr, ms: performance.now() - begin };
}
const findings = result => JSON.parse(result.stdout).findings;

let found = 0;
for (const { name, rules, removes = [] } of cases)
  test(`planted: ${name} is ${rules.length ? 'found' : 'for the type check'}, and its correction is let be`, t => {
    const errors = rules.some(rule => rule !== 'middleware-file');
    const app = copyOfExample(name);
    for (const file of removes) fs.rmSync(path.join(app, file));
    fs.cpSync(path.join(planted, name, 'mistake'), app, { recursive: true });
    const wrong = check(app, '--format', 'json');
    assert.deepEqual(findings(wrong).map(f => f.rule), rules, wrong.stdout);
    assert.equal(wrong.status, errors ? 1 : 0, wrong.stderr);
    found += rules.length ? 1 : 0;
    if (rules.length) {
      const shown = check(app);
      assert.match(shown.stdout, new RegExp(`${rules[0]}\n`));
      assert.match(shown.stdout, /^ {2}> +\d+ \| /m);
    }

    const right = copyOfExample(`${name}-corrected`);
    fs.cpSync(path.join(planted, name, 'corrected'), right, { recursive: true });
    const clean = check(right, '--format', 'json');
    assert.deepEqual(findings(clean), []);
    assert.equal(clean.status, 0);
    t.diagnostic(`the whole app took ${wrong.ms.toFixed(1)} ms`);
  });

test('the rules alone find most of what is planted', () => {
  assert.equal(cases.length, 13);
  assert.equal(found, 12);
});

test('the example app breaks no rule, and the whole of it is checked in a moment', t => {
  const times = [];
  for (let i = 0; i < 5; ++i) {
    const result = check(example);
    assert.equal(result.status, 0, result.stdout);
    assert.match(result.stdout, /^Nothing found in \d+ files\.\n$/);
    times.push(result.ms);
  }
  t.diagnostic(`median of five: ${times.sort((a, b) => a - b)[2].toFixed(1)} ms, process and all`);
});

test('a path, from where one stands or from the project, is all that is checked', () => {
  const app = copyOfExample('paths');
  fs.writeFileSync(path.join(app, 'lib/a.ts'), 'export const a = process.env.NEXT_PUBLIC_SECRET\n');
  fs.writeFileSync(path.join(app, 'app/b.ts'), 'export const b = process.env.NEXT_PUBLIC_SECRET\n');
  const paths = result => findings(result).map(f => f.path);
  assert.deepEqual(paths(check(app, '--format', 'json')), ['app/b.ts', 'lib/a.ts']);
  assert.deepEqual(paths(check(app, 'lib', '--format', 'json')), ['lib/a.ts']);
  assert.deepEqual(paths(check(path.join(app, 'lib'), 'a.ts', '--project', app, '--format', 'json')), ['lib/a.ts']);
  assert.deepEqual(paths(check(root, 'lib/a.ts', '--project', app, '--format', 'json')), ['lib/a.ts']);
  assert.deepEqual(paths(check(root, path.join(app, 'app'), '--project', app, '--format', 'json')), ['app/b.ts']);
  assert.deepEqual(paths(check(app, 'lib', 'app', '--rule', 'sync-params', '--format', 'json')), []);
});

test('what cannot be checked ends with 2 and a sentence', () => {
  const missing = check(example, 'nowhere.ts');
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /There is no nowhere\.ts in /);
  assert.equal(check(example, '--rule', 'no-such-rule').status, 2);
  assert.match(check(example, '--rule', 'no-such-rule').stderr, /no rule no-such-rule/);
  assert.equal(check(example, '--format', 'xml').status, 2);
  const outside = check(example, '../../README.md');
  assert.equal(outside.status, 2);
  assert.equal(check(example, 'README.md').status, 0); // no script: nothing to check
});

test('the rules are listed with their reasons and pages', () => {
  const text = check(root, '--rules');
  assert.equal(text.status, 0);
  assert.match(text.stdout, /^update-tag-outside-action +error +\S.+\.$/m);
  const rules = JSON.parse(check(root, '--rules', '--format', 'json').stdout);
  assert.ok(rules.length >= 40);
  for (const rule of rules) assert.match(rule.page, /^https:\/\/nextjs\.org\/docs\/app\//);
});

test('--fix makes the changes that need no thought, leaves modes and everything else, and reports the rest', () => {
  const app = copyOfExample('fix');
  for (const name of ['one-argument-revalidate-tag', 'edge-proxy', 'segment-config', 'sync-cookies', 'sync-action', 'cached-handler'])
    fs.cpSync(path.join(planted, name, 'mistake'), app, { recursive: true });
  const handler = path.join(app, 'app/api/notes/refresh/route.ts');
  fs.chmodSync(handler, 0o640);
  const outside = path.join(root, 'outside.ts');
  fs.writeFileSync(outside, "import { revalidateTag } from 'next/cache'\nexport const f = () => revalidateTag('a')\n");
  fs.symlinkSync(outside, path.join(app, 'lib/link.ts'));
  const result = check(app, '--fix', '--format', 'json');
  assert.deepEqual(findings(result).map(f => f.rule), ['use-cache-in-handler']);
  assert.equal(result.status, 1);
  assert.match(result.stderr, /Fixed 5 findings/);
  assert.match(fs.readFileSync(handler, 'utf8'), /revalidateTag\(notesTag, 'max'\)/);
  assert.equal(fs.statSync(handler).mode & 0o777, 0o640);
  assert.match(fs.readFileSync(path.join(app, 'lib/theme.ts'), 'utf8'), /\(await cookies\(\)\)\.get/);
  const corrected = name => fs.readFileSync(path.join(planted, name), 'utf8');
  assert.equal(fs.readFileSync(path.join(app, 'proxy.ts'), 'utf8'), corrected('edge-proxy/corrected/proxy.ts'));
  assert.match(fs.readFileSync(outside, 'utf8'), /revalidateTag\('a'\)/);
  assert.deepEqual(fs.readdirSync(app, { recursive: true }).filter(f => f.includes('nextjs-backend-fix')), []);
  assert.match(check(app, '--fix').stdout, /^1 error in \d+ files\.$/m); // again: nothing more to fix
});

test('SARIF is what its schema says, and says the same each time', () => {
  const app = copyOfExample('sarif');
  for (const { name } of cases.filter(c => c.name !== 'middleware')) fs.cpSync(path.join(planted, name, 'mistake'), app, { recursive: true });
  fs.mkdirSync(path.join(app, 'app/[a b]/é'), { recursive: true });
  fs.writeFileSync(path.join(app, 'app/[a b]/é/x.ts'), 'export const a = process.env.NEXT_PUBLIC_SECRET\n');
  const result = check(app, '--format', 'sarif');
  assert.equal(result.status, 1);
  assert.equal(check(app, '--format', 'sarif').stdout, result.stdout);
  const log = JSON.parse(result.stdout);

  const packages = createRequire(path.join(here, '../sarif/package.json'));
  const Ajv = packages('ajv');
  const ajv = new Ajv({ schemaId: 'auto', unknownFormats: 'ignore' });
  ajv.addMetaSchema(packages('ajv/lib/refs/json-schema-draft-04.json'));
  const schema = path.join(path.dirname(packages.resolve('@microsoft/jest-sarif/package.json')), 'lib/schemas/sarif-2.1.0-rtm.5.json');
  const valid = ajv.compile(JSON.parse(fs.readFileSync(schema, 'utf8')));
  assert.ok(valid(log), ajv.errorsText(valid.errors));
  assert.ok(!valid({ ...log, version: '2.0.0' }), 'the schema is not looked at');

  const [run] = log.runs;
  assert.equal(run.results.length, JSON.parse(check(app, '--format', 'json').stdout).findings.length);
  for (const one of run.results) assert.equal(run.tool.driver.rules[one.ruleIndex].id, one.ruleId);
  const uris = run.results.map(one => one.locations[0].physicalLocation.artifactLocation.uri);
  assert.ok(uris.includes('app/%5Ba%20b%5D/%C3%A9/x.ts'), uris.join());
});
