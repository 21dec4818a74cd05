import type { MeterMethod } from '../../shared/domain/energy-proof.ts'
import { formatWatts } from '../lib/format.ts'
import { METHOD_WORD } from '../lib/words.ts'
import { Explain } from './explain.tsx'
import css from './watts.module.css'

/** Power with how it is known. An estimate is marked as such before the number, not after. */
export const Watts = ({ watts, method }: { watts: number; method: MeterMethod }) => (
  <>
    <Explain how={METHOD_WORD[method].explain}>
      {method === 'estimate' ? '≈ ' : ''}
      {formatWatts(watts)}
    </Explain>{' '}
    <small className={css['method']}>{METHOD_WORD[method].short}</small>
  </>
)
