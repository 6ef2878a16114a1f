// The main job, as a host has it done: the built program on stdio, a scripted model, real documentation servers.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { slower } from '../bounds.mjs'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { start as startModel } from '../fakes/messages_server.mjs'
import { alive, call, descendants, finish, key, route, setup, text, think, turn } from './product.mjs'
import { binary, modernMeta, modernVersion, Wire, within } from './support.mjs'

let model
let rest
before(async () => {
  model = await startModel()
  rest = await startContext7Rest()
})
after(() => { model.close(); return rest.close() })

function host(t, options) {
  const { args, env } = setup(t, options)
  const wire = new Wire(t, binary, args, { env })
  wire.version = modernVersion
  wire.patience = 60_000 // ASan builds, and Context7's start
  wire.engineer = (args, meta) => wire.modern('tools/call', { name: 'nextjs_backend_engineer', arguments: args }, meta)
  return wire
}

const textOf = reply => reply.result.content[0].text
const noKeyIn = (wire, ...more) => {
  for (const said of [wire.stderr, JSON.stringify(wire.received), ...more]) assert.ok(!said.includes(key), 'the key was printed')
}
const body = n => JSON.parse(model.journal[n].body)
const lastToolResults = n => body(n).messages.at(-1).content.filter(b => b.type === 'tool_result')

