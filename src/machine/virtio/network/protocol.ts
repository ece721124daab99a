/** What a network device and its driver say to each other (VIRTIO 1.2 §5.1). */

/** Device type (§5). */
export const NETWORK_TYPE = 1;

/** Feature bits (§5.1.3). */
export const Feature = { Mac: 1n << 5n, Status: 1n << 16n } as const;

/** Queues (§5.1.2), of one pair. */
export const Queue = { Receive: 0, Transmit: 1 } as const;

/** The configuration space (§5.1.4), as far as the features above give it a meaning. */
export const MAC_OFFSET = 0;
export const MAC_SIZE = 6;
/** With `status` behind the address, which is 0 while the link is down. */
export const CONFIG_SIZE = MAC_SIZE + 2;
