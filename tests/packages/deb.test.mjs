// The .deb and the tarball: built, held against Debian's own rules, installed on an empty root, asked the quickstart's
// question, and removed without trace.

import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { answersAtHome } from './answers.mjs'

const root = join(import.meta.dirname, '../..')
const build = process.env.NBE_BUILD
const packages = join(build, 'packages')
const scratch = mkdtempSync(join(tmpdir(), 'nbe-package-'))
const called = (program, args, options = {}) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', ...options })
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${error ?? ''}${stdout}${stderr}`)
  return stdout
}
const found = ending => join(packages, readdirSync(packages).find(name => name.endsWith(ending)))
const listing = at => execFileSync('find', [at, '-printf', '%P %y %m\n'], { encoding: 'utf8' }).split('\n').sort().join('\n')

before(() => {
  rmSync(packages, { recursive: true, force: true })
  called('cmake', ['--build', build, '--target', 'package-files'])
  called('cpack', ['--config', join(build, 'CPackConfig.cmake'), '-B', packages], { cwd: build })
})
after(() => rmSync(scratch, { recursive: true, force: true }))

test('lintian finds nothing', () => {
  const said = spawnSync('lintian', ['--allow-root', '--fail-on', 'error,warning', found('.deb')], { encoding: 'utf8' })
  assert.equal(said.status, 0, said.stdout + said.stderr)
  assert.doesNotMatch(said.stdout, /^[EW]:/m)
})

test('the .deb is installed on an empty root, answers, and is removed without trace', () => {
  const place = join(scratch, 'root')
  const admin = join(place, 'var/lib/dpkg')
  for (const folder of ['info', 'updates', 'triggers']) mkdirSync(join(admin, folder), { recursive: true })
  for (const file of ['status', 'available']) writeFileSync(join(admin, file), '')
  const dpkg = (...args) => called('dpkg', [`--root=${place}`, '--force-depends', '--force-not-root', '--log=/dev/null', ...args])
  mkdirSync(join(place, 'usr/share/somebody-else'), { recursive: true })
  const before = listing(join(place, 'usr'))
  dpkg('-i', found('.deb'))
  answersAtHome(join(place, 'usr/bin/nextjs-backend-engineer'))
  const files = called('dpkg', [`--root=${place}`, '-L', 'nextjs-backend-engineer'])
  for (const file of ['bin/nextjs-backend-engineer', 'share/man/man1/nextjs-backend-engineer.1.gz', 'share/bash-completion/completions/nextjs-backend-engineer',
    'share/zsh/vendor-completions/_nextjs-backend-engineer', 'lib/systemd/user/nextjs-backend-engineer.socket', 'lib/systemd/user/nextjs-backend-engineer.service',
    'share/doc/nextjs-backend-engineer/copyright', 'share/doc/nextjs-backend-engineer/changelog.gz'])
    assert.ok(files.includes(`/usr/${file}\n`), file)
  const control = called('dpkg-deb', ['-f', found('.deb')])
  assert.match(control, /^Depends: .*libc6 \(>= 2\.3\d\)/m)
  assert.match(control, /^Depends: .*libcurl4/m)
  dpkg('-P', 'nextjs-backend-engineer')
  assert.equal(listing(join(place, 'usr')), before)
})

test('the tarball is unpacked anywhere and answers', () => {
  const place = join(scratch, 'tarball')
  mkdirSync(place)
  called('tar', ['-xzf', found('.tar.gz'), '-C', place])
  const [name] = readdirSync(place)
  const binary = join(place, name, 'usr/bin/nextjs-backend-engineer')
  assert.ok(statSync(binary).mode & 0o111)
  answersAtHome(binary)
})

test('bash completes commands, their own commands, and options', () => {
  const complete = line => called('bash', ['-c', `
    _init_completion() { cword=$COMP_CWORD; words=("\${COMP_WORDS[@]}"); cur=\${words[cword]}; prev=\${words[cword-1]}; }
    _filedir() { :; }
    source "$1"; COMP_WORDS=($2 ""); [ "\${2%-}" = "$2" ] || COMP_WORDS=($2); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _nextjs_backend_engineer nextjs-backend-engineer; echo "\${COMPREPLY[@]}"`, 'bash', join(root, 'server/app/package/completion.bash'), line],
    { env: { PATH: `${build}:${process.env.PATH}`, HOME: scratch } })
  assert.match(complete('nextjs-backend-engineer'), /\bask\b.*\bdoctor\b.*--project/)
  assert.match(complete('nextjs-backend-engineer runs'), /\bshow\b.*\busage\b/)
  assert.match(complete('nextjs-backend-engineer check --verify types -'), /--fix/)
  assert.doesNotMatch(complete('nextjs-backend-engineer check --verify types -'), /--listen/)
})

test('the manual page tells every command', () => {
  const page = called('sh', ['-c', `zcat '${join(build, 'package-files/nextjs-backend-engineer.1.gz')}'`])
  for (const words of ['.TH NEXTJS', 'ask', 'doctor', 'max\\-turns']) assert.ok(page.includes(words), words)
  assert.ok(readFileSync(join(root, 'server/app/package/changelog'), 'utf8').startsWith(`nextjs-backend-engineer (${/VERSION (\S+)/.exec(readFileSync(join(root, 'CMakeLists.txt'), 'utf8').split('project(')[1])[1]})`))
})
