import { cacheLife, cacheTag } from 'next/cache'

import { listNotes, notesTag } from '@/lib/notes'

async function count(): Promise<number> {
  'use cache'
  cacheTag(notesTag)
  cacheLife('minutes')
  return (await listNotes()).length
}

export async function GET(): Promise<Response> {
  return Response.json({ count: await count() })
}
