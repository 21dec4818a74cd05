import { Command } from 'commander'
import type { ChallengeView, ProofView } from '../../../shared/contract/proof.ts'
import { systemClock } from '../../kernel/clock.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf, wholeNumber } from '../command.ts'
import { EXIT } from '../exit-codes.ts'
import { meteredEnergy } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { type Output, table } from '../output.ts'
import { CHALLENGE_WORD, describeChallenge, describeProof } from '../proof-text.ts'

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'accepted energy proofs of your jobs, newest first', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listProofs', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((proof) => [
        proof.proofId,
        proof.acceptedAt.slice(0, 16).replace('T', ' '),
        `${proof.nodeId.slice(0, 12)}…`,
        `${meteredEnergy(proof.boardJ, proof.method)} ± ${proof.uncertaintyPct.toFixed(1)} %`,
        proof.method,
        proof.challenge === null ? '–' : CHALLENGE_WORD[proof.challenge],
      ])
      output.answer(page, () =>
        rows.length === 0
          ? ['No proofs yet. One comes with every completed job.']
          : [...table([['proof', 'accepted (UTC)', 'node', 'energy', 'method', 'challenge'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'one energy proof, and what challenges of it came to', 'coordinator').argument('<proof>', 'proof id'),
    async (options, output, [proofId = '']) => {
      const proof: ProofView = await coordinatorClient(whereOf(options)).call('getProof', { proofId })
      output.answer(proof, () => describeProof(proof))
    },
  )

const EVERY_MS = 250
const never = new AbortController().signal

/** Follows a challenge until it has ended or `waitMs` have passed. */
async function follow(client: ReturnType<typeof coordinatorClient>, asked: ChallengeView, { waitMs, output }: { waitMs: number; output: Output }) {
  const until = systemClock.monotonic() + waitMs
  let said = ''
  for (let challenge = asked; ; ) {
    if (challenge.state !== 'asked') return challenge
    if (challenge.message !== said) output.progress(challenge.message)
    said = challenge.message
    if (systemClock.monotonic() >= until) return challenge
    await systemClock.sleep(EVERY_MS, never)
    const { challenges } = await client.call('getChallenges', { proofId: challenge.proofId })
    challenge = challenges.find(({ challengeId }) => challengeId === asked.challengeId) ?? challenge
  }
}

const challenge = () =>
  action<CommonOptions & { timeout: number }>(
    createCommand('challenge', 'ask the node for the samples behind a proof and integrate them again; exit code 1 unless they confirm it', 'coordinator')
      .argument('<proof>', 'proof id')
      .option('--timeout <seconds>', 'how long to wait for the answer', wholeNumber(0, 86_400), 90),
    async (options, output, [proofId = '']) => {
      const client = coordinatorClient(whereOf(options))
      const ended = await follow(client, await client.call('challengeProof', { proofId }), { waitMs: options.timeout * 1_000, output })
      output.answer(ended, () => describeChallenge(ended))
      return ended.state === 'valid' ? EXIT.ok : ended.state === 'asked' ? EXIT.unavailable : EXIT.failed
    },
  )

/** `windfall proof …` */
export const proofCommand = (): Command =>
  new Command('proof').description('energy proofs, and the samples behind them').addCommand(list()).addCommand(show()).addCommand(challenge())
