import { revalidateTag } from 'next/cache'

import { notesTag } from '@/lib/notes'

export async function POST(): Promise<Response> {
  revalidateTag(notesTag, { expire: 0 })
  return new Response(null, { status: 204 })
}
