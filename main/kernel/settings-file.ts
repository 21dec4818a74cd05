import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { WindfallError, messageOf } from '../../shared/errors.ts'

/** `<data>/settings.json`: what an owner or operator wrote by hand. Each part is checked by the process it is for. */
const Settings = z.strictObject({ agent: z.record(z.string(), z.unknown()).default({}), coordinator: z.record(z.string(), z.unknown()).default({}) })

/** A missing file means defaults; one that is damaged or cannot be read stops the process. Error: `config.invalid`. */
export function readSettings(dataDirectory: string): z.infer<typeof Settings> {
  const file = join(dataDirectory, 'settings.json')
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { agent: {}, coordinator: {} }
    throw new WindfallError('config.invalid', `${file} cannot be read (${messageOf(error)}). Let this user read it, or remove it.`, { cause: error })
  }
  try {
    return Settings.parse(JSON.parse(text))
  } catch (error) {
    throw new WindfallError('config.invalid', `${file} is not valid: expected {"agent": {…}, "coordinator": {…}}. Correct it or remove it.`, { cause: error })
  }
}
