import { z } from 'zod'
import { toBase58 } from '../../shared/domain/base58.ts'
import { type Bank, accountAt } from './bank.ts'
import type { Methods } from './methods.ts'
import { RPC, RpcError } from './rpc-error.ts'
import { Address, Config, Count, inContext, readParams, viewOf } from './rpc-params.ts'
import type { SvmAccount } from './svm.ts'
import { TOKEN_2022_PROGRAM, TOKEN_PROGRAM, type TokenAccount, tokenAccount } from './tokens.ts'

/** What the token program's own reader of a node answers for `jsonParsed`. */
const parsedToken = (token: TokenAccount) => ({
  lamports: token.lamports,
  owner: token.program,
  executable: false,
  rentEpoch: 0,
  space: token.space,
  data: {
    program: token.program === TOKEN_PROGRAM ? 'spl-token' : 'spl-token-2022',
    space: token.space,
    parsed: { type: 'account', info: { isNative: false, mint: token.mint, owner: token.owner, state: token.state, tokenAmount: token.amount } },
  },
})

function encodeData(data: Uint8Array, { encoding, dataSlice }: Config): readonly [string, string] {
  const part = dataSlice ? data.subarray(dataSlice.offset, dataSlice.offset + dataSlice.length) : data
  return encoding === 'base58' ? [toBase58(part), 'base58'] : [Buffer.from(part).toString('base64'), 'base64']
}

/** An account as the RPC writes it. */
export const accountJson = (account: SvmAccount, config: Config) => ({
  lamports: account.lamports,
  owner: account.owner,
  executable: account.executable,
  rentEpoch: 0,
  space: account.data.length,
  data: encodeData(account.data, config),
})

function readAccount(bank: Bank, address: string, config: Config) {
  const account = accountAt(bank, address, viewOf(bank, config))
  const token = config.encoding === 'jsonParsed' && account ? tokenAccount(bank.svm, address) : null
  return token ? parsedToken(token) : account && accountJson(account, config)
}

const TokenFilter = z.union([z.object({ mint: Address }), z.object({ programId: Address })])

function tokenAccountsByOwner(bank: Bank, params: readonly unknown[]) {
  const [owner, filter, config] = readParams(params, Address, TokenFilter, Config)
  const programs = [TOKEN_PROGRAM, TOKEN_2022_PROGRAM].filter((program) => !('programId' in filter) || filter.programId === program)
  const matches = programs.flatMap(bank.svm.ownedBy).filter((address) => {
    const token = tokenAccount(bank.svm, address)
    return token?.owner === owner && (!('mint' in filter) || token.mint === filter.mint)
  })
  const value = matches.map((pubkey) => ({ pubkey, account: readAccount(bank, pubkey, config) }))
  return inContext(
    bank,
    viewOf(bank, config),
    value.filter((one) => one.account !== null),
  )
}

function tokenBalance(bank: Bank, params: readonly unknown[]) {
  const [address, config] = readParams(params, Address, Config)
  const token = tokenAccount(bank.svm, address)
  if (!token) throw new RpcError(RPC.invalidParams, 'Invalid param: could not find account')
  return inContext(bank, viewOf(bank, config), token.amount)
}

/** Methods that read accounts, as of the slot their commitment stands for. */
export const accountMethods: Methods = {
  getBalance({ bank }, params) {
    const [address, config] = readParams(params, Address, Config)
    const view = viewOf(bank, config)
    return inContext(bank, view, accountAt(bank, address, view)?.lamports ?? 0)
  },
  getAccountInfo({ bank }, params) {
    const [address, config] = readParams(params, Address, Config)
    return inContext(bank, viewOf(bank, config), readAccount(bank, address, config))
  },
  getMultipleAccounts({ bank }, params) {
    const [addresses, config] = readParams(params, z.array(Address).max(100), Config)
    return inContext(
      bank,
      viewOf(bank, config),
      addresses.map((address) => readAccount(bank, address, config)),
    )
  },
  getTokenAccountBalance: ({ bank }, params) => tokenBalance(bank, params),
  getTokenAccountsByOwner: ({ bank }, params) => tokenAccountsByOwner(bank, params),
  getMinimumBalanceForRentExemption({ bank }, params) {
    const [bytes] = readParams(params, Count)
    return bank.svm.minRent(bytes)
  },
}
