/** Lets one more of a network in until the function is called; `null` if there is no room. One of no network counts for the whole only. */
export type Room = (network: string | null) => (() => void) | null

/** How many may be in at the same time, all together and of one network. A network that has left takes no memory. */
export function createRoom({ all, network: most }: { readonly all: number; readonly network: number }): Room {
  const inside = new Map<string, number>()
  let total = 0
  const count = (network: string | null, change: 1 | -1): void => {
    total += change
    if (network === null) return
    const here = (inside.get(network) ?? 0) + change
    if (here > 0) inside.set(network, here)
    else inside.delete(network)
  }
  return (network) => {
    if (total >= all || (network !== null && (inside.get(network) ?? 0) >= most)) return null
    count(network, 1)
    let isInside = true
    return () => {
      if (isInside) count(network, -1)
      isInside = false
    }
  }
}
