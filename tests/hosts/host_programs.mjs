// The hosts that run here without a login and without the internet.

import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

// The binary itself, so that no install script needs to have run.
export function claude() {
  const packages = join(import.meta.dirname, '../claude-code/node_modules/@anthropic-ai')
  const platform = readdirSync(packages).find(name => name.startsWith('claude-code-'))
  assert.ok(platform, 'npm ci in tests/claude-code')
  return join(packages, platform, 'claude')
}

// One of tests/host-clients; nothing where these are not installed.
export function hostClient(name) {
  const packages = join(import.meta.dirname, '../host-clients/node_modules')
  // opencode's own launcher wants its install script to have run.
  const program = join(packages, name === 'opencode' ? `opencode-linux-${process.arch}/bin` : '.bin', name)
  return existsSync(program) ? program : undefined
}
