// README.md is run: each code block that shows a way to attach, as it stands but for the paths, the ports and the key.
// A block that nothing here knows fails.

import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { accessSync, constants, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { before, test } from 'node:test'
import { becomes, connect, modernMeta, tokenKey, within } from '../hostile/doors.mjs'
import { start as startModel } from '../fakes/messages_server.mjs'
import { table, tableIn } from './configuration.mjs'
import { app, key, text, turn } from './product.mjs'

const root = join(import.meta.dirname, '../..')
const name = 'nextjs-backend-engineer'
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language, code]) => ({ language, code }))
const linesOf = code => code.trim().split('\n').map(line => line.replace(/\s+#.*/, ''))

// A home as a user's: the program and Claude Code on the PATH, and a project in ~/my-app.
let home, env
before(() => {
  home = mkdtempSync(join(tmpdir(), 'nbe-readme-'))
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, 'run'))
  symlinkSync(process.env.NBE_BINARY, join(home, 'bin', name))
  symlinkSync(claude(), join(home, 'bin/claude'))
  symlinkSync(app, join(home, 'my-app'))
  env = {
    PATH: `${home}/bin:${process.env.PATH}`, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ANTHROPIC_API_KEY: key,
    NEXTJS_BACKEND_ENGINEER_CONTEXT7: 'false', CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1', DISABLE_AUTOUPDATER: '1',
  }
  for (const sanitizer of ['ASAN_OPTIONS', 'UBSAN_OPTIONS']) if (process.env[sanitizer]) env[sanitizer] = process.env[sanitizer]
  process.once('exit', () => rmSync(home, { recursive: true, force: true }))
})

function claude() {
  const packages = join(root, 'tests/claude-code/node_modules/@anthropic-ai')
  return join(packages, readdirSync(packages).find(found => found.startsWith('claude-code-')), 'claude')
}

const ours = words => words.replaceAll(`/usr/bin/${name}`, process.env.NBE_BINARY)

// What a host puts in the place of its variables.
const expanded = value => ours(value)
  .replaceAll('/absolute/path/to/app', app)
  .replaceAll('${workspaceFolder}', app)
  .replaceAll(/\$\{(ANTHROPIC_API_KEY|input:anthropic|env:ANTHROPIC_API_KEY)\}/g, key)

const discover = { jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: modernMeta } }
const isOurs = reply => {
  assert.equal(reply.result?._meta['io.modelcontextprotocol/serverInfo'].name, name, JSON.stringify(reply))
  assert.ok(reply.result.capabilities.tools)
}

