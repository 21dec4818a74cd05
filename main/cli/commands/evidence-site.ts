import type { Command } from 'commander'
import type { InputOf } from '../../../shared/contract/define.ts'
import { parse } from '../../../shared/contract/define.ts'
import { type SiteView, evidenceCalls } from '../../../shared/contract/evidence.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { findNode } from '../find-node.ts'
import { coordinatorClient } from '../instance.ts'
import { nodeArgument } from '../node-argument.ts'

const NAMES = {
  mpan: 'MPAN core, 13 digits',
  msid: 'metering system id',
  amsid: 'asset metering system id, of a meter behind the boundary',
  gspGroup: 'grid supply point group, such as _C',
  bmUnit: 'balancing mechanism unit',
  supplierId: 'supplier',
  settlementMeter: 'make and model of the meter that settlement uses',
} as const

type Name = keyof typeof NAMES
type SiteOptions = CommonOptions & { readonly [K in Name]?: string } & { readonly referencePrice?: string; readonly priceVersion?: string }

const flagOf = (name: string): string => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const names = Object.keys(NAMES) as Name[]

/** What is said; `-` is unknown again. Error: `input.invalid`. */
function changesOf(options: SiteOptions): Record<string, unknown> {
  const said = names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name] === '-' ? null : options[name]] as const]))
  const { referencePrice, priceVersion } = options
  if (referencePrice === undefined) return Object.fromEntries(said)
  if (referencePrice === '-') return { ...Object.fromEntries(said), referencePrice: null }
  if (!priceVersion) throw new WindfallError('input.invalid', 'A reference price goes with its version. Say which: --price-version 2026-11')
  return { ...Object.fromEntries(said), referencePrice: { gbpPerMWh: Number(referencePrice), version: priceVersion } }
}

function describe(site: SiteView): string[] {
  const { nodeId, referencePrice, saidBy, saidAt } = site
  return [
    `node             ${nodeId}`,
    ...names.map((name) => `${flagOf(name).padEnd(16)} ${site[name] ?? 'unknown'}`),
    `reference-price  ${referencePrice === null ? 'unknown' : `${referencePrice.gbpPerMWh} £/MWh, ${referencePrice.version}`}`,
    saidBy === null ? 'Nobody has said anything about this site yet.' : `said by ${saidBy} at ${saidAt ?? ''}`,
  ]
}

/** `windfall evidence site` */
export const siteCommand = (): Command =>
  action<CommonOptions>(
    nodeArgument(createCommand('site', 'what is known of the connection of a machine to the grid. For operators', 'coordinator'), '<node>'),
    async (options, output, [node = '']) => {
      const client = coordinatorClient(whereOf(options))
      const site = await client.call('getSite', { nodeId: await findNode(client, node) })
      output.answer(site, () => describe(site))
    },
  )

/** `windfall evidence set-site` */
export function setSiteCommand(): Command {
  const command = nodeArgument(
    createCommand('set-site', 'say what is known of the connection of a machine to the grid. For operators', 'coordinator'),
    '<node>',
  )
  for (const name of names) command.option(`--${flagOf(name)} <text>`, `${NAMES[name]} (- for unknown)`)
  command
    .option('--reference-price <gbp>', 'supplier compensation reference price, £ per MWh (- for unknown)')
    .option('--price-version <text>', 'of that price')
  return action<SiteOptions>(command, async (options, output, [node = '']) => {
    const changes = changesOf(options)
    if (Object.keys(changes).length === 0)
      throw new WindfallError('input.invalid', 'Say what is known, such as --mpan 1200012345678. To see what was said: windfall evidence site NODE')
    const client = coordinatorClient(whereOf(options))
    const nodeId = await findNode(client, node)
    const order = parse(evidenceCalls.describeSite.input, { nodeId, ...changes }, 'description') satisfies InputOf<typeof evidenceCalls.describeSite>
    const site = await client.call('describeSite', order)
    output.answer(site, () => describe(site))
  })
}
