// resolve-library-id and query-docs, as Context7 itself offers them: the built program in front of npm's Context7, and
// that in front of a stand-in for its service.

import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { startContext7Rest } from '../fakes/context7_rest.mjs'
import { app, context7 } from './product.mjs'
import { binary, Wire } from './support.mjs'

let rest
before(async () => { rest = await startContext7Rest() })
after(() => rest.close())

// A server with a cache of its own, or that of another.
async function server(t, { cache, args = ['--context7', context7], url = rest.url } = {}) {
  if (!cache) {
    cache = mkdtempSync(join(tmpdir(), 'nbe-cache-'))
    t.after(() => rmSync(cache, { recursive: true, force: true }))
  }
  const env = { PATH: process.env.PATH, HOME: cache, CONTEXT7_API_URL: url }
  for (const name of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[name]) env[name] = process.env[name]
  const wire = new Wire(t, binary, ['--project', app, '--cache-directory', cache, '--state-directory', cache, ...args], { env })
  wire.patience = 60_000
  await wire.open('2025-11-25')
  return {
    cache, wire,
    call: async (name, given) => {
      const result = await wire.result('tools/call', { name, arguments: given })
      assert.equal(result.content.length, 1)
      assert.equal(result.content[0].type, 'text')
      return { text: result.content[0].text, isError: result.isError ?? false }
    },
  }
}

const asked = since => rest.requests.slice(since).map(r => r.query.libraryId ?? r.query.libraryName)

test('the two tools are listed with names, arguments and annotations of Context7, in few tokens', async t => {
  const { wire } = await server(t)
  const { tools } = await wire.result('tools/list', {})
  const ours = tools.filter(tool => ['resolve-library-id', 'query-docs'].includes(tool.name))
  assert.deepEqual(ours.map(tool => tool.inputSchema.required), [['query', 'libraryName'], ['libraryId', 'query']])
  assert.deepEqual(ours.map(tool => tool.title), ['Resolve Context7 Library ID', 'Query Documentation'])
  for (const tool of ours)
    assert.deepEqual(tool.annotations, { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true })
  assert.ok(JSON.stringify(ours).length < 1500 * 4)
  await wire.close()
})

test('without Context7 query-docs answers from what is installed, and without both there is none', async t => {
  const alone = await server(t, { args: ['--no-context7'] })
  const { tools } = await alone.wire.result('tools/list', {})
  assert.ok(!tools.some(tool => tool.name === 'resolve-library-id'))
  const answer = await alone.call('query-docs', { libraryId: 'next', query: 'cookies in a route handler' })
  assert.ok(!answer.isError)
  assert.match(answer.text, /^Documentation of next, written for [\d.]+ \(bundled\); next [\d.]+ is installed here\./)
  const none = await alone.call('query-docs', { libraryId: '/nobody/nothing', query: 'x' })
  assert.ok(none.isError)
  await alone.wire.close()
})

