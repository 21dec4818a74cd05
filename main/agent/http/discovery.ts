/** How a window or the command line finds the agent that is already running on a data directory. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

export const DISCOVERY_FILE = 'windfall.json'

/** Written with mode 0600 by whoever runs the agent; it may hold more than this. */
export const Discovery = z.object({
  pid: z.number().int().positive(),
  agent: z.object({ url: z.string().regex(/^http:\/\/127\.0\.0\.1:\d{1,5}$/), token: z.string().regex(/^[\w-]{32}$/) }),
})
export type Discovery = z.infer<typeof Discovery>

/** `null` when no agent announced itself, or what it wrote is not readable (yet). Never proves that the agent still runs. */
export function readDiscovery(dataDirectory: string): Discovery | null {
  try {
    return Discovery.parse(JSON.parse(readFileSync(join(dataDirectory, DISCOVERY_FILE), 'utf8')))
  } catch {
    return null
  }
}
