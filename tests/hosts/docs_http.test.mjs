// Documentation from npm's own Context7 servers over HTTP, new and old, in front of a stand-in for their service.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { kinds, newest as latest, outcomes, versions } from './context7_versions.mjs'
import { setup } from './product.mjs'
import { binary, probe, within } from './support.mjs'

const newest = latest.argv

let rest
before(async () => { rest = await startContext7Rest() })
after(() => rest.close())

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

// A Context7 that listens. It says so on stderr.
async function context7(t, command, port) {
  const child = spawn(process.execPath, [...command, '--transport', 'http', '--port', String(port)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, CONTEXT7_API_URL: rest.url, OTEL_SDK_DISABLED: 'true' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stderr })
  await within(30_000, new Promise(resolve => lines.on('line', line => line.includes(`:${port}`) && resolve())), 'Context7')
  return child
}

function questions(t, url, limit = 5000) {
  const child = spawn(probe('docs_query'), ['context7', String(limit), url], { env: { PATH: process.env.PATH }, stdio: 'pipe' })
  t.after(() => child.kill('SIGKILL'))
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', data => (stderr += data))
  const waiting = new Map()
  createInterface({ input: child.stdout }).on('line', line => {
    const answer = JSON.parse(line)
    waiting.get(answer.id)(answer)
  })
  let next = 0
  return {
    log: () => stderr,
    ask: (question, library = 'next', version = '') => new Promise(resolve => {
      const id = ++next
      waiting.set(id, resolve)
      child.stdin.write(`${JSON.stringify({ id, library, question, version, max: 5 })}\n`)
    }),
    end: async () => { child.stdin.end(); assert.deepEqual(await once(child, 'exit'), [0, null], stderr) },
  }
}

async function ask(docs, questions, together) {
  if (together) return Promise.all(questions.map(q => docs.ask(...q)))
  const answers = []
  for (const q of questions) answers.push(await docs.ask(...q))
  return answers
}

for (const { name, says, argv, era, together } of versions.filter(v => v.http))
  test(`Context7 ${name} over HTTP, a ${era} server, answers with passages`, async t => {
    const port = await freePort()
    await context7(t, argv, port)
    const docs = questions(t, `http://127.0.0.1:${port}/mcp`, 3000)
    const asked = rest.requests.length
    const first = await docs.ask('route handlers', 'next', '16.4.6')
    const others = [['emails', 'zod', '4.0.1'], ['types', 'arktype', '2.1.27']]
    const [zod, ark] = await ask(docs, others, together)
    assert.equal(first.passages?.length, 3, JSON.stringify(first))
    assert.equal(first.passages[0].version, '16.1.6')
    assert.equal(zod.passages?.[0].version, '4.0.1', JSON.stringify(zod))
    assert.ok(ark.passages, JSON.stringify(ark))
    assert.match(ark.passages[0].source, /\/arktypeio\/arktype\/blob\/v2_1_20\//)
    assert.match(docs.log(), new RegExp(`Context7 is Context7 ${says.replaceAll('.', '\\.')}`))
    // The key is for the hosted one alone.
    assert.ok(!JSON.stringify(rest.requests.slice(asked)).includes('not-for-others'))
    const answers = await ask(docs, outcomes.map(o => [o.question, o.library]), together)
    for (const [n, { question, library, kind }] of outcomes.entries())
      assert.equal(answers[n].error, kinds[kind], `${library}, ${question}: ${JSON.stringify(answers[n])}`)
    await docs.end()
  })

test('a Context7 that goes away fails the question at once, and is used again when it is back', async t => {
  const port = await freePort()
  const first = await context7(t, newest, port)
  const docs = questions(t, `http://127.0.0.1:${port}/mcp`)
  assert.equal((await docs.ask('warm up')).passages.length, 3)
  const cut = docs.ask('case-hang')
  while (!rest.requests.at(-1)?.query.query?.includes('case-hang')) await sleep(5)
  first.kill('SIGKILL')
  const answer = await within(2000, cut, 'the failure')
  assert.equal(answer.error, 1, JSON.stringify(answer))
  assert.match((await docs.ask('nobody there')).message, /no answer from 127\.0\.0\.1/)
  await context7(t, newest, port)
  assert.equal((await docs.ask('back again')).passages.length, 3)
  await docs.end()
})

test('the program asks a Context7 behind a URL, and says so when nobody is there', async t => {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/mcp`
  const ask = async () => {
    const { args, env } = setup(t, { args: ['--context7', url] })
    const child = spawn(binary, ['ask', 'Validate a form with zod', ...args.filter(a => a !== '--no-context7')], { env })
    t.after(() => child.kill('SIGKILL'))
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', data => (stdout += data))
    child.stdin.end()
    const [code] = await within(20_000, once(child, 'close'), 'the brief')
    assert.equal(code, 0)
    return stdout
  }
  const without = await ask()
  assert.match(without, /no answer from 127\.0\.0\.1/)
  await context7(t, newest, port)
  const brief = await ask()
  assert.match(brief, /Source: https:\/\/github\.com\/|https:\/\/github\.com\/\S+\/blob\//)
  assert.doesNotMatch(brief, /no answer from/)
})
