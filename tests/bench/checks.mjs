// How fast the rules go through a project: 2,000 files of the sizes and kinds that real ones have, on one core, the
// whole program from start to end. Most of a project is user interface that no rule asks about: it is read and passed
// over, and what is left is parsed. The seed is fixed, so that every run checks the same project.
//
//   node tests/bench/checks.mjs [FILES]      with NBE_BUILD=build/release; fails where the bar is missed
//   node tests/bench/checks.mjs --project DIR   a project of your own, and no bar
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { project: { type: 'string' } } });
const count = Number(positionals[0] ?? 2000);
const bar = 20; // MB a second
const binary = join(process.env.NBE_BUILD ?? 'build/release', 'nextjs-backend-engineer');

let state = 20261123;
const random = () => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32);
const pick = list => list[Math.floor(random() * list.length)];
const things = ['note', 'order', 'invoice', 'member', 'project', 'comment', 'payment', 'report', 'folder', 'label'];
const many = (n, make) => Array.from({ length: n }, (_, i) => make(i)).join('\n');
const title = word => word[0].toUpperCase() + word.slice(1);

// Of each kind a file of about so many parts.
const kinds = {
  client: (t, n) => `'use client'

import { useState } from 'react'
import { useRouter } from 'next/navigation'
import { Button } from '@/components/ui/button'
import { cn } from '@/lib/utils'

${many(n, i => `export function ${title(t)}Panel${i}({ ${t}s, onSelect }: { ${t}s: ${title(t)}[]; onSelect: (id: string) => void }) {
  const [open, setOpen] = useState(false)
  const [query, setQuery] = useState('')
  const router = useRouter()
  const visible = ${t}s.filter((one) => one.title.toLowerCase().includes(query.toLowerCase()))
  return (
    <section className={cn('flex flex-col gap-2 rounded-lg border p-4', open && 'bg-neutral-50')}>
      <header className="flex items-center justify-between">
        <h2 className="text-lg font-medium text-neutral-900">${title(t)}s ({visible.length})</h2>
        <Button variant="secondary" onClick={() => setOpen((was) => !was)}>{open ? 'Close' : 'Open'}</Button>
      </header>
      <input className="rounded border px-2 py-1" value={query} onChange={(e) => setQuery(e.target.value)} placeholder="Search" />
      <ul className="divide-y">
        {visible.map((one) => (
          <li key={one.id} className="py-2" onClick={() => { onSelect(one.id); router.push(\`/${t}s/\${one.id}\`) }}>
            <span className="truncate text-sm text-neutral-700">{one.title}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
`)}`,
  component: (t, n) => `import type { ReactNode } from 'react'
import Link from 'next/link'

${many(n, i => `export function ${title(t)}Card${i}({ title, children, href }: { title: string; children: ReactNode; href: string }) {
  return (
    <article className="rounded-xl border border-neutral-200 bg-white p-6 shadow-sm transition hover:shadow-md">
      <Link href={href} className="block text-base font-semibold text-neutral-900 underline-offset-2 hover:underline">{title}</Link>
      <div className="mt-2 text-sm leading-6 text-neutral-600">{children}</div>
      <footer className="mt-4 flex items-center gap-3 text-xs text-neutral-400"><span>Updated today</span><span>·</span><span>3 people</span></footer>
    </article>
  )
}
`)}`,
  library: (t, n) => `import { clsx } from 'clsx'

export interface ${title(t)} { id: string; title: string; createdAt: string; tags: string[] }

${many(n, i => `// The ${t}s of a page, newest first, with what the list shows of each.
export function arrange${title(t)}s${i}(all: ${title(t)}[], page: number, size = 20): ${title(t)}[] {
  const sorted = [...all].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const from = Math.max(0, page) * size
  const shown = sorted.slice(from, from + size)
  return shown.map((one) => ({ ...one, title: one.title.trim() || 'Untitled', tags: one.tags.filter(Boolean) }))
}

export const ${t}Class${i} = (active: boolean) => clsx('rounded px-2', active ? 'font-medium' : 'text-neutral-500')
`)}`,
  page: (t, n) => `import { Suspense } from 'react'
import { cacheLife, cacheTag } from 'next/cache'
import { list${title(t)}s } from '@/lib/data/${t}s'

async function recent(query: string) {
  'use cache'
  cacheTag('${t}s')
  cacheLife('hours')
  return list${title(t)}s({ query, take: 20 })
}

export default async function Page({ searchParams }: { searchParams: Promise<{ q?: string }> }) {
  const { q = '' } = await searchParams
  const all = await recent(q)
  return (
    <main>
      ${many(n, () => `<section className="mx-auto max-w-3xl px-6 py-8">
        <h1 className="text-2xl font-semibold">${title(t)}s</h1>
        <Suspense fallback={<p>Loading</p>}><ul>{all.map((one) => <li key={one.id}>{one.title}</li>)}</ul></Suspense>
      </section>`)}
    </main>
  )
}
`,
  route: (t, n) => `import { revalidateTag } from 'next/cache'
import type { NextRequest } from 'next/server'
import { prisma } from '@/lib/prisma'
import { requireUser } from '@/lib/auth'
import { new${title(t)} } from '@/lib/schemas'

export async function GET(request: NextRequest) {
  await requireUser()
  const page = Number(request.nextUrl.searchParams.get('page') ?? 0)
  return Response.json(await prisma.${t}.findMany({ skip: page * 20, take: 20, orderBy: { createdAt: 'desc' } }))
}

export async function POST(request: NextRequest) {
  const user = await requireUser()
  const input = new${title(t)}.safeParse(await request.json().catch(() => undefined))
  if (!input.success) return Response.json({ error: 'invalid' }, { status: 400 })
  const made = await prisma.${t}.create({ data: { ...input.data, ownerId: user.id } })
  revalidateTag('${t}s', 'max')
  return Response.json(made, { status: 201 })
}
${many(n, i => `
function present${i}(one: { id: string; title: string; createdAt: Date }) {
  return { id: one.id, title: one.title, created_at: one.createdAt.toISOString(), links: { self: \`/api/${t}s/\${one.id}\` } }
}`)}
`,
  action: (t, n) => `'use server'

import { updateTag } from 'next/cache'
import { redirect } from 'next/navigation'
import { prisma } from '@/lib/prisma'
import { requireUser } from '@/lib/auth'
import { new${title(t)} } from '@/lib/schemas'
${many(n, i => `
export async function save${title(t)}${i}(id: string, form: FormData) {
  const user = await requireUser()
  const input = new${title(t)}.safeParse(Object.fromEntries(form))
  if (!input.success) return { error: 'Check the fields.' }
  await prisma.${t}.update({ where: { id, ownerId: user.id }, data: input.data })
  updateTag('${t}s')
  redirect(\`/${t}s/\${id}\`)
}`)}
`,
};

// Shares of the files, and how many parts one has: sizes are spread as those of real projects are, most small, a few large.
const shares = [['client', 0.42], ['component', 0.2], ['library', 0.2], ['page', 0.08], ['route', 0.06], ['action', 0.04]];
const names = { client: 'components', component: 'components/cards', library: 'lib', page: 'app', route: 'app/api', action: 'app/actions' };

function generate(to) {
  const put = (path, text) => {
    mkdirSync(dirname(join(to, path)), { recursive: true });
    writeFileSync(join(to, path), text);
  };
  put('package.json', JSON.stringify({ name: 'bench', dependencies: { next: '16.4.6', react: '19.3.1' } }));
  put('next.config.ts', 'export default { cacheComponents: true }\n');
  put('tsconfig.json', JSON.stringify({ compilerOptions: { strict: true, paths: { '@/*': ['./*'] } } }));
  for (let i = 0; i < count; ++i) {
    let at = random();
    const [kind] = shares.find(([, share]) => (at -= share) < 0) ?? shares[0];
    const t = pick(things);
    const parts = 1 + Math.floor(Math.exp(random() * 2.2));
    const file = { page: `${t}s/p${i}/page.tsx`, route: `${t}s/r${i}/route.ts`, action: `a${i}.ts`, library: `${t}${i}.ts` }[kind];
    put(`${names[kind]}/${file ?? `${t}-${i}.tsx`}`, kinds[kind](t, parts));
  }
}

const dir = mkdtempSync(join(tmpdir(), 'nbe-checks-'));
try {
  const project = options.project ?? dir;
  if (!options.project) generate(dir);
  const skipped = /(^|\/)(node_modules|\.next|\.git)(\/|$)/;
  const scripts = readdirSync(project, { recursive: true }).filter(f => /\.[cm]?[jt]sx?$/.test(f) && !skipped.test(f));
  const bytes = scripts.reduce((sum, file) => sum + statSync(join(project, file)).size, 0);
  const times = [];
  let out;
  for (let round = 0; round < 7; ++round) {
    const begin = performance.now();
    out = spawnSync('taskset', ['-c', '1', binary, 'check', '--format', 'json', '--project', project], {
      encoding: 'utf8', maxBuffer: 1 << 28, env: { PATH: process.env.PATH, HOME: dir }
    });
    times.push((performance.now() - begin) / 1000);
    if (![0, 1].includes(out.status)) throw new Error(out.stderr || String(out.error));
  }
  const report = JSON.parse(out.stdout);
  const median = times.sort((a, b) => a - b)[3];
  const speed = bytes / median / 1e6;
  console.log('| files | source | time | speed | findings |\n|---|---|---|---|---|');
  console.log(`| ${report.files} | ${(bytes / 1e6).toFixed(1)} MB | ${median.toFixed(2)} s | ${speed.toFixed(1)} MB/s | ${report.findings.length} |`);
  if (!options.project && report.findings.length) throw new Error(`correct code was found fault with: ${out.stdout.slice(0, 500)}`);
  if (!options.project && speed < bar) {
    console.error(`missed: ${bar} MB/s on one core`);
    process.exitCode = 1;
  }
} finally {
  rmSync(dir, { recursive: true });
}
