import { messageOf } from '../../../shared/errors.ts'
import { type LookDeps, lookInside } from './inside-container.ts'
import { type Answers, devicesIn, textOf } from './inside-report.ts'

/** Whether a program in a hardened container finds the GPU it was given, with what it found or why not. */
export type Seen = { readonly seen: true; readonly evidence: string } | { readonly seen: false; readonly reason: string }

const DRIVER = 'r/proc/driver/nvidia/version'
const CONTROL = 'nvidiactl'
/** A machine has at most sixteen cards that people call theirs. */
const NODES = ['dxg', CONTROL, ...Array.from({ length: 16 }, (_, i) => `nvidia${i}`)]

/** What to ask inside a container that was given a GPU. */
const GPU_QUESTIONS: readonly string[] = ['l/dev', DRIVER, ...NODES.map((name) => `o/dev/${name}`)]

/**
 * Judges what a container saw that was given `asked` GPUs (a card, or instances of one). A card counts only if its device node is there
 * and opens; one that sees more cards than it was given is no proof of anything but a leak.
 */
export function judgeGpuInside(answers: Answers, asked: number): Seen {
  const cards = devicesIn(answers).filter((name) => /^(?:nvidia\d+|dxg)$/.test(name))
  if (cards.length === 0) return { seen: false, reason: 'The container started, but there is no GPU in it (no /dev/nvidia0).' }
  if (cards.length > asked)
    return { seen: false, reason: `The container sees ${cards.length} GPUs (${cards.join(', ')}), but was given ${asked}. Only what is lent may be seen.` }
  const needed = cards.includes('dxg') ? cards : [...cards, CONTROL]
  const shut = needed.find((name) => textOf(answers, `o/dev/${name}`) === null)
  if (shut !== undefined)
    return { seen: false, reason: `The container has a GPU, but a job may not use it: /dev/${shut} cannot be opened${errnoOf(answers, shut)}.` }
  const driver = /Kernel Module\s+(?:for \S+\s+)?(\d+\.[\d.]+)/.exec(textOf(answers, DRIVER) ?? '')?.[1]
  return { seen: true, evidence: `${cards.map((name) => `/dev/${name}`).join(', ')} opens inside a container${driver ? `, driver ${driver}` : ''}` }
}

function errnoOf(answers: Answers, name: string): string {
  const answer = answers.get(`o/dev/${name}`)
  return answer && 'errno' in answer ? ` (error ${answer.errno})` : ''
}

/**
 * Runs the hardened container with this GPU and looks for it from the inside. `containerIds` are the names by which the engine knows
 * the card or its instances. Never rejects: an engine that cannot hand it over is the reason, in its words. It is no GPU if it was interrupted.
 */
export async function seeGpuInside(deps: LookDeps, containerIds: readonly string[], signal: AbortSignal): Promise<Seen> {
  if (containerIds.length === 0)
    return { seen: false, reason: 'A container engine cannot hand this GPU to a container: only NVIDIA cards can be lent to container jobs.' }
  try {
    return judgeGpuInside(await lookInside(deps, { questions: GPU_QUESTIONS, gpuUuids: containerIds }, signal), containerIds.length)
  } catch (error) {
    return { seen: false, reason: messageOf(error) }
  }
}
