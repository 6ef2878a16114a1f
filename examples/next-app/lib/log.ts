import 'server-only'

import pino from 'pino'

export const log = pino({ name: 'acme-notes', level: process.env.LOG_LEVEL ?? 'info' })
