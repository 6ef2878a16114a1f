import { revalidateTag } from 'next/cache'
import type { NextRequest } from 'next/server'

import { findNote, notesTag, removeNote } from '@/lib/notes'

const notFound = () => Response.json({ error: 'no such note' }, { status: 404 })

export async function GET(_request: NextRequest, context: RouteContext<'/api/notes/[id]'>): Promise<Response> {
  const { id } = await context.params
  const note = await findNote(id)
  return note ? Response.json(note) : notFound()
}

export async function DELETE(_request: NextRequest, context: RouteContext<'/api/notes/[id]'>): Promise<Response> {
  const { id } = await context.params
  if (!(await removeNote(id))) return notFound()
  revalidateTag(notesTag, { expire: 0 })
  return new Response(null, { status: 204 })
}
