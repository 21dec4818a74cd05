import { useQuery } from '@tanstack/react-query'
import type { SessionView } from '../../../shared/contract/member.ts'
import { Button } from '../../ui/button.tsx'
import { LedgerTable } from '../../ui/ledger-table.tsx'
import { Answered } from '../answered.tsx'
import { Part } from '../order/part.tsx'
import { useServices } from '../services.ts'
import { useAct } from '../use-act.ts'
import { useNow } from '../use-now.ts'
import { Utc } from '../utc.tsx'

/** One's own sessions, in browsers and on command lines. */
export function SessionsPart() {
  const { client } = useServices()
  const now = useNow()
  const sessions = useQuery({ queryKey: ['members', 'sessions'], queryFn: () => client.call('listSessions', {}) })
  const end = useAct({
    run: (sessionId: string) => client.call('revokeSession', { sessionId }),
    changes: ['members'],
    done: () => 'The session is ended.',
  })
  const acts = ({ sessionId, current }: SessionView) =>
    current ? (
      'this one'
    ) : (
      <Button look="quiet" onClick={() => end.mutate(sessionId)} unavailable={end.isPending}>
        End it
      </Button>
    )
  return (
    <Part title="Your sessions">
      <Answered query={sessions} what="your sessions" lines={3}>
        {(answer) => (
          <LedgerTable
            caption="Your sessions, newest first"
            columns={[{ name: 'Where' }, { name: 'Since' }, { name: 'Last seen' }, { name: 'Ends at the latest' }, { name: 'Acts' }]}
            rows={answer.sessions.map((session) => ({
              key: session.sessionId,
              live: session.current,
              cells: [
                `${session.client === 'cli' ? 'Command line' : 'Browser'}${session.label === null ? '' : `: ${session.label}`}`,
                <Utc key="since" at={session.createdAt} now={now} />,
                <Utc key="seen" at={session.lastSeenAt} now={now} />,
                <Utc key="ends" at={session.expiresAt} now={now} />,
                acts(session),
              ],
            }))}
          />
        )}
      </Answered>
    </Part>
  )
}
