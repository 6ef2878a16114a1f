import { listNotes } from '@/lib/notes'

export async function GET(): Promise<Response> {
  'use cache'
  return Response.json({ count: (await listNotes()).length })
}
