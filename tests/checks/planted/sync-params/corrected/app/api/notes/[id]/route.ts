import type { NextRequest } from 'next/server'

import { findNote } from '@/lib/notes'

export async function GET(_request: NextRequest, { params }: RouteContext<'/api/notes/[id]'>): Promise<Response> {
  const { id } = await params
  const note = await findNote(id)
  return note ? Response.json(note) : Response.json({ error: 'no such note' }, { status: 404 })
}
