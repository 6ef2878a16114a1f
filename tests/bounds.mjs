// What sanitizers make slower and larger is held to other bounds.
export const sanitized = process.env.NBE_SANITIZED === '1'
export const slower = sanitized ? 6 : 1 // times as long, for what is held against a clock
