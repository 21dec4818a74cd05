import { type CommonOptions, action, createCommand, whereOf } from '../command.ts'
import { coordinatorClient } from '../instance.ts'

/** `windfall coordinator status` */
export const coordinatorStatusCommand = () =>
  action<CommonOptions>(
    createCommand('status', 'the coordinators over this database and which of them runs what; for operators', 'coordinator'),
    async (options, output) => {
      const found = await coordinatorClient(whereOf(options)).call('listReplicas', {})
      output.answer(found, () => [
        ...found.replicas.flatMap(({ replicaId, url, version, seenAt, isThere, isThis, shards }) => [
          `${isThere ? '●' : '○'} ${url}  ${replicaId}${isThis ? '  (this one)' : ''}`,
          `    ${isThere ? `Windfall ${version}` : `not seen since ${seenAt}`}`,
          ...shards.map(({ shard, epoch }) => `    runs ${shard.padEnd(10)} epoch ${epoch}`),
        ]),
        `Proofs      ${found.intake.messages} wait to be settled (${(found.intake.bytes / 1e6).toFixed(1)} MB), ${found.intake.underway} on their way in`,
        ...found.unowned.map(({ shard }) => `! nobody runs ${shard}: it is taken over within seconds by a coordinator that runs`),
      ])
    },
  )
