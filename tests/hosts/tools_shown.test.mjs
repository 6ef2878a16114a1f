// What every model of a host has before it on each turn: small, complete, and plain in its first words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getEncoding } from 'js-tiktoken'
import { setup } from './product.mjs'
import { Host } from './runs_support.mjs'

const most = 1500 // tokens of all tools together, as a model is given them

test('all tools together take less than 1,500 tokens', async t => {
  const host = new Host(t, setup(t, { rest: { url: 'http://127.0.0.1:9' }, args: ['--allow-write'] }))
  const { result: { tools } } = await host.modern('tools/list', {})
  await host.close()
  assert.equal(tools.length, 6)
  const tokens = getEncoding('o200k_base')
  const each = tools.map(({ name, description, inputSchema }) => [name, tokens.encode(JSON.stringify({ name, description, input_schema: inputSchema })).length])
  const all = each.reduce((sum, [, count]) => sum + count, 0)
  assert.ok(all < most, `${all} tokens: ${each.map(one => one.join(' ')).join(', ')}`)
  for (const tool of tools) {
    assert.ok(tool.name.length <= 40 && tool.title.length <= 40, tool.name)
    assert.ok(tool.annotations.readOnlyHint !== undefined || tool.annotations.destructiveHint !== undefined, tool.name)
    for (const [name, schema] of Object.entries(tool.inputSchema.properties)) assert.ok(schema.description, `${tool.name}.${name} says nothing`)
  }
})

test('instructions fit where a host shows them, and name the tool first', async t => {
  const host = new Host(t, setup(t, {}))
  const { result } = await host.modern('server/discover', {})
  await host.close()
  assert.ok(result.instructions.length <= 2048)
  assert.match(result.instructions.slice(0, 120), /Next\.js backend engineer\. Call nextjs_backend_engineer/)
})
