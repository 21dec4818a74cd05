import type { Command } from 'commander'
import type { DecisionView } from '../../../shared/contract/decision.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { choiceOf } from '../../coordinator/audit/choice-body.ts'
import { fromRecord } from '../../coordinator/audit/record.ts'
import { type Replay, createReplay } from '../../coordinator/audit/replay.ts'
import { POLICIES } from '../../coordinator/policies.ts'
import { type CommonOptions, action, createCommand, whereOf, wholeNumber } from '../command.ts'
import { describeDecision, describeReplay } from '../decision-text.ts'
import { EXIT } from '../exit-codes.ts'
import { coordinatorClient } from '../instance.ts'

const EXIT_OF: Readonly<Record<Replay['verdict'], number>> = {
  same: EXIT.ok,
  differs: EXIT.failed,
  'broken-chain': EXIT.failed,
  'not-a-choice': EXIT.usage,
  'input-missing': EXIT.refused,
  'policy-unknown': EXIT.refused,
}

type Client = ReturnType<typeof coordinatorClient>

/** What there is not, or not for whoever asks. */
const orNull = async <T>(asked: Promise<T>): Promise<T | null> =>
  asked.catch((error: unknown) => {
    if (error instanceof WindfallError && error.code === 'not-found') return null
    throw error
  })

async function viewBefore(client: Client, seq: number): Promise<DecisionView | null> {
  if (seq === 1) return null
  const view = await orNull(client.call('getDecision', { seq: seq - 1 }))
  if (view) return view
  throw new WindfallError(
    'auth.refused',
    'Only the operator of this coordinator can replay a decision: it takes the jobs of every requester that were decided on together. Use its key.',
  )
}

/** Here, from what the coordinator keeps: its own verdict is not asked for. */
async function replayHere(client: Client, view: DecisionView): Promise<Replay> {
  const { seq } = view.record
  const before = await viewBefore(client, seq)
  const kept = new Set(view.inputs.filter(({ bytes }) => bytes !== null).map(({ sha256 }) => sha256))
  const input = async (sha256: string) => (kept.has(sha256) ? ((await orNull(client.call('getDecisionInput', { seq, sha256 })))?.text ?? null) : null)
  return createReplay({ input, policies: POLICIES })({ decision: fromRecord(view.record), before: before && fromRecord(before.record) })
}

const seqOf = wholeNumber(1, Number.MAX_SAFE_INTEGER)

/** The number of a decision. */
export const decisionArgument = (command: Command): Command => command.argument('<decision>', 'its number', (text) => String(seqOf(text)))

/** `windfall decision replay` */
export const replayCommand = () =>
  action<CommonOptions>(
    decisionArgument(
      createCommand('replay', 'make a decision again, on this machine, from what it was made on; exit code 1 if anything differs', 'coordinator'),
    ),
    async (options, output, [seq]) => {
      const client = coordinatorClient(whereOf(options))
      const view = await client.call('getDecision', { seq: Number(seq) })
      const choice = choiceOf(fromRecord(view.record))
      const replay = await replayHere(client, view)
      output.answer({ ...view, replay }, () => [...describeDecision(view, choice), '', `verdict    ${describeReplay(replay, choice?.policy)}`])
      return EXIT_OF[replay.verdict]
    },
  )
