import { Command } from 'commander'
import type { VaultSigner, VaultStep, VaultView } from '../../../shared/contract/vault.ts'
import { toBase58 } from '../../../shared/domain/base58.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { createIds } from '../../kernel/ids.ts'
import { type CommonOptions, action, createCommand, pageLimit, whereOf } from '../command.ts'
import { dollars } from '../dollars.ts'
import { usd, usdc } from '../format.ts'
import { coordinatorClient } from '../instance.ts'
import { table } from '../output.ts'
import { readKeypair } from '../vault-key.ts'

const describeVault = ({ jobId, state, reason, account, wallet, arbiter, heldMicroUsdc, freeMicroUsd, dueMicroUsdc, release }: VaultView): string[] => [
  `vault     ${jobId}  ${state}`,
  `money     ${usdc(heldMicroUsdc)} of ${usdc(dueMicroUsdc)}, of which ${usd(freeMicroUsd)} are not spent or set aside`,
  `lies in   ${account}`,
  `signers   two of: you ${wallet}, the coordinator, the arbiter ${arbiter}`,
  ...(release ? [`release   ${release.signature}, signed by the ${release.by} and the coordinator`] : []),
  reason,
]

/** For a wallet that signs elsewhere. */
const describeStep = (jobId: string, by: VaultSigner, { what, signer, message }: VaultStep): string[] => [
  what,
  `To be signed by ${signer}, within a minute: the Solana message`,
  message,
  `Then: windfall vault sign ${jobId}${by === 'arbiter' ? ' --arbiter' : ''} --message MESSAGE --signature SIGNATURE`,
  `Or in one step, with a keypair file: windfall vault sign ${jobId}${by === 'arbiter' ? ' --arbiter' : ''} --keypair FILE`,
]

const open = () =>
  action<CommonOptions & { usd: string; wallet: string }>(
    createCommand('open', 'begin a protected job: agree on a vault for its money, in USDC', 'coordinator')
      .argument('[job]', 'id of the job (default: a new one)')
      .requiredOption('--usd <amount>', 'what the job may cost, in US dollars', dollars)
      .requiredOption('--wallet <address>', 'your wallet: it pays in, signs with you, and gets back what is not spent'),
    async (options, output, [job]) => {
      const jobId = job ?? createIds(systemClock).next()
      const view = await coordinatorClient(whereOf(options)).call('openVault', { jobId, wallet: options.wallet, microUsd: options.usd })
      output.answer(view, () => describeVault(view))
    },
  )

const show = () =>
  action<CommonOptions>(
    createCommand('show', 'how a vault stands, and what to do next', 'coordinator').argument('<job>', 'id of the job, which is that of its vault'),
    async (options, output, [jobId = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('getVault', { jobId })
      output.answer(view, () => describeVault(view))
    },
  )

interface SignOptions extends CommonOptions {
  readonly arbiter?: true
  readonly keypair?: string
  readonly message?: string
  readonly signature?: string
}

/** What was signed elsewhere, or is signed here; `null`: it is still to be signed. */
async function signedBy({ keypair, message, signature }: SignOptions, plan: () => Promise<VaultStep>): Promise<{ message: string; signature: string } | null> {
  if ((message === undefined) !== (signature === undefined)) throw new WindfallError('input.invalid', '--message and --signature go together.')
  if (message !== undefined && signature !== undefined) return { message, signature }
  if (keypair === undefined) return null
  const [key, step] = [readKeypair(keypair), await plan()]
  if (key.address !== step.signer)
    throw new WindfallError('input.invalid', `${keypair} is the key of ${key.address}; ${step.signer} has to sign. Name its keypair with --keypair.`)
  return { message: step.message, signature: toBase58(await key.sign(Buffer.from(step.message, 'base64'))) }
}

const sign = () =>
  action<SignOptions>(
    createCommand('sign', 'sign what is next: the opening of the vault, or, once the job has ended, its release', 'coordinator')
      .argument('<job>', 'id of the job, which is that of its vault')
      .option('--keypair <file>', 'sign with this keypair of the Solana command line (default: show what is to be signed)')
      .option('--message <base64>', 'what was signed elsewhere')
      .option('--signature <base58>', 'the signature on it')
      .option('--arbiter', 'the arbiter signs the release instead of the requester. For operators'),
    async (options, output, [jobId = '']) => {
      const client = coordinatorClient(whereOf(options))
      const by = options.arbiter ? 'arbiter' : 'requester'
      const plan = () => client.call('planVault', { jobId, by })
      const signed = await signedBy(options, plan)
      if (signed === null) {
        const step = await plan()
        return output.answer(step, () => describeStep(jobId, by, step))
      }
      const view = await client.call('signVault', { jobId, by, ...signed })
      output.answer(view, () => describeVault(view))
    },
  )

const list = () =>
  action<CommonOptions & { limit: number; after?: string }>(
    createCommand('list', 'your vaults, newest first; for operators those of everybody', 'coordinator')
      .option('--limit <n>', 'how many', pageLimit, 50)
      .option('--after <cursor>', 'the “next” of the page before'),
    async (options, output) => {
      const page = await coordinatorClient(whereOf(options)).call('listVaults', { limit: options.limit, after: options.after ?? null })
      const rows = page.items.map((one) => [one.jobId, one.state, usdc(one.heldMicroUsdc), usdc(one.dueMicroUsdc), one.requesterId, one.createdAt.slice(0, 10)])
      output.answer(page, () =>
        rows.length === 0
          ? ['There is no vault yet. Begin one: windfall vault open']
          : [...table([['job', 'state', 'holds', 'for', 'requester', 'since (UTC)'], ...rows]), ...(page.next ? [`more: --after ${page.next}`] : [])],
      )
    },
  )

const cancel = () =>
  action<CommonOptions>(
    createCommand('cancel', 'give up a vault whose money has not come; what arrives all the same goes back to its wallet', 'coordinator').argument(
      '<job>',
      'id of the job, which is that of its vault',
    ),
    async (options, output, [jobId = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('cancelVault', { jobId })
      output.answer(view, () => describeVault(view))
    },
  )

const writeOff = () =>
  action<CommonOptions & { reason: string }>(
    createCommand(
      'write-off',
      'book as lost what requester and arbiter have taken out of a vault together, without the coordinator. For operators',
      'coordinator',
    )
      .argument('<job>', 'id of the job, which is that of its vault')
      .requiredOption('--reason <text>', 'why, for whoever reads it later'),
    async (options, output, [jobId = '']) => {
      const view = await coordinatorClient(whereOf(options)).call('writeOffVault', { jobId, reason: options.reason })
      output.answer(view, () => describeVault(view))
    },
  )

export const vaultCommand = (): Command =>
  new Command('vault')
    .description(
      'protected jobs: their money lies where neither you nor the coordinator can take it alone. One vault is for one job; an array cannot be protected',
    )
    .addCommand(open())
    .addCommand(list())
    .addCommand(show())
    .addCommand(sign())
    .addCommand(cancel())
    .addCommand(writeOff())
