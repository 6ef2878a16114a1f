// Lays out the Claude Code plugin: the expert's own agent file with our tool in the place of all others, and the server.
//
//   node stage.mjs BINARY FOLDER [COMMAND]     COMMAND: what starts the server (default: npx -y nextjs-backend-engineer)
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [binary, folder, command] = process.argv.slice(2)
const name = 'nextjs-backend-engineer'
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1)
const prompt = readFileSync(join(import.meta.dirname, '../../../../prompts', `${name}.md`), 'utf8')
const [, front, body] = /^---\n([^]*?\n)---\n([^]*)$/.exec(prompt)

const tools = ['nextjs_backend_engineer', 'nextjs_backend_engineer_result', 'nextjs_backend_engineer_cancel', 'nextjs_backend_check', 'query-docs', 'resolve-library-id']
const json = (file, value) => writeFileSync(join(folder, file), `${JSON.stringify(value, null, 2)}\n`)

for (const part of ['.claude-plugin', 'agents']) mkdirSync(join(folder, part), { recursive: true })
json('.claude-plugin/plugin.json', {
  name,
  version,
  description: 'An expert Next.js backend engineer: documentation first, then code that was checked',
  author: { name: 'The nextjs-backend-engineer authors' },
  license: 'MIT',
  keywords: ['nextjs', 'backend', 'documentation'],
})
json('.mcp.json', {
  mcpServers: {
    [name]: {
      command: command ?? 'npx',
      args: command ? [] : ['-y', name],
      env: { ANTHROPIC_API_KEY: '${ANTHROPIC_API_KEY:-}' },
    },
  },
})
writeFileSync(join(folder, 'README.md'), `# Next.js backend engineer

An expert for the server side of Next.js App Router projects: server actions, route handlers, proxy, caching, databases, authentication,
webhooks. It reads your project, looks the documentation of your installed versions up first, works on staged files, checks them with your
own compiler, and returns them documented. With \`ANTHROPIC_API_KEY\` in your environment it does the work itself; without, Claude works from
the brief that it returns. It sends the task to the model API and, in one line, to Context7; \`--no-context7\` keeps to what is installed.

Ask for a backend task, or for the agent \`${name}\` by its name.
`)
// The expert's front matter as its author wrote it; the tools are the server's, and what it is told first is to use them.
writeFileSync(join(folder, 'agents', `${name}.md`), `---
${front}tools: ${tools.map(tool => `mcp__plugin_${name}_${name}__${tool}`).join(', ')}
---

Hand the whole task to \`nextjs_backend_engineer\`: it looks the documentation up, works on staged files and checks them. Where it hands a
run over, ask \`nextjs_backend_engineer_result\` until there is a result. Where it answers with a brief, do the work yourself as the brief and
the rules below say, look documentation up with \`query-docs\`, and hold what you write against \`nextjs_backend_check\` before you return it.
${body}`)
