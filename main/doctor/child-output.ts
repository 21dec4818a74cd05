import { execFile } from 'node:child_process'
import { packageRoot } from '../kernel/paths.ts'

/** How a child of ours ended: what it wrote, or in words why it could not. */
export type ChildEnd = { readonly text: string } | { readonly problem: string }

const LIMIT_MS = 15_000

/** Runs this very Node with these arguments in Windfall's own folder. A crash of the child is an answer like any other. */
export const runNode = (args: readonly string[], signal: AbortSignal): Promise<ChildEnd> =>
  new Promise((resolve) => {
    const options = { cwd: packageRoot, timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 65_536, windowsHide: true, signal } as const
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      if (!error) return resolve({ text: stdout })
      const { killed, signal: by } = error
      if (killed) return resolve({ problem: `it took over ${LIMIT_MS / 1_000} s` })
      resolve({ problem: by ? `it crashed (${by})` : (lastError(stderr) ?? `exit code ${String(error.code)}`) })
    })
  })

/** The line of a stack trace that says what is wrong. */
const lastError = (stderr: string): string | undefined => /^(?:\w*Error.*|.*: error .*)$/m.exec(stderr)?.[0]?.slice(0, 300)
