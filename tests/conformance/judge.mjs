// What a run of the suite has shown, from the checks.json that it writes for each scenario. Stricter than the suite's
// own verdict: a warning fails, what the requirements do not score counts, and so does a scenario that has shown
// nothing at all.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Folders are named [server-]SCENARIO-TIMESTAMP; those of auth/x nest.
export function scenarios(folder, inside = '') {
  const found = []
  for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
    const path = join(inside, entry.name)
    const [, name] = /^(?:server-)?(.*)-\d{4}-\d\d-\d\dT[\d-]+Z?$/.exec(entry.name) ?? []
    if (name) found.push({ name: join(inside, name), file: join(folder, path, 'checks.json') })
    else if (entry.isDirectory()) found.push(...scenarios(folder, path))
  }
  return found
}

// One scenario: { verdict: 'passed' | 'failed' | 'skipped', counts, reasons }. `exceptions`: scenarios that may show
// nothing, each with the reason.
export function judge({ name, file }, exceptions = {}) {
  if (!existsSync(file)) return { verdict: 'failed', counts: '', reasons: ['it threw: no checks.json'] }
  const checks = JSON.parse(readFileSync(file, 'utf8'))
  const of = status => checks.filter(c => c.status === status)
  const bad = [...of('FAILURE'), ...of('WARNING')]
  const counts = `${of('SUCCESS').length} of ${checks.length - of('INFO').length - of('SKIPPED').length} checks`
  const reasons = bad.map(c => `${c.status} ${c.id}: ${c.errorMessage ?? c.description}`)
  if (reasons.length) return { verdict: 'failed', counts, reasons }
  // That what went over the wire was valid says nothing about the scenario: the suite's own half always is.
  if (of('SUCCESS').some(c => c.id !== 'wire-schema-valid')) return { verdict: 'passed', counts, reasons }
  if (name in exceptions) return { verdict: 'skipped', counts, reasons: [exceptions[name]] }
  return { verdict: 'failed', counts, reasons: ['not one check succeeded'] }
}
