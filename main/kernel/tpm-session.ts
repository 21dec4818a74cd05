import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PublicJwk } from '../../shared/contract/wire.ts'
import type { RunTool } from './tpm-tools.ts'

/**
 * A key that only one TPM can use. Both areas are what TPM2_Create returns: the private one is encrypted under the TPM's owner hierarchy,
 * so the blob is safe to store and useless elsewhere. Kept outside, it takes none of the TPM's few persistent places.
 */
export interface TpmKey {
  readonly publicJwk: PublicJwk
  /** TPM2B_PUBLIC. */
  readonly publicArea: Uint8Array
  /** TPM2B_PRIVATE. */
  readonly privateArea: Uint8Array
}

/** One operation's tools in a folder of its own. */
export interface TpmSession {
  readonly run: (...args: readonly string[]) => Promise<void>
  readonly read: (name: string) => Uint8Array
  readonly write: (name: string, bytes: Uint8Array) => void
}

export function openSession({ runTool, directory, flushes }: { readonly runTool: RunTool; readonly directory: string; readonly flushes: boolean }): TpmSession {
  const tool = ([name = '', ...args]: readonly string[]) => runTool(`tpm2_${name}`, args, directory)
  return {
    run: async (...args) => {
      try {
        await tool(args)
      } finally {
        // What a failed step leaves loaded would be in the way of every later one. If this fails, too, the next step says why.
        if (flushes) await tool(['flushcontext', '-t']).catch(() => undefined)
      }
    },
    read: (name) => readFileSync(join(directory, name)),
    write: (name, bytes) => writeFileSync(join(directory, name), bytes, { mode: 0o600 }),
  }
}
