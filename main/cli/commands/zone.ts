import { Command, InvalidArgumentError, Option } from 'commander'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { ZoneView } from '../../../shared/contract/grid.ts'
import { SignalKind } from '../../../shared/contract/wire.ts'
import { outwardPostcode } from '../../../shared/domain/postcode.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import { systemClock } from '../../kernel/clock.ts'
import { ownTimeZone } from '../clock-time.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, namedCoordinator, wholeNumber, zoneArgument } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { publicClient } from '../instance.ts'
import {
  type Reading,
  describeAbundance,
  describeAccuracy,
  describeNow,
  describePlace,
  describeSignal,
  describeZone,
  describeZones,
  folded,
} from '../zone-text.ts'
import { simulateCommand } from './zone-simulate.ts'

type Coordinator = Client<typeof coordinatorContract>

const readingHere = (): Reading => ({ timeZone: ownTimeZone(), width: process.stdout.columns ?? 80, now: systemClock.now() })

/** A command about the grid: it is public, so a coordinator's address is enough. */
const gridCommand = (name: string, description: string): Command =>
  createCommand(name, description).option('--coordinator <url>', 'ask this coordinator instead of the one running here; needs no key')

const clientOf = (options: CommonOptions): Coordinator => publicClient(dataDirectoryOf(options), namedCoordinator(options))

const list = () =>
  action<CommonOptions>(gridCommand('list', 'every zone of the grid that can be asked about, and what is known about it'), async (options, output) => {
    const answer = await clientOf(options).call('listZones', {})
    output.answer(answer, () => describeZones(answer.zones))
  })

async function zoneView(client: Coordinator, zone: string): Promise<ZoneView> {
  const { zones } = await client.call('listZones', {})
  const found = zones.find((known) => known.zone === zone)
  if (found) return found
  throw new WindfallError('grid.unknown-zone', `The coordinator knows no zone ${zone}. See: windfall zone list`)
}

/** Every quantity of the zone that a live source could know, and the intensity in any case. */
async function everything(client: Coordinator, zone: string) {
  const view = await zoneView(client, zone)
  const kinds = [...new Set<SignalKind>(['average', ...view.sources.map(({ kind }) => kind)])]
  const [quantities, accuracy, abundance] = await Promise.all([
    Promise.all(kinds.map(async (kind) => ({ kind, ...(await client.call('getSignalOf', { zone, kind }).catch(silence)) }))),
    client.call('getGridAccuracy', { zone }),
    client.call('getAbundance', { zone }),
  ])
  return { ...view, quantities, accuracy, abundance }
}

/** One source that is silent is no reason to say nothing about the others. */
function silence(error: unknown): { signal: null; reason: string } {
  if (error instanceof WindfallError && error.code === 'grid.unavailable') return { signal: null, reason: error.message }
  throw error
}

const show = () =>
  action<CommonOptions>(
    zoneArgument(gridCommand('show', 'one zone: who is asked, what they say now, and how far forecasts were off')),
    async (options, output, [zone = '']) => {
      output.progress(`Asking about ${zone}…`)
      const answer = await everything(clientOf(options), zone)
      const reading = readingHere()
      output.answer(answer, () => [
        ...describeZone(answer, reading),
        '',
        ...answer.quantities.flatMap(({ signal, reason }) => (signal ? describeNow(signal, reading) : folded(reason ?? '', reading.width))),
        '',
        ...describeAccuracy(answer.accuracy, reading),
        ...describeAbundance(answer.abundance, reading),
      ])
    },
  )

const degrees =
  (most: number) =>
  (text: string): number => {
    if (/^-?\d{1,3}(?:\.\d{1,15})?$/.test(text) && Math.abs(Number(text)) <= most) return Number(text)
    throw new InvalidArgumentError(`Give degrees from -${most} to ${most}, such as 51.5.`)
  }

interface Place extends CommonOptions {
  readonly latitude?: number
  readonly longitude?: number
}

const find = () =>
  action<Place>(
    gridCommand('find', 'the zone of a postcode of Great Britain, of which only the first half is sent, or of coordinates')
      .argument('[postcode...]', 'such as RG41, or all of it')
      .option('--latitude <degrees>', 'north is above 0', degrees(90))
      .option('--longitude <degrees>', 'east is above 0', degrees(180)),
    async ({ latitude, longitude, ...options }, output, words) => {
      const hasPlace = latitude !== undefined && longitude !== undefined
      if (hasPlace === words.length > 0 || (latitude === undefined) !== (longitude === undefined))
        throw new WindfallError('input.invalid', 'Give a postcode, or both --latitude and --longitude. Or choose a zone: windfall zone list')
      const question = { postcode: hasPlace ? null : outwardPostcode(words.join(' ')), latitude: latitude ?? null, longitude: longitude ?? null }
      output.progress('Looking up the zone…')
      const place = await clientOf(options).call('findZone', question)
      output.answer(place, () => describePlace(place, readingHere()))
    },
  )

const valuesOption = (): Option => new Option('--values', 'list every value below the chart')

interface ForecastOptions extends CommonOptions {
  readonly kind: SignalKind
  readonly values?: boolean
}

const forecast = () =>
  action<ForecastOptions>(
    zoneArgument(gridCommand('forecast', 'what the grid is expected to be like, as a chart by half hour'))
      .addOption(new Option('--kind <kind>', 'which quantity').choices(SignalKind.options).default('average'))
      .addOption(valuesOption()),
    async ({ kind, values = false, ...options }, output, [zone = '']) => {
      output.progress(`Asking about ${zone}…`)
      const answer = await clientOf(options).call('getSignalOf', { zone, kind })
      const { signal, reason } = answer
      output.answer(answer, () => (signal ? describeSignal(signal, readingHere(), { values }) : folded(reason ?? '', readingHere().width)))
      return signal ? EXIT.ok : EXIT.unavailable
    },
  )

interface HistoryOptions extends CommonOptions {
  readonly days: number
  readonly until?: string
  readonly values?: boolean
}

/** A day as UTC has it, or a moment in UTC. */
function utc(text: string): string {
  const at = Date.parse(text)
  if (/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?Z)?$/.test(text) && Number.isFinite(at)) return toIso(at)
  throw new InvalidArgumentError('Give a UTC day such as 2026-03-01, or a UTC time such as 2026-03-01T18:00Z.')
}

const DAY_MS = 86_400_000

/** The stretch asked for; without an end the coordinator says how far measurements go. */
const stretchOf = ({ days, until }: HistoryOptions) => ({
  from: toIso((until === undefined ? systemClock.now() : Date.parse(until)) - days * DAY_MS),
  to: until ?? null,
})

const history = () =>
  action<HistoryOptions>(
    zoneArgument(gridCommand('history', 'what the average intensity was, as a chart by half hour'))
      .option('--days <n>', 'how many days, at most 14', wholeNumber(1, 14), 1)
      .option('--until <time>', 'where they end, in UTC (default: where the newest measurement does)', utc)
      .addOption(valuesOption()),
    async (options, output, [zone = '']) => {
      output.progress(`Asking what it was like in ${zone}…`)
      const answer = await clientOf(options).call('getGridHistory', { zone, ...stretchOf(options) })
      output.answer(answer, () => describeSignal(answer.signal, readingHere(), { values: options.values === true }))
    },
  )

/** `windfall zone …` */
export const zoneCommand = (): Command =>
  new Command('zone')
    .description('zones of the grid: where you are, what it is like there, and what is expected')
    .addCommand(list())
    .addCommand(show())
    .addCommand(find())
    .addCommand(forecast())
    .addCommand(history())
    .addCommand(simulateCommand())
