import 'server-only'

import { cookies } from 'next/headers'

async function greet(name: string): Promise<string> {
  'use cache'
  return `Hello ${name}`
}

export async function greeting(): Promise<string> {
  return greet((await cookies()).get('name')?.value ?? 'stranger')
}
