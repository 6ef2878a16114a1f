// server.json of the MCP registry, held against what its schema of 2025-12-11 says of each member that is used, and against
// the npm package that it names: the registry takes no other.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const root = join(import.meta.dirname, '../..')
const binary = join(process.env.NBE_BUILD, 'nextjs-backend-engineer')

test('server.json is what the registry takes', t => {
  const { status, stdout, stderr } = spawnSync('node', [join(root, 'server/app/package/registry/make.mjs'), binary], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const server = JSON.parse(stdout)
  assert.deepEqual(Object.keys(server), ['$schema', 'name', 'title', 'description', 'version', 'packages'])
  assert.match(server.name, /^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/)
  assert.ok(server.title.length <= 100 && server.description.length <= 100)
  assert.match(server.version, /^\d+\.\d+\.\d+$/)
  const [pack] = server.packages
  assert.deepEqual([pack.registryType, pack.version, pack.transport], ['npm', server.version, { type: 'stdio' }])
  const inputs = ['name', 'description', 'isRequired', 'isSecret', 'format', 'type']
  for (const input of [...pack.packageArguments, ...pack.environmentVariables]) assert.ok(Object.keys(input).every(key => inputs.includes(key)), JSON.stringify(input))

  const folder = mkdtempSync(join(tmpdir(), 'nbe-registry-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const packed = spawnSync('node', [join(root, 'server/app/package/npm/pack.mjs'), binary, folder], { encoding: 'utf8' })
  assert.equal(packed.status, 0, packed.stderr)
  const launcher = packed.stdout.trim().split('\n').at(-1)
  const manifest = JSON.parse(spawnSync('tar', ['-xzOf', join(folder, launcher.split('/').at(-1)), 'package/package.json'], { encoding: 'utf8' }).stdout)
  assert.deepEqual([manifest.name, manifest.version, manifest.mcpName], [pack.identifier, pack.version, server.name])
})
