import type { Command } from 'commander'
import { ReceiptFilters } from '../../shared/contract/receipt.ts'
import { type InputOf, parse } from '../../shared/contract/define.ts'
import type { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { z } from 'zod'
import { type CommonOptions, whereOf } from './command.ts'
import { findNode } from './find-node.ts'
import { coordinatorClient } from './instance.ts'
import { pastTime } from './past-time.ts'

const Filters = z.strictObject(ReceiptFilters)
type Filters = Omit<InputOf<(typeof coordinatorContract)['listReceipts']>, 'after' | 'limit'>

export interface FilterOptions extends CommonOptions {
  readonly job?: string
  readonly node?: string
  readonly requester?: string
  readonly model?: string
  readonly zone?: string
  readonly hash?: string
  readonly since?: string
  readonly until?: string
}

/** Whose work, of which time. */
export const addWhose = (command: Command): Command =>
  command
    .option('--node <node>', 'only what this node did; for operators the beginning of its id will do (--node=<id> for one that begins with a dash)')
    .option('--requester <requester>', 'only what this requester’s jobs led to, for operators')
    .option('--model <model>', 'only what ran this model, such as whisper@3')
    .option('--zone <zone>', 'only this zone and the ones inside it, such as GB or GB-13')
    .option('--since <when>', 'only work from then on: a UTC time, or how long ago, such as 6h or 2d')
    .option('--until <when>', 'only work before then')

/** Which receipts. */
export const addFilters = (command: Command): Command =>
  addWhose(
    command.option('--job <job>', 'only of this job').option('--hash <sha256>', 'only the one with this SHA-256: its own, that of the output, or of a proof'),
  )

const NODE_ID = /^[\w-]{43}$/

/** What the options mean to a coordinator. Error: `input.invalid`. */
export async function filtersOf(options: FilterOptions): Promise<Filters> {
  const { job, node, requester, model, zone, hash, since, until } = options
  const given = {
    job,
    requester,
    model,
    zone,
    hash: hash?.toLowerCase(),
    node: node === undefined || NODE_ID.test(node) ? node : await findNode(coordinatorClient(whereOf(options)), node),
    since: since === undefined ? undefined : pastTime(since),
    until: until === undefined ? undefined : pastTime(until),
  }
  return parse(Filters, Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)), 'filter')
}
