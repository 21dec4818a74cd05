import type { ChallengeFigure } from '../../../shared/contract/proof.ts'
import type { EnergyProof, ProofDevice } from '../../../shared/domain/energy-proof.ts'
import { type Replay, replaySampleLog } from '../../../shared/domain/energy/replay.ts'
import type { LoggedDevice } from '../../../shared/domain/energy/sample-log.ts'
import type { Finding } from './challenge-ports.ts'

/** Both sides add up the same readings by the same rules; only the order of additions may differ. */
const TOLERANCE = 1e-6

type Quantity = ChallengeFigure['claimed']

const agree = (claimed: Quantity, found: Quantity): boolean =>
  typeof claimed === 'number' && typeof found === 'number'
    ? Math.abs(claimed - found) <= TOLERANCE * Math.max(Math.abs(claimed), Math.abs(found))
    : claimed === found

const figure = (name: string, claimed: Quantity, found: Quantity): ChallengeFigure => ({ name, claimed, found, agrees: agree(claimed, found) })
const count = (name: string, claimed: number, found: number): ChallengeFigure => ({ name, claimed, found, agrees: claimed === found })

/** Everything that follows from the samples and that a proof claims, energy in joules, power in watts. */
function figuresOf(proof: EnergyProof, { conclusion, shared }: Replay): ChallengeFigure[] {
  return [
    figure('method', proof.method, conclusion.method),
    figure('energy (J)', proof.boardJ, conclusion.boardJ),
    figure('energy above idle (J)', proof.marginalJ, conclusion.marginalJ),
    figure('mean power (W)', proof.meanW, conclusion.meanW),
    figure('peak power (W)', proof.peakW, conclusion.peakW),
    count('samples', proof.samples, conclusion.samples),
    figure('counter at start (J)', proof.counterStart, conclusion.counterStart),
    figure('counter at end (J)', proof.counterEnd, conclusion.counterEnd),
    count('counter resets', proof.resets, conclusion.resets),
    count('counter wraps', proof.wraps, conclusion.wraps),
    count('readings not believed', proof.stuck, conclusion.stuck),
    figure('coverage', proof.coverage, conclusion.coverage),
    figure('uncertainty (%)', proof.uncertaintyPct, conclusion.uncertaintyPct),
    // Claiming to have shared the device when nobody else was seen takes nothing from anybody.
    { name: 'shared', claimed: String(proof.shared), found: String(shared), agrees: proof.shared || !shared },
    count('intervals', proof.intervals.length, conclusion.intervals.length),
    ...proof.intervals.flatMap(({ from, to, joules }, index) => {
      const found = conclusion.intervals[index]
      const name = `interval ${index + 1}`
      return [figure(`${name} span`, `${from} to ${to}`, found ? `${found.from} to ${found.to}` : null), figure(`${name} (J)`, joules, found?.joules ?? null)]
    }),
  ]
}

const isSame = ({ uuidHash, name, powerLimitW }: ProofDevice, logged: LoggedDevice | undefined): boolean =>
  logged?.uuidHash === uuidHash && logged.name === name && logged.limitW === powerLimitW

/** The log has to be about this attempt, this node and these devices. */
function identityProblem({ nodeId, attemptId, devices }: EnergyProof, { header }: Replay): string | null {
  if (header.nodeId !== nodeId) return 'they were recorded by another node'
  if (header.attemptId !== attemptId) return 'they were recorded for another attempt'
  return header.devices.length === devices.length && devices.every((device, index) => isSame(device, header.devices[index]))
    ? null
    : 'they come from other devices than the proof names'
}

const mismatch = (message: string, figures: readonly ChallengeFigure[] = []): Finding => ({ state: 'mismatch', message, figures })

/** A node that was updated is not to blame; one that only says so has gained no more than by refusing. */
const OUTDATED =
  'The samples have the hash the proof carries, but an older version of Windfall recorded them, without what integrating them again takes. Nothing speaks against the proof.'

/** Whether unpacked samples, whose hex SHA-256 is `sha256`, are those behind the proof and give what it says. The samples are hostile. */
export function judgeSamples(proof: EnergyProof, log: Uint8Array, sha256: string): Finding {
  if (sha256 !== proof.sampleLogSha256) return mismatch('The samples that were sent are not those whose hash the proof carries.')
  const replay = replaySampleLog(log)
  if ('problem' in replay && replay.outdated) return { state: 'refused', message: OUTDATED, figures: [] }
  if ('problem' in replay) return mismatch(`The samples cannot be integrated: ${replay.problem}.`)
  const problem = identityProblem(proof, replay)
  if (problem) return mismatch(`The samples are not those of this proof: ${problem}.`)
  const figures = figuresOf(proof, replay)
  const wrong = figures.filter(({ agrees }) => !agrees).map(({ name }) => name)
  if (wrong.length === 0)
    return { state: 'valid', message: 'The samples have the hash the proof carries, and integrated again they give what it says.', figures }
  const named = `${wrong.slice(0, 3).join(', ')}${wrong.length > 3 ? ` and ${wrong.length - 3} more` : ''}`
  return mismatch(`Integrated again, the samples do not give what the proof says: ${named}.`, figures)
}
