// `install` and `uninstall`: what is written for each host, what stays as it is, and what real hosts say to it.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { claude, hostClient } from './host_programs.mjs'
import { app } from './product.mjs'
import { binary } from './support.mjs'
import { terminal } from './runs_support.mjs'

const name = 'nextjs-backend-engineer'
const golden = JSON.parse(readFileSync(join(import.meta.dirname, 'install_golden.json'), 'utf8'))
const clients = Object.keys(golden)

function home(t, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'nbe-install-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const place = { args: [], env: { PATH: '/usr/bin:/bin', HOME: folder, ...env } }
  for (const one of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[one]) place.env[one] = process.env[one]
  const run = async (words, { code = 0 } = {}) => {
    const ran = await terminal(place, words)
    assert.equal(ran.code, code, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`)
    return ran.stdout + ran.stderr
  }
  return { folder, run, path: file => join(folder, file) }
}

// Every file and folder below, with its bytes and mode.
function everything(folder, below = '') {
  const out = {}
  for (const entry of readdirSync(join(folder, below)).sort()) {
    const path = join(below, entry), there = lstatSync(join(folder, path))
    out[path] = there.isDirectory() ? 'a folder' : `${(there.mode & 0o777).toString(8)} ${readFileSync(join(folder, path), 'utf8')}`
    if (there.isDirectory()) Object.assign(out, everything(folder, path))
  }
  return out
}

const write = (path, text) => { mkdirSync(dirname(path), { recursive: true }); writeFileSync(path, text) }
const expected = lines => lines.join('\n').replaceAll('COMMAND', binary) + '\n'

for (const client of clients) {
  const { file, inProject, empty, existing, changed, broken, line } = golden[client]
  const scope = inProject ? ['--in-project', '--project'] : []
  const words = (verb, h, ...more) => [verb, '--client', client, ...(scope.length ? [...scope, h.folder] : []), ...more]

  test(`${client}: an empty home gets its file, and is empty again`, async t => {
    const h = home(t)
    const said = await h.run(words('install', h))
    assert.match(said, /registered/)
    assert.equal(readFileSync(h.path(file), 'utf8'), expected(empty))
    assert.equal(statSync(h.path(file)).mode & 0o777, 0o600)
    assert.match(await h.run(words('install', h)), /registered already/)
    await h.run(words('uninstall', h))
    assert.deepEqual(everything(h.folder), {})
  })

  test(`${client}: what was in its file stays as it is, and comes back byte for byte`, async t => {
    const h = home(t)
    write(h.path(file), existing.join('\n'))
    chmodSync(h.path(file), 0o640)
    const before = everything(h.folder)
    const shown = await h.run(words('install', h, '--print'))
    assert.deepEqual(everything(h.folder), before)
    assert.match(shown, /^\+.*nextjs-backend-engineer/m)
    await h.run(words('install', h))
    assert.equal(readFileSync(h.path(file), 'utf8'), changed.join('\n').replaceAll('COMMAND', binary))
    // Registered a second time, otherwise: one entry, and still the first file comes back.
    await h.run(words('install', h, '--max-turns', '9'))
    assert.equal(readFileSync(h.path(file), 'utf8').split('--max-turns').length, 2)
    await h.run(words('uninstall', h))
    assert.deepEqual(everything(h.folder), before)
  })

  test(`${client}: where somebody has written meanwhile, the entry alone is taken out`, async t => {
    const h = home(t)
    write(h.path(file), existing.join('\n'))
    await h.run(words('install', h))
    const comment = file.endsWith('json') ? '// mine\n' : '# mine\n'
    writeFileSync(h.path(file), comment + readFileSync(h.path(file), 'utf8'))
    await h.run(words('uninstall', h))
    const left = readFileSync(h.path(file), 'utf8')
    assert.ok(left.startsWith(comment))
    assert.ok(!left.includes(name))
    const bare = text => text.replace(/\s+/g, '')
    assert.equal(bare(left), bare(comment + existing.join('\n')))
    assert.match(await h.run(words('uninstall', h)), /not registered/)
  })

  test(`${client}: a broken file is refused with its line, and not touched`, async t => {
    const h = home(t)
    write(h.path(file), broken.join('\n'))
    const before = everything(h.folder)
    const said = await h.run(words('install', h), { code: 1 })
    assert.match(said, new RegExp(`line ${line}: `))
    assert.ok(said.includes(file))
    assert.deepEqual(everything(h.folder), before)
  })
}

test('registered, edited, registered otherwise: taken out, it is gone', async t => {
  const h = home(t)
  await h.run(['install', '--client', 'cursor'])
  writeFileSync(h.path('.cursor/mcp.json'), `// mine\n${readFileSync(h.path('.cursor/mcp.json'), 'utf8')}`)
  await h.run(['install', '--client', 'cursor', '--max-turns', '9'])
  await h.run(['uninstall', '--client', 'cursor'])
  assert.equal(readFileSync(h.path('.cursor/mcp.json'), 'utf8'), '// mine\n{}\n')
})

test('keys go in by reference, and in clear only where that was asked for', async t => {
  const key = 'sk-ant-api03-0123456789abcdef0123456789abcdef'
  const h = home(t, { ANTHROPIC_API_KEY: key, CONTEXT7_API_KEY: 'ctx7sk-0123456789abcdef' })
  const shown = []
  for (const client of clients.filter(one => !golden[one].inProject)) shown.push(await h.run(['install', '--client', client]))
  assert.ok(!JSON.stringify(everything(h.folder)).includes(key))
  assert.match(readFileSync(h.path('.cursor/mcp.json'), 'utf8'), /"CONTEXT7_API_KEY": "\$\{env:CONTEXT7_API_KEY\}"/)
  assert.match(readFileSync(h.path('.codex/config.toml'), 'utf8'), /env_vars = \["ANTHROPIC_API_KEY","CONTEXT7_API_KEY"\]/)
  assert.match(shown.join(''), /It has no key: this host does not refer to the environment; add --key-file FILE/)
  const clear = await h.run(['install', '--client', 'claude-desktop', '--key-in-clear'])
  assert.ok(!clear.includes(key), 'the key was shown')
  assert.ok(readFileSync(h.path('.config/Claude/claude_desktop_config.json'), 'utf8').includes(key))
})

test('the options of the server that are given are those it is registered with', async t => {
  const h = home(t)
  write(h.path('key'), 'sk-ant-x\n')
  await h.run(['install', '--client', 'claude-desktop', '--project', app, '--key-file', h.path('key'), '--provider', 'openai', '--allow-write', '--max-turns', '9'])
  const { command, args, env } = JSON.parse(readFileSync(h.path('.config/Claude/claude_desktop_config.json'), 'utf8')).mcpServers[name]
  assert.equal(command, binary)
  assert.deepEqual(args, ['--provider', 'openai', '--key-file', h.path('key'), '--allow-write', '--max-turns', '9', '--project', app])
  assert.deepEqual(env, {})
  // What a longer limit of the host allows gives way to what was said.
  await h.run(['install', '--client', 'codex', '--inline-budget', '99'])
  assert.match(readFileSync(h.path('.codex/config.toml'), 'utf8'), /^args = \["--inline-budget","99"\]$/m)
})

test('the hosts that are found are listed, and --all is those', async t => {
  const h = home(t)
  mkdirSync(h.path('.codex'))
  mkdirSync(h.path('.cursor'))
  write(h.path('.config/zed/settings.json'), '{ nonsense')
  const list = await h.run(['install', '--list'])
  assert.match(list, /^codex +Codex +found$/m)
  assert.match(list, /^goose +goose +not found$/m)
  assert.match(list, /^zed .*its configuration is broken: .*line 1/m)
  const said = await h.run(['install', '--all'], { code: 1 })
  assert.match(said, /Codex: registered\./)
  assert.match(said, /Zed: .*line 1/)
  assert.match(await h.run(['install', '--list']), /^cursor .*registered in .*mcp\.json$/m)
  await h.run(['uninstall', '--all'])
  assert.deepEqual(readdirSync(h.path('.codex')), [])
  assert.ok(!existsSync(h.path('.local')))
})

test('a file behind a symbolic link is changed where it is', async t => {
  const h = home(t)
  write(h.path('dotfiles/mcp.json'), '{}\n')
  mkdirSync(h.path('.cursor'))
  symlinkSync(h.path('dotfiles/mcp.json'), h.path('.cursor/mcp.json'))
  await h.run(['install', '--client', 'cursor'])
  assert.ok(lstatSync(h.path('.cursor/mcp.json')).isSymbolicLink())
  assert.match(readFileSync(h.path('dotfiles/mcp.json'), 'utf8'), /nextjs-backend-engineer/)
  await h.run(['uninstall', '--client', 'cursor'])
  assert.equal(readFileSync(h.path('dotfiles/mcp.json'), 'utf8'), '{}\n')
})

test('what cannot be changed without changing more is refused', async t => {
  const h = home(t)
  write(h.path('.codex/config.toml'), 'mcp_servers = { other = { command = "x" } }\n')
  assert.match(await h.run(['install', '--client', 'codex'], { code: 1 }), /config\.toml: /)
  write(h.path('.config/goose/config.yaml'), 'extensions: { other: { enabled: true } }\n')
  assert.match(await h.run(['install', '--client', 'goose'], { code: 1 }), /not written over several lines/)
  write(h.path('.cursor/mcp.json'), '{"mcpServers": []}')
  assert.match(await h.run(['install', '--client', 'cursor'], { code: 1 }), /"mcpServers" is no object/)
  assert.match(await h.run(['install', '--client', 'nobody'], { code: 2 }), /install --list names them/)
  assert.match(await h.run(['install'], { code: 2 }), /--client NAME or --all/)
})

// ---- real hosts -----------------------------------------------------------------------------------------------------

const real = {
  'claude-code': { program: claude, list: ['mcp', 'list'], connected: /nextjs-backend-engineer: .*✔ Connected/ },
  codex: { program: () => hostClient('codex'), list: ['mcp', 'list'], connected: /nextjs-backend-engineer .*enabled/ },
  gemini: { program: () => hostClient('gemini'), list: ['mcp', 'list'], connected: /nextjs-backend-engineer.*Connected/ },
  opencode: { program: () => hostClient('opencode'), list: ['mcp', 'list'], connected: /nextjs-backend-engineer.*connected/ },
}
for (const [client, { program, list, connected }] of Object.entries(real)) {
  const there = program()
  test(`${client} itself lists the server`, { skip: there ? false : 'not installed: tests/run --hosts' }, async t => {
    const h = home(t)
    const env = { PATH: process.env.PATH, HOME: h.folder, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1', NO_COLOR: '1' }
    for (const one of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[one]) env[one] = process.env[one]
    const ask = () => {
      const { stdout, stderr } = spawnSync(there, list, { cwd: app, env, encoding: 'utf8', timeout: 120_000, stdio: ['ignore', 'pipe', 'pipe'] })
      return stdout + stderr
    }
    // Gemini CLI starts no server in a folder that nobody has trusted.
    if (client === 'gemini') write(h.path('.gemini/trustedFolders.json'), JSON.stringify({ [app]: 'TRUST_FOLDER' }))
    await h.run(['install', '--client', client])
    assert.match(ask(), connected)
    await h.run(['uninstall', '--client', client])
    assert.doesNotMatch(ask(), new RegExp(name))
  })
}
