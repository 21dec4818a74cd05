import { Command } from 'commander'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { incidentCalls } from '../../../shared/contract/incident.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { describeIncident, incidentTable } from '../incident-text.ts'
import { coordinatorClient } from '../instance.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

type IncidentPage = OutputOf<typeof incidentCalls.listIncidents>

const list = () =>
  action<CommonOptions & WatchOption & { all?: true; limit: number; after?: string }>(
    watchOption(
      createCommand('list', 'incidents that go on, newest first', 'coordinator')
        .option('--all', 'those that have ended, too')
        .option('--limit <n>', 'how many', pageLimit, 50)
        .option('--after <cursor>', 'the “next” of the page before'),
    ),
    (options, output) => {
      const asked = { which: options.all ? 'all' : 'open', limit: options.limit, after: options.after ?? null } as const
      const none = options.all ? 'There was never an incident.' : 'No incident goes on. To see those that have ended: windfall incident list --all'
      const lines = ({ items, next }: IncidentPage) => (items.length === 0 ? [none] : [...incidentTable(items), ...(next ? [`more: --after ${next}`] : [])])
      return showOrWatch({ look: () => coordinatorClient(whereOf(options)).call('listIncidents', asked), lines }, options, output)
    },
  )

const incidentArgument = (command: Command): Command => command.argument('<incident>', 'incident id')

const show = () =>
  action<CommonOptions & WatchOption>(
    watchOption(incidentArgument(createCommand('show', 'one incident: what was seen, every transition, and what was done about it', 'coordinator'))),
    (options, output, [incidentId = '']) =>
      showOrWatch({ look: () => coordinatorClient(whereOf(options)).call('getIncident', { incidentId }), lines: describeIncident }, options, output),
  )

const acknowledge = () =>
  action<CommonOptions>(
    incidentArgument(createCommand('acknowledge', 'say that you have seen an incident and look after it', 'coordinator')),
    async (options, output, [incidentId = '']) => {
      const incident = await coordinatorClient(whereOf(options)).call('acknowledgeIncident', { incidentId })
      output.answer(incident, () => describeIncident(incident))
    },
  )

const close = () =>
  action<CommonOptions & { reason: string }>(
    incidentArgument(createCommand('close', 'end an incident; what it simulates, if it is simulated, ends with it', 'coordinator')).requiredOption(
      '--reason <text>',
      'why, for whoever reads it later',
    ),
    async (options, output, [incidentId = '']) => {
      const incident = await coordinatorClient(whereOf(options)).call('closeIncident', { incidentId, note: options.reason })
      output.answer(incident, () => describeIncident(incident))
    },
  )

/** `windfall incident …` */
export const incidentCommand = (): Command =>
  new Command('incident')
    .description('disturbances of the grid and of the fleet, and what was done about them')
    .addCommand(list())
    .addCommand(show())
    .addCommand(acknowledge())
    .addCommand(close())
