// The table of options in README.md, made of what --help says. `node configuration.mjs --write` puts it there; the test of
// README.md holds it against the program.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const file = join(import.meta.dirname, '../../README.md')
const begin = '<!-- configuration: tests/hosts/configuration.mjs writes this table from --help -->\n'
const end = '<!-- end of configuration -->\n'

export function table(binary) {
  const help = execFileSync(binary, ['--help'], { env: { PATH: '/usr/bin:/bin', HOME: '/home/you' }, cwd: '/', encoding: 'utf8' })
  const rows = []
  let options = false
  for (const line of help.split('\n')) {
    if (/^\S.*:$/.test(line)) options = line === 'Options:' || line === 'Serving:'
    if (!options) continue
    const [, name, first] = /^ {2}(?:-h, )?(--\S+(?: [A-Z]+)?)(?: +(.*))?$/.exec(line) ?? []
    if (name) rows.push({ name, meaning: first ?? '' })
    else if (/^ {20}/.test(line)) rows.at(-1).meaning += ` ${line.trim()}`
  }
  const cell = words => words.trim().replaceAll('|', '\\|')
  return ['| option | meaning |', '|---|---|', ...rows.map(({ name, meaning }) => `| \`${name}\` | ${cell(meaning)} |`)].join('\n') + '\n'
}

export function tableIn(readme) {
  return readme.slice(readme.indexOf(begin) + begin.length, readme.indexOf(end))
}

if (process.argv[2] === '--write') {
  const readme = readFileSync(file, 'utf8')
  const [before, after] = [readme.slice(0, readme.indexOf(begin) + begin.length), readme.slice(readme.indexOf(end))]
  writeFileSync(file, before + table(process.env.NBE_BINARY) + after)
}
