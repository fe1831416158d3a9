/** As ssh2-guards.ts: reaches into ssh2 1.17.0, which takes what it offers when a connection begins and not again. */
export interface Offer {
  readonly constructor: new (lists: object) => Offer;
  readonly lists: { readonly kex: Names; readonly serverHostKey: Names; readonly cs: Way; readonly sc: Way };
}
interface Names {
  readonly array: readonly string[];
}
interface Way {
  readonly cipher: Names;
  readonly mac: Names;
  readonly compress: Names;
  readonly lang: Names;
}

export interface OfferChange {
  readonly kex?: readonly string[];
  readonly cipher?: readonly string[];
}

/** The same offer but for what is given: for a KEXINIT that is not sent yet. */
export function changedOffer({ constructor: Lists, lists }: Offer, { kex, cipher }: OfferChange): Offer {
  const way = (one: Way): object => ({
    cipher: cipher ?? one.cipher.array,
    mac: one.mac.array,
    compress: one.compress.array,
    lang: one.lang.array,
  });
  return new Lists({
    kex: kex ?? lists.kex.array,
    serverHostKey: lists.serverHostKey.array,
    cs: way(lists.cs),
    sc: way(lists.sc),
  });
}
