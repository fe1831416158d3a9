import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type BoxRecord, boxFiles } from '#/supervisor/box-record.js';
import { librariesIn } from '#/supervisor/ssh-binds.js';
import { forgetBox, writeBox } from '#/supervisor/write-box.js';

const record: BoxRecord = {
  level: 3,
  uid: 2_000_001,
  gid: 2_000_001,
  name: 'PSMShadow-alice',
  home: '/run/x/home/profiles/2000001',
  program: 'ssh',
  fsize: 67_108_864,
  term: 'xterm',
  lang: 'C.UTF-8',
  session: '/run/x/s/n1',
};
const binds = [{ source: '/usr/lib/libc.so.6', inside: '/lib/libc.so.6' }];

describe('the files of a box', () => {
  it('are what postern-box reads', () => {
    expect(boxFiles(record, binds)).toEqual({
      record:
        'level=3\nuid=2000001\ngid=2000001\nname=PSMShadow-alice\nhome=/run/x/home/profiles/2000001\nprogram=ssh\nfsize=67108864\nterm=xterm\nlang=C.UTF-8\nsession=/run/x/s/n1\n',
      passwd:
        'root:x:0:0:root:/:/usr/sbin/nologin\nPSMShadow-alice:x:2000001:2000001:PSMShadow-alice:/home/PSMShadow-alice:/bin/inside\n',
      group: 'root:x:0:\nPSMShadow-alice:x:2000001:\n',
      'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\n',
      binds: '/usr/lib/libc.so.6\t/lib/libc.so.6\n',
    });
  });

  it('are put in place whole and fresh: what the box left beside an earlier record is gone', () => {
    const boxes = mkdtempSync(join(tmpdir(), 'boxes-'));
    writeBox(boxes, 'n1', { ...record, program: 'probe' }, binds);
    writeFileSync(join(boxes, 'n1', 'pid'), '1 2\n');
    writeBox(boxes, 'n1', record, binds);
    expect(readdirSync(boxes)).toEqual(['n1']);
    expect(readdirSync(join(boxes, 'n1')).sort()).toEqual([
      'binds',
      'group',
      'nsswitch.conf',
      'passwd',
      'record',
    ]);
    expect(readFileSync(join(boxes, 'n1', 'record'), 'utf8')).toContain('program=ssh');
    expect(statSync(join(boxes, 'n1')).mode & 0o022).toBe(0);
    forgetBox(boxes, 'n1');
    forgetBox(boxes, 'n1');
    expect(readdirSync(boxes)).toEqual([]);
    rmSync(boxes, { recursive: true });
  });
});

describe('the libraries of a program', () => {
  it("are read from ldd, without the kernel's own", () => {
    const listed =
      '\tlinux-vdso.so.1 (0x00007fff)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f12)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f34)\n\tlibgone.so => not found\n';
    expect(librariesIn(listed)).toEqual(['/lib/x86_64-linux-gnu/libc.so.6', '/lib64/ld-linux-x86-64.so.2']);
  });
});