// A registration, as the host that reads it would start it.
async function starts(t, { command, args = [], env: more = {} }) {
  for (const value of [command, ...args, ...Object.values(more)]) assert.equal(typeof value, 'string')
  const variables = Object.fromEntries(Object.entries(more).map(([variable, value]) => [variable, expanded(value)]))
  const child = spawn(expanded(command), args.map(expanded), {
    env: { PATH: process.env.PATH, HOME: home, ...variables }, cwd: home, stdio: ['pipe', 'pipe', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', data => (said += data))
  const replies = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.write(JSON.stringify(discover) + '\n')
  const { value } = await within(10_000, replies.next(), 'the first reply')
  assert.ok(value, said)
  isOurs(JSON.parse(value))
  child.stdin.end()
}

// A line that serves until it is told to end: where, and its process. One simple command is not forked by bash.
async function serves(t, line) {
  const child = spawn('bash', ['-c', line], { env, cwd: home, stdio: ['ignore', 'ignore', 'pipe'] })
  t.after(() => child.kill('SIGTERM'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', data => (said += data))
  const where = () => /listening on (\S+)\n/.exec(said)?.[1]
  await becomes(10_000, () => Boolean(where()) || said, line)
  return { where: where(), child }
}

async function answersLines(where, token) {
  const peer = await connect(where, { hello: false })
  const first = structuredClone(discover)
  if (token) first.params._meta[tokenKey] = token
  peer.send(first)
  isOurs(await peer.response(1))
  peer.destroy()
}

async function answersHttp(url) {
  const { _meta } = discover.params
  const response = await fetch(url, {
    method: 'POST', body: JSON.stringify(discover),
    headers: {
      'Content-Type': 'application/json', Accept: 'application/json, text/event-stream', 'Mcp-Method': discover.method,
      'MCP-Protocol-Version': _meta['io.modelcontextprotocol/protocolVersion'],
    },
  })
  assert.equal(response.status, 200)
  isOurs(await response.json())
}

async function listens(t, line) {
  const { where, child } = await serves(t, line.replace(/(127\.0\.0\.1):\d+/, '$1:0'))
  const token = /NEXTJS_BACKEND_ENGINEER_TOKEN=(\w+)/.exec(readFileSync(`/proc/${child.pid}/environ`, 'utf8'))?.[1]
  if (where.startsWith('http:')) await answersHttp(where)
  else await answersLines(where, token)
  return where.split(':')[0]
}

const registration = (pattern, find) => ({
  language: 'json', pattern,
  async run(t, { code }) {
    const servers = Object.values(find(JSON.parse(code)))
    assert.equal(servers.length, 1)
    await starts(t, servers[0])
  },
})

const handlers = [
  { language: 'mermaid', pattern: /^flowchart/, run() {} }, // a picture
  {
    language: 'sh', pattern: /^examples\/quickstart/, // which install and build: CI runs them, this reads them
    run(t, { code }) {
      for (const script of linesOf(code)) {
        accessSync(join(root, script), constants.X_OK)
        execFileSync('bash', ['-n', join(root, script)])
      }
    },
  },
  registration(/"env": \{ "ANTHROPIC_API_KEY": "sk-ant-…" \}/, config => config.mcpServers), // Claude Desktop
  {
    language: 'sh', pattern: /^claude mcp add/,
    run(t, { code }) {
      const [line] = linesOf(code)
      const run = command => execFileSync('bash', ['-c', command], { env, cwd: home, encoding: 'utf8', timeout: 60_000 })
      run(ours(line))
      assert.match(run('claude mcp list'), new RegExp(`${name}: .*✔ Connected`))
    },
  },
  registration(/"type": "stdio",\n {6}"command": .*\n {6}"args": \[\]/, config => config.mcpServers), // .mcp.json
  registration(/"inputs"/, config => { // VS Code
    assert.deepEqual(config.inputs.map(({ id, password }) => [id, password]), [['anthropic', true]])
    return config.servers
  }),
  registration(/\$\{env:ANTHROPIC_API_KEY\}/, config => config.mcpServers), // Cursor
  {
    language: 'toml', pattern: /^\[mcp_servers/, // Codex
    async run(t, { code }) {
      const parse = 'import json, sys, tomllib; print(json.dumps(tomllib.load(sys.stdin.buffer)))'
      const { mcp_servers: servers } = JSON.parse(execFileSync('python3', ['-c', parse], { input: code, encoding: 'utf8' }))
      assert.deepEqual(servers[name].env_vars, ['ANTHROPIC_API_KEY'])
      assert.ok(servers[name].tool_timeout_sec > 20 * 60, 'a run may take 20 minutes')
      await starts(t, { ...servers[name], env: { ANTHROPIC_API_KEY: key } })
    },
  },
  {
    language: 'sh', pattern: / install --list/,
    run(t, { code }) {
      const own = mkdtempSync(join(tmpdir(), 'nbe-readme-install-'))
      t.after(() => rmSync(own, { recursive: true, force: true }))
      symlinkSync(app, join(own, 'my-app'))
      mkdirSync(join(own, '.cursor'))
      const before = readdirSync(own)
      const [list, one, all, back] = linesOf(code).map(line => execFileSync('bash', ['-c', line], { env: { ...env, HOME: own, XDG_CONFIG_HOME: '' }, cwd: own, encoding: 'utf8' }))
      assert.match(list, /^cursor +Cursor +found$/m)
      assert.match(one, /^\+ {4}"nextjs-backend-engineer": \{$[^]*Claude Code: registered/m)
      assert.match(all, /Cursor: registered/)
      assert.match(readFileSync(join(own, '.cursor/mcp.json'), 'utf8'), /"--project",".*my-app"/)
      assert.match(back, /Claude Code: taken out/)
      assert.ok(before.every(name => readdirSync(own).includes(name)) && !readdirSync(own).includes('.claude.json'))
    },
  },
  {
    language: 'console', pattern: / ask "/,
    run: (t, { code }) => shows(code, root),
  },
  {
    language: 'console', pattern: / check --project /,
    run(t, { code }) {
      const own = mkdtempSync(join(tmpdir(), 'nbe-readme-check-'))
      t.after(() => rmSync(own, { recursive: true, force: true }))
      mkdirSync(join(own, 'app/api/x'), { recursive: true })
      cpSync(join(app, 'package.json'), join(own, 'package.json'))
      symlinkSync(realpathSync(join(app, 'node_modules')), join(own, 'node_modules'))
      writeFileSync(join(own, 'app/api/x/route.ts'), `import { cookies } from 'next/headers'
import { updateTag } from 'next/cache'

export async function POST(request: Request, { params }: { params: { id: string } }) {
  const session = cookies().get('session')
  updateTag('notes')
  return Response.json({ id: params.id, session })
}
`)
      shows(code.replace('~/my-app', own), root)
    },
  },
  {
    language: 'sh', pattern: /--listen/,
    async run(t, { code }) {
      const doors = []
      for (const line of linesOf(code)) doors.push(await listens(t, line))
      assert.deepEqual(doors, ['unix', 'http', 'tcp'])
    },
  },
  { language: 'ini', pattern: /\.socket$/m, run: activated },
  {
    language: 'sh', pattern: / ask "/,
    async run(t, { code }) {
      const model = await startModel()
      t.after(() => model.close())
      model.play(turn(text('Verify the signature over the raw body.')))
      const [line] = linesOf(code)
      const child = spawn('bash', ['-c', line], { env: { ...env, ANTHROPIC_BASE_URL: model.url }, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
      let answer = ''
      for await (const data of child.stdout) answer += data
      assert.match(answer, /Verify the signature over the raw body\./)
      assert.match(model.journal[0].body, /Stripe webhook/)
    },
  },
  {
    language: 'sh', pattern: / runs show /,
    async run(t, { code }) {
      const model = await startModel()
      t.after(() => model.close())
      model.play(turn(text('The route.')), turn(text('The tests.')))
      const bash = async line => {
        const child = spawn('bash', ['-c', line], { env: { ...env, ANTHROPIC_BASE_URL: model.url }, cwd: home, stdio: ['ignore', 'pipe', 'inherit'] })
        let said = ''
        for await (const data of child.stdout) said += data
        return said
      }
      const lines = linesOf(code)
      const program = lines[0].slice(0, lines[0].indexOf(' ask '))
      await bash(`${program} ask "Write the route"`)
      const [{ run_id: id }] = JSON.parse(await bash(`${program} runs --json`))
      const said = []
      for (const line of lines) said.push(await bash(line.replace('3f2a', id.slice(0, 12))))
      const [asked, listed, shown, used, resumed, exported] = said
      assert.match(asked, /The tests\./)
      assert.match(listed, new RegExp(id.slice(0, 12)))
      assert.match(shown, /Write the route[^]*The route\.[^]*Now write the tests[^]*The tests\./)
      assert.deepEqual(used.trim().split('\n').map(one => JSON.parse(one)).filter(one => one.run_id === id).map(one => one.turn), [1, 2])
      assert.match(resumed, /The tests\./)
      assert.match(exported, /0 files written/)
      assert.match(await bash(`cat out/report.md`), /The tests\./)
      assert.ok(!(await bash(`${program} runs`)).includes(id.slice(0, 12)))
    },
  },
  {
    language: 'sh', pattern: / docs search /,
    run(t, { code }) {
      const [after, redact, listed, status, cleared] = linesOf(code).map(line => spawnSync('bash', ['-c', line], { env, cwd: home, encoding: 'utf8' }).stdout)
      assert.match(after, /^## after\b[^]*node_modules\/next\/dist\/docs\//)
      assert.match(redact, /node_modules\/pino\/docs\/redaction\.md/)
      assert.match(listed, /^next +\d+\.\d+\.\d+ +[1-9]\d+ sections$/m)
      assert.match(status, /^Context7 \(false\) failed when it was asked last: [^\n]+\n.*my-app: \d+ of \d+ packages ship documentation/)
      assert.match(cleared, /^Removed [1-9]\d* files/)
    },
  },
  {
    language: 'sh', pattern: / check --project /,
    run(t, { code }) {
      // --fix writes: into a copy.
      const own = join(home, 'checked')
      cpSync(app, own, { recursive: true, filter: from => !/node_modules|\.next/.test(from) })
      symlinkSync(realpathSync(join(app, 'node_modules')), join(own, 'node_modules'))
      const [whole, part, types, rules] = linesOf(code).map(line => spawnSync('bash', ['-c', line.replace('~/my-app', own)], { env, cwd: home, encoding: 'utf8' }))
      assert.match(whole.stdout, /^Nothing found in \d+ files\./)
      assert.match(part.stdout, /^Nothing found in \d+ files?\./)
      assert.match(rules.stdout, /^update-tag-outside-action +error +\S/m)
      assert.match(types.stdout, /^Nothing found in \d+ files\./)
      for (const { status, stderr } of [whole, part, types, rules]) assert.equal(status, 0, stderr)
    },
  },
]

// A session at a terminal: what stands below the command is what it prints, in this order; … stands for anything.
function shows(code, cwd) {
  const [command, ...lines] = code.trim().split('\n')
  const { ANTHROPIC_API_KEY, ...keyless } = env
  const ran = spawnSync('bash', ['-c', `${command.replace(/^\$ /, '')} 2>&1`], { env: keyless, cwd, encoding: 'utf8', timeout: 60_000 })
  let rest = ran.stdout
  for (const line of lines) {
    const words = line.split('…').map(part => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/Found \d+ passages/, 'Found \\d+ passages'))
    const found = new RegExp(`^${words.join('.*')}$`, 'm').exec(rest)
    assert.ok(found, `it does not print: ${line}\n${ran.stdout.slice(0, 3000)}`)
    rest = rest.slice(found.index + found[0].length)
  }
}

// The units, held against systemd where there is one, and the service started as its socket unit says.
async function activated(t, { code }) {
  const units = join(home, 'units')
  mkdirSync(units)
  const files = [...code.matchAll(/^# \S*\/([\w-]+\.(?:socket|service))\n([^]*?)(?=^# |(?![^]))/gm)]
  assert.equal(files.length, 2)
  for (const [, file, unit] of files) writeFileSync(join(units, file), ours(unit))
  const verify = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', ...files.map(([, file]) => join(units, file))], { encoding: 'utf8', env })
  if (verify.error) t.diagnostic('systemd-analyze is not installed')
  else assert.ok(!new RegExp(files.map(([, file]) => `${file}:`).join('|')).test(verify.stderr), verify.stderr)

  const unit = code => code.replaceAll('%t', env.XDG_RUNTIME_DIR).replaceAll('%h', home)
  const path = unit(/^ListenStream=(\S+)$/m.exec(code)[1])
  const words = ours(unit(/^ExecStart=(.+)$/m.exec(code)[1])).split(' ')
  let child
  const activate = spawnSync('systemd-socket-activate', ['--version']).status === 0
  if (activate) {
    const variables = Object.entries(env).flatMap(([variable, value]) => ['-E', `${variable}=${value}`])
    child = spawn('systemd-socket-activate', ['-l', path, ...variables, ...words], { stdio: ['ignore', 'inherit', 'ignore'] })
  } else {
    const listener = net.createServer().listen(path)
    await new Promise(resolve => listener.once('listening', resolve))
    t.after(() => listener.close())
    child = spawn('bash', ['-c', 'export LISTEN_PID=$$ LISTEN_FDS=1; exec "$0" "$@"', ...words], { env, stdio: ['ignore', 'inherit', 'ignore', listener._handle.fd] })
  }
  t.after(() => child.kill('SIGTERM'))
  await becomes(10_000, () => readdirSync(env.XDG_RUNTIME_DIR).includes(basename(path)) || 'no socket', path)
  await answersLines(`unix:${path}`)
  await answersLines(`unix:${path}`)
}

for (const [i, block] of blocks.entries()) {
  const first = linesOf(block.code)[0].slice(0, 60)
  test(`README.md, block ${i + 1}: ${block.language}, ${first}`, async t => {
    const known = handlers.filter(one => one.language === block.language && one.pattern.test(block.code))
    assert.equal(known.length, 1, `${known.length} handlers know this block:\n${block.code}`)
    await known[0].run(t, block)
    known[0].used = true
  })
}

test('README.md has the options of the program, each as --help says it', () => {
  assert.equal(tableIn(readme), table(process.env.NBE_BINARY))
})

test('README.md shows every way to attach that is tested here', () => {
  assert.deepEqual(handlers.filter(one => !one.used).map(one => String(one.pattern)), [])
})
