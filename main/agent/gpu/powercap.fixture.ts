/** One package of a processor below `/sys/class/powercap`: the names of its files and what they hold. */
export const PACKAGE_ZONE = {
  name: 'package-0',
  energy_uj: 262_143_000_000,
  max_energy_range_uj: 262_143_328_850,
  constraint_0_power_limit_uw: 65_000_000,
  constraint_1_power_limit_uw: 88_000_000,
}
