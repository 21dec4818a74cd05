import { setMaxListeners } from 'node:events'
import type { UpdateState } from '../../../shared/contract/shell.ts'
import { WindfallError, messageOf } from '../../../shared/errors.ts'
import { t } from '../../../shared/i18n/translate.ts'
import { type UpdateFailure, failureText, isQuiet } from './failures.ts'
import type { Updates, UpdatesDeps } from './ports.ts'
import { firstLook, isDue, napMs, nextLook } from './schedule.ts'
import { type Taken, takeOver } from './taking-over.ts'
import { type Effect, type Offer, type Phase, type UpdateEvent, startMachine, step } from './update-machine.ts'
import { finish, giveBack, refresh } from './standstill.ts'
import type { Parts, World } from './world.ts'

/** So often is looked whether the jobs are done, beside what the agent tells. */
const WATCH_MS = 15_000

const offerOf = (phase: Phase): Offer | null => ('offer' in phase ? phase.offer : null)

function send(world: World, event: UpdateEvent): void {
  const before = world.machine
  const { machine, effects } = step(before, event)
  world.machine = machine
  if (before.holding && !machine.holding && !effects.includes('resume')) world.memory.set({ holding: null })
  for (const effect of effects) if (effect !== 'install') perform(world, effect)
  if (machine.phase !== before.phase) for (const changed of world.listeners) changed()
}

/** `install` is not among them: the verification that allowed it goes on with the file it holds. */
function perform(world: World, effect: Exclude<Effect, 'install'>): void {
  const { turn, phase } = world.machine
  const offer = offerOf(phase)
  const failed = (error: unknown) => {
    world.log.error({ reason: messageOf(error), effect }, 'an update went wrong')
    send(world, { on: 'failed', turn, failure: { why: 'installer', detail: messageOf(error).slice(0, 120) } })
  }
  if (effect === 'look') world.looking = look(world, turn).catch(failed)
  if (effect === 'discard') void world.steps.clean(null).catch(() => undefined)
  if (effect === 'finish') void finish(world)
  if (effect === 'resume') void giveBack(world)
  if (effect === 'download' && offer) void fetchFile(world, turn, offer).catch(failed)
  if (effect === 'verify' && offer) void verify(world, turn, offer).catch(failed)
}

const tell = (world: World, turn: number, failure: UpdateFailure): void => {
  world.log.warn({ failure }, 'there is no update for now')
  send(world, isQuiet(failure) && !world.asked ? { on: 'quiet', turn } : { on: 'failed', turn, failure })
}

async function look(world: World, turn: number): Promise<void> {
  const looked = await world.steps.look(world.life.signal)
  const failed = 'failed' in looked
  world.failures = failed ? world.failures + 1 : 0
  world.nextAt = nextLook(world.clock.now(), world.failures, random(world))
  if (failed) return tell(world, turn, looked.failed)
  send(world, looked.found === 'offer' ? { on: 'offered', turn, offer: looked.offer } : { on: 'current', turn })
}

const random = ({ random: chance = Math.random }: UpdatesDeps): number => chance()

async function fetchFile(world: World, turn: number, offer: Offer): Promise<void> {
  await world.steps.clean(offer)
  const failure = await world.steps.fetchFile(offer, (percent) => send(world, { on: 'progress', turn, percent }), world.life.signal)
  if (failure === null) return send(world, { on: 'downloaded', turn })
  world.failures += 1
  world.nextAt = nextLook(world.clock.now(), world.failures, random(world))
  tell(world, turn, failure)
}

async function verify(world: World, turn: number, offer: Offer): Promise<void> {
  const installer = await world.openInstaller()
  const taken = await takeOver(offer, world.steps.fileOf(offer), installer)
  if ('why' in taken) return send(world, { on: 'failed', turn, failure: taken })
  // What was known of the jobs is as old as the verification took.
  await refresh(world)
  send(world, { on: 'verified', turn })
  if (world.machine.phase.at === 'installing' && world.machine.turn === turn + 1) await install(world, taken)
  else await taken.giveUp()
}

