import 'server-only'

import { randomUUID } from 'node:crypto'

import { z } from 'zod'

export const newNote = z.object({
  title: z.string().trim().min(1).max(120),
  body: z.string().trim().max(10_000).default(''),
})

export type NewNote = z.infer<typeof newNote>

export interface Note extends NewNote {
  id: string
  createdAt: string
}

export const notesTag = 'notes'

// The development server reloads modules; the store must outlive that.
const store = globalThis as typeof globalThis & { acmeNotes?: Map<string, Note> }
const notes = (store.acmeNotes ??= new Map())

export async function listNotes(): Promise<Note[]> {
  return [...notes.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
}

export async function findNote(id: string): Promise<Note | undefined> {
  return notes.get(id)
}

export async function addNote(input: NewNote): Promise<Note> {
  const note: Note = { ...input, id: randomUUID(), createdAt: new Date().toISOString() }
  notes.set(note.id, note)
  return note
}

export async function removeNote(id: string): Promise<boolean> {
  return notes.delete(id)
}
