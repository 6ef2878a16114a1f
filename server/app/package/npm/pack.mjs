// Packs what npx needs: the launcher, and the program of this platform as its optional dependency. No install script runs.
//
//   node pack.mjs BINARY FOLDER      prints the names of the two tarballs, the platform's first
import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const [binary, folder] = process.argv.slice(2)
const root = join(import.meta.dirname, '../../../..')
const name = 'nextjs-backend-engineer'
const version = execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim().split(' ').at(-1)
const platform = `${name}-${process.platform}-${process.arch}`
const common = { version, license: 'MIT' }

const packages = {
  [platform]: {
    manifest: { ...common, description: `The program of ${name} for ${process.platform} on ${process.arch}`, os: [process.platform], cpu: [process.arch], libc: ['glibc'], files: ['bin'] },
    files: { [`bin/${name}`]: [resolve(binary), 0o755] },
  },
  [name]: {
    manifest: {
      ...common, description: 'An expert Next.js backend engineer for every AI host, as one native MCP server', mcpName: `io.github.${name}/${name}`,
      keywords: ['mcp', 'mcp-server', 'nextjs', 'backend'], bin: { [name]: 'launcher.js' }, files: ['launcher.js'], engines: { node: '>=18' }, optionalDependencies: { [platform]: version },
    },
    files: { 'launcher.js': [join(import.meta.dirname, 'launcher.js'), 0o755] },
  },
}

mkdirSync(folder, { recursive: true })
for (const [each, { manifest, files }] of Object.entries(packages)) {
  const place = mkdtempSync(join(tmpdir(), 'nbe-npm-'))
  try {
    writeFileSync(join(place, 'package.json'), `${JSON.stringify({ name: each, ...manifest }, null, 2)}\n`)
    for (const document of ['README.md', 'LICENSE']) copyFileSync(join(root, document), join(place, document))
    for (const [file, [from, mode]] of Object.entries(files)) {
      mkdirSync(join(place, file, '..'), { recursive: true })
      copyFileSync(from, join(place, file))
      chmodSync(join(place, file), mode)
    }
    console.log(execFileSync('npm', ['pack', '--silent', '--pack-destination', resolve(folder)], { cwd: place, encoding: 'utf8' }).trim())
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}
