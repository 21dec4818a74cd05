import { execFile } from 'node:child_process'

/** Below this, an image can run code as root on the host (CVE-2025-23266, CVE-2025-23359, CVE-2024-0132). */
const SAFE = [1, 17, 8] as const
/** The series that gets fixes. */
const CURRENT = [1, 20, 0] as const
const LIMIT_MS = 5_000

/** `refused`: no GPU job may run with it. `old`: works, should be updated. `unknown`: no version could be read. */
export type ToolkitVerdict = 'refused' | 'old' | 'current' | 'unknown'

/** Judges a version such as `1.17.8` or `1.18.0-rc.2`; a release candidate counts as the version before it. */
export function judgeToolkit(version: string | null): ToolkitVerdict {
  const parts = /^(\d+)\.(\d+)\.(\d+)(-rc)?/.exec(version ?? '')
  if (!parts) return 'unknown'
  const numbers = parts.slice(1, 4).map(Number)
  const isBelow = (floor: readonly number[]): boolean => {
    const at = floor.findIndex((part, i) => part !== numbers[i])
    return at === -1 ? parts[4] !== undefined : (numbers[at] ?? 0) < (floor[at] ?? 0)
  }
  if (isBelow(SAFE)) return 'refused'
  return isBelow(CURRENT) ? 'old' : 'current'
}

/** From the first line of `nvidia-ctk --version`: “NVIDIA Container Toolkit CLI version 1.17.8”. */
export const toolkitVersionIn = (output: string): string | null => /version:?\s+v?(\d+\.\d+\.\d+[\w.~-]*)/i.exec(output)?.[1]?.replace('~', '-') ?? null

/** Where packages, the GPU operator and snaps put the tool, besides the path. */
const PLACES = ['nvidia-ctk', '/usr/bin/nvidia-ctk', '/usr/local/nvidia/toolkit/nvidia-ctk', '/run/current-system/sw/bin/nvidia-ctk', 'nvidia-container-cli']

/** Version of the NVIDIA Container Toolkit on this machine, `null` if it has none or does not tell. Never rejects. */
export async function readToolkitVersion(signal: AbortSignal, places: readonly string[] = PLACES): Promise<string | null> {
  for (const place of places) {
    const version = toolkitVersionIn(await ask(place, signal))
    if (version !== null) return version
  }
  return null
}

const ask = (program: string, signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    const limits = { timeout: LIMIT_MS, killSignal: 'SIGKILL', maxBuffer: 65_536, windowsHide: true, signal } as const
    execFile(program, ['--version'], limits, (error, stdout) => resolve(error ? '' : stdout))
  })
