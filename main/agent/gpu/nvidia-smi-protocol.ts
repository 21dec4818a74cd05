/** What the agent and the process that runs `nvidia-smi -q -x` say to each other. */
import { z } from 'zod'
import { SmiInventory } from './nvidia-smi-log.ts'

export const SmiRequest = z.strictObject({ ask: z.literal('inventory') })
export type SmiRequest = z.infer<typeof SmiRequest>

export const SmiReply = z.union([z.strictObject({ inventory: SmiInventory }), z.strictObject({ error: z.string().max(300) })])
export type SmiReply = z.infer<typeof SmiReply>
