// A state directory that cannot be used, in every way: the server starts, says once what is wrong, and serves; what it
// can no longer keep it says in the result.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { start as startModel } from '../fakes/messages_server.mjs'
import { app, call, finish, route, text, turn } from './product.mjs'
import { Host, kept, listed, name, place, runIdIn, slower, terminal, textOf, turnsIn, until, withTasks } from './runs_support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const task = { task: 'Add an import route' }
const play = () => model.play(
  turn(call('write_file', { path: 'app/api/import/route.ts', content: route }), call('query_docs', { library: 'zod', question: 'safeParse' })),
  turn(finish()),
)
const directory = where => join(where.env.XDG_STATE_HOME, 'nextjs-backend-engineer')
const lines = host => host.stderr.split('\n').filter(line => /Runs are lost/.test(line))

// A whole run, found again by the result tool; what is wrong is said to the log once and in each result.
async function assertServes(host, problem, args = task) {
  play()
  const said = textOf(await host.engineer(args))
  assert.ok(said.includes(route), said)
  assert.match(said, problem)
  assert.match(said, /> Runs do not survive this server: Runs are lost when this server ends, because /)
  assert.deepEqual(model.journal.map(turnsIn), [0, 1])
  const again = textOf(await host.poll({ run_id: runIdIn(said) }))
  assert.equal(again, said)
  assert.equal(lines(host).length, 1, host.stderr)
  assert.match(lines(host)[0], problem)
  const more = textOf(await (model.play(turn(finish({ approach: 'More.' }))), host.engineer({ task: 'More', run_id: runIdIn(said) })))
  assert.match(more, /More\./)
  model.play(turn(text('By a task.')))
  const { result: { taskId } } = await host.engineer({ task: 'Explain', mode: 'explain' }, withTasks)
  assert.match(textOf({ result: (await host.task(taskId)).result }), /By a task/)
}

// Where SQLite's header has them: 4 bytes, the most significant first.
const userVersion = 60
const applicationId = 68
function write(file, at, number) {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(number)
  const fd = openSync(file, 'r+')
  writeSync(fd, bytes, 0, 4, at)
  closeSync(fd)
}

// A place that was used once, so that there is a database; `spoil` is given its path.
async function used(t) {
  model.play(turn(text('Kept.')))
  const where = place(t, { model })
  const host = new Host(t, where)
  const id = runIdIn(textOf(await host.engineer({ task: 'Explain', mode: 'explain' })))
  await host.close()
  const file = join(directory(where), 'runs.sqlite')
  assert.ok(existsSync(file))
  return { where, file, id }
}

test('a database of a newer version: said, and left alone', async t => {
  const { where, file, id } = await used(t)
  const version = readFileSync(file).readInt32BE(userVersion)
  assert.ok(version > 0 && version < 100)
  write(file, userVersion, 9999)
  const host = new Host(t, where)
  await assertServes(host, /written by a newer version of this program: use that version/)
  await host.close()
  assert.equal(readFileSync(file).readInt32BE(userVersion), 9999)
  write(file, userVersion, version)
  assert.deepEqual((await listed(where)).map(run => run.run_id), [id])
})

test('a database that is garbage, cut or another program\'s: said, and left alone', async t => {
  for (const spoil of [
    file => writeFileSync(file, 'no database at all, but longer than its header would be: '.repeat(100)),
    file => writeFileSync(file, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(8000, 7)])),
    file => write(file, applicationId, 7),
    file => writeFileSync(file, readFileSync(file).fill(7, 4096)), // all behind the first page
  ]) {
    const { where, file } = await used(t)
    spoil(file)
    const { size } = statSync(file)
    const host = new Host(t, where)
    await assertServes(host, /damaged|not a database|other tables|another program|move it away/)
    await host.close()
    assert.equal(statSync(file).size, size)
    // The terminal says so too, and lists nothing instead of failing.
    const runs = await terminal(where, ['runs'])
    assert.equal(runs.code, 0, runs.stderr)
    assert.match(runs.stderr, /move it away/)
  }
})

test('a state directory that is a file, or whose parent is', async t => {
  const where = place(t, { model })
  writeFileSync(directory(where), 'a file')
  const host = new Host(t, where)
  await assertServes(host, /not a directory/)
  await host.close()
  const below = place(t, { model, args: ['--state-directory', '/dev/null/state'] })
  const other = new Host(t, below)
  await assertServes(other, /\/dev\/null/)
  await other.close()
})

// A file system of its own under the state directory, that this process alone sees.
const mounted = (where, options) => ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c',
  `mount -t tmpfs -o ${options} none "$1" && shift && exec "$@"`, 'sh', directory(where)]
const may = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'true']).status === 0
const only = { skip: may ? false : 'no user name spaces here' }

test('a state directory that is read-only', only, async t => {
  const where = place(t, { model })
  mkdirSync(directory(where))
  const host = new Host(t, where, { wrap: mounted(where, 'ro') })
  await assertServes(host, /read-only|cannot be written|Read-only/i)
  await host.close()
})

test('a disk that is full from the start', only, async t => {
  const where = place(t, { model })
  mkdirSync(directory(where))
  const host = new Host(t, where, { wrap: mounted(where, 'size=16k') })
  await assertServes(host, /full: free some space/)
  await host.close()
})

