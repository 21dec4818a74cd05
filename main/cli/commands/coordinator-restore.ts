import { resolve } from 'node:path'
import type { Command } from 'commander'
import { holdDirectory } from '../../kernel/instance-lock.ts'
import { systemClock } from '../../kernel/clock.ts'
import { action, createCommand, dataDirectoryOf } from '../command.ts'
import type { ErasedAgain } from '../../coordinator/erased-again.ts'
import { type DatabaseOptions, databaseOption, stateConfigOf } from '../database-option.ts'

const HELP = `
Every file is checked before anything is written, and nothing is ever written over something else: give an empty folder with --data
and, for PostgreSQL, an empty database. Stop the coordinator that the backup is of, and wait two minutes before you start the restored
one: both have the same wallet, and by then a payout that was on its way is on the chain or never will be. A restored coordinator that
finds a payout there which the backup does not know pays nobody until it runs on a backup that does. What happened after the backup was
made is not in it; nodes hand in again what they have no receipt for. Receipts issued since then are no longer in the log, and whoever
kept a newer head of it will see that it was rewritten: say so before they ask.`

function erasedLines({ erased, waiting }: ErasedAgain, isGiven: boolean): string[] {
  if (!isGiven) return ['Erasures   whoever was erased since the backup was made is in it again: name them with --erasures']
  return [
    `Erasures   ${erased.length === 0 ? 'nobody had to be forgotten again' : `forgotten again: ${erased.join(', ')}`}`,
    ...waiting.map((one) => `           ${one.person} once the coordinator runs, since ${one.for.join('; ')}`),
  ]
}

/** `windfall coordinator restore` */
export const coordinatorRestoreCommand = (): Command =>
  action<DatabaseOptions & { erasures?: string }>(
    createCommand('restore', 'bring back what a backup holds, into SQLite or PostgreSQL, and check the books')
      .argument('<folder>', 'what “windfall coordinator backup” made')
      .addOption(databaseOption())
      .option(
        '--erasures <place>',
        'forget again whoever was erased since: a newer backup, or a file that “windfall person erasures --state done --json” wrote',
      )
      .addHelpText('after', HELP),
    async (options, output, [folder = '']) => {
      const { restore } = await import('../../coordinator/restoring.ts')
      const { readErasures } = await import('../../coordinator/erased-again.ts')
      const erased = options.erasures === undefined ? [] : await readErasures(options.erasures)
      const dataDirectory = dataDirectoryOf(options)
      using _lock = holdDirectory(dataDirectory, 'coordinator')
      const restoring = { onProgress: output.progress, clock: systemClock, erased }
      const { manifest, ledger, decisions, acts, again } = await restore(stateConfigOf(options), resolve(folder), restoring)
      const isSound = ledger.balanced && decisions.brokenAt === null && acts.brokenAt === null
      output.answer({ dataDirectory, madeAt: manifest.madeAt, tables: manifest.tables, inbox: manifest.inbox, ledger, decisions, acts, again }, () => [
        `Restored what was there at ${manifest.madeAt} into ${dataDirectory}`,
        `Books      ${ledger.balanced ? 'balanced' : `NOT balanced: ${ledger.findings.join('; ')}`}`,
        `Decisions  ${decisions.count}, ${decisions.brokenAt === null ? 'each follows from the one before it' : `BROKEN at ${decisions.brokenAt}`}`,
        `Acts       ${acts.count}, ${acts.brokenAt === null ? 'each follows from the one before it' : `BROKEN at ${acts.brokenAt}`}`,
        ...erasedLines(again, options.erasures !== undefined),
        `Start it   windfall coordinator --data "${dataDirectory}"`,
      ])
      return isSound ? 0 : 1
    },
  )
