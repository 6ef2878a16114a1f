import { NextResponse, type NextRequest } from 'next/server'

export function proxy(request: NextRequest) {
  const token = process.env.API_TOKEN
  if (token && request.headers.get('authorization') !== `Bearer ${token}`) {
    return NextResponse.json({ error: 'unauthorized' }, { status: 401 })
  }
  return NextResponse.next()
}

export const config = { matcher: '/api/:path*' }
