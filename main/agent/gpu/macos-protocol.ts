/** What the agent and the process that holds Apple's library say to each other. */
import { z } from 'zod'

export const MacosRequest = z.strictObject({ ask: z.literal('energy') })
export type MacosRequest = z.infer<typeof MacosRequest>

const energyMj = z.number().min(0).nullable()
export const MacosReply = z.strictObject({ cpuMj: energyMj, gpuMj: energyMj })
export type MacosReply = z.infer<typeof MacosReply>
