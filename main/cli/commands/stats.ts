import type { Command } from 'commander'
import type { Statistics } from '../../../shared/contract/statistics.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator } from '../command.ts'
import { energy, gramsOf, usd } from '../format.ts'
import { publicClient } from '../instance.ts'

const describe = ({ asOf, nodes, jobs, receipts, energyKWh, emissionsG, attributedSavingG, earnedMicroUsd }: Statistics): string[] => [
  `as of      ${asOf}`,
  `machines   ${nodes}`,
  `jobs       ${jobs.submitted} submitted, ${jobs.completed} completed`,
  `energy     ${energy(energyKWh * 3_600_000)} by ${receipts} ${receipts === 1 ? 'receipt' : 'receipts'}, estimates included`,
  `emissions  ${gramsOf(emissionsG)}, attributed saving ${gramsOf(attributedSavingG)}, recorded grid data included`,
  `earned     ${usd(earnedMicroUsd)} by the machines’ owners`,
]

/** `windfall stats`: what a coordinator has done so far. */
export const statsCommand = (): Command =>
  action<CommonOptions>(
    createCommand('stats', 'what a coordinator has done so far: machines, jobs, energy, emissions and earnings; anybody may ask').option(
      '--coordinator <url>',
      'ask this coordinator instead of the one running here',
    ),
    async (options, output) => {
      const statistics = await publicClient(dataDirectoryOf(options), namedCoordinator(options)).call('getStatistics', {})
      output.answer(statistics, () => describe(statistics))
    },
  )
