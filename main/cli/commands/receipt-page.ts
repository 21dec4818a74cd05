import { constants, copyFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { messageOf, WindfallError } from '../../../shared/errors.ts'
import { packageRoot } from '../../kernel/paths.ts'
import { build } from '../build.ts'
import { action, type CommonOptions, createCommand } from '../command.ts'

const BUILT = join(packageRoot, 'dist', 'verify', 'verify.html')

/** Never over another file: whoever names one by mistake keeps it. */
function copyTo(file: string): void {
  try {
    copyFileSync(BUILT, file, constants.COPYFILE_EXCL)
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'EEXIST' ? 'There is such a file already' : messageOf(error)
    throw new WindfallError('input.invalid', `${file} was not written: ${why}. Name another place: windfall receipt page FILE`, { cause: error })
  }
}

/** `windfall receipt page`: the checking page for somebody who has a receipt and no Windfall. */
export const receiptPage = (): Command =>
  action<CommonOptions>(
    createCommand('page', 'write the web page that checks receipts: one file that works from a disk, without the network').argument(
      '[file]',
      'where to write it',
      'verify.html',
    ),
    async (_options, output, [file = '']) => {
      const path = resolve(file)
      await build({ only: ['verify'] }, (line) => output.progress(line))
      copyTo(path)
      output.answer({ file: path }, () => [`Wrote ${path}. Open it in a browser and drop a .wfreceipt file on it.`])
    },
  )
