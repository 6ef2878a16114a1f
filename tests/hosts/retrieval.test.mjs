// The retrieval evaluation (tests/retrieval): prints recall at 5 and mean reciprocal rank over the documentation that real
// packages ship, and holds them as a floor. What is held out was never looked at in tuning; nor were the questions on what
// people reported, which are counted for themselves.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { evaluate, figures } from '../retrieval/evaluate.mjs'
import { probe } from './support.mjs'

const floors = { tuned: { recall: 0.93, mrr: 0.8 }, 'held out': { recall: 0.86, mrr: 0.68 }, reported: { recall: 0.55, mrr: 0.47 } }

test('what developers ask is answered by what their packages ship', async t => {
  const cache = mkdtempSync(join(tmpdir(), 'nbe-retrieval-'))
  t.after(() => rmSync(cache, { recursive: true, force: true }))
  const ranked = await evaluate(probe('docs_query'), cache)
  for (const [half, floor] of Object.entries(floors)) {
    const part = ranked.filter(r => (r.reported ? 'reported' : r.held_out ? 'held out' : 'tuned') === half)
    for (const [what, some] of [['next', part.filter(r => r.library === 'next')], ['others', part.filter(r => r.library !== 'next')], ['all', part]]) {
      const { questions, recall, mrr } = figures(some)
      t.diagnostic(`${half}, ${what}: ${questions} questions, recall at 5 ${recall.toFixed(3)}, mean reciprocal rank ${mrr.toFixed(3)}`)
    }
    const { recall, mrr } = figures(part)
    assert.ok(part.length >= 30)
    assert.ok(recall >= floor.recall, `${half}: recall at 5 ${recall}`)
    assert.ok(mrr >= floor.mrr, `${half}: mean reciprocal rank ${mrr}`)
  }
})
