/** A software TPM for tests: the real protocol and the real tools, without the chip. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { skipFor } from './requirement.fixture.ts'
import type { Environment } from './tpm-tools.ts'

const answers = (tool: string): boolean => spawnSync(tool, ['--version'], { stdio: 'ignore' }).error === undefined

/** Why tests that need a TPM cannot run here, or `null`. See {@link skipFor}. */
export function missingSwtpm(): string | null {
  const missing = ['swtpm', 'tpm2_sign'].filter((tool) => !answers(tool))
  if (missing.length === 0) return null
  return skipFor('software TPM', `${missing.join(' and ')} not found; Debian packages swtpm, tpm2-tools and libtss2-tcti-swtpm0`)
}

export interface SoftwareTpm extends AsyncDisposable {
  readonly environment: Environment
  /** Ends it and starts it again on the same state, as a reboot does. */
  readonly reboot: () => Promise<void>
}

export async function startSwtpm(): Promise<SoftwareTpm> {
  const directory = mkdtempSync(join(tmpdir(), 'swtpm-'))
  mkdirSync(join(directory, 'state'))
  let end = await launch(directory)
  return {
    environment: { PATH: process.env['PATH'], WINDFALL_TPM_TCTI: `swtpm:path=${join(directory, 's')}` },
    async reboot() {
      await end()
      end = await launch(directory)
    },
    async [Symbol.asyncDispose]() {
      await end()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

async function launch(directory: string): Promise<() => Promise<void>> {
  // The TCTI appends “.ctrl” to the path of the socket by itself.
  const [socket, control] = [join(directory, 's'), join(directory, 's.ctrl')]
  for (const file of [socket, control]) rmSync(file, { force: true })
  const channels = ['--ctrl', `type=unixio,path=${control}`, '--server', `type=unixio,path=${socket}`]
  const args = ['socket', '--tpm2', '--tpmstate', `dir=${join(directory, 'state')}`, ...channels, '--flags', 'not-need-init,startup-clear']
  const child = spawn('swtpm', args, { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  // A socket is there before anybody listens on it.
  while (!(await accepts(socket)) || !(await accepts(control))) {
    if (child.exitCode !== null) throw new Error(`swtpm ended with ${child.exitCode} before it listened`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return async () => {
    child.kill('SIGTERM')
    await ended
  }
}

function accepts(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket)
    connection.once('error', () => resolve(false))
    connection.once('connect', () => connection.end(() => resolve(true)))
  })
}
