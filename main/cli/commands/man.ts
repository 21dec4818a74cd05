import type { Command } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { packageVersion } from '../../kernel/paths.ts'
import { type CommonOptions, action, createCommand } from '../command.ts'
import { defineCommand } from '../definition.ts'
import { editionOf, manualPages } from '../manual/pages.ts'

const HELP = `
It is the source of the page (roff), which man shows:
  windfall man job submit | man -l -`

/** `windfall man …`; `program` is the whole command line. */
export const manCommand = (program: () => Promise<Command>): Command =>
  action<CommonOptions>(
    createCommand('man', 'the manual page of a command, as man reads it').argument('[command...]', 'its words, such as: job submit').addHelpText('after', HELP),
    async (_, output, words) => {
      const name = ['windfall', ...words].join('-')
      const page = manualPages(defineCommand(await program()), editionOf(packageVersion, process.env)).find((one) => one.name === `${name}.1`)
      if (!page) throw new WindfallError('input.invalid', `There is no command “${['windfall', ...words].join(' ')}”. See which there are: windfall --help`)
      output.answer(page, () => page.text.trimEnd().split('\n'))
      if (process.stdout.isTTY && !output.json)
        output.progress(`This is the source of the page. To read it: windfall man${words.map((word) => ` ${word}`).join('')} | man -l -`)
    },
  )