test('a host may put it in Context7’s place: same arguments, same shape', async t => {
  const docs = await server(t)
  const found = await docs.call('resolve-library-id', { query: 'validate emails', libraryName: 'Zod' })
  assert.ok(!found.isError)
  assert.match(found.text, /^Available Libraries:\n\n/)
  assert.match(found.text, /^- Title: Zod\n- Context7-compatible library ID: \/colinhacks\/zod$/m)
  const since = rest.requests.length
  const answer = await docs.call('query-docs', { libraryId: '/stripe/stripe-node/v19.1.0', query: 'webhooks' })
  assert.match(answer.text, /^Documentation of \/stripe\/stripe-node\/v19\.1\.0, written for 19\.1\.0 \(Context7\)/)
  assert.match(answer.text, /### Verify a webhook\n\nSource: https:\/\/github\.com\/stripe\/stripe-node\/blob\/v19\.1\.0\/docs\/webhooks\.mdx\n/)
  assert.match(answer.text, /\n--------------------------------\n/)
  assert.deepEqual(asked(since), ['/stripe/stripe-node/v19.1.0'])
  await docs.wire.close()
})

test('npm names and ids of installed packages get the installed version, and what they ship comes first', async t => {
  const docs = await server(t)
  const since = rest.requests.length
  for (const libraryId of ['next', '/vercel/next.js']) {
    const answer = await docs.call('query-docs', { libraryId, query: 'cookies', tokens: 20000 })
    assert.match(answer.text, /written for [\d.]+ \(bundled\), 16\.1\.6 \(Context7\); next [\d.]+ is installed here/)
    assert.ok(answer.text.indexOf('nextjs.org/docs') < answer.text.indexOf('github.com/vercel'), answer.text)
  }
  assert.ok(asked(since).every(id => /^\/vercel\/next\.js\/v16\./.test(id)), asked(since).join())
  const absent = await docs.call('query-docs', { libraryId: '/vercel/next.js/v15.9.0', query: 'cookies' })
  assert.match(absent.text, /written for 15\.1\.8 \(Context7\)/)
  assert.doesNotMatch(absent.text, /bundled/)
  await docs.wire.close()
})

test('an answer comes in pages of the size that was asked for', async t => {
  const docs = await server(t)
  const ask = page => docs.call('query-docs', { libraryId: 'next', query: 'cookies', tokens: 1000, ...(page ? { page } : {}) })
  const first = await ask()
  const [, count] = /Page 1 of (\d+); for the next call query-docs again with page 2\./.exec(first.text)
  const seen = new Set()
  for (let page = 1; page <= Number(count); ++page) {
    const { text } = await ask(page)
    assert.ok(text.length < 4700, `${text.length}`)
    for (const [, source] of text.matchAll(/^Source: (\S+)$/gm)) seen.add(source)
  }
  assert.ok(seen.size >= 3)
  const beyond = await ask(Number(count) + 1)
  assert.ok(beyond.isError)
  assert.match(beyond.text, /must be 1 to \d+/)
  await docs.wire.close()
})

test('failures are errors that say what to do', async t => {
  const docs = await server(t)
  for (const [given, said] of [
    [{ libraryId: '/stripe/stripe-node', query: 'case-404' }, /call resolve-library-id/],
    [{ libraryId: '/nobody/nothing', query: 'x' }, /call resolve-library-id/],
    [{ libraryId: '/stripe/stripe-node', query: 'case-503' }, /503|unavailable/],
    [{ libraryId: '/stripe/stripe-node' }, /query/],
    [{ libraryId: '/stripe/stripe-node', query: 'x', libary: 1 }, /libary/],
    [{ libraryId: '/', query: 'x' }, /neither an id/],
    [{ libraryId: '/stripe/stripe-node', query: 'x', tokens: 3 }, /500 to 20000/],
    [{ libraryId: '/stripe/stripe-node', query: 'case-hang' }, /did not answer/],
    [{ libraryId: '/stripe/stripe-node', query: 'case-429' }, /CONTEXT7_API_KEY/],
  ]) {
    const answer = await docs.call('query-docs', given)
    assert.ok(answer.isError, answer.text)
    assert.match(answer.text, said)
  }
  const since = rest.requests.length
  const rests = await docs.call('query-docs', { libraryId: '/stripe/stripe-node', query: 'anything' })
  assert.ok(rests.isError)
  assert.match(rests.text, /not asked, since \d\d:\d\d and until .*CONTEXT7_API_KEY/)
  assert.equal(rest.requests.length, since)
  await docs.wire.close()
})

test('what is installed answers while Context7 does not, and the answer says what is missing', async t => {
  const docs = await server(t)
  const answer = await docs.call('query-docs', { libraryId: '/colinhacks/zod', query: 'case-404' })
  assert.ok(!answer.isError)
  assert.match(answer.text, /^Documentation of \/colinhacks\/zod, written for [\d.]+ \(bundled\); zod/)
  assert.match(answer.text, /^Not complete\. Context7: /m)
  await docs.wire.close()
})

test('the second time there is no request, and an old answer is better than none', async t => {
  const gone = await startContext7Rest()
  const first = await server(t, { url: gone.url })
  const ask = { libraryId: '/colinhacks/zod/v4.0.1', query: 'Emails?' }
  const fresh = await first.call('query-docs', ask)
  assert.equal(gone.requests.length, 1)
  assert.equal((await first.call('query-docs', { ...ask, query: 'emails' })).text, fresh.text)
  await first.wire.close()
  const second = await server(t, { url: gone.url, cache: first.cache })
  assert.equal((await second.call('query-docs', ask)).text, fresh.text)
  assert.equal(gone.requests.length, 1)
  await second.wire.close()
  await gone.close()
  execFileSync('python3', ['-c', `import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.execute("UPDATE answers SET stored = 1800000000 - 86400 * 60, fresh_until = 1")
db.commit()`, join(first.cache, 'context7.sqlite')])
  const third = await server(t, { url: gone.url, cache: first.cache })
  const old = await third.call('query-docs', ask)
  assert.ok(!old.isError, old.text)
  assert.match(old.text, /4\.0\.1 \(Context7, as of 2026-11-16\)/)
  const other = await third.call('query-docs', { ...ask, query: 'dates' })
  assert.ok(other.isError)
  await third.wire.close()
})

test('instructions to an AI do not come through', async t => {
  const docs = await server(t)
  const answer = await docs.call('query-docs', { libraryId: '/colinhacks/zod', query: 'case-injected' })
  assert.ok(!answer.isError)
  assert.match(answer.text, /Parse it\./)
  assert.doesNotMatch(answer.text, /previous instructions|tool_result|must install/)
  assert.match(answer.text, /contained instructions to an AI; they were removed/)
  await docs.wire.close()
})

test('docs status says in a line each whether the sources can be asked', async () => {
  const cache = mkdtempSync(join(tmpdir(), 'nbe-cache-'))
  const status = async args => {
    const env = { PATH: process.env.PATH, HOME: cache, CONTEXT7_API_URL: rest.url }
    const child = spawn(binary, ['docs', 'status', '--project', app, '--cache-directory', cache, ...args], { env, stdio: ['ignore', 'pipe', 'ignore'] })
    let stdout = ''
    child.stdout.setEncoding('utf8').on('data', data => (stdout += data))
    const [code] = await once(child, 'close')
    return { stdout, code }
  }
  const well = await status(['--context7', context7])
  assert.match(well.stdout, /^Context7 \(node .*\) answers: 4\.1\.1, 2026-07-28\n.*: \d+ of \d+ packages ship documentation, \d+ sections\n$/)
  assert.equal(well.code, 0)
  const dead = await status(['--context7', 'node -e "process.exit(3)"'])
  assert.match(dead.stdout, /^Context7 \(.*\) failed when it was asked last: .*exited with code 3/)
  assert.equal(dead.code, 1)
  assert.match((await status(['--no-context7'])).stdout, /^Context7 is switched off\n/)
  rmSync(cache, { recursive: true, force: true })
})

test('a lock file gives what was answered before, on a machine that has nothing and can ask nobody', async t => {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-lock-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const lock = join(folder, 'docs.lock.json')
  const question = { libraryId: '/stripe/stripe-node/v19.1.0', query: 'verify a webhook' }
  const first = await server(t, { args: ['--context7', context7, '--docs-lock', lock] })
  const said = await first.call('query-docs', question)
  assert.ok(!said.isError, said.text)
  await first.wire.close()
  assert.deepEqual(Object.keys(JSON.parse(readFileSync(lock, 'utf8')).answers), ['passages /stripe/stripe-node/v19.1.0: verify a webhook'])

  const since = rest.requests.length
  const second = await server(t, { args: ['--context7', context7, '--docs-lock', lock], url: 'http://127.0.0.1:9' })
  assert.deepEqual(await second.call('query-docs', question), said)
  assert.equal(rest.requests.length, since)
  await second.wire.close()
})
