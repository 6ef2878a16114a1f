// The desktop extension: valid, packed and unpacked by Anthropic's own tool, and started as a host starts it, with and
// without what the user may leave out.

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'
import { modernMeta } from '../hostile/doors.mjs'

const root = join(import.meta.dirname, '../..')
const place = mkdtempSync(join(tmpdir(), 'nbe-mcpb-'))
const tool = (...args) => {
  const { status, stdout, stderr } = spawnSync('node', [join(root, 'tests/mcpb/node_modules/@anthropic-ai/mcpb/dist/cli/cli.js'), ...args], { encoding: 'utf8' })
  assert.equal(status, 0, `${args}: ${stdout}${stderr}`)
  return stdout
}
const staged = join(place, 'staged'), bundle = join(process.env.NBE_BUILD, 'nextjs-backend-engineer-mcp.mcpb'), unpacked = join(place, 'unpacked')
before(() => {
  const { status, stderr } = spawnSync('node', [join(root, 'server/app/package/mcpb/stage.mjs'), join(process.env.NBE_BUILD, 'nextjs-backend-engineer'), staged], { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  tool('pack', staged, bundle)
  tool('unpack', bundle, unpacked)
})
after(() => rmSync(place, { recursive: true, force: true }))

test('the manifest is valid', () => assert.match(tool('validate', join(staged, 'manifest.json')), /passes/))

// A host puts what the user has set in place of ${user_config.…}; what was not set stays, or is empty.
for (const unset of [name => `\${user_config.${name}}`, () => ''])
  test(`the program in it is started by the manifest, with keys that are ${unset('x') ? 'not filled in' : 'empty'}`, async t => {
    const { mcp_config: how } = JSON.parse(readFileSync(join(unpacked, 'manifest.json'), 'utf8')).server
    const set = { project: join(root, 'examples/next-app') }
    const filled = value => value.replaceAll('${__dirname}', unpacked).replaceAll(/\$\{user_config\.(\w+)\}/g, (_, name) => set[name] ?? unset(name))
    const env = Object.fromEntries(Object.entries(how.env).map(([name, value]) => [name, filled(value)]))
    const child = spawn(filled(how.command), how.args.map(filled), { env: { ...env, HOME: place, PATH: process.env.PATH }, stdio: ['pipe', 'pipe', 'inherit'] })
    t.after(() => child.kill())
    const lines = createInterface({ input: child.stdout })
    const ask = async (method, params) => {
      child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: modernMeta } })}\n`)
      return JSON.parse((await once(lines, 'line'))[0]).result
    }
    const { _meta } = await ask('server/discover', {})
    assert.equal(_meta['io.modelcontextprotocol/serverInfo'].name, 'nextjs-backend-engineer')
    const { tools } = await ask('tools/list', {})
    assert.ok(tools.some(tool => tool.name === 'nextjs_backend_engineer'))
    const check = await ask('tools/call', { name: 'nextjs_backend_check', arguments: {} })
    assert.ok(!check.isError, JSON.stringify(check))
    child.stdin.end()
    assert.deepEqual(await once(child, 'close'), [0, null])
  })
