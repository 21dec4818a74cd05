import { z } from 'zod'

const positive = z.coerce.number().int().positive()
/** So many in every second, and at most `burst` at once after a quiet time. */
const Rate = z.strictObject({ perSecond: z.coerce.number().positive(), burst: positive })

const rate = (perSecond: number, burst: number) => Rate.default({ perSecond, burst })
const both = (all: number, network: number) => z.strictObject({ all: positive.default(all), network: positive.default(network) }).prefault({})
const bothRates = (all: readonly [number, number], network: readonly [number, number]) =>
  z.strictObject({ all: rate(...all), network: rate(...network) }).prefault({})

/** How much the border takes, from everybody together and from one network (an IPv4 /24, an IPv6 /48); what is not given keeps its default. */
export const Limits = z
  .strictObject({
    /** Requests of one network. */
    network: rate(100, 400),
    /** Requests of one node, account or person. */
    caller: rate(50, 200),
    /** Requests that name nobody, of all networks together: a flood of them leaves room for those with a key. */
    public: rate(500, 1_000),
    /** Requests with a key or a signature, of all networks together. */
    named: rate(2_000, 4_000),
    /** Wrong keys and tokens of one network; a key that was right a moment ago is not held up by who guesses next to it. */
    guesses: rate(0.5, 20),
    /** Requests that are being answered at the same time. */
    underway: both(1_000, 200),
    /** Open connections. */
    connections: both(20_000, 1_000),
    /** New connections, each of which is a handshake with TLS. */
    handshakes: bothRates([500, 2_000], [20, 300]),
    /** New sockets of agents. */
    upgrades: bothRates([500, 2_000], [20, 300]),
    /** Sockets that have not said yet whose they are. */
    strangers: both(512, 128),
  })
  .prefault({})
export type Limits = z.infer<typeof Limits>
