// The official TypeScript clients, v1 (legacy era) and v2 (both), against a small server of ours over stdio.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { officialClients } from './official_clients.mjs'
import { probe } from './support.mjs'

const server = { command: probe('echo_server'), stderr: 'ignore' }

for (const { name, connect, version, expected, call } of officialClients)
  test(name, async t => {
    const client = await connect(server)
    t.after(() => client.close())
    assert.equal(version?.(client), expected)
    assert.equal(client.getServerVersion().name, 'echo-server')
    assert.equal(client.getInstructions(), 'Call echo.')

    const { tools } = await client.listTools()
    assert.deepEqual(tools.map(tool => tool.name), ['echo', 'slow', 'fail', 'kinds', 'crash'])
    assert.equal(tools[0].inputSchema.additionalProperties, false)
    assert.equal(tools[0]._meta['anthropic/alwaysLoad'], true)

    const progress = []
    const echoed = await call(
      client, { name: 'echo', arguments: { text: 'hi', steps: 40 } }, { onprogress: p => progress.push(p) })
    assert.equal(echoed.content[0].text, 'hi')
    // The clients drop what arrives together with the response, so not necessarily the last.
    assert.equal(progress[0].message, 'step 0')
    assert.ok(progress[1].progress > progress[0].progress)
    assert.ok(progress.length < 10)

    const everything = await call(client, { name: 'kinds' })
    assert.deepEqual(everything.content.map(block => block.type), ['text', 'image', 'audio', 'resource_link', 'resource'])

    const failed = await call(client, { name: 'fail' })
    assert.equal(failed.isError, true)
    const wrong = await call(client, { name: 'echo', arguments: { txt: 'hi' } })
    assert.match(wrong.content[0].text, /did you mean "text"/)
    await assert.rejects(call(client, { name: 'none' }), e => e.code === -32602)
    await assert.rejects(call(client, { name: 'crash' }), e => e.code === -32603)

    const { prompts } = await client.listPrompts()
    assert.equal(prompts[0].name, 'greeting')
    const prompt = await client.getPrompt({ name: 'greeting', arguments: { name: 'you' } })
    assert.equal(prompt.messages[0].content.text, 'Greet you.')

    // Cancelled by the client once it has seen the work go on; the connection serves the next call.
    const abort = new AbortController()
    let beats = 0
    const slow = call(client, { name: 'slow' }, {
      signal: abort.signal,
      onprogress: () => { if (++beats === 2) abort.abort(new Error('enough')) },
    })
    await assert.rejects(slow, /enough|abort/i)
    assert.equal((await call(client, { name: 'echo', arguments: { text: 'after' } })).content[0].text, 'after')
    const heard = beats
    await new Promise(resolve => setTimeout(resolve, 60))
    assert.equal(beats, heard)
  })
