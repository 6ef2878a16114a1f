import type { NextRequest } from 'next/server'

import { findNote } from '@/lib/notes'

export async function GET(_request: NextRequest, { params }: { params: { id: string } }): Promise<Response> {
  const note = await findNote(params.id)
  return note ? Response.json(note) : Response.json({ error: 'no such note' }, { status: 404 })
}
