// Writing what a run has made into the project: all of it or nothing, only where that was allowed, with a way back.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { app, call, finish, setup, turn } from './product.mjs'
import { Host, textOf, until } from './runs_support.mjs'
import { binary } from './support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

function place(t) {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'nbe-apply-')))
  t.after(() => rmSync(project, { recursive: true, force: true }))
  for (const name of ['app', 'lib', 'next.config.ts', 'package.json', 'proxy.ts', 'tsconfig.json'])
    cpSync(join(app, name), join(project, name), { recursive: true })
  writeFileSync(join(project, words), "export const hello = 'Hello'\nexport const bye = 'Good-bye'\n")
  return { ...setup(t, { model, project }), project }
}

// Every file below the folder, with its text.
function contents(folder) {
  const out = {}
  for (const name of readdirSync(folder, { recursive: true }).sort()) {
    const path = join(folder, name)
    if (statSync(path).isFile()) out[name] = readFileSync(path, 'utf8')
  }
  return out
}

async function terminal(place, ...words) {
  const child = spawn(binary, [...words, ...place.args], { env: place.env, stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const from of [child.stdout, child.stderr]) from.on('data', piece => (text += piece))
  const [code] = await once(child, 'close')
  return { code, text }
}

const words = 'lib/words.ts'
const created = 'lib/deep/er/new.ts'
const edit = call('edit_file', { path: words, old_string: 'export', new_string: '// Reviewed.\nexport', replace_all: true })
const write = call('write_file', { path: created, content: 'export const fresh = 1\n' })
const remove = call('delete_file', { path: 'lib/unused.ts' })
const allowed = { args: ['--allow-write'] }

test('without leave nothing is written, and the call says how to give it', async t => {
  const here = place(t)
  const host = new Host(t, here)
  const { result } = await host.engineer({ task: 'Review the words', apply: true })
  assert.ok(result.isError)
  assert.match(result.content[0].text, /--allow-write/)
  const { result: { tools } } = await host.modern('tools/list', {})
  assert.equal(tools.find(one => one.name === 'nextjs_backend_engineer').annotations.readOnlyHint, true)
  await host.close()
})

test('all files are written, the answer says so, and undo brings all of the old back', async t => {
  const here = place(t)
  writeFileSync(join(here.project, 'lib/unused.ts'), 'export {}\n', { mode: 0o640 })
  const old = contents(here.project)
  model.play(turn(edit, write, remove, finish()))
  const host = new Host(t, here, allowed)
  const { result: { tools } } = await host.modern('tools/list', {})
  const { annotations } = tools.find(one => one.name === 'nextjs_backend_engineer')
  assert.deepEqual([annotations.readOnlyHint, annotations.destructiveHint], [false, true])
  const answer = textOf(await host.engineer({ task: 'Review the words', apply: true }))
  assert.match(answer, /\*\*Files: 1 created, 1 modified, 1 deleted\.\*\* 3 files changed in .*runs undo [0-9a-f]{12}/)
  assert.match(readFileSync(join(here.project, words), 'utf8'), /^\/\/ Reviewed\.$/m)
  assert.equal(readFileSync(join(here.project, created), 'utf8'), 'export const fresh = 1\n')
  assert.ok(!existsSync(join(here.project, 'lib/unused.ts')))
  await host.close()

  const undone = await terminal(here, 'runs', 'undo', /runs undo ([0-9a-f]{12})/.exec(answer)[1])
  assert.equal(undone.code, 0, undone.text)
  assert.deepEqual(contents(here.project), old)
  assert.equal(statSync(join(here.project, 'lib/unused.ts')).mode & 0o777, 0o640)
  const again = await terminal(here, 'runs', 'undo', /runs undo ([0-9a-f]{12})/.exec(answer)[1])
  assert.equal(again.code, 1)
  assert.match(again.text, /undone already/)
})

test('a file that somebody changed meanwhile is not overwritten, nor is any other written', async t => {
  const here = place(t)
  model.play(turn(edit, write), { ...turn(finish()), stream: { delay: 30 } })
  const host = new Host(t, here, allowed)
  host.begin('r', { task: 'Review the words', apply: true })
  await until(() => model.journal.length === 2, 'the second turn')
  const theirs = `${readFileSync(join(here.project, words), 'utf8')}// Mine.\n`
  writeFileSync(join(here.project, words), theirs)
  const answer = textOf(await until(() => host.response('r'), 'the answer', 30_000))
  assert.match(answer, /lib\/words\.ts has changed since[^\n]*Nothing was changed/)
  assert.equal(readFileSync(join(here.project, words), 'utf8'), theirs)
  assert.ok(!existsSync(join(here.project, created)))
  await host.close()
})

test('files with errors are not written unless somebody says so at a terminal', async t => {
  const here = place(t)
  const old = contents(here.project)
  const wrong = call('write_file', { path: 'lib/wrong.ts', content: "import { revalidateTag } from 'next/cache'\n\nexport const stale = () => revalidateTag('notes')\n" })
  model.play(turn(wrong, finish()), ...Array(6).fill(turn(finish())))
  const { code, text } = await terminal(here, 'ask', 'Stale notes', '--apply')
  assert.equal(code, 0, text)
  assert.match(text, /Nothing was written: the checks find errors/)
  assert.deepEqual(contents(here.project), old)
  const id = /runs apply ([0-9a-f]{12})/.exec(text)[1]
  const applied = await terminal(here, 'runs', 'apply', id)
  assert.equal(applied.code, 0, applied.text)
  assert.ok(existsSync(join(here.project, 'lib/wrong.ts')))
  assert.equal((await terminal(here, 'runs', 'undo', id)).code, 0)
  assert.deepEqual(contents(here.project), old)
})

test('a run that goes on writes all it has again, and one undo brings back what was before it', async t => {
  const here = place(t)
  const old = contents(here.project)
  model.play(turn(edit, finish()), turn(write, finish()))
  const host = new Host(t, here, allowed)
  const first = textOf(await host.engineer({ task: 'Review the words', apply: true }))
  const begins = /runs undo ([0-9a-f]{12})/.exec(first)[1]
  const { text } = await terminal(here, 'runs', '--json')
  const id = JSON.parse(text).find(one => one.run_id.startsWith(begins)).run_id
  const second = textOf(await host.engineer({ task: 'And a new file', run_id: id }))
  assert.match(second, /2 files changed/)
  assert.match(readFileSync(join(here.project, words), 'utf8'), /Reviewed/)
  assert.ok(existsSync(join(here.project, created)))
  await host.close()
  assert.equal((await terminal(here, 'runs', 'undo', begins)).code, 0)
  assert.deepEqual(contents(here.project), old)
})

test('a server that is killed while it writes leaves all of the old or all of the new once another has started', async t => {
  const seen = new Set()
  for (let round = 0; round < 6; ++round) {
    const here = place(t)
    const names = Array.from({ length: 60 }, (_, i) => `lib/many/file${i}.ts`)
    const old = contents(here.project)
    model.play(turn(edit, ...names.map(path => call('write_file', { path, content: `export const name = '${path}'\n` }))), turn(finish()))
    const host = new Host(t, here, allowed)
    host.begin('r', { task: `Write many ${round}`, apply: true })
    // Sooner or later after the journal is there: while files change places, or when they have.
    const folder = join(here.env.XDG_STATE_HOME, 'nextjs-backend-engineer/applied')
    const journal = () => existsSync(folder) && readdirSync(folder).some(run => existsSync(join(folder, run, 'journal.json')))
    await until(() => journal() || host.response('r'), 'the journal', 60_000)
    if (round % 2) await until(() => existsSync(join(here.project, names[round * 7])) || host.response('r'), 'a file', 60_000)
    if (round > 3) await until(() => host.response('r'), 'the answer', 60_000)
    await host.kill()
    await terminal(here, 'runs')
    const now = contents(here.project)
    if (existsSync(join(here.project, names[0]))) {
      for (const path of names) assert.equal(now[path], `export const name = '${path}'\n`)
      assert.match(now[words], /Reviewed/)
      assert.equal(Object.keys(now).length, Object.keys(old).length + names.length)
      seen.add('new')
    } else {
      assert.deepEqual(now, old)
      seen.add('old')
    }
  }
  t.diagnostic(`left: ${[...seen]}`)
  assert.equal(seen.size, 2)
})
