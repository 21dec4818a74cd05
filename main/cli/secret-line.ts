import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A terminal that is read key by key can keep what is typed to itself. */
interface Terminal extends Readable {
  readonly isTTY?: boolean
  readonly setRawMode?: (raw: boolean) => unknown
}

const [CTRL_C, CTRL_D, BACKSPACE, DELETE] = ['\u0003', '\u0004', '\b', '\u007F']

/** What is typed up to Enter, which the terminal does not show; `null` if it was given up. */
function typed(terminal: Terminal): Promise<string | null> {
  return new Promise((resolve) => {
    let text = ''
    const end = (found: string | null) => {
      terminal.setRawMode?.(false)
      terminal.off('data', take)
      terminal.pause()
      resolve(found)
    }
    const take = (chunk: Buffer | string) => {
      for (const key of String(chunk)) {
        if (key === '\r' || key === '\n') return end(text)
        if (key === CTRL_C || key === CTRL_D) return end(null)
        text = key === BACKSPACE || key === DELETE ? text.slice(0, -1) : text + key
      }
    }
    terminal.setRawMode?.(true)
    terminal.on('data', take)
    terminal.resume()
  })
}

async function firstLine(input: Readable): Promise<string | null> {
  const lines = createInterface({ input })
  for await (const line of lines) return line
  return null
}

/** One line that nobody else should see: typed without being shown, or read from a pipe. `null` if there is none. */
export async function readSecretLine(input: Terminal, ask: () => void): Promise<string | null> {
  if (!input.isTTY) return (await firstLine(input))?.trim() || null
  ask()
  return (await typed(input))?.trim() || null
}
