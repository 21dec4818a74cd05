import { execFile } from 'node:child_process'
import { constants, accessSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WindfallError } from '../../shared/errors.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Runs one tool of tpm2-tools in a private working directory. Error: `config.invalid`, with what the owner can do. */
export type RunTool = (tool: string, args: readonly string[], directory: string) => Promise<void>

/** The kernel's own resource manager: every process has the TPM to itself, and what it leaves loaded goes when it ends. */
const DEFAULT_DEVICE = '/dev/tpmrm0'
/** A discrete TPM may take seconds for a key; none takes this long. */
const TIMEOUT_MS = 30_000
const MAX_OUTPUT_BYTES = 65_536

/** How the TPM is reached: `WINDFALL_TPM_TCTI` or `TPM2TOOLS_TCTI`, in the words of tpm2-tools (`device:/dev/tpmrm0`), else the kernel's resource manager. */
export const tctiOf = (environment: Environment): string => environment['WINDFALL_TPM_TCTI'] ?? environment['TPM2TOOLS_TCTI'] ?? `device:${DEFAULT_DEVICE}`

/** Behind a resource manager nothing stays loaded; without one, a TPM has room for three objects, and whoever loads must unload. */
export const hasResourceManager = (tcti: string): boolean => /tpmrm|tabrmd/.test(tcti)

const invalid = (message: string, cause?: unknown) => new WindfallError('config.invalid', message, { cause })

/** What keeps a device file from being used, in words; `null` if nothing does, or if the TPM is not reached through a file. */
function deviceProblem(tcti: string): string | null {
  const file = /^device:(\/\S+)$/.exec(tcti)?.[1]
  if (file === undefined) return null
  if (!existsSync(file)) return `This machine offers no TPM 2.0 at ${file}. Switch it on in the firmware settings, or use a key in software.`
  try {
    accessSync(file, constants.R_OK | constants.W_OK)
    return null
  } catch {
    return `This user may not use the TPM at ${file}. Run: sudo usermod -aG tss "$USER", then log in again.`
  }
}

interface Failure {
  readonly code?: string | number | null | undefined
  readonly killed?: boolean | undefined
}

function explain(tool: string, { code, killed }: Failure, stderr: string): string {
  if (code === 'ENOENT') return `${tool} is not installed. Install tpm2-tools, on Debian and Ubuntu with: sudo apt install tpm2-tools`
  if (killed) return `The TPM did not answer ${tool} within ${TIMEOUT_MS / 1000} s. Try again, or use a key in software.`
  const said = stderr.replaceAll(/\s+/g, ' ').trim().slice(0, 300)
  if (/0x9a2|authorization failure|lockout|0x921/i.test(said)) return `The TPM refuses, because its owner hierarchy has a password or is locked (${said}).`
  if (/integrity check|0x1df/i.test(said)) return 'This key was made by another TPM, or by this one before it was cleared. It cannot be used any more.'
  return `The TPM cannot be used: ${tool} says “${said || `exit code ${String(code)}`}”.`
}

/** The tools as this machine has them, told how to reach the TPM and nothing else of this process's environment. */
export function createRunTool(environment: Environment): RunTool {
  const tcti = tctiOf(environment)
  const env = { PATH: environment['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', TPM2TOOLS_TCTI: tcti, TSS2_LOG: 'all+ERROR' }
  return async (tool, args, directory) => {
    const problem = deviceProblem(tcti)
    if (problem) throw invalid(problem)
    return new Promise((resolve, reject) => {
      const limits = { timeout: TIMEOUT_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT_BYTES } as const
      const child = execFile(tool, [...args], { cwd: directory, env, ...limits }, (error, _, stderr) =>
        error ? reject(invalid(explain(tool, error, stderr), error)) : resolve(),
      )
      // None of them asks anything; one that tried would otherwise wait for this process's terminal.
      child.stdin?.end()
    })
  }
}

/** Gives `work` a directory that only this user can enter, and leaves nothing of it behind. */
export async function inPrivateDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'windfall-tpm-'))
  try {
    return await work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}
