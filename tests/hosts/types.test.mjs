// The project's own compiler as a check of what a run delivers, of what a host asks about, and at a terminal; and what is
// said where it cannot be run.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { app, call, finish, setup, turn } from './product.mjs'
import { Host, slower, textOf } from './runs_support.mjs'
import { binary } from './support.mjs'

const planted = join(import.meta.dirname, '../checks/planted')
const cases = JSON.parse(readFileSync(join(planted, 'planted.json'), 'utf8'))

let model
before(async () => { model = await startModel() })
after(() => model.close())

// The example app, with or without what is installed for it.
function copy(t, installed = true) {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'nbe-app-')))
  t.after(() => rmSync(project, { recursive: true, force: true }))
  for (const name of ['app', 'lib', 'next.config.ts', 'package.json', 'proxy.ts', 'tsconfig.json'])
    cpSync(join(app, name), join(project, name), { recursive: true })
  if (installed) symlinkSync(realpathSync(join(app, 'node_modules')), join(project, 'node_modules'))
  return project
}

function host(t, project, verify = 'types') {
  const wire = new Host(t, setup(t, { model, project, verify }))
  wire.patience = 120_000 * slower
  return wire
}
const sent = n => JSON.stringify(JSON.parse(model.journal[n].body).messages.at(-1).content)

const path = 'lib/titles.ts'
const wrong = `export function title(words: string[]): string {
  return words
}
`
const right = wrong.replace('return words', "return words.join(' ')")
const write = content => call('write_file', { path, content })

async function check(t, project, ...words) {
  const { env } = setup(t, {})
  const child = spawn(binary, ['check', '--project', project, ...words], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.on('data', piece => (out += piece))
  child.stderr.on('data', piece => (err += piece))
  const [code] = await once(child, 'close')
  return { code, out, err }
}

test('types that do not fit are sent back with the compiler\'s words, repaired, and the table says by what', async t => {
  model.play(turn(write(wrong), finish()), turn(write(right)), turn(finish()))
  const project = copy(t)
  const wire = host(t, project)
  const answer = textOf(await wire.engineer({ task: 'Join the words of a title' }))
  assert.match(sent(1), /Refused: the checks find errors in your files/)
  assert.match(sent(1), /lib\/titles\.ts:2:3 error TS2322/)
  assert.match(sent(1), /> 2 \|   return words/)
  assert.ok(answer.includes(right))
  assert.match(answer, /\| Types \| passed \| no error \(next typegen [\d.]+ s, tsc [\d.]+ s; TypeScript 5[\d.]+, Next\.js 16[\d.]+\) \|/)
  assert.match(answer, /\| Build \| not run \| not asked for \(verify: build\) \|/)
  assert.ok(!existsSync(join(project, '.nbe')))
  assert.ok(!existsSync(join(project, path)))
  await wire.close()
})

test('what nobody may run is not run, and is not called verified', async t => {
  const asked = async (project, verify, given) => {
    model.play(turn(write(wrong), finish()))
    const wire = host(t, project, verify)
    const answer = textOf(await wire.engineer({ task: `Join words, ${verify}`, ...given }))
    await wire.close()
    return answer
  }
  const installed = copy(t)
  assert.match(await asked(installed, 'build', { verify: 'rules' }), /\| Types \| not run \| not asked for \(verify: types\) \|/)
  assert.match(await asked(installed, 'rules', {}), /\| Types \| not run \| this server may run nothing of a project \(--max-verify\) \|/)
  assert.match(await asked(copy(t, false), 'types', {}), /\| Types \| not run \| TypeScript is not installed in the project/)
})

test('a package that is still to be installed is no error, and not called checked', async t => {
  const content = "import { v7 } from 'uuid'\n\nexport const ids = ['a'].map(name => v7().concat(name))\n"
  const packages = [{ name: 'uuid@11', purpose: 'ids that sort' }]
  const query = call('query_docs', { library: 'uuid', question: 'v7' })
  model.play(turn(query), turn(call('write_file', { path: 'lib/ids.ts', content }), finish()), turn(finish({ packages })))
  const wire = host(t, copy(t), 'build')
  const answer = textOf(await wire.engineer({ task: 'Make ids', verify: 'build' }))
  assert.match(sent(2), /lib\/ids\.ts:1:20 error TS2307/)
  assert.match(answer, /\| Types \| passed \| no error \([^|]*; Not installed yet, and so not checked against: uuid\) \|/)
  assert.match(answer, /\| Build \| not run \| packages that are to be installed are missing \|/)
  await wire.close()
})

test('a host may have files checked with the types of its project, and hears what is new', async t => {
  const wire = host(t, copy(t))
  const answer = textOf(await wire.tool('nextjs_backend_check', { files: [{ path, content: wrong }], verify: 'types' }))
  assert.match(answer, /lib\/titles\.ts:2:3 error TS2322[^]*1 error in 1 file\.\nTypes: failed\. 1 error \(/)
  const refused = await wire.tool('nextjs_backend_check', { verify: 'build' })
  assert.ok(refused.result.isError)
  assert.match(textOf(refused), /--max-verify/)
  await wire.close()
})

test('rules and types together find all that is planted, and nothing in what is correct', async t => {
  const left = cases.filter(one => one.rules.length === 0)
  assert.equal(left.length, 1)
  const project = copy(t)
  for (const { name } of left) cpSync(join(planted, name, 'mistake'), project, { recursive: true })
  const found = await check(t, project, '--verify', 'types', '--format', 'json')
  assert.equal(found.code, 1, found.err)
  assert.deepEqual(JSON.parse(found.out).findings.map(f => `${f.path} ${f.rule}`), ['lib/ids.ts TS2307'])
  const sarif = JSON.parse((await check(t, project, '--verify', 'types', '--format', 'sarif')).out)
  assert.equal(sarif.runs[0].results[0].ruleId, 'TS2307')

  const corrected = copy(t)
  for (const { name } of cases) cpSync(join(planted, name, 'corrected'), corrected, { recursive: true })
  const clean = await check(t, corrected, '--verify', 'types', '--format', 'json')
  assert.deepEqual(JSON.parse(clean.out).findings, [])
  assert.equal(clean.code, 0, clean.err)
})

test('a terminal hears that the types could not be checked, and so does CI', async t => {
  const { code, err } = await check(t, copy(t, false), '--verify', 'types')
  assert.equal(code, 2)
  assert.match(err, /^The types were not checked: TypeScript is not installed in the project/)
  const forbidden = await check(t, copy(t, false), '--verify', 'build', '--max-verify', 'types')
  assert.deepEqual([forbidden.code, forbidden.out], [2, ''])
  assert.match(forbidden.err, /--max-verify/)
  const nowhere = await check(t, copy(t), '--verify', 'types', '--node', '/nonexistent/node')
  assert.equal(nowhere.code, 2)
  assert.match(nowhere.err, /\/nonexistent\/node is no program/)
})
