/** Calls over HTTP, as the coordinator's contract declares them. */
import { z } from 'zod'

export const Empty = z.strictObject({})

/** Where a call lives, who may make it, and what it is for. */
export const http = (method: 'GET' | 'POST', path: string, access: 'public' | 'node' | 'requester', summary: string) =>
  ({ method, path, access, summary }) as const
