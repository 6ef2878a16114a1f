import 'server-only'

import { cookies } from 'next/headers'

export async function greeting(): Promise<string> {
  'use cache'
  const name = (await cookies()).get('name')?.value
  return `Hello ${name ?? 'stranger'}`
}
