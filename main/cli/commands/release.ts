import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { Command } from 'commander'
import type { TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { TrustedKeys as TrustedKeysShape, followKeyChanges, signKeyChange } from '../../../shared/domain/release-keys.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { writePrivateFile } from '../../kernel/key-file.ts'
import { createSigner, generateKeyPem } from '../../kernel/signing.ts'
import { nodeVerifyPort } from '../../kernel/verify-port.ts'
import { type CommonOptions, action, createCommand, wholeNumber } from '../command.ts'
import { answerRelease, checkRelease } from '../release/checked.ts'
import { readChanges, readPublicKey, readSigners, readTrust } from '../release/release-files.ts'
import { prepareCommand } from './release-prepare.ts'
import { signCommand } from './release-sign.ts'

const threshold = wholeNumber(1, 5)

function refuseToReplace(file: string): void {
  if (existsSync(file)) throw new WindfallError('conflict', `There is a file ${file} already. Nothing was changed.`)
}

const key = () =>
  action<CommonOptions>(
    createCommand('key', 'make a key that signs releases, in a file that only you may read').argument('<file>', 'where to keep it'),
    async (_options, output, [file = '']) => {
      refuseToReplace(file)
      const pem = generateKeyPem()
      writePrivateFile(file, pem)
      const { keyId, publicJwk } = createSigner(pem)
      output.progress(`The secret key is in ${file}. Keep a copy where no network reaches it. This is its public key:`)
      // As JSON in both cases: it is what the other commands read.
      output.answer({ keyId, ...publicJwk }, () => [JSON.stringify(publicJwk)])
    },
  )

function trustOf(keys: readonly string[], wanted: number, index = 0): TrustedKeys {
  const { data, error } = TrustedKeysShape.safeParse({ index, threshold: wanted, keys: keys.map(readPublicKey), head: null })
  if (data) return data
  throw new WindfallError('input.invalid', `These keys cannot sign releases together: the set ${error.issues[0]?.message}.`)
}

const trust = () =>
  action<CommonOptions & { threshold: number }>(
    createCommand('trust', 'the first set of keys that a Windfall is built with, from their public keys')
      .argument('<keys...>', 'files with one public key each')
      .option('--threshold <n>', 'how many of them have to sign each release', threshold, 1),
    async ({ threshold: wanted }, output, keys) => {
      const set = trustOf(keys, wanted)
      output.answer(set, () => [JSON.stringify(set, null, 2)])
    },
  )

interface RotateOptions extends CommonOptions {
  readonly trust?: string
  readonly keyFile?: readonly string[]
  readonly newKey: readonly string[]
  readonly threshold: number
  readonly changes: string
}

const rotate = () =>
  action<RotateOptions>(
    createCommand('rotate', 'name the keys that sign releases from now on; installed programs follow with the next release')
      .requiredOption('--changes <file>', 'the list of changes of keys, which this one is added to; made if it is not there')
      .requiredOption('--new-key <files...>', 'the public keys of the new set, one file each')
      .option('--threshold <n>', 'how many of the new keys have to sign each release', threshold, 1)
      .option('--key-file <files...>', 'secret keys to sign with: enough of the old ones and enough of the new ones')
      .option('--trust <file>', 'the set of keys that installed programs are built with (default: those of this Windfall)'),
    async (options, output) => {
      const root = readTrust(options.trust)
      const before = readChanges(options.changes)
      const current = await followed(root, before)
      const { keys } = trustOf(options.newKey, options.threshold)
      const next = { threshold: options.threshold, keys, at: new Date(systemClock.now()).toISOString() }
      const change = await signKeyChange(current, next, readSigners(options.keyFile ?? [], process.env))
      const changed = await followed(root, [...before, change])
      writePrivateFile(options.changes, JSON.stringify([...before, change]))
      output.answer(changed, () => [
        `Change ${changed.index} of keys is in ${options.changes}. From the next release on ${changed.threshold} of ${keys.length} keys have to sign.`,
      ])
    },
  )

async function followed(root: TrustedKeys, changes: Parameters<typeof followKeyChanges>[1]): Promise<TrustedKeys> {
  const keys = await followKeyChanges(root, changes, nodeVerifyPort)
  if (typeof keys === 'string') throw new WindfallError('auth.refused', `No installed Windfall would follow it: ${keys}.`)
  return keys
}

const verify = () =>
  action<CommonOptions & { trust?: string; folder?: string }>(
    createCommand('verify', 'check a release file and the files it lists, as an installed Windfall does')
      .argument('<file>', 'the signed manifest, such as stable.json')
      .option('--trust <file>', 'the set of keys to judge by (default: those of this Windfall)')
      .option('--folder <dir>', 'where its files lie (default: beside it)'),
    async ({ trust: trusted, folder }, output, [file = '']) =>
      answerRelease(output, file, await checkRelease(file, { folder: folder ?? dirname(file), trust: readTrust(trusted), now: systemClock.now() })),
  )

/** `windfall release …` */
export const releaseCommand = (): Command =>
  new Command('release')
    .description('prepare and sign what installed programs update themselves to, and check what you have downloaded')
    .addCommand(prepareCommand())
    .addCommand(signCommand())
    .addCommand(verify())
    .addCommand(key())
    .addCommand(trust())
    .addCommand(rotate())
