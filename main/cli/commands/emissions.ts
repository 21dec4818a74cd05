import { type Command, Option } from 'commander'
import { EmissionGroup, type Emissions } from '../../../shared/contract/emissions.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { action, createCommand, whereOf, wholeNumber } from '../command.ts'
import { EMISSIONS_HEAD, describeEmissions, emissionsRow } from '../emissions-text.ts'
import { coordinatorClient } from '../instance.ts'
import { nodeLink } from '../node-link.ts'
import { type FilterOptions, addWhose, filtersOf } from '../receipt-filters.ts'

interface EmissionsOptions extends FilterOptions {
  readonly by: EmissionGroup
  readonly machine?: true
  readonly month?: string
  readonly limit: number
  readonly after?: string
  readonly csv?: true
}

const MONTH = /^20\d\d-(?:0[1-9]|1[0-2])$/

/** A month as the stretch it is, in UTC. Error: `input.invalid`. */
function stretchOf({ month, since, until }: EmissionsOptions): Pick<FilterOptions, 'since' | 'until'> {
  if (month === undefined) return { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until }) }
  if (!MONTH.test(month)) throw new WindfallError('input.invalid', `“${month}” is not a month. Give one such as 2026-11.`)
  if (since !== undefined || until !== undefined) throw new WindfallError('input.invalid', 'Give --month, or --since and --until, not both.')
  const [year = 0, number = 1] = month.split('-').map(Number)
  return { since: toIso(Date.UTC(year, number - 1, 1)), until: toIso(Date.UTC(year, number, 1)) }
}

type Page = { readonly after: string | null; readonly limit: number }

/** How to ask for the pages that are meant. */
async function pagesOf(options: EmissionsOptions): Promise<(page: Page) => Promise<Emissions>> {
  const { by } = options
  const { month: _month, since: _since, until: _until, ...rest } = options
  const filters = await filtersOf({ ...rest, ...stretchOf(options) })
  if (!options.machine) {
    const client = coordinatorClient(whereOf(options))
    return (page) => client.call('getEmissions', { by, ...filters, ...page })
  }
  const { since, until, ...others } = filters
  if (by === 'requester' || by === 'node' || Object.keys(others).length > 0)
    throw new WindfallError('input.invalid', 'With --machine, choose --by model, zone, hour or day, and narrow it down by --month, --since and --until only.')
  const link = await nodeLink(options)
  return (page) => link.call('getOwnEmissions', { by, since, until, ...page })
}

/** `windfall emissions` */
export const emissionsCommand = (): Command =>
  action<EmissionsOptions>(
    addWhose(createCommand('emissions', 'energy and emissions of your jobs, summed from their receipts; for operators those of everybody', 'coordinator'))
      .addOption(new Option('--by <what>', 'one line for each').choices(EmissionGroup.options).default('model'))
      .option('--month <month>', 'of this month, such as 2026-11 (UTC)')
      .option('--machine', 'of what this machine did, asked by its device key')
      .option('--limit <n>', 'how many lines', wholeNumber(1, 1_000), 200)
      .option('--after <cursor>', 'the “next” of the page before')
      .option('--csv', 'all of it as comma-separated values'),
    async (options, output) => {
      const ask = await pagesOf(options)
      if (!options.csv) {
        const page = await ask({ after: options.after ?? null, limit: options.limit })
        return output.answer(page, () => describeEmissions(page))
      }
      output.answer(EMISSIONS_HEAD, () => [EMISSIONS_HEAD])
      for (let after: string | null = null; ; ) {
        const page: Emissions = await ask({ after, limit: 1_000 })
        for (const sum of page.items) output.answer(sum, () => [emissionsRow(sum)])
        if (page.next === null) return
        after = page.next
      }
    },
  )
