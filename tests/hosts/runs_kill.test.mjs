// kill -9 in the middle of a run, at moments that nobody chose: the next server ends it with the same files, and the
// model is asked for no turn twice that the journal holds.

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { start as startModel } from '../fakes/messages_server.mjs'
import { call, finish, text, think, turn } from './product.mjs'
import { assertOneConversation, Host, kept, listed, place, random, runIdIn, sanitized, textOf, turnsIn, until, withTasks } from './runs_support.mjs'

let model
before(async () => { model = await startModel() })
after(() => model.close())

const pay = `import Stripe from 'stripe'\nexport const stripe = new Stripe('x')\n`
const turns = [
  turn(think('Look first.'), call('read_file', { path: 'lib/notes.ts' }, 'toolu_1a'), call('list_files', { glob: 'app/**/*.ts' }, 'toolu_1b'),
    call('search_files', { pattern: 'revalidateTag' }, 'toolu_1c')),
  turn(text('Begin.'), call('write_file', { path: 'lib/a.ts', content: 'export const a = 1\n' }, 'toolu_2a'),
    call('write_file', { path: 'lib/b.ts', content: 'export const b = 1\n' }, 'toolu_2b'), call('read_file', { path: 'lib/a.ts' }, 'toolu_2c')),
  turn(call('edit_file', { path: 'lib/notes.ts', old_string: "'notes'", new_string: "'all-notes'" }, 'toolu_3a'),
    call('read_file', { path: 'lib/notes.ts' }, 'toolu_3b')),
  turn(think('It goes.'), call('delete_file', { path: 'lib/log.ts' }, 'toolu_4a'), call('read_file', { path: 'lib/log.ts' }, 'toolu_4b')),
  turn(call('query_docs', { library: 'next', question: 'revalidateTag' }, 'toolu_5a'), call('query_docs', { library: 'next', question: 'cookies' }, 'toolu_5b')),
  turn(call('edit_file', { path: 'lib/b.ts', old_string: 'b = 1', new_string: 'b = 2' }, 'toolu_6a'),
    call('edit_file', { path: 'lib/b.ts', old_string: 'b = 2', new_string: 'b = 3' }, 'toolu_6b')),
  turn(call('delete_file', { path: 'lib/a.ts' }, 'toolu_7a'), call('write_file', { path: 'lib/pay.ts', content: pay }, 'toolu_7b')),
  turn(think('Done?'), { ...finish(), id: 'toolu_8a' }),
  turn(call('query_docs', { library: 'stripe', question: 'create a client' }, 'toolu_9a'), call('query_docs', { library: 'zod', question: 'object' }, 'toolu_9c'),
    call('edit_file', { path: 'lib/pay.ts', old_string: "'x'", new_string: 'process.env.STRIPE_KEY!' }, 'toolu_9b')),
  turn(text('Now.'), { ...finish(), id: 'toolu_10a' }),
]
const files = {
  'lib/b.ts': ['created', 'export const b = 3\n'],
  'lib/log.ts': ['deleted', ''],
  'lib/notes.ts': ['modified', /notesTag = 'all-notes'/],
  'lib/pay.ts': ['created', pay.replace("'x'", 'process.env.STRIPE_KEY!')],
}

// Whatever is asked, and however often: the turn that comes next in that conversation. In a few milliseconds.
const play = delay => model.play(body => {
  const step = turns[body.messages.filter(m => m.role === 'assistant').length]
  return step && { ...step, stream: { delay } }
})

// The answer to the call, by its text; undefined if the server is gone first.
async function answer(host, { task, taskId, id }) {
  if (taskId) return textOf({ result: (await host.task(taskId)).result })
  if (!id) return textOf(await host.engineer(task))
  for (;;) {
    const said = textOf(await host.poll({ run_id: id }))
    if (!said.startsWith('**Still working**')) return said
  }
}

async function assertFiles(where, id) {
  const run = await kept(where, id)
  assert.equal(run.state, 'completed')
  assert.deepEqual(run.files.map(f => f.path), Object.keys(files))
  for (const file of run.files) {
    const [kind, content] = files[file.path]
    assert.equal(file.kind, kind, file.path)
    if (content instanceof RegExp) assert.match(file.text, content)
    else assert.equal(file.text, content)
  }
  assert.equal(run.outcome.account.turns, turns.length)
  assert.equal(run.outcome.account.tools.length, turns.flatMap(t => t.blocks).filter(b => b.type === 'tool_use').length)
  return run
}

