import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { WindfallError } from '../../shared/errors.ts'

/** `<data>/settings.json`: what an owner or operator wrote by hand. Each part is checked by the process it is for. */
const Settings = z.strictObject({ agent: z.record(z.string(), z.unknown()).default({}), coordinator: z.record(z.string(), z.unknown()).default({}) })

/** A missing file means defaults; a damaged one stops the process. Error: `config.invalid`. */
export function readSettings(dataDirectory: string): z.infer<typeof Settings> {
  const file = join(dataDirectory, 'settings.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch {
    return { agent: {}, coordinator: {} }
  }
  try {
    return Settings.parse(JSON.parse(text))
  } catch (error) {
    throw new WindfallError('config.invalid', `${file} is not valid: expected {"agent": {…}, "coordinator": {…}}. Correct it or remove it.`, { cause: error })
  }
}
