/** The coordinator for programs of others: typed calls over `fetch`, with nothing else of the platform. Built into one file by `npm run build`. */
import { coordinatorContract } from '../../shared/contract/coordinator.ts'
import { type Client, type InputOf, connect } from '../../shared/contract/define.ts'
import { contractTransport } from '../../shared/contract/http-transport.ts'
import { type ClientOptions, fetchExchange } from './fetch-exchange.ts'

export { WindfallError } from '../../shared/errors.ts'

type Calls = Client<typeof coordinatorContract>['call']
type Name = Parameters<Calls>[0]

interface Page {
  readonly items: readonly unknown[]
  readonly next: string | number | null
}

export interface WindfallClient {
  /** Makes a call of the contract. Error: WindfallError with the code of the problem that was answered. */
  readonly call: Calls
  /** The items of a list, page after page, as they are asked for. */
  readonly pages: (name: Name, input: object) => AsyncGenerator<unknown, void>
}

/** Error: TypeError if `baseUrl` is no address. */
export function createClient(options: ClientOptions): WindfallClient {
  const transport = contractTransport(coordinatorContract, new URL(options.baseUrl).origin, fetchExchange(options))
  const { call } = connect(coordinatorContract, transport)
  return {
    call,
    async *pages(name, input) {
      let after: Page['next'] | undefined
      do {
        const asked = after === undefined ? input : { ...input, after }
        const page = (await call(name, asked as InputOf<(typeof coordinatorContract)[typeof name]>)) as Page
        yield* page.items
        after = page.next
      } while (after !== null)
    },
  }
}
