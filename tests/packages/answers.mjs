// The main job of a program that was just installed, without a key and in a home of its own: the brief, with the passages
// that the project's own packages hold.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const app = join(import.meta.dirname, '../../examples/next-app')

export function answersAtHome(program, words = [], options = {}) {
  const home = mkdtempSync(join(tmpdir(), 'nbe-home-'))
  try {
    const args = [...words, 'ask', 'Add a route handler that imports notes from a CSV', '--no-context7', '--project', app]
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', ...options, env: { PATH: process.env.PATH, ...options.env, HOME: home } })
    assert.equal(status, 0, stderr)
    assert.match(stdout, /node_modules\/next\/dist\/docs\//)
    assert.match(stdout, /Response Format/)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}
