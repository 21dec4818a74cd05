/** What the agent and the process that looks up names say to each other. */
import { z } from 'zod'

const text = z.string().min(1).max(120)

export const NamesRequest = z.strictObject({
  /** False where the look would wake a sleeping card. */
  graphics: z.boolean(),
})
export type NamesRequest = z.infer<typeof NamesRequest>

/** What this machine and its parts are called. `null`: nobody tells. */
export const MachineNames = z.strictObject({
  cpu: text.nullable(),
  /** Distribution and release, such as `Debian GNU/Linux 12`. */
  os: text.nullable(),
  board: text.nullable(),
  gpus: z.array(z.strictObject({ busId: text, name: text })).max(32),
  disks: z.array(z.strictObject({ name: text, bytes: z.number().min(1), kind: text.nullable() })).max(64),
})
export type MachineNames = z.infer<typeof MachineNames>
