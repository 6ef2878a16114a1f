import { cacheLife, cacheTag } from 'next/cache'

import { createNote } from '@/app/actions/notes'
import { listNotes, notesTag } from '@/lib/notes'

async function recentNotes() {
  'use cache'
  cacheTag(notesTag)
  cacheLife('hours')
  return (await listNotes()).slice(0, 20)
}

export default async function Page() {
  const notes = await recentNotes()
  return (
    <main>
      <h1>Notes</h1>
      <form action={createNote}>
        <input name="title" aria-label="Title" required maxLength={120} />
        <button>Add</button>
      </form>
      <ul>
        {notes.map((note) => (
          <li key={note.id}>{note.title}</li>
        ))}
      </ul>
    </main>
  )
}
