import { revalidateTag } from 'next/cache'

import { notesTag } from '@/lib/notes'

export async function POST(): Promise<Response> {
  revalidateTag(notesTag)
  return new Response(null, { status: 204 })
}
