/** What a program says first to an X server, put together from the words of the protocol. */
export interface SetupParts {
  readonly order: 'B' | 'l';
  readonly name: string;
  readonly data: Buffer;
}

export function rawSetup({ order, name, data }: SetupParts): Buffer {
  const word = (value: number): number[] => {
    const bytes = [value >> 8, value & 255];
    return order === 'B' ? bytes : bytes.toReversed();
  };
  const filled = (bytes: Buffer): Buffer =>
    Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const head = [
    order.charCodeAt(0),
    0,
    ...word(11),
    ...word(0),
    ...word(name.length),
    ...word(data.length),
    0,
    0,
  ];
  return Buffer.concat([Buffer.from(head), filled(Buffer.from(name, 'latin1')), filled(data)]);
}
