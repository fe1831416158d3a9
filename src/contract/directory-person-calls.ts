import { z } from 'zod';
import { call } from './call-kind.js';
import {
  type DirectoryMapRow,
  type DirectoryRow,
  type DirectoryTestResult,
  newMap,
} from './directory-rows.js';

const name = z.string().max(4096);
const ticket = z.string().max(128);

/** What people of a directory get, as those manage it who hold manageDirectoryMapping: a part of CALLS. */
export const DIRECTORY_PERSON_CALLS = {
  'person.directories': call<readonly DirectoryRow[]>()(['PVWAGW'], z.strictObject({ ticket })),
  /** `position` from 1; null: the last. */
  'person.directory.map.add': call<readonly DirectoryMapRow[]>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, position: z.int().min(1).nullable(), map: newMap }),
  ),
  'person.directory.map.remove': call<readonly DirectoryMapRow[]>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, position: z.int().min(1) }),
  ),
  'person.directory.map.move': call<readonly DirectoryMapRow[]>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, from: z.int().min(1), to: z.int().min(1) }),
  ),
  /** Goes the way of a login and changes nothing; no password is tried. */
  'person.directory.test': call<DirectoryTestResult>()(
    ['PVWAGW'],
    z.strictObject({ ticket, name, user: name.nullable() }),
  ),
} as const;
