import { type Command, Option } from 'commander'
import { WindfallError } from '../../../shared/errors.ts'
import { action, createCommand, whereOf } from '../command.ts'
import { writeExport } from '../export-file.ts'
import { fetchExport } from '../instance.ts'
import { type FilterOptions, addFilters, filtersOf } from '../receipt-filters.ts'

interface ExportOptions extends FilterOptions {
  readonly all?: true
  readonly format: 'vc' | 'csv' | 'jsonl'
  readonly output?: string
}

const FORMAT = new Option('--format <format>', 'csv: a row for each half-hour · jsonl: whole receipts, one in each line · vc: W3C credentials (vc+jwt)')

/** `windfall receipt export` */
export const exportCommand = (): Command =>
  action<ExportOptions>(
    addFilters(createCommand('export', 'receipts for books, auditors and wallets of credentials: yours, and for operators those of everybody', 'coordinator'))
      .argument('[receipt]', 'receipt id')
      .option('--all', 'every receipt that the other options leave, oldest work first')
      .addOption(FORMAT.choices(['csv', 'jsonl', 'vc']).default('csv'))
      .option('--output <file>', 'write to this file instead of standard output'),
    async (options, output, [receipt]) => {
      const filters = await filtersOf(options)
      if ((receipt === undefined) === (options.all === undefined))
        throw new WindfallError('input.invalid', 'Name a receipt, or say --all, which the other options narrow down.')
      if (options.json && options.output === undefined && options.format !== 'jsonl')
        throw new WindfallError('input.invalid', `An export as ${options.format} is no JSON. Name a file for it with --output, or say --format jsonl.`)
      const query = { ...filters, ...(receipt === undefined ? {} : { receipt }), format: options.format }
      const { output: out } = options
      const bytes = await fetchExport(whereOf(options), { path: '/v1/receipt-export', query }, (content) => writeExport(out ?? null, content))
      if (out !== undefined) output.answer({ file: out, bytes }, () => [`${out}: ${bytes} bytes.`])
    },
  )
