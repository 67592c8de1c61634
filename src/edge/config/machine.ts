/** What a configuration may take from the machine it is read on. */
export interface Machine {
  readonly hostname: string;
  /** The first IPv4 address of an interface. */
  addressOf(interfaceName: string): string | undefined;
}
