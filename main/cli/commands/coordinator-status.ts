import type { OutputOf } from '../../../shared/contract/define.ts'
import type { replicaCalls } from '../../../shared/contract/replica.ts'
import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'
import { type WatchOption, showOrWatch, watchOption } from '../watch.ts'

type Found = OutputOf<typeof replicaCalls.listReplicas>

const replicaLines = ({ replicaId, url, version, seenAt, isThere, isThis, shards }: Found['replicas'][number]): string[] => [
  `${isThere ? '●' : '○'} ${url}  ${replicaId}${isThis ? '  (this one)' : ''}`,
  `    ${isThere ? `Windfall ${version}` : `not seen since ${seenAt}`}`,
  ...shards.map(({ shard, epoch }) => `    runs ${shard.padEnd(10)} epoch ${epoch}`),
]

/** What a person sees of it. */
export const statusLines = ({ replicas, unowned, health, intake }: Found): string[] => [
  ...replicas.flatMap(replicaLines),
  `Health      ${health.isReady ? 'ready for requests' : 'NOT ready: balancers send it nothing'}`,
  ...[health.database, health.shards, health.draining, health.disk].flatMap((wrong) => (wrong === null ? [] : [`!           ${wrong}`])),
  `Agents      ${health.sockets} connected; ${health.requests} requests under way`,
  `Proofs      ${intake.messages} wait to be settled (${(intake.bytes / 1e6).toFixed(1)} MB), ${intake.underway} on their way in`,
  ...unowned.map(({ shard }) => `! nobody runs ${shard}: it is taken over within seconds by a coordinator that runs`),
]

/** `windfall coordinator status` */
export const coordinatorStatusCommand = () =>
  action<CommonOptions & WatchOption>(
    watchOption(
      createCommand('status', 'how this coordinator is, which others there are over its database, and which of them runs what; for operators', 'coordinator'),
    ),
    (options, output) => showOrWatch({ look: () => coordinatorClient(whereOf(options)).call('listReplicas', {}), lines: statusLines }, options, output),
  )
