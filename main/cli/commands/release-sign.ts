import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { Channel, type ReleaseManifest, signRelease } from '../../../shared/domain/release-manifest.ts'
import type { TrustedKeys } from '../../../shared/domain/release-keys.ts'
import { RELEASE_ROOT } from '../../../shared/domain/release-root.ts'
import { compareVersions, isVersion } from '../../../shared/domain/versions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, wholeNumber } from '../command.ts'
import { findArtefacts } from '../release/artefacts.ts'
import { type Checked, answerRelease, checkRelease, publishedManifest } from '../release/checked.ts'
import { readChanges, readSigners, readTrust } from '../release/release-files.ts'

const DAY_MS = 86_400_000

interface SignOptions extends CommonOptions {
  readonly release: string
  readonly channel: string
  readonly keyFile?: readonly string[]
  readonly trust?: string
  readonly changes?: string
  readonly serial?: number
  readonly minimum?: string
  readonly staged: number
  readonly days: number
}

const refuse = (message: string): never => {
  throw new WindfallError('input.invalid', message)
}

function versionOf(text: string, option: string): string {
  return isVersion(text) ? text : refuse(`${option} needs a version such as 1.4.0 or 1.4.0-beta.2, not “${text}”.`)
}

/** The number after the release file that lies there, and a version that is not below it. */
function serialAfter(before: ReleaseManifest | null, { serial, release }: SignOptions): number {
  if (before && compareVersions(release, before.version) < 0)
    refuse(`${release} is below ${before.version}, which is published already. To go back, publish the older program under a higher version.`)
  const next = serial ?? (before?.serial ?? 0) + 1
  return before && next <= before.serial ? refuse(`Number ${next} is not above ${before.serial}, which is published already.`) : next
}

interface Signed {
  readonly file: string
  readonly draft: string
  readonly leftOut: readonly string[]
}

async function sign(options: SignOptions, folder: string, trust: TrustedKeys): Promise<Signed> {
  const { channel, release, staged, minimum } = options
  if (!Channel.safeParse(channel).success) refuse(`--channel needs a name such as stable or beta, not “${channel}”.`)
  const version = versionOf(release, '--release')
  const signers = readSigners(options.keyFile ?? [], process.env)
  const file = join(folder, `${channel}.json`)
  const before = await publishedManifest(file, trust)
  if (typeof before === 'string' && options.serial === undefined)
    refuse(`${file} says nothing of the number that comes next, because ${before}. Give it with --serial: one more than was ever published.`)
  const serial = serialAfter(typeof before === 'string' ? null : before, options)
  const { artefacts, leftOut } = await findArtefacts(folder, version)
  const now = systemClock.now()
  const time = { issued: new Date(now).toISOString(), expires: new Date(now + options.days * DAY_MS).toISOString() }
  const minimumVersion = minimum === undefined ? null : versionOf(minimum, '--minimum')
  const manifest: ReleaseManifest = { v: 1, channel, serial, version, minimumVersion, ...time, staged, artefacts: [...artefacts] }
  const draft = `${file}.new`
  writeFileSync(draft, `${JSON.stringify(await signRelease(manifest, readChanges(options.changes), signers))}\n`, { flush: true })
  return { file, draft, leftOut }
}

/** What is published is what was read again and found good, by the keys that installed programs have. */
async function publish(draft: string, file: string, by: Parameters<typeof checkRelease>[1]): Promise<Checked> {
  try {
    const checked = await checkRelease(draft, by)
    renameSync(draft, file)
    return checked
  } finally {
    rmSync(draft, { force: true })
  }
}

/** `windfall release sign` */
export const signCommand = (): Command =>
  action<SignOptions>(
    createCommand('sign', 'sign the list of the packages in a folder, and check it again')
      .argument('<folder>', 'the folder with the packages, where the signed list is written to')
      .requiredOption('--release <version>', 'the version of the packages')
      .option('--channel <name>', 'who is to get it', RELEASE_ROOT.channel)
      .option('--key-file <files...>', 'secret keys to sign with (or WINDFALL_RELEASE_KEY_FILE)')
      .option('--trust <file>', 'the set of keys that installed programs are built with (default: those of this Windfall)')
      .option('--changes <file>', 'the list of changes of keys since then')
      .option('--serial <n>', 'the number of this list (default: one more than of the one that lies there)', wholeNumber(1, 2_147_483_647))
      .option('--minimum <version>', 'the oldest version that may update to it directly')
      .option('--staged <percent>', 'how many of the installed programs get it', wholeNumber(0, 100), 100)
      .option('--days <n>', 'for how many days it is good', wholeNumber(1, 366), 60),
    async (options, output, [folder = '']) => {
      const trust = readTrust(options.trust)
      const { file, draft, leftOut } = await sign(options, folder, trust)
      const checked = await publish(draft, file, { folder, trust, now: systemClock.now() })
      if (leftOut.length > 0) output.progress(`Not in it: ${leftOut.join(', ')}`)
      return answerRelease(output, file, checked)
    },
  )
