import { type Command, InvalidArgumentError, Option } from 'commander'
import type { SimulatedEvent, Simulation } from '../../../shared/contract/incident.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { inClockTime, ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, parseWhen, whereOf, zoneArgument } from '../command.ts'
import { coordinatorClient } from '../instance.ts'

interface SimulateOptions extends CommonOptions {
  readonly spike?: number
  readonly surplus?: number
  readonly curtailment?: number
  readonly frequency?: number
  readonly stale?: true
  readonly for: number
}

const number =
  (pattern: RegExp, [min, max]: readonly [number, number], words: string) =>
  (text: string): number => {
    const value = Number(pattern.exec(text)?.[1])
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(words)
  }

const percent = (max: number) => number(/^(\d{1,4})\s*%?$/, [1, max], `Give a percentage from 1% to ${max}%.`)
const hertz = number(/^(\d{2}(?:\.\d{1,3})?)$/, [45, 55], 'Give a frequency from 45 to 55 Hz, such as 49.7.')

/** `2h` → 7,200. */
function seconds(text: string): number {
  const length = /^\d{1,5}[smhd]$/.test(text) ? parseWhen(text, 0) / 1_000 : 0
  if (length >= 60 && length <= 172_800) return length
  throw new InvalidArgumentError('Give a duration from 1m to 2d, such as 30m or 2h.')
}

function eventOf({ spike, surplus, curtailment, frequency, stale }: SimulateOptions): SimulatedEvent {
  const asked: SimulatedEvent[] = [
    ...(spike === undefined ? [] : [{ cause: 'intensity-spike' as const, percent: spike }]),
    ...(surplus === undefined ? [] : [{ cause: 'surplus' as const, percent: surplus }]),
    ...(curtailment === undefined ? [] : [{ cause: 'curtailment' as const, percent: curtailment }]),
    ...(frequency === undefined ? [] : [{ cause: 'frequency' as const, hz: frequency }]),
    ...(stale === undefined ? [] : [{ cause: 'stale-source' as const }]),
  ]
  const [event] = asked
  if (event && asked.length === 1) return event
  throw new WindfallError('input.invalid', 'Say what to simulate, one thing at a time: --spike, --surplus, --curtailment, --frequency or --stale.')
}

const describe = ({ zone, event, from, to }: Simulation): string[] => [
  `SIMULATED ${event.cause} in ${zone} from ${from} to ${to}.`,
  'Plans and incidents see it; stored grid values, receipts and machines do not. To follow it: windfall incident list',
  'To end it sooner: windfall incident close <incident> --reason <why>',
]

/** `windfall zone simulate …` */
export const simulateCommand = (): Command =>
  action<SimulateOptions>(
    zoneArgument(
      createCommand('simulate', 'make up an event in a zone, to see what Windfall does about it; labelled as simulated wherever it shows', 'coordinator'),
    )
      .option('--spike <percent>', 'intensity is this much higher', percent(1_000))
      .option('--surplus <percent>', 'renewables are in surplus, and intensity is this much lower', percent(100))
      .option('--curtailment <percent>', 'renewables are held back, and intensity is this much lower', percent(100))
      .option('--frequency <hertz>', 'the frequency of Great Britain (zone GB)', hertz)
      .option('--stale', 'the live sources of the zone no longer answer')
      .addOption(new Option('--for <duration>', 'how long, such as 30m or 2h').argParser(seconds).default(3_600, '1h')),
    async (options, output, [zone = '']) => {
      const event = eventOf(options)
      const made = await coordinatorClient(whereOf(options)).call('simulateEvent', { zone, event, seconds: options.for })
      output.answer(made, () => inClockTime(describe(made), ownTimeZone()))
    },
  )
