/** What specs ask about the agent that the application runs itself: through its window, and through its files. */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createPrivateKey } from 'node:crypto'
import type { Page } from '@playwright/test'
import { AgentStatus } from '../../shared/contract/agent.ts'
import type { Bridge } from '../../shared/contract/bridge.ts'
import { type ShellChange, ShellState } from '../../shared/contract/shell.ts'
import { createSigner, generateKeyPem } from '../../main/kernel/signing.ts'

declare global {
  /** In the world of a page only: a spec uses it inside what it lets a page evaluate. */
  var windfall: Bridge
}

/** The agent's status as this window gets it. Rejects with the problem instead if there is one. */
export async function statusIn(window: Page): Promise<AgentStatus> {
  const answer = await window.evaluate(() => windfall.invoke('getStatus', {}))
  if (!answer.ok) throw new Error(answer.problem.detail)
  return AgentStatus.parse(answer.value)
}

/** Changes what the owner prefers of the shell, as the settings do. Rejects with the problem instead if there is one. */
export async function changeShell(window: Page, change: ShellChange): Promise<ShellState> {
  const answer = await window.evaluate((input) => windfall.invoke('changeShell', input), change)
  if (!answer.ok) throw new Error(answer.problem.detail)
  return ShellState.parse(answer.value)
}

/** A window of an agent that is not set up yet asks for that first; from then on it shows what its owner wants. */
export const waitForSetup = (window: Page): Promise<void> => window.getByRole('heading', { name: 'Set up Windfall' }).waitFor()

/** The page on which the owner sees the hardware and the key, of an agent that is not set up yet. */
export async function openMachinePage(window: Page): Promise<void> {
  await waitForSetup(window)
  await window.evaluate(() => {
    location.hash = '#/machine'
  })
}

/** The names of the files that hold a sealed secret. */
export const sealedFiles = (directory: string): string[] => globSync('*.sealed', { cwd: directory })

/** A device key in a plain file, as the command line leaves it. Returns the node it makes. */
export function writePlainKey(directory: string): { readonly file: string; readonly pem: string; readonly nodeId: string } {
  const pem = generateKeyPem()
  const file = join(directory, 'device-key.pem')
  writeFileSync(file, pem, { mode: 0o600 })
  return { file, pem, nodeId: createSigner(pem).keyId }
}

/** Every form in which this private key could lie in a file: PEM, its base64 body, DER, and the 32 bytes that matter. */
function formsOf(pem: string): Buffer[] {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' })
  const seed = der.subarray(-32)
  const texts = [der.toString('base64'), der.toString('hex'), seed.toString('base64').slice(0, -2), seed.toString('base64url'), seed.toString('hex')]
  return [der, seed, ...texts.map((text) => Buffer.from(text))]
}

const HEADER = Buffer.from('PRIVATE KEY-----')

/** Files below `directory` in which this private key, or the header of any, can be read. */
export function filesWithKey(directory: string, pem: string): string[] {
  const forms = [HEADER, ...formsOf(pem)]
  const files = globSync('**/*', { cwd: directory, withFileTypes: true }).filter((entry) => entry.isFile())
  return files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => existsSync(file) && forms.some((form) => readFileSync(file).includes(form)))
    .map((file) => file.slice(directory.length + 1))
}
