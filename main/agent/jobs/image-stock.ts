import { WindfallError } from '../../../shared/errors.ts'
import { toIso } from '../../../shared/units.ts'
import type { Clock } from '../../kernel/clock.ts'
import { diskFull, freeBytes, isTooLittle } from './container-disk.ts'
import type { ContainerEngine } from './container-engine.ts'
import type { ImageFacts } from './image-facts.ts'
import { type ImageRules, familiarName } from './image-rules.ts'
import type { ImageStockStore, StockedImage } from './image-stock.store.ts'
import { meteredNetwork } from './metered.ts'
import type { PrepareProgress } from './runtime.ts'

const GB = 1_000_000_000
/** Traffic is written down in steps, so that a long pull does not write to the disk with every packet. */
const TRAFFIC_STEP = 4_194_304
const LOOK_EVERY_MS = 1_000
/** Tags of ours, see `image-archive.ts`. */
const OUR_TAGS = 'windfall.local/'

export interface ImageStockDeps {
  readonly engine: ContainerEngine
  readonly store: ImageStockStore
  readonly clock: Pick<Clock, 'now' | 'monotonic'>
  readonly rules: Pick<ImageRules, 'diskGB' | 'monthlyGB'>
  /** By the names that images are kept under: those that an attempt under way is about to run. */
  readonly needed: () => ReadonlySet<string>
}

/** An image on its way. */
export interface Fetch {
  /** Aborts when the image must not be fetched to its end; its reason is the error to report. */
  readonly signal: AbortSignal
  readonly progress: (progress: PrepareProgress) => void
  /** Error: `runtime.unavailable` if it does not fit into the budget; it is gone then. */
  readonly arrived: (image: ImageFacts) => Promise<void>
  /** Nothing was fetched, or what came is not kept. */
  readonly dropped: () => Promise<void>
}

/** The images that this agent brought, within the owner's budget of disk and network. Others are never touched. */
export interface ImageStock {
  /** Errors: `network.metered` while nothing may be loaded, `runtime.unavailable` where the budget or the disk is used up. */
  readonly begin: (name: string, mayFetch?: () => boolean) => Promise<Fetch>
  readonly used: (imageId: string) => void
}

interface Stock extends ImageStockDeps {
  readonly capBytes: number
}

interface Fetching extends Stock {
  readonly mayFetch: () => boolean
}

const unavailable = (message: string): WindfallError => new WindfallError('runtime.unavailable', message)
const tooLarge = ({ rules }: Stock): WindfallError => unavailable(`This image does not fit into the ${rules.diskGB} GB that the owner grants to images.`)

export function createImageStock(deps: ImageStockDeps): ImageStock {
  const stock: Stock = { ...deps, capBytes: deps.rules.diskGB * GB }
  const { store, clock } = stock
  return {
    begin: (name, mayFetch = () => true) => begin({ ...stock, mayFetch }, name),
    used: (imageId) => store.touch(imageId, clock.now()),
  }
}

async function begin(stock: Fetching, name: string): Promise<Fetch> {
  const { store, clock } = stock
  const refusal = await objection(stock)
  if (refusal) throw refusal
  await settle(stock)
  await makeRoom(stock, 0, name)
  store.begin(name, clock.now())
  const { signal, progress, flush } = watchFetch(stock, name)
  return {
    signal,
    progress,
    async arrived(image) {
      flush()
      store.arrived(name, image, clock.now())
      await makeRoom(stock, 0, name)
      if (store.bytes() <= stock.capBytes) return
      await discard(stock, { name, imageId: image.id, bytes: image.bytes })
      throw tooLarge(stock)
    },
    async dropped() {
      flush()
      await discard(stock, { name, imageId: null, bytes: 0 })
    },
  }
}

const monthOf = (at: number): string => toIso(at).slice(0, 7)

/** What stands against fetching more at this moment. */
async function objection(stock: Fetching): Promise<WindfallError | null> {
  return spent(stock, 0) ?? (isTooLittle(await freeBytes(stock.engine)) ? diskFull() : null)
}

function spent({ mayFetch, rules, store, clock }: Fetching, more: number): WindfallError | null {
  if (!mayFetch()) return meteredNetwork()
  const { monthlyGB } = rules
  if (monthlyGB === null || store.traffic(monthOf(clock.now())) + more < monthlyGB * GB) return null
  return unavailable(`Images have used up the ${monthlyGB} GB of network that the owner grants them in a month.`)
}

/** Counts what arrives, makes room for it, and stops it when it is too much. */
function watchFetch(stock: Fetching, name: string) {
  const { store, clock, capBytes } = stock
  const stop = new AbortController()
  let received = 0
  let counted = 0
  let lookedAt = clock.monotonic()
  const flush = () => {
    if (received > counted) store.countTraffic(monthOf(clock.now()), received - counted)
    counted = received
  }
  const look = async (needed: number) => {
    if (isTooLittle(await freeBytes(stock.engine))) stop.abort(diskFull())
    else await makeRoom(stock, needed, name)
  }
  const progress = ({ receivedBytes, totalBytes }: PrepareProgress) => {
    received = Math.max(received, receivedBytes)
    const needed = Math.max(received, totalBytes ?? 0)
    const refusal = spent(stock, received - counted) ?? (needed > capBytes ? tooLarge(stock) : null)
    if (refusal) stop.abort(refusal)
    if (received - counted >= TRAFFIC_STEP) flush()
    if (clock.monotonic() - lookedAt < LOOK_EVERY_MS) return
    lookedAt = clock.monotonic()
    // The engine says so itself if it does not answer.
    void look(needed).catch(() => undefined)
  }
  return { signal: stop.signal, progress, flush }
}

/** Fetches that a crash interrupted: what came is ours, what did not is forgotten. */
async function settle({ engine, store, clock }: Stock): Promise<void> {
  for (const { name, imageId } of store.all()) {
    if (imageId !== null) continue
    const image = await engine.inspectImage(name, AbortSignal.timeout(30_000))
    if (image) store.arrived(name, image, clock.now())
    else store.remove(name)
  }
}

/** Takes the least recently used away until `needed` bytes fit beside the rest; `arriving` stays, and so does what other attempts need. */
async function makeRoom(stock: Stock, needed: number, arriving: string): Promise<void> {
  const { store, capBytes } = stock
  const others = stock.needed()
  for (const image of store.all()) {
    if (store.bytes() + needed <= capBytes) return
    if (image.name !== arriving && image.imageId !== null && !others.has(image.name)) await discard(stock, image)
  }
}

/** Takes one image away, unless somebody else uses it or has given it a name: then it is theirs from now on, or has to wait. */
async function discard({ engine, store }: Stock, { name }: StockedImage): Promise<void> {
  const image = await engine.inspectImage(name, AbortSignal.timeout(30_000))
  const isTheirs = image !== null && !name.startsWith(OUR_TAGS) && hasOtherNames(image, name)
  if (isTheirs || image === null || (await engine.removeImage(name)) === 'gone') store.remove(name)
}

const hasOtherNames = ({ tags, repoDigests }: ImageFacts, name: string): boolean =>
  [...tags, ...repoDigests].some((other) => familiarName(other) !== familiarName(name) && !other.startsWith(OUR_TAGS))
