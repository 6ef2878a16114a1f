'use server'

import { updateTag } from 'next/cache'

import { log } from '@/lib/log'
import { addNote, newNote, notesTag } from '@/lib/notes'

// Anyone may add a note here: the example has no users. A real action checks who calls it first.
export async function createNote(form: FormData): Promise<void> {
  const input = newNote.safeParse({ title: form.get('title'), body: form.get('body') ?? undefined })
  if (!input.success) {
    log.warn({ issues: input.error.issues.length }, 'note refused')
    return
  }
  await addNote(input.data)
  updateTag(notesTag)
}
