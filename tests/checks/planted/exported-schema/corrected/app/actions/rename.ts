'use server'

import { z } from 'zod'

import { log } from '@/lib/log'

const newTitle = z.object({ title: z.string().trim().min(1).max(120) })

export async function rename(form: FormData): Promise<void> {
  const input = newTitle.safeParse({ title: form.get('title') })
  log.info({ valid: input.success }, 'renamed')
}
