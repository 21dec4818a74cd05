import { useQuery } from '@tanstack/react-query'
import type { OutputOf } from '../../../shared/contract/define.ts'
import type { replicaCalls } from '../../../shared/contract/replica.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts } from '../../ui/facts.tsx'
import prose from '../../ui/prose.module.css'
import { Answered } from '../answered.tsx'
import { countOf } from '../picks/each.ts'
import { useServices } from '../services.ts'
import { useNow } from '../use-now.ts'
import { formatUtc } from '../utc.tsx'
import { word } from '../words.ts'

type Found = OutputOf<typeof replicaCalls.listReplicas>

const READY = word('leaf', 'check', 'Ready')
const LOOK = word('honey', 'bang', 'Needs a look')
const NOT_READY = word('madder', 'cross', 'Not ready')

/** What is wrong with coordinators, each in a sentence. */
function wrongOf({ health, unowned }: Found): readonly string[] {
  const said = [health.database, health.shards, health.draining, health.disk].filter((wrong) => wrong !== null)
  return [
    ...said,
    ...unowned.map(({ shard }) => `Nobody runs ${shard}: a coordinator that runs takes it over within seconds, so look at its log if this stays.`),
  ]
}

/** Versions that run, most often the only one; two of them in the middle of an upgrade. */
function versionsOf({ replicas }: Found): string {
  const versions = [
    ...Map.groupBy(
      replicas.filter(({ isThere }) => isThere),
      ({ version }) => version,
    ),
  ]
  return versions.map(([version, at]) => (versions.length === 1 ? version : `${version} at ${countOf(at.length, 'coordinator')}`)).join(', ')
}

/** Whether what serves this page is well, and who else serves. It is asked again whenever machines come and go, and when somebody asks. */
export function CoordinatorPart() {
  const { client } = useServices()
  const found = useQuery({ queryKey: ['nodes', 'coordinators'], queryFn: () => client.call('listReplicas', {}) })
  return (
    <Card title="Coordinator">
      <Answered query={found} what="how the coordinator is" lines={3}>
        {(known) => <Shown found={known} />}
      </Answered>
      <Button look="quiet" unavailable={found.isFetching} onClick={() => (found.isFetching ? undefined : void found.refetch())}>
        {found.isFetching ? 'Checking…' : 'Check again'}
      </Button>
    </Card>
  )
}

function Shown({ found }: { readonly found: Found }) {
  const now = useNow()
  const { replicas, health, intake } = found
  const wrong = wrongOf(found)
  const lost = replicas.filter(({ isThere }) => !isThere)
  return (
    <>
      <Facts
        rows={{
          State: <Badge state={!health.isReady ? NOT_READY : wrong.length > 0 ? LOOK : READY} />,
          Version: versionsOf(found),
          Coordinators: replicas.length > 1 ? `${replicas.length - lost.length} of ${replicas.length} there` : null,
          'Agents connected': `${health.sockets} to the one that answers`,
          'Proofs that wait': intake.messages === 0 ? null : `${intake.messages} to be settled`,
        }}
      />
      {wrong.map((one) => (
        <p key={one} className={prose['refused']}>
          {one}
        </p>
      ))}
      {lost.map(({ replicaId, url, seenAt }) => (
        <p key={replicaId}>
          {url} was last seen {formatUtc(seenAt, now)}.
        </p>
      ))}
    </>
  )
}
