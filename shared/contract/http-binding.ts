/** Calls over HTTP, as the coordinator's contract declares them. */
import { z } from 'zod'
import type { Access } from './define.ts'

export const Empty = z.strictObject({})

/** Where a call lives, who may make it, and what it is for. */
export const http = (method: 'GET' | 'POST', path: string, access: Access, summary: string) => ({ method, path, access, summary }) as const