const delay = 1
const seed = Number(process.env.NBE_SEED ?? 20_261_122)
const rounds = Number(process.env.NBE_ROUNDS ?? (sanitized ? 12 : 50))

test(`a server killed at ${rounds} random moments of a run ends it each time, and asks for nothing twice`, async t => {
  const next = random(seed)
  // How long it takes from the first request to the last; the second run finds the documentation indexed.
  const first = place(t, { model })
  let length = 0
  for (let i = 0; i < 2; ++i) {
    play(delay)
    const host = new Host(t, first)
    const begun = performance.now()
    const said = textOf(await host.engineer({ task: 'Take payments' }))
    length = performance.now() - begun
    assert.match(said, /lib\/pay\.ts/)
    assert.equal(model.journal.length, turns.length)
    await assertFiles(first, runIdIn(said))
    await host.close()
  }
  t.diagnostic(`a run takes ${Math.round(length)} ms; seed ${seed}`)

  const held = []
  let where = first
  for (let round = 0; round < rounds; ++round) {
    play(delay)
    if (round % 10 === 9) where = place(t, { model }) // nothing there yet, not even an index
    const task = { task: `Take payments in part ${round} of ${rounds}` }
    const ours = async () => (await listed(where)).filter(run => run.title === task.task)
    const how = ['the same call', 'the result tool', 'the task'][round % 3]
    const kills = next() < 0.25 ? 2 : 1
    let id, taskId, answered = false
    const inRound = `round ${round} of seed ${seed}, then ${how}`
    try {
      for (let n = 0; n < kills && !answered; ++n) {
        const host = new Host(t, where)
        const asking = (async () => {
          if (how === 'the task' && !taskId) ({ result: { taskId } } = await host.engineer(task, withTasks))
          await answer(host, { task, taskId, id: n > 0 && how === 'the result tool' ? id : undefined })
          answered = true
        })()
        const settled = asking.catch(() => {})
        // Anywhere in any turn, before the first and after the last, however slow the machine is.
        const moment = next() * (turns.length + 1)
        const reached = () => answered || model.journal.some(entry => turnsIn(entry) >= Math.floor(moment) - 1)
        if (moment >= 1) await until(reached, `turn ${Math.floor(moment)}`, 30_000)
        await sleep((moment % 1) * (length / turns.length))
        await host.kill()
        await settled // with what it had said before
        const mine = await ours()
        assert.ok(mine.length <= 1, `${mine.length} runs of one call`)
        id = mine[0]?.run_id
        const turnsHeld = id ? (await kept(where, id)).turns : 0
        held.push(turnsHeld)
        for (let k = 0; k < turnsHeld; ++k) {
          // A turn that no earlier kill lost was asked for once.
          const asked = model.journal.filter(entry => turnsIn(entry) === k).length
          assert.ok(asked >= 1 && asked <= 1 + n, `turn ${k + 1} was asked for ${asked} times`)
        }
        const known = model.journal.filter(entry => turnsIn(entry) < turnsHeld).length
        model.known = { turnsHeld, known }
      }
      if (!answered) {
        const host = new Host(t, where)
        const said = await answer(host, { task, taskId, id: how === 'the result tool' ? id : undefined })
        assert.match(said, /### `lib\/pay\.ts` \(created\)/)
        await host.close()
        const { turnsHeld, known } = model.known
        assert.equal(model.journal.filter(entry => turnsIn(entry) < turnsHeld).length, known, 'a turn that was kept was asked for again')
        const mine = await ours()
        assert.equal(mine.length, 1)
        if (id) assert.equal(mine[0].run_id, id)
        id = mine[0].run_id
      }
      await assertFiles(where, id)
      assertOneConversation(model.journal)
    } catch (failure) {
      failure.message = `${inRound}: ${failure.message}`
      throw failure
    }
  }
  t.diagnostic(`turns kept at each kill: ${held.join(' ')}`)
  assert.ok(new Set(held).size >= Math.min(6, rounds / 3), 'the kills were spread over the run')
})
