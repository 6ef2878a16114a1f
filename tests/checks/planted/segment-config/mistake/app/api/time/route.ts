import { connection } from 'next/server'

export const dynamic = 'force-dynamic'

export async function GET(): Promise<Response> {
  await connection()
  return Response.json({ time: new Date().toISOString() })
}
