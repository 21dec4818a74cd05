import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../shared/errors.ts'
import { sealedFile } from '../kernel/secret-vault.ts'
import { createRunTool, inPrivateDirectory, tctiOf } from '../kernel/tpm-tools.ts'
import { type Check, type Examined, type Finding, fail, ok, single, skipped, warn } from './check.ts'

const NAME = 'device-key'

/** `mode`: permission bits of the key file, `null` if there is none. `isOurs`: this user owns it. */
export function judgeKeyFile(file: string, { mode, isOurs }: { readonly mode: number | null; readonly isOurs: boolean }): Finding {
  if (mode === null) return skipped('no key lies in a file')
  if (!isOurs) return fail(`${file} belongs to another user`, `sudo chown "$USER" "${file}"`)
  const seen = `${file}, mode ${mode.toString(8).padStart(4, '0')}`
  return (mode & 0o077) === 0
    ? ok(seen)
    : fail(`${seen}: other users may read the key of this node`, `chmod 600 "${file}"; as others may have copied it, then: windfall key rotate`)
}

function lookAtKeyFile({ dataDirectory, platform }: Examined): Finding {
  const file = [join(dataDirectory, `${NAME}.pem`), sealedFile(dataDirectory, NAME)].find((path) => existsSync(path))
  if (file === undefined) return skipped('this node has no key yet; it is made at the first start')
  if (platform === 'win32') return ok(`${file}, protected by the access list of the user’s folder`)
  const { mode, uid } = statSync(file)
  return judgeKeyFile(file, { mode: mode & 0o777, isOurs: uid === process.getuid?.() })
}

const KEY_IN_TPM = 'windfall key rotate --tpm moves the key of this node into it'

/** `problem`: why the TPM cannot be used; `null` if it can. */
export function judgeTpm(problem: string | null, evidence: 'software' | 'tpm' | null): Finding {
  if (problem === null) return ok(evidence === 'tpm' ? 'usable, and holds the key of this node' : `usable; ${KEY_IN_TPM}`)
  // Only a node whose key is in there cannot do without.
  return evidence === 'tpm'
    ? fail(problem, 'The key of this node is in the TPM: without it no proof can be signed. Repair that first.')
    : skipped(`${problem} Not needed.`)
}

async function lookAtTpm({ environment, platform, facts }: Examined): Promise<Finding> {
  if (platform !== 'linux') return skipped('Windfall uses a TPM on Linux only')
  const status = await facts.status().catch(() => null)
  return judgeTpm(await tpmProblem(environment), status?.node.key.evidence ?? null)
}

/** Asks the TPM for its capabilities, which changes nothing in it. */
async function tpmProblem(environment: Examined['environment']): Promise<string | null> {
  try {
    await inPrivateDirectory((directory) => createRunTool(environment)('tpm2_getcap', ['properties-fixed'], directory))
    return null
  } catch (error) {
    return `${messageOf(error)} (${tctiOf(environment)})`
  }
}

export interface Keychain {
  readonly isSealed: boolean
  readonly hasKey: boolean
  readonly hasSession: boolean
}

/** Where the key is kept besides a TPM: the keychain of the desktop session opens only for the app. */
export function judgeKeychain({ isSealed, hasKey, hasSession }: Keychain): Finding {
  if (isSealed) return ok('the key of this node is sealed by the keychain of the desktop session')
  if (!hasSession) return skipped('no desktop session, so no keychain; the key is kept in a file that only this user can read')
  return hasKey
    ? warn(
        'a keychain may be there, but the key of this node lies in a plain file of this user',
        'Open the Windfall app once: it moves the key into the keychain.',
      )
    : ok('the app seals the key of this node with the keychain; a headless agent keeps it in a file')
}

const lookAtKeychain = ({ dataDirectory, environment, platform }: Examined): Finding =>
  judgeKeychain({
    isSealed: existsSync(sealedFile(dataDirectory, NAME)),
    hasKey: existsSync(join(dataDirectory, `${NAME}.pem`)),
    hasSession: platform !== 'linux' || Boolean(environment['DISPLAY'] ?? environment['WAYLAND_DISPLAY']),
  })

export const KEY_CHECKS: readonly Check[] = [single('device-key-file', lookAtKeyFile), single('tpm', lookAtTpm), single('keychain', lookAtKeychain)]
