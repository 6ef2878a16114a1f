'use server'

import { updateTag } from 'next/cache'

import { notesTag } from '@/lib/notes'

export function refreshNotes(): void {
  updateTag(notesTag)
}
