import { Command, InvalidArgumentError } from 'commander'
import type { AgentStatus } from '../../../shared/contract/agent.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { detectSources } from '../../agent/gpu/detect.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf, wholeNumber } from '../command.ts'
import { describeDevices, describeMeasure, pickDevice } from '../device-text.ts'
import { EXIT } from '../exit-codes.ts'
import { agentClient } from '../instance.ts'
import { measureDevices } from '../measure.ts'
import type { Output } from '../output.ts'
import { stopOnSignals } from '../running.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

const devicesOf = ({ devices, seen }: AgentStatus) => ({ devices, seen })

function answerDevices(output: Output, status: AgentStatus): void {
  output.answer(devicesOf(status), () => describeDevices(status))
}

const list = () =>
  action<CommonOptions & WatchOption>(
    watchOption(createCommand('list', 'the devices of this machine: what they draw, how that is known, and your switches')),
    (options, output) =>
      showOrWatch({ look: () => agentClient(dataDirectoryOf(options)).call('getStatus', {}), json: devicesOf, lines: describeDevices }, options, output),
  )

const detect = () =>
  action<CommonOptions>(createCommand('detect', 'look for devices again, now'), async (options, output) =>
    answerDevices(output, await agentClient(dataDirectoryOf(options)).call('detectDevices', {})),
  )

const DEVICE = ['<device>', 'part of its name, or the beginning of its id'] as const

const turn = (name: 'on' | 'off', description: string) =>
  action<CommonOptions>(createCommand(name, description).argument(...DEVICE), async (options, output, [text = '']) => {
    const client = agentClient(dataDirectoryOf(options))
    const { deviceId } = pickDevice((await client.call('getStatus', {})).devices, text)
    answerDevices(output, await client.call('setDevice', { deviceId, enabled: name === 'on' }))
  })

interface LimitOptions extends CommonOptions {
  readonly temperature?: number | 'none'
  readonly watts?: number | 'none'
  readonly none?: boolean
}

/** A ceiling in whole units, or `none` to take it away. */
const ceiling =
  (min: number, max: number) =>
  (text: string): number | 'none' => {
    if (text === 'none') return text
    try {
      return wholeNumber(min, max)(text)
    } catch {
      throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}, or none.`)
    }
  }

const after = (said: number | 'none' | undefined, before: number | null): number | null => (said === 'none' ? null : (said ?? before))

const limit = () =>
  action<LimitOptions>(
    createCommand('limit', 'set your ceilings for a device: work rests above, and goes on 7 °C below')
      .argument(...DEVICE)
      .option('--temperature <celsius>', 'rest above this temperature, or none', ceiling(40, 110))
      .option('--watts <watts>', 'stay at this power on average, or none', ceiling(10, 2_000))
      .option('--none', 'take both ceilings away'),
    async ({ temperature, watts, none, ...options }, output, [text = '']) => {
      const isSaid = temperature !== undefined || watts !== undefined
      if (isSaid === (none === true)) throw new WindfallError('input.invalid', 'Give --temperature, --watts or both; or --none to take the ceilings away.')
      const client = agentClient(dataDirectoryOf(options))
      const { deviceId, ceilings } = pickDevice((await client.call('getStatus', {})).devices, text)
      const wanted = none
        ? { temperatureC: null, watts: null }
        : { temperatureC: after(temperature, ceilings.temperatureC), watts: after(watts, ceilings.watts) }
      answerDevices(output, await client.call('setDevice', { deviceId, ceilings: wanted }))
    },
  )

const measure = () =>
  action<CommonOptions & { readonly seconds: number }>(
    createCommand('measure', 'meter every device for a while, as a job would be, and show what that is worth; needs no running agent').option(
      '--seconds <n>',
      'how long',
      wholeNumber(1, 3_600),
      30,
    ),
    async ({ seconds }, output) => {
      using stop = stopOnSignals(output.progress)
      const { sources, seen } = await detectSources({ clock: systemClock, environment: process.env }, stop.signal)
      output.progress(`Metering ${sources.map(({ device }) => device.name).join(', ')} for ${seconds} s…`)
      const devices = await measureDevices({ sources, clock: systemClock, seconds }, stop.signal)
      output.answer({ devices, seen }, () => [...devices.flatMap(describeMeasure), ...describeDevices({ devices: [], seen })])
      return devices.some(({ samples }) => samples === 0) ? EXIT.failed : EXIT.ok
    },
  )

/** `windfall device …` */
export const deviceCommand = (): Command =>
  new Command('device')
    .description('the devices of this machine, and your switches and ceilings for them')
    .addCommand(list())
    .addCommand(turn('on', 'let jobs use a device'))
    .addCommand(turn('off', 'keep jobs off a device; one that works on it is stopped at once'))
    .addCommand(limit())
    .addCommand(detect())
    .addCommand(measure())
