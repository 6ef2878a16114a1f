// What is kept, at the terminal: runs, runs show, resume, export and rm, for people and for scripts; ask --run.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, key, route, text, turn } from './product.mjs'
import { assertOneConversation, Host, kept, listed, place, terminal, turnsIn, until } from './runs_support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const files = () => turn(
  call('write_file', { path: 'app/api/[slug]/import route.ts', content: route }),
  call('edit_file', { path: 'lib/notes.ts', old_string: "'notes'", new_string: "'all'" }),
  call('delete_file', { path: 'lib/log.ts' }),
  call('query_docs', { library: 'zod', question: 'safeParse' }))
const idIn = stderr => /Run ([0-9a-f]{32})/.exec(stderr)[1]
function folder(t) {
  const path = mkdtempSync(join(tmpdir(), 'nbe-export-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}
async function done(t, where, words = ['ask', 'Add an import route']) {
  model.play(files(), turn(finish({ approach: 'One handler.' })))
  const asked = await terminal(where, words)
  assert.equal(asked.code, 0, asked.stderr)
  return idIn(asked.stderr)
}

test('runs lists what is kept, newest first; --json says the same to scripts', async t => {
  const where = place(t, { model })
  const none = await terminal(where, ['runs'])
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, 'No runs are kept.\n', ''])
  assert.deepEqual(await listed(where), [])
  const first = await done(t, where)
  model.play(turn(text('Explained.')))
  const second = idIn((await terminal(where, ['ask', '--mode', 'explain', `Explain \x1b[31mthis\x1b[0m and ${key}\nwell`])).stderr)
  const { stdout } = await terminal(where, ['runs'])
  const lines = stdout.trim().split('\n')
  assert.equal(lines.length, 2)
  assert.match(lines[0], new RegExp(`^${second.slice(0, 12)}  \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d  completed +  Explain`))
  assert.match(lines[1], new RegExp(`^${first.slice(0, 12)}  .*  completed +  Add an import route$`))
  // eslint-disable-next-line no-control-regex
  assert.ok(!/[\x00-\x09\x0b-\x1f]/.test(stdout))
  assert.ok(!stdout.includes(key))
  const json = await listed(where)
  assert.deepEqual(json.map(r => [r.run_id, r.state]), [[second, 'completed'], [first, 'completed']])
  for (const run of json) {
    assert.deepEqual(Object.keys(run), ['run_id', 'state', 'title', 'created_ms', 'updated_ms', 'principal'])
    assert.ok(Math.abs(Date.now() - run.updated_ms) < 600_000 && run.created_ms <= run.updated_ms)
  }
})

test('runs show tells what was asked, what was done and what came of it', async t => {
  const where = place(t, { model })
  const id = await done(t, where)
  const { stdout, stderr, code } = await terminal(where, ['runs', 'show', id.slice(0, 6)])
  assert.equal(code, 0, stderr)
  assert.match(stdout, new RegExp(`^Run ${id}\nState: completed, begun .*, 2 turns kept\n\n# Task\n\nAdd an import route\n\n## Turn 1\n[^]*\\*\\*write_file\\*\\*[^]*## Turn 2[^]*One handler\\.`))
  const run = await kept(where, id)
  assert.deepEqual(Object.keys(run), ['run_id', 'state', 'request', 'turns', 'outcome', 'files'])
  assert.equal(run.request.task, 'Add an import route')
  assert.deepEqual(run.files.map(f => [f.path, f.kind]), [['app/api/[slug]/import route.ts', 'created'], ['lib/log.ts', 'deleted'], ['lib/notes.ts', 'modified']])
  for (const wrong of [['runs', 'show', 'ffffffffffff'], ['runs', 'show', 'zz'], ['runs', 'show', 'ffff', '--json']]) {
    const none = await terminal(where, wrong)
    assert.equal(none.code, 1)
    assert.match(none.stderr, /There is no run/)
    assert.equal(none.stdout, '')
  }
  assert.equal((await terminal(where, ['runs', 'show'])).code, 2)
})

test('a beginning that two runs share is not guessed', async t => {
  const where = place(t, { model })
  for (let n = 0; n < 17; ++n) { // of sixteen digits two are the same
    model.play(turn(text('Done.')))
    assert.equal((await terminal(where, ['ask', '--mode', 'explain', `Explain ${n}`])).code, 0)
  }
  const ids = (await listed(where)).map(r => r.run_id)
  const digit = [...'0123456789abcdef'].find(d => ids.filter(id => id.startsWith(d)).length > 1)
  for (const verb of ['show', 'rm', 'resume']) {
    const { code, stderr } = await terminal(where, ['runs', verb, digit])
    assert.equal(code, 1)
    assert.match(stderr, /More than one run begins with/)
  }
  assert.equal((await listed(where)).length, 17)
})

test('runs export writes the files, the report and the transcript, and into nothing that is there', async t => {
  const where = place(t, { model })
  const id = await done(t, where)
  const to = join(folder(t), 'new', 'folder')
  const { stdout, stderr, code } = await terminal(where, ['runs', 'export', id, to])
  assert.equal(code, 0, stderr)
  assert.match(stdout, /^2 files written to /)
  assert.deepEqual(readdirSync(to).sort(), ['files', 'report.md', 'transcript.md'])
  assert.equal(readFileSync(join(to, 'files/app/api/[slug]/import route.ts'), 'utf8'), route)
  assert.match(readFileSync(join(to, 'files/lib/notes.ts'), 'utf8'), /notesTag = 'all'/)
  assert.deepEqual(readdirSync(join(to, 'files/lib')), ['notes.ts'])
  assert.match(readFileSync(join(to, 'report.md'), 'utf8'), /One handler\.[^]*lib\/log\.ts` \(deleted\)/)
  assert.match(readFileSync(join(to, 'transcript.md'), 'utf8'), /^# Task\n\nAdd an import route/)
  const again = await terminal(where, ['runs', 'export', id, to])
  assert.equal(again.code, 1)
  assert.match(again.stderr, /is not empty/)
  writeFileSync(join(to, '..', 'file'), '')
  const blocked = await terminal(where, ['runs', 'export', id, join(to, '..', 'file')])
  assert.equal(blocked.code, 1)
  assert.doesNotMatch(blocked.stderr, /terminate|what\(\)/)
})

test('runs rm forgets a run, but none that is at work', async t => {
  const where = place(t, { model })
  const id = await done(t, where)
  model.play({ hang: true })
  const host = new Host(t, where)
  host.begin('mine', { task: 'Another' })
  await until(() => model.journal.length === 1, 'its request')
  const working = (await listed(where)).find(run => run.state === 'working').run_id
  const refused = await terminal(where, ['runs', 'rm', working])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /at work\. Cancel it first/)
  // It is shown as it stands, and left alone.
  assert.equal((await kept(where, working)).state, 'working')
  assert.ok(!model.journal[0].disconnected)
  const { code, stdout, stderr } = await terminal(where, ['runs', 'rm', id])
  assert.deepEqual([code, stdout, stderr], [0, '', ''])
  assert.deepEqual((await listed(where)).map(run => run.run_id), [working])
  assert.equal((await terminal(where, ['runs', 'show', id])).code, 1)
  await host.kill()
  assert.equal((await terminal(where, ['runs', 'rm', working])).code, 0)
  assert.deepEqual(await listed(where), [])
})

test('runs resume goes on with a run whose server was killed; --json prints what came of it', async t => {
  for (const json of [false, true]) {
    const where = place(t, { model })
    model.play(files(), { hang: true })
    const host = new Host(t, where)
    host.begin('mine', { task: 'Add an import route' })
    await until(() => model.journal.length === 2, 'the second turn')
    await host.kill()
    const [{ run_id, state }] = await listed(where)
    assert.equal(state, 'interrupted')
    const before = model.journal.slice()
    model.play(turn(finish({ approach: 'Gone on.' })))
    const resumed = await terminal(where, ['runs', 'resume', run_id, ...(json ? ['--json'] : [])])
    assert.equal(resumed.code, 0, resumed.stderr)
    assert.match(resumed.stderr, /Thinking \(turn 2/)
    assert.doesNotMatch(resumed.stderr, /turn 1/)
    if (json) {
      const outcome = JSON.parse(resumed.stdout)
      assert.equal(outcome.run_id, run_id)
      assert.equal(outcome.answer.approach, 'Gone on.')
      assert.equal(outcome.files.length, 3)
    } else {
      assert.match(resumed.stdout, /Gone on\./)
      assert.ok(resumed.stdout.includes(route))
    }
    assertOneConversation([...before, ...model.journal])
    assert.deepEqual(model.journal.map(turnsIn), [1])
    // What is over is shown again, and asks nobody.
    const again = await terminal(where, ['runs', 'resume', run_id])
    assert.equal(again.code, 0)
    assert.match(again.stdout, /Gone on\./)
    assert.equal(model.journal.length, 1)
  }
})

test('runs resume goes on with a run that failed, once what was wrong is mended', async t => {
  const where = place(t, { model })
  model.play(files(), { status: 400, message: 'credit is too low' })
  const failed = await terminal(where, ['ask', 'Add an import route'])
  assert.equal(failed.code, 1)
  const id = idIn(failed.stderr)
  assert.equal((await kept(where, id)).files.length, 3)
  model.play(turn(finish({ approach: 'Mended.' })))
  const resumed = await terminal(where, ['runs', 'resume', id])
  assert.equal(resumed.code, 0, resumed.stderr)
  assert.match(resumed.stdout, /Mended\./)
  assert.deepEqual(model.journal.map(turnsIn), [1])
})

test('ask --run goes on with a run, by a beginning of its id', async t => {
  const where = place(t, { model })
  const id = await done(t, where)
  const before = model.journal.slice()
  model.play(turn(call('read_file', { path: 'lib/notes.ts' })), turn(finish({ approach: 'And more.' })))
  const more = await terminal(where, ['ask', '--run', id.slice(0, 8), 'Now the rest'])
  assert.equal(more.code, 0, more.stderr)
  assert.match(more.stdout, /And more\./)
  assert.equal(idIn(more.stderr), id)
  assertOneConversation([...before, ...model.journal])
  assert.match(JSON.stringify(JSON.parse(model.journal[1].body).messages.at(-1)), /notesTag = 'all'/)
  const none = await terminal(where, ['ask', '--run', 'ffff', 'x'])
  assert.equal(none.code, 1)
  assert.match(none.stderr, /There is no run ffff/)
  assert.match((await terminal(where, ['runs', 'show', id])).stdout, /# Further task\n\nNow the rest/)
})

test('the terminal\'s runs and those of a host on this machine are the same person\'s', async t => {
  const where = place(t, { model })
  const id = await done(t, where)
  const host = new Host(t, where)
  const { result } = await host.modern('resources/read', { uri: `run://${id}` })
  assert.match(result.contents[0].text, /One handler/)
  await host.close()
})
