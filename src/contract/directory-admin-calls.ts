import { z } from 'zod';
import { call } from './call-kind.js';
import {
  type DirectoryMapRow,
  type DirectoryRow,
  type DirectoryTestResult,
  directoryChange,
  newDirectory,
  newMap,
} from './directory-rows.js';

const name = z.string().max(4096);

/** Directories and their maps, as the console manages them. */
export const DIRECTORY_ADMIN_CALLS = {
  /** Blob: the bind user's password. */
  'admin.directory.add': call<DirectoryRow>()(['console'], newDirectory),
  'admin.directory.list': call<readonly DirectoryRow[]>()(['console'], z.strictObject({})),
  /** Blob: the bind user's new password, when it changes. */
  'admin.directory.set': call<DirectoryRow>()(['console'], directoryChange),
  'admin.directory.remove': call<null>()(['console'], z.strictObject({ name })),
  /** Changes the bind user's password in the directory, to one that nobody knows. */
  'admin.directory.rotate': call<null>()(['console'], z.strictObject({ name })),
  /** `position` from 1; null: the last. */
  'admin.directory.map.add': call<readonly DirectoryMapRow[]>()(
    ['console'],
    z.strictObject({ name, position: z.int().min(1).nullable(), map: newMap }),
  ),
  'admin.directory.map.remove': call<readonly DirectoryMapRow[]>()(
    ['console'],
    z.strictObject({ name, position: z.int().min(1) }),
  ),
  'admin.directory.map.move': call<readonly DirectoryMapRow[]>()(
    ['console'],
    z.strictObject({ name, from: z.int().min(1), to: z.int().min(1) }),
  ),
  /** Goes the way of a login and changes nothing. Blob: the person's password, when it is to be tried. */
  'admin.directory.test': call<DirectoryTestResult>()(
    ['console'],
    z.strictObject({ name, user: name.nullable() }),
  ),
} as const;
