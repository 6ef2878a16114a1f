// How well the documentation that a project has installed answers what Next.js backend developers ask: recall at 5 and
// mean reciprocal rank (of the first 10) over questions.json. The questions that are held_out were never looked at in
// tuning: their figures are the honest ones. Of them, those that are reported are on what people really ran into, as public
// issues tell it, written when the vocabulary was there already: the hardest, and the nearest to life.
//
//   evaluate(probe, cache)   probe: the built probe_docs_query

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const here = import.meta.dirname
export const project = join(here, '../libraries')
export const questions = JSON.parse(readFileSync(join(here, 'questions.json'), 'utf8'))

const inside = (library, file) => file.slice(file.indexOf(`node_modules/${library}/`) + `node_modules/${library}/`.length)

// The place of the first passage that answers, counted from 1; Infinity: none does.
export function rank({ library, answers }, passages) {
  const file = p => (library === 'next' ? inside(library, p.file).replace(/^dist\/docs\//, '') : inside(library, p.file))
  // A declaration's members stand in the passage of what they are members of.
  const shows = (p, section) => p.title.replaceAll('`', '').includes(section) || (/\.d\.[cm]?ts$/.test(p.file) && new RegExp(`(?<![\\w$])${section.replaceAll('$', '\\$')}(?!\\w)`).test(p.text))
  const answered = p => answers.some(a => a.file === file(p) && (!a.section || shows(p, a.section)))
  const found = passages.findIndex(answered)
  return found < 0 ? Infinity : found + 1
}

export function figures(ranked) {
  const mean = values => values.reduce((a, b) => a + b, 0) / Math.max(values.length, 1)
  return { questions: ranked.length, recall: mean(ranked.map(r => (r.rank <= 5 ? 1 : 0))), mrr: mean(ranked.map(r => 1 / r.rank)) }
}

// Every question, with the rank of its answer and the passages that came.
export async function evaluate(probe, cache, asked = questions) {
  const child = spawn(probe, ['bundled', project, cache], { stdio: ['pipe', 'pipe', 'inherit'] })
  const out = []
  createInterface({ input: child.stdout }).on('line', line => {
    const answer = JSON.parse(line)
    const question = asked[answer.id]
    out.push({ ...question, id: answer.id, ms: answer.ms, passages: answer.passages ?? [], message: answer.message, rank: rank(question, answer.passages ?? []) })
  })
  asked.forEach(({ library, question }, id) => child.stdin.write(`${JSON.stringify({ id, library, question, max: 10 })}\n`))
  child.stdin.end()
  await once(child, 'close')
  return out.sort((a, b) => a.id - b.id)
}

// node tests/retrieval/evaluate.mjs PROBE CACHE [missed]: for tuning; shows nothing of the held-out half but its figures.
if (process.argv[1] === import.meta.filename) {
  const ranked = await evaluate(process.argv[2], process.argv[3])
  for (const [what, part] of Object.entries({
    'next, tuned': ranked.filter(r => r.library === 'next' && !r.held_out), 'next, held out': ranked.filter(r => r.library === 'next' && r.held_out),
    'others, tuned': ranked.filter(r => r.library !== 'next' && !r.held_out), 'others, held out': ranked.filter(r => r.library !== 'next' && r.held_out),
    'all, tuned': ranked.filter(r => !r.held_out), 'all, held out': ranked.filter(r => r.held_out),
    'of these, reported': ranked.filter(r => r.reported),
  })) console.log(what.padEnd(18), figures(part))
  if (process.argv[4] === 'missed')
    for (const r of ranked.filter(r => !r.held_out && r.rank > 5))
      console.log(`\n[${r.library}] ${r.question}  (rank ${r.rank}) ${r.message ?? ''}\n   want ${r.answers.map(a => `${a.file}#${a.section ?? ''}`).join(' | ')}\n${r.passages.slice(0, 5).map(p => `   got  ${p.file.replace(/.*node_modules\//, '')}#${p.title}`).join('\n')}`)
}
