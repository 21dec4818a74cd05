import { Command } from 'commander'
import type { coordinatorContract } from '../../../shared/contract/coordinator.ts'
import type { Client } from '../../../shared/contract/define.ts'
import type { WalletLink, WalletView } from '../../../shared/contract/wallet.ts'
import { countersignText } from '../../../shared/domain/wallet-link.ts'
import { WindfallError } from '../../../shared/errors.ts'
import { systemClock } from '../../kernel/clock.ts'
import { agreed, requireTerminal } from '../agreed.ts'
import { type CommonOptions, action, createCommand, dataDirectoryOf } from '../command.ts'
import { nodeKeys } from '../node-keys.ts'
import { nodeLink } from '../node-link.ts'
import type { Output } from '../output.ts'
import { stopOnSignals } from '../running.ts'
import { describeLink, describeWallet } from '../wallet-text.ts'

type Coordinator = Client<typeof coordinatorContract>

const LOOK_MS = 1_000

const answerWallet = (output: Output, view: WalletView): void => output.answer(view, () => describeWallet(view))

const ofMachine = (name: string, description: string): Command =>
  createCommand(name, description).option('--coordinator <url>', 'the coordinator that pays (default: the one this machine works for)')

/** Waits for the wallet, which may take as long as the page is good. Error: `conflict` if it comes to nothing. */
async function awaitWallet(client: Coordinator, { linkId }: WalletLink, stop: AbortSignal): Promise<string> {
  for (;;) {
    const { state, address } = await client.call('getWalletLink', { linkId })
    if ((state === 'signed' || state === 'linked') && address !== null) return address
    if (state !== 'waiting') throw new WindfallError('conflict', `The page was ${state}; nothing was linked. Begin again: windfall wallet link`)
    if (!(await systemClock.sleep(LOOK_MS, stop))) {
      await client.call('cancelWalletLink', { linkId })
      throw new WindfallError('conflict', 'Stopped; nothing was linked. Begin again: windfall wallet link')
    }
  }
}

/** The device key says yes in its owner's name. */
async function confirm(options: CommonOptions, client: Coordinator, { linkId, address }: { readonly linkId: string; readonly address: string }) {
  const { signer } = await nodeKeys(dataDirectoryOf(options))
  const signature = Buffer.from(await signer.sign(countersignText({ linkId, address }))).toString('base64')
  return client.call('confirmWalletLink', { linkId, address, signature })
}

const link = () =>
  action<CommonOptions & { yes?: true; qr: boolean }>(
    ofMachine('link', 'link a wallet by its signature: shows a page to open, as an address and a QR code, and waits for you to sign there')
      .option('--yes', 'take the wallet that signs without asking again')
      .option('--no-qr', 'without the QR code'),
    async (options, output) => {
      const question = 'Pay this machine to that wallet?'
      if (!options.yes) requireTerminal(question)
      using stop = stopOnSignals(output.progress)
      const client = await nodeLink(options)
      const begun = await client.call('beginWalletLink', {})
      for (const line of describeLink(begun, options.qr)) output.progress(line)
      output.progress('Waiting for your wallet…')
      const address = await awaitWallet(client, begun, stop.signal)
      output.progress(`${address} has signed, for code ${begun.code}.`)
      if (!options.yes && !(await agreed(question))) {
        await client.call('cancelWalletLink', { linkId: begun.linkId })
        throw new WindfallError('conflict', 'Nothing was linked. Begin again: windfall wallet link')
      }
      answerWallet(output, await confirm(options, client, { linkId: begun.linkId, address }))
    },
  )

const show = () =>
  action<CommonOptions>(ofMachine('show', 'where this machine is paid, what is about to change, and what was before'), async (options, output) =>
    answerWallet(output, await (await nodeLink(options)).call('getWallet', {})),
  )

const set = () =>
  action<CommonOptions>(
    ofMachine('set', 'have this machine paid to an address without proof that it is yours; it waits before it takes over from another one').argument(
      '<address>',
      'a Solana address',
    ),
    async (options, output, [address = '']) => {
      const client = await nodeLink(options)
      await client.call('setPayoutAddress', { address })
      answerWallet(output, await client.call('getWallet', {}))
    },
  )

const cancel = () =>
  action<CommonOptions>(
    ofMachine('cancel', 'keep the address there is: takes a change back that waits, and ends linking a wallet'),
    async (options, output) => {
      const client = await nodeLink(options)
      const { link: open, pending } = await client.call('getWallet', {})
      if (!open && !pending) output.progress('Nothing waits: there is no change of address and no linking to cancel.')
      if (open) await client.call('cancelWalletLink', { linkId: open.linkId })
      answerWallet(output, await client.call('cancelWalletChange', {}))
    },
  )

/** `windfall wallet …` */
export const walletCommand = (): Command =>
  new Command('wallet').description('where this machine is paid').addCommand(link()).addCommand(show()).addCommand(set()).addCommand(cancel())
