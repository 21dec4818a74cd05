import type { DepositView } from '../../../shared/contract/funding.ts'
import type { VaultView } from '../../../shared/contract/vault.ts'
import type { Word } from '../../lib/words.ts'
import { word } from '../words.ts'

const DEPOSIT: Readonly<Record<DepositView['state'], Word>> = {
  waiting: word('slate', 'half', 'Waiting for the payment'),
  credited: word('leaf', 'check', 'Credited'),
  held: word('honey', 'bang', 'Held'),
  returned: word('plain', 'arrow-back', 'Sent back'),
  expired: word('plain', 'ring', 'Expired'),
}

export const depositWord = (state: DepositView['state']): Word => DEPOSIT[state]

const VAULT: Readonly<Record<VaultView['state'], Word>> = {
  waiting: word('slate', 'half', 'Waiting for its money'),
  funded: word('leaf', 'check', 'Funded'),
  releasing: word('slate', 'arrow', 'Being released'),
  released: word('leaf', 'check', 'Released'),
  expired: word('plain', 'ring', 'Expired'),
  cancelled: word('plain', 'bars', 'Given up'),
  'written-off': word('madder', 'cross', 'Written off'),
}

export const vaultWord = (state: VaultView['state']): Word => VAULT[state]
