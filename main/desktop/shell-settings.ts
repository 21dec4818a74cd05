import { readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'

const ShellSettings = z.object({ onClose: z.enum(['keep-running', 'quit']).nullable() })
export type ShellSettings = z.infer<typeof ShellSettings>

/** What only this window knows, in one small file. A damaged file means the defaults: nothing in it is worth refusing to start for. */
export function openShellSettings(file: string): { get: () => ShellSettings; set: (settings: ShellSettings) => void } {
  let settings = read(file)
  return {
    get: () => settings,
    set: (next) => {
      settings = next
      writeFileSync(file, JSON.stringify(next), { mode: 0o600 })
    },
  }
}

function read(file: string): ShellSettings {
  try {
    return ShellSettings.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch {
    return { onClose: null }
  }
}