test('a disk that becomes full in the middle of a run: it goes on, and loses nothing of what it did', only, async t => {
  const big = n => `export const part${n} = '${'x'.repeat(60_000)}'\n`
  const where = place(t, { model })
  mkdirSync(directory(where))
  // A project without documentation of its own, whose index would lie on that disk.
  const project = join(where.env.XDG_STATE_HOME, 'project')
  mkdirSync(project)
  writeFileSync(join(project, 'package.json'), '{}')
  where.args[where.args.indexOf(app)] = project
  const host = new Host(t, where, { wrap: mounted(where, 'size=700k') })
  const turns = [
    ...[1, 2, 3, 4, 5, 6].map(n => turn(call('write_file', { path: `lib/part${n}.ts`, content: big(n) }, `toolu_${n}`))),
    turn(call('read_file', { path: 'lib/part1.ts' })),
    turn(finish()),
  ]
  const lost = []
  model.play(body => {
    lost.push(lines(host).length > 0)
    return turns[body.messages.filter(m => m.role === 'assistant').length]
  })
  const { result } = await host.engineer(task)
  const said = result.content[0].text
  assert.match(said, /Files: 6 created/)
  assert.match(said, /full: free some space/)
  assert.equal(lines(host).length, 1, host.stderr)
  assert.deepEqual([lost.slice(0, 3), lost.at(-1)], [[false, false, false], true], 'when it became full')
  assert.deepEqual(model.journal.map(turnsIn), [0, 1, 2, 3, 4, 5, 6, 7])
  for (const n of [1, 6]) {
    const uri = result.content.find(c => c.name === `lib/part${n}.ts`).uri
    assert.equal((await host.modern('resources/read', { uri })).result.contents[0].text, big(n))
  }
  await assertServes(host, /full: free some space/, { task: 'Another' })
  await host.close()
})

// ---- two servers on one state directory -----------------------------------------------------------------------------

test('two servers, one call: one run, driven once, and both are given the result', async t => {
  model.play(
    { ...turn(call('write_file', { path: 'app/api/import/route.ts', content: route }), call('query_docs', { library: 'zod', question: 'safeParse' })), stream: { delay: 20 } },
    turn(finish()))
  const where = place(t, { model })
  const hosts = [new Host(t, where), new Host(t, where)]
  const said = (await Promise.all(hosts.map(host => host.engineer(task)))).map(textOf)
  for (const words of said) assert.ok(words.includes(route), words)
  assert.equal(runIdIn(said[0]), runIdIn(said[1]))
  assert.deepEqual(model.journal.map(turnsIn), [0, 1])
  // Each goes on with it, one after the other.
  for (const [n, host] of hosts.entries()) {
    model.play(turn(finish({ approach: `More ${n}.` })))
    assert.match(textOf(await host.engineer({ task: `More ${n}`, run_id: runIdIn(said[0]) })), new RegExp(`More ${n}\\.`))
    assert.equal(turnsIn(model.journal[0]), 2 + n)
  }
  for (const host of hosts) await host.close()
  assert.equal((await listed(where)).length, 1)
})

test('a server that is killed: the one that watches its run goes on with it', async t => {
  model.play(turn(call('write_file', { path: 'app/api/import/route.ts', content: route }), call('query_docs', { library: 'zod', question: 'safeParse' })), { hang: true })
  const where = place(t, { model })
  const [first, second] = [new Host(t, where), new Host(t, where)]
  first.begin('mine', task)
  await until(() => model.journal.length === 2, 'the second turn')
  second.begin('watching', task, { progressToken: 1 })
  await second.heard(m => m.params?.message === 'Another server works on this run')
  assert.equal(model.journal.length, 2)
  model.play(turn(finish()))
  await first.kill()
  await second.heard(m => m.id === 'watching')
  assert.ok(textOf(second.response('watching')).includes(route))
  assert.deepEqual(model.journal.map(turnsIn), [1])
  await second.close()
})

test('a run of another server: the tool cancels it, who only watched it does not', async t => {
  const where = place(t, { model, args: ['--inline-budget', '1'] })
  const [first, second] = [new Host(t, where), new Host(t, where)]
  model.play(turn(call('write_file', { path: 'lib/a.ts', content: 'export const a = 1\n' })), { hang: true })
  const run_id = runIdIn(textOf(await first.engineer(task)))
  await until(() => model.journal.length === 2, 'the second turn')
  second.begin('watching', task, { progressToken: 1 })
  await second.heard(m => m.params?.message === 'Another server works on this run')
  second.notify('notifications/cancelled', { requestId: 'watching' })
  await sleep(1200)
  assert.ok(!model.journal[1].disconnected)
  const since = model.now()
  await second.tool(`${name}_cancel`, { run_id })
  await until(() => model.journal[1].disconnected, 'the end of the transfer')
  assert.ok(model.journal[1].disconnected - since < 1500 * slower, `${model.journal[1].disconnected - since} ms`)
  for (const host of [first, second]) assert.match(textOf(await host.poll({ run_id })), /^> \*\*Cancelled[^]*lib\/a\.ts/)
  assert.equal((await kept(where, run_id)).state, 'cancelled')
  for (const host of [first, second]) await host.close()
})