test('three turns with parallel tool calls return files, sources and usage, with progress on the way', async t => {
  model.play(
    turn(think('look first'), call('read_file', { path: 'app/api/notes/route.ts' }, 'toolu_a'),
      call('query_docs', { library: 'zod', question: 'safeParse' }, 'toolu_b'),
      call('list_files', { glob: 'app/**/*.ts' }, 'toolu_c')),
    turn(text('Writing.'), call('write_file', { path: 'app/api/import/route.ts', content: route })),
    turn(finish({ environment_variables: [{ name: 'API_TOKEN', purpose: 'protects the route' }] })),
  )
  const wire = host(t, { model, rest })
  const reply = await wire.engineer({ task: 'Add POST /api/import with zod validation' }, { progressToken: 'p1' })
  const answer = textOf(reply)
  assert.ok(!reply.result.isError, answer)
  assert.match(answer, /### `app\/api\/import\/route\.ts` \(created\)/)
  assert.ok(answer.includes(route))
  assert.match(answer, /`API_TOKEN`: protects the route/)
  assert.match(answer, /## Documentation used[^]*https:\/\/nextjs\.org\/docs\/app\/[^]*bundled/)
  assert.match(answer, /## Documentation used[^]*github\.com\/vercel\/next\.js[^]*Context7/)
  assert.match(answer, /## Usage[^]*claude-sonnet-5-5, 3 turns, 5 tool calls/)
  assert.doesNotMatch(answer, /> \*\*/)

  // What the model was sent: the prompt verbatim first, documentation as data, answers in order, nothing it must not.
  const first = body(0)
  assert.ok(first.system[0].text.startsWith('You are an elite Next.js backend engineer'))
  assert.match(first.messages[0].content[0].text ?? first.messages[0].content, /<documentation library="next"/)
  assert.deepEqual(lastToolResults(1).map(r => r.tool_use_id), ['toolu_a', 'toolu_b', 'toolu_c'])
  assert.match(JSON.stringify(lastToolResults(1)[0]), /NextResponse|Response/)
  assert.ok(model.journal[2].body.startsWith(model.journal[1].body.slice(0, model.journal[1].body.indexOf('"role":"user"') + 2000)))
  assert.equal(model.journal.length, 3)

  const progress = await wire.heard(m => m.method === 'notifications/progress', 3)
  assert.ok(progress.every(m => m.params.progressToken === 'p1'))
  const values = progress.map(m => m.params.progress)
  assert.deepEqual(values, [...values].sort((a, b) => a - b))
  noKeyIn(wire)
  await wire.close()
})

test('finish is refused until what the files import was looked up', async t => {
  const code = `import Stripe from 'stripe'\nexport const stripe = new Stripe(process.env.STRIPE_KEY!)\n`
  model.play(
    turn(call('write_file', { path: 'lib/pay.ts', content: code }), finish()),
    turn(call('query_docs', { library: 'stripe', question: 'create a client' })),
    turn(finish()),
  )
  const wire = host(t, { model, rest })
  const answer = textOf(await wire.engineer({ task: 'Add a payment client' }))
  const refusal = lastToolResults(1)[1]
  assert.equal(refusal.is_error, true)
  assert.match(JSON.stringify(refusal.content), /Refused[^]*- stripe/)
  assert.match(answer, /lib\/pay\.ts/)
  assert.match(answer, /stripe-node/)
  assert.doesNotMatch(answer, /Not looked up/)
  await wire.close()
})

test('a model that will not look things up is let go after a few refusals, and the answer says so first', async t => {
  const code = `import Stripe from 'stripe'\nexport const stripe = new Stripe('x')\n`
  model.play(turn(call('write_file', { path: 'lib/pay.ts', content: code }), finish()), ...Array(3).fill(turn(finish())))
  const wire = host(t, { model })
  const answer = textOf(await wire.engineer({ task: 'Add a payment client' }))
  assert.match(answer, /^> \*\*Not looked up, although the files use it: `stripe`/)
  await wire.close()
})

test('Context7 killed in the middle of a run: the answer comes, and says what could not be asked', async t => {
  model.play(
    turn(call('query_docs', { library: 'zod', question: 'case-hang' })),
    turn(call('write_file', { path: 'app/api/import/route.ts', content: route })),
    turn(finish()),
  )
  const wire = host(t, { model, rest })
  const pending = wire.engineer({ task: 'Add POST /api/import with zod' })
  while (!rest.requests.some(r => r.query.query?.includes('case-hang'))) await sleep(20)
  for (const pid of descendants(wire.child.pid)) process.kill(pid, 'SIGKILL')
  const answer = textOf(await pending)
  assert.match(answer, /> Could not be asked:\n> - Context7: /)
  assert.ok(answer.includes(route))
  await wire.close()
})

test('a 429 with retry-after, a 529, a cut stream and malformed tool input are each survived', async t => {
  model.play(
    { status: 429, headers: { 'retry-after': '1' } },
    { status: 529 },
    { ...turn(text('half an ans')), stream: { cut: 3 } },
    turn({ type: 'tool_use', name: 'read_file', raw_input: '{"path":"app/' }),
    turn(text('All four survived.')),
  )
  const wire = host(t, { model })
  const answer = textOf(await wire.engineer({ task: 'Explain the notes route', mode: 'explain' }))
  assert.match(answer, /All four survived\./)
  assert.doesNotMatch(answer, /half an ans/)
  assert.match(answer, /3 requests had to be repeated/)
  assert.match(JSON.stringify(lastToolResults(4)), /not a valid JSON object/)
  await wire.close()
})

test('a wrong key is one sentence that names the variable, and never the key', async t => {
  const wrong = 'wrong-key-9876543210-do-not-print'
  model.play(turn(text('never')))
  const wire = host(t, { model, env: { ANTHROPIC_API_KEY: wrong } })
  const reply = await wire.engineer({ task: 'Anything' })
  assert.equal(reply.result.isError, true)
  assert.match(textOf(reply), /401.*ANTHROPIC_API_KEY/)
  assert.ok(!textOf(reply).includes('\n'))
  assert.ok(!(wire.stderr + JSON.stringify(wire.received)).includes(wrong))
  await wire.close()
})

test('cancelling a call stops the model transfer within 200 ms, is not answered, and leaves no process', async t => {
  model.play({ ...turn(text('a long answer '.repeat(2000))), stream: { delay: 20 } })
  const wire = host(t, { model, rest })
  const id = 'to-cancel'
  wire.send({ id, method: 'tools/call', params: { name: 'nextjs_backend_engineer', arguments: { task: 'Anything' }, _meta: modernMeta({ progressToken: 1 }) } })
  await wire.heard(m => m.params?.message?.startsWith('Thinking'))
  while (!model.journal[0]) await sleep(10)
  await sleep(200)
  const children = descendants(wire.child.pid)
  assert.ok(children.length > 0, 'Context7 runs')
  const cancelled = model.now()
  wire.notify('notifications/cancelled', { requestId: id })
  while (!model.journal[0].disconnected) await sleep(5)
  assert.ok(model.journal[0].disconnected - cancelled < 200 * slower, `${model.journal[0].disconnected - cancelled} ms`)
  await sleep(200)
  assert.ok(!wire.received.some(m => m.id === id))
  await wire.close()
  assert.deepEqual(children.filter(alive), [])
})

test('SIGTERM ends a working server with all its processes', async t => {
  model.play({ hang: true })
  const wire = host(t, { model, rest })
  wire.send({ id: 1, method: 'tools/call', params: { name: 'nextjs_backend_engineer', arguments: { task: 'Anything' }, _meta: modernMeta({ progressToken: 1 }) } })
  await wire.heard(m => m.params?.message?.startsWith('Thinking'))
  const children = descendants(wire.child.pid)
  wire.child.kill('SIGTERM')
  const [code] = await within(5000 * slower, wire.exited, 'the end')
  assert.equal(code, 143)
  assert.deepEqual(children.filter(alive), [])
})

test('without a key the tool returns the brief, with sources, and says how to get full answers', async t => {
  const wire = host(t, { rest })
  const answer = textOf(await wire.engineer({ task: 'Add a webhook for Stripe' }))
  assert.match(answer.split('\n')[0], /No model is configured.*ANTHROPIC_API_KEY/)
  assert.match(answer, /You are an elite Next\.js backend engineer/)
  assert.ok((answer.match(/^- \[.*\]\(https:/gm) ?? []).length >= 3, answer)
  assert.match(answer, /stripe-node/)
  assert.ok(answer.length < 34_000, `${answer.length}`)
  await wire.close()
})

test('a project that was not allowed, an empty task and a misspelt argument are each refused with what to do', async t => {
  model.play()
  const wire = host(t, { model })
  const refused = async (args, words) => {
    const reply = await wire.engineer(args)
    assert.equal(reply.result.isError, true)
    assert.match(textOf(reply), words)
  }
  await refused({ task: 'x', project_path: '/etc' }, /not a folder inside an allowed project.*--project/)
  await refused({ task: 'x', project_path: '../..' }, /not a folder inside an allowed project/)
  await refused({ task: '  ' }, /task: empty/)
  await refused({ task: 'x', files: Array(21).fill('a.ts') }, /at most 20 paths/)
  await refused({ tasks: 'x' }, /did you mean "task"/)
  await refused({ task: 'x', mode: 'improve' }, /implement, plan, review, explain/)
  assert.equal(model.journal.length, 0)
  await wire.close()
})

test('many calls at once are each answered, in whatever order they are done', async t => {
  model.play(...Array(6).fill(turn(text('Done.'))))
  const wire = host(t, { model })
  const replies = await Promise.all(Array.from({ length: 6 }, (_, i) => wire.engineer({ task: `Explain part ${i}`, mode: 'explain' })))
  assert.ok(replies.every(r => textOf(r).includes('Done.')))
  await wire.close()
})
