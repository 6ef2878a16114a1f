import { revalidateTag } from 'next/cache'
import { connection, type NextRequest } from 'next/server'
import { z } from 'zod'

import { log } from '@/lib/log'
import { addNote, listNotes, newNote, notesTag } from '@/lib/notes'

export async function GET(): Promise<Response> {
  await connection()
  return Response.json({ notes: await listNotes() })
}

export async function POST(request: NextRequest): Promise<Response> {
  const input = newNote.safeParse(await request.json().catch(() => undefined))
  if (!input.success) {
    return Response.json({ error: 'invalid note', issues: z.flattenError(input.error) }, { status: 400 })
  }
  const note = await addNote(input.data)
  revalidateTag(notesTag, { expire: 0 })
  log.info({ id: note.id }, 'note added')
  return Response.json(note, { status: 201, headers: { location: `/api/notes/${note.id}` } })
}
