import 'server-only'

import { cookies } from 'next/headers'

export async function theme(): Promise<string> {
  return (await cookies()).get('theme')?.value ?? 'light'
}
