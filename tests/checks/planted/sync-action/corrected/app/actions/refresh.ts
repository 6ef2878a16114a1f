'use server'

import { updateTag } from 'next/cache'

import { notesTag } from '@/lib/notes'

export async function refreshNotes(): Promise<void> {
  updateTag(notesTag)
}
