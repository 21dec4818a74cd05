import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { packageRoot } from '../../kernel/paths.ts'
import { type CommonOptions, action, createCommand } from '../command.ts'
import { EXIT } from '../exit-codes.ts'

const SECOND_MS = 1_000

/** What reproducible builds take for now (https://reproducible-builds.org/specs/source-date-epoch/), as epoch milliseconds. Error: `config.invalid`. */
function dateOf(given: string | undefined, now: number): number {
  if (given === undefined || given === '') return now
  if (/^\d{1,11}$/.test(given)) return Number(given) * SECOND_MS
  throw new WindfallError('config.invalid', `SOURCE_DATE_EPOCH needs whole seconds since 1970, not “${given}”.`)
}

function requireSources(): void {
  if (existsSync(join(packageRoot, 'package-lock.json'))) return
  throw new WindfallError(
    'input.invalid',
    'This Windfall is installed, and does not know what it was made from. Run the command in a folder with its sources, after npm ci and npm run build.',
  )
}

/** `windfall release prepare` */
export const prepareCommand = (): Command =>
  action<CommonOptions & { audit: boolean }>(
    createCommand('prepare', 'write what goes along with the packages of this version: its parts, and the licences of others')
      .argument('<folder>', 'where to write sbom.cdx.json (CycloneDX) and THIRD-PARTY-NOTICES.txt')
      .option('--no-audit', 'do not ask the registry for known weaknesses of the parts'),
    async ({ audit }, output, [folder = '']) => {
      requireSources()
      const now = systemClock.now()
      const dated = dateOf(process.env['SOURCE_DATE_EPOCH'], now)
      // Not at once: an installed Windfall has none of this.
      const { prepareRelease } = await import('../release/preparing.ts')
      const prepared = await prepareRelease({ folder, audit, now, dated, environment: process.env })
      const { problems, notes, files, packages, version } = prepared
      const good = problems.length === 0
      output.answer({ good, ...prepared }, () => [
        ...problems.map((line) => `✗ ${line}`),
        ...notes.map((line) => `· ${line}`),
        ...files.map((file) => `wrote     ${file}`),
        good ? `${packages} packages of others go along with Windfall ${version}.` : `Nothing was written: ${problems.length} to mend first.`,
      ])
      return good ? EXIT.ok : EXIT.failed
    },
  )
