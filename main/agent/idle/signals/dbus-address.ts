import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** The owner's session bus; `null` in a service, which has none. */
export const sessionBusAddress = ({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: directory }: Environment): string | null =>
  address || (directory ? `unix:path=${join(directory, 'bus')}` : null)

export const systemBusAddress = ({ DBUS_SYSTEM_BUS_ADDRESS: address }: Environment): string => address || 'unix:path=/run/dbus/system_bus_socket'

/** Where the first Unix socket of a bus address lies (D-Bus Specification, "Server Addresses"); `null` if there is none. */
export function socketPath(address: string): string | null {
  const [, kind, value] = /(?:^|;)unix:(?:[^;]*,)?(path|abstract)=([^,;]+)/.exec(address) ?? []
  if (!value) return null
  const path = value.replaceAll(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return kind === 'abstract' ? `\0${path}` : path
}
