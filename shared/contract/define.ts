import { z } from 'zod'
import type { Permission } from '../domain/permissions.ts'
import { WindfallError } from '../errors.ts'

/**
 * Who may make a call over HTTP. `node` = request signed by a device key; `any-node` = the same, and by one that was quarantined or removed, which may
 * still hand in what it owes and read what became of it; a permission = an API key or a person that has signed in, and holds it.
 */
export type Access = 'public' | 'node' | 'any-node' | Permission

export interface HttpBinding {
  readonly method: 'GET' | 'POST'
  /** Path template, `{name}` for parts that come from the input. */
  readonly path: string
  readonly access: Access
  readonly summary: string
}

export interface Call<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly is: 'call'
  readonly input: I
  readonly output: O
  readonly http: HttpBinding | null
}

export interface Event<P extends z.ZodType = z.ZodType> {
  readonly is: 'event'
  readonly payload: P
}

export type Contract = Readonly<Record<string, Call | Event>>

/** Declares a call. Input and output are JSON values: nothing else survives all three transports. */
export const call = <I extends z.ZodType, O extends z.ZodType>(input: I, output: O, http: HttpBinding | null = null): Call<I, O> => ({
  is: 'call',
  input,
  output,
  http,
})

/** Declares something one side tells the other without being asked. */
export const event = <P extends z.ZodType>(payload: P): Event<P> => ({ is: 'event', payload })

type CallName<C extends Contract> = { [K in keyof C]: C[K] extends Call ? K : never }[keyof C] & string
export type EventName<C extends Contract> = { [K in keyof C]: C[K] extends Event ? K : never }[keyof C] & string
export type InputOf<X> = X extends Call<infer I> ? z.output<I> : never
export type OutputOf<X> = X extends Call<z.ZodType, infer O> ? z.output<O> : never
type PayloadOf<X> = X extends Event<infer P> ? z.output<P> : never

/** One function per call. `Context` says who asked (a node id, an API key…). */
export type Handlers<C extends Contract, Context> = {
  readonly [K in CallName<C>]: (input: InputOf<C[K]>, context: Context) => Promise<OutputOf<C[K]>> | OutputOf<C[K]>
}

export interface Server<Context> {
  /** Checks the raw input, runs the handler, checks the answer. Errors: `input.invalid`, or what the handler throws. */
  readonly dispatch: (name: string, raw: unknown, context: Context) => Promise<unknown>
}

const explain = (error: z.ZodError): string =>
  error.issues
    .slice(0, 5)
    .map((issue) => `${issue.path.join('.') || 'value'}: ${issue.message}`)
    .join('; ')

/** Parses data where it enters a process. Error: `input.invalid`, naming each bad field. */
export function parse<S extends z.ZodType>(schema: S, raw: unknown, what = 'input'): z.output<S> {
  const result = schema.safeParse(raw)
  if (!result.success) throw new WindfallError('input.invalid', `The ${what} is not valid. ${explain(result.error)}`)
  return result.data
}

/** Binds handlers to a contract; every transport dispatches through the result. */
export const serve = <C extends Contract, Context>(contract: C, handlers: Handlers<C, Context>): Server<Context> =>
  forward(contract, (name, input, context) => {
    const handler = handlers[name] as (input: unknown, context: Context) => unknown
    return handler(input, context)
  })

/** Passes every call on to one function that answers them all, and checks both ways as {@link serve} does. */
export const forward = <C extends Contract, Context>(
  contract: C,
  answer: (name: CallName<C>, input: unknown, context: Context) => unknown,
): Server<Context> => ({
  async dispatch(name, raw, context) {
    const declared = Object.hasOwn(contract, name) ? contract[name] : undefined
    if (declared?.is !== 'call') throw new WindfallError('not-found', `There is no call named “${name}”.`)
    return declared.output.parse(await answer(name as CallName<C>, parse(declared.input, raw), context))
  },
})

/** What a transport (IPC, HTTP, WebSocket, in process) has to offer. */
export interface Transport {
  readonly invoke: (name: string, input: unknown) => Promise<unknown>
  /** Returns the function that ends the subscription. */
  readonly subscribe: (name: string, listener: (payload: unknown) => void) => () => void
}

export interface Client<C extends Contract> {
  readonly call: <K extends CallName<C>>(name: K, input: InputOf<C[K]>) => Promise<OutputOf<C[K]>>
  readonly on: <K extends EventName<C>>(name: K, listener: (payload: PayloadOf<C[K]>) => void) => () => void
}

/** What the other side says is no mistake of the one who asked, and asking again later may help. */
function trust<S extends z.ZodType>(schema: S, raw: unknown, what: string): z.output<S> {
  const result = schema.safeParse(raw)
  if (!result.success)
    throw new WindfallError('internal', `The ${what} is not what this version expects: bring both sides to the same version. ${explain(result.error)}`)
  return result.data
}

/**
 * Mirror of {@link serve}: a typed client over any transport; answers are checked before they are trusted.
 * Errors: what the transport throws; `internal` if an answer or event does not follow the contract.
 */
export function connect<C extends Contract>(contract: C, transport: Transport): Client<C> {
  return {
    async call(name, input) {
      const declared = contract[name] as unknown as Call
      return trust(declared.output, await transport.invoke(name, input), `answer to ${name}`) as OutputOf<C[typeof name]>
    },
    on(name, listener) {
      const declared = contract[name] as unknown as Event
      return transport.subscribe(name, (payload) => listener(trust(declared.payload, payload, `event ${name}`) as PayloadOf<C[typeof name]>))
    },
  }
}
