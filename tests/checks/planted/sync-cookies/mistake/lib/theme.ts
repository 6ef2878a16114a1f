import 'server-only'

import { cookies } from 'next/headers'

export async function theme(): Promise<string> {
  return cookies().get('theme')?.value ?? 'light'
}
