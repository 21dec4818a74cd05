/** An error as JSON-RPC answers it. Codes: https://www.jsonrpc.org/specification and agave's rpc-client-api/src/custom_error.rs. */
export class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(code: number, message: string, data?: unknown) {
    super(message)
    this.code = code
    this.data = data
  }
}

export const RPC = {
  parse: -32_700,
  invalidRequest: -32_600,
  methodNotFound: -32_601,
  invalidParams: -32_602,
  internal: -32_603,
  preflightFailure: -32_002,
  unhealthy: -32_005,
  unsupportedVersion: -32_015,
  minContextSlot: -32_016,
} as const
