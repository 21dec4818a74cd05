import { resolve } from 'node:path'
import type { Command } from 'commander'
import { systemClock } from '../../kernel/clock.ts'
import { action, createCommand } from '../command.ts'
import { type DatabaseOptions, databaseOption, stateConfigOf } from '../database-option.ts'

const HELP = `
The coordinator may run meanwhile. The new folder holds its tables, its keys, what nodes handed in and, unless a bucket has them, the
blobs of jobs, with a checksum of every file. Whoever has it can pay out of your hot wallet: keep it where only you can read it.
It restores into SQLite or PostgreSQL, whichever it was made from.`

/** `windfall coordinator backup` */
export const coordinatorBackupCommand = (): Command =>
  action<DatabaseOptions>(
    createCommand('backup', 'save everything that this coordinator needs to go on elsewhere')
      .argument('<folder>', 'where to; must not be there yet')
      .addOption(databaseOption())
      .addHelpText('after', HELP),
    async (options, output, [folder = '']) => {
      // Loads the database's drivers, which no other command needs.
      const { backUp } = await import('../../coordinator/backing-up.ts')
      const directory = resolve(folder)
      const { files, tables, inbox, blobs, madeAt } = await backUp(stateConfigOf(options), directory, { clock: systemClock, onProgress: output.progress })
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      const rows = Object.values(tables).reduce((sum, count) => sum + count, 0)
      output.answer({ directory, madeAt, files: files.length, bytes, rows, inbox, blobs }, () => [
        `Backup   ${directory}`,
        `Holds    ${rows} rows of ${Object.keys(tables).length} tables, ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`,
        ...(blobs === 'included' ? [] : ['Not in it: what jobs run and produce, which is in your bucket']),
        `Restore  windfall coordinator restore "${directory}" --data <empty folder>`,
      ])
    },
  )
