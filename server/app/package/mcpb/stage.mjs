// Lays out the desktop extension (.mcpb) of the program's platform, for `mcpb pack`: manifest and program.
//
//   node stage.mjs BINARY FOLDER
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const [binary, folder] = process.argv.slice(2)
const root = join(import.meta.dirname, '../../../..')
const name = 'nextjs-backend-engineer'
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1)
const key = (title, description) => ({ type: 'string', title, description, required: false, sensitive: true })

const manifest = {
  manifest_version: '0.3',
  name,
  display_name: 'Next.js backend engineer',
  version,
  description: 'An expert Next.js backend engineer: documentation first, then code that was checked',
  long_description: 'Give it a backend task for a Next.js App Router project. It looks the documentation up first (the docs inside your own node_modules, and Context7), lets a model work on your project ' +
    'with staged edits, checks the code with your own compiler, and returns it documented. Without a key, Claude works from the brief that it returns.',
  author: { name: 'The nextjs-backend-engineer authors' },
  license: 'MIT',
  keywords: ['nextjs', 'backend', 'documentation', 'typescript'],
  server: {
    type: 'binary',
    entry_point: `server/${name}`,
    mcp_config: {
      command: `\${__dirname}/server/${name}`,
      args: ['--project', '${user_config.project}'],
      env: { ANTHROPIC_API_KEY: '${user_config.anthropic_key}', CONTEXT7_API_KEY: '${user_config.context7_key}' },
    },
  },
  tools_generated: true,
  prompts_generated: true,
  user_config: {
    project: { type: 'directory', title: 'Project', description: 'The Next.js project that may be read', required: true },
    anthropic_key: key('Anthropic API key', 'Optional: without it, Claude works from the brief'),
    context7_key: key('Context7 API key', 'Optional: raises the limits of its documentation service'),
  },
  compatibility: { platforms: [process.platform] },
}

mkdirSync(join(folder, 'server'), { recursive: true })
writeFileSync(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
copyFileSync(binary, join(folder, 'server', name))
chmodSync(join(folder, 'server', name), 0o755)
