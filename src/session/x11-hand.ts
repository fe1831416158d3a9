/** Whether somebody uses a display, from what it sends: keys and buttons pressed, and nothing else. */
export interface X11Hand {
  /** What the program says: its first byte tells in which order both write numbers. */
  asked(bytes: Buffer): void;
  /** What the display says. True: a key or a button was pressed in it. */
  pressed(bytes: Buffer): boolean;
}

const LITTLE_ENDIAN = 0x6c;
/** X Window System Protocol, Encoding: all that a server sends after its first answer has 32 bytes, and some more. */
const UNIT = 32;
const REPLY = 1;
const KEY_PRESS = 2;
const BUTTON_PRESS = 4;
/** An event of an extension, with a length and a kind of its own. */
const GENERIC = 35;
/** XInput 2's kinds of them have the same numbers, and are longer than those of the same number of other extensions. */
const XINPUT_DEVICE_EVENT = 12;

export function watchX11Hand(): X11Hand {
  let little: boolean | null = null;
  let head = Buffer.alloc(0);
  /** Bytes that still belong to what was looked at. */
  let left = 0;
  let greeted = false;

  return {
    asked(bytes) {
      if (bytes.length > 0) little ??= bytes[0] === LITTLE_ENDIAN;
    },
    pressed(bytes) {
      let found = false;
      for (let rest = bytes; rest.length > 0; ) {
        const skipped = rest.subarray(0, left);
        left -= skipped.length;
        rest = rest.subarray(skipped.length);
        const size = greeted ? UNIT : 8;
        const more = rest.subarray(0, size - head.length);
        head = Buffer.concat([head, more]);
        rest = rest.subarray(more.length);
        if (head.length < size) continue;
        if (greeted) found = look(head) || found;
        else left = 4 * word(head, 6);
        greeted = true;
        head = Buffer.alloc(0);
      }
      return found;
    },
  };

  function look(unit: Buffer): boolean {
    // what a program has sent to itself has the top bit set
    const [type = 0] = unit;
    if (type !== REPLY && type !== GENERIC) return isPress(type);
    const words = little === true ? unit.readUInt32LE(4) : unit.readUInt32BE(4);
    left = 4 * words;
    return type === GENERIC && words >= XINPUT_DEVICE_EVENT && isPress(word(unit, 8));
  }

  function word(unit: Buffer, at: number): number {
    return little === true ? unit.readUInt16LE(at) : unit.readUInt16BE(at);
  }
}

function isPress(kind: number): boolean {
  return kind === KEY_PRESS || kind === BUTTON_PRESS;
}
