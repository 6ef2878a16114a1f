import { updateTag } from 'next/cache'

import { notesTag } from '@/lib/notes'

export async function POST(): Promise<Response> {
  updateTag(notesTag)
  return new Response(null, { status: 204 })
}
