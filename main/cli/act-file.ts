/** An exported log of acts: JSON Lines, the key of the log first, then every act, and every head that was signed over them. */
import { createReadStream, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ActEntry } from '../../shared/contract/audit.ts'
import { parse } from '../../shared/contract/define.ts'
import { Envelope, PublicJwk } from '../../shared/contract/wire.ts'
import { WindfallError, messageOf } from '../../shared/errors.ts'

export const ActFileLine = z.union([z.strictObject({ logKey: PublicJwk }), z.strictObject({ act: ActEntry }), z.strictObject({ head: Envelope })])
export type ActFileLine = z.infer<typeof ActFileLine>

const unreadable = (file: string, why: string, cause: unknown): WindfallError =>
  new WindfallError(
    'input.invalid',
    `${file} is not what “windfall audit export” or “windfall audit head --json” writes: ${why}. Export it again, or get the file again from whoever gave it to you.`,
    { cause },
  )

/** Every line of a file. Error: `input.invalid`. */
export async function* readActFile(file: string): AsyncGenerator<ActFileLine> {
  const lines = createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })
  let number = 0
  try {
    for await (const line of lines) {
      number += 1
      if (line !== '') yield parse(ActFileLine, JSON.parse(line), 'line')
    }
  } catch (error) {
    throw unreadable(file, `line ${number}: ${messageOf(error)}`, error)
  }
}

/** A head that was kept. Error: `input.invalid`. */
export function readActHead(file: string): Envelope {
  try {
    return z.object({ head: Envelope }).parse(JSON.parse(readFileSync(file, 'utf8'))).head
  } catch (error) {
    throw unreadable(file, messageOf(error), error)
  }
}