async function install(world: World, taken: Taken): Promise<void> {
  const onFailed = (error: unknown) => {
    world.log.error({ reason: messageOf(error) }, 'the update was not installed; the program starts anew')
    world.relaunch()
  }
  try {
    await world.letGo()
    await taken.install(onFailed)
  } catch (error) {
    onFailed(error)
  }
}

const isWaiting = ({ machine: { phase } }: World): boolean => phase.at === 'waiting' || phase.at === 'verifying'

/** While the owner waits for the jobs, what the agent tells is not the only way to learn that they are done. */
async function watch(world: World): Promise<void> {
  while (isWaiting(world) && (await world.clock.sleep(WATCH_MS, world.life.signal))) {
    // It may not have heard.
    const isDeaf = isWaiting(world) && world.machine.holding && world.machine.work?.held !== true
    await (isDeaf ? finish(world) : refresh(world))
  }
}

function stateOf({ machine: { phase }, memory, nextAt }: World): UpdateState {
  if (phase.at === 'downloading') return { state: 'downloading', version: phase.offer.version, percent: phase.percent }
  if (phase.at === 'failed') return { state: 'failed', message: failureText(phase.failure), retryAt: nextAt === null ? null : new Date(nextAt).toISOString() }
  const offer = phase.at === 'checking' ? phase.ready : offerOf(phase)
  if (offer) return { state: 'ready', version: offer.version, waitsForJob: phase.at === 'waiting' }
  return phase.at === 'checking' ? { state: 'checking' } : { state: 'current', checkedAt: memory.get().checkedAt }
}

async function askToInstall(world: World): Promise<void> {
  const { phase } = world.machine
  if (isWaiting(world) || phase.at === 'installing') return
  if (phase.at !== 'ready') throw new WindfallError('conflict', t('No update is ready to be installed.'))
  await refresh(world)
  if (world.machine.lowPower) throw new WindfallError('conflict', t('The battery is too low to install an update. Plug this computer in, then try again.'))
  send(world, { on: 'install' })
  void watch(world)
}

async function check(world: World, asked: boolean): Promise<void> {
  world.asked = asked
  send(world, { on: 'check' })
  await world.looking
}

async function run(world: World, signal: AbortSignal): Promise<void> {
  const { clock, memory, life } = world
  signal.addEventListener('abort', () => life.abort(), { once: true })
  await giveBack(world)
  world.nextAt = firstLook(clock.now(), memory.get().checkedAt, random(world))
  while (await clock.sleep(napMs(clock.now(), world.nextAt ?? clock.now()), signal)) {
    if (memory.get().holding && !world.machine.holding) await giveBack(world)
    if (world.nextAt === null || isDue(clock.now(), world.nextAt)) await lookByItself(world)
  }
}

async function lookByItself(world: World): Promise<void> {
  const before = world.machine.turn
  await check(world, false)
  // In the middle of a download or an update nobody looks; the next time is as far away as after a look.
  if (world.machine.turn === before) world.nextAt = nextLook(world.clock.now(), 0, random(world))
}

/** Joins the pure machine with everything that takes time. */
export function runUpdates(deps: UpdatesDeps, parts: Parts): Updates {
  const life = new AbortController()
  setMaxListeners(0, life.signal)
  const begin = { machine: startMachine(), asked: false, failures: 0, nextAt: null, looking: Promise.resolve(), refreshing: null }
  const world: World = { ...deps, ...parts, ...begin, life, listeners: new Set(), send: (event) => send(world, event) }
  deps.work.subscribe(() => isWaiting(world) && void refresh(world))
  return {
    state: () => stateOf(world),
    check: () => check(world, true),
    install: () => askToInstall(world),
    subscribe: (changed) => {
      world.listeners.add(changed)
      return () => world.listeners.delete(changed)
    },
    run: (signal) => run(world, signal),
  }
}
