// Everything hostile over standard input and output.

import { test } from 'node:test'
import { floodCases } from './flood_cases.mjs'
import { processCases } from './process_cases.mjs'
import { jsonCasesOnLines } from './json_cases.mjs'
import { requestCases } from './request_cases.mjs'
import { smallCases } from './small_cases.mjs'

for (const era of ['legacy', 'modern']) {
  test(`stdio, ${era}: bytes`, t => smallCases(t, 'stdio', era))
  test(`stdio, ${era}: requests`, t => requestCases(t, 'stdio', era))
  test(`stdio, ${era}: floods`, t => floodCases(t, 'stdio', era, era === 'modern'))
}
test('stdio: the process', processCases)
test('stdio: JSON', t => jsonCasesOnLines(t, 'stdio'))
