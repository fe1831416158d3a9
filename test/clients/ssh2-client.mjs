/** A client made with ssh2: exec COMMAND | put LOCAL REMOTE | get REMOTE LOCAL | signal NAME COMMAND (tty-NAME: on a terminal). */
import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';

const [verb, ...words] = process.argv.slice(2);
const client = new ssh2.Client();

const fail = (error) => {
  process.stderr.write(`ssh2: ${error.message}\n`);
  process.exit(254);
};
const done = (error) => (error ? fail(error) : client.end());

function run(command, begun, pty = false) {
  client.exec(command, { pty }, (error, channel) => {
    if (error) return fail(error);
    channel.pipe(process.stdout);
    channel.stderr.pipe(process.stderr);
    channel.on('exit', (code, signal) => {
      process.exitCode = code ?? 255;
      if (verb === 'signal') process.stdout.write(`${code} ${signal}\n`);
    });
    channel.on('close', () => client.end());
    begun(channel);
  });
}

client.on('error', fail);
client.on('ready', () => {
  if (verb === 'exec') run(words[0], (channel) => process.stdin.pipe(channel));
  else if (verb === 'signal')
    run(
      words[1],
      (channel) => channel.once('data', () => channel.signal(words[0].replace('tty-', ''))),
      words[0].startsWith('tty-'),
    );
  else
    client.sftp((error, sftp) => {
      if (error) fail(error);
      else if (verb === 'put') sftp.fastPut(words[0], words[1], done);
      else sftp.fastGet(words[0], words[1], done);
    });
});
client.connect({
  host: '127.0.0.1',
  port: Number(process.env.HOST_PORT),
  username: process.env.HOST_USER,
  privateKey: readFileSync(process.env.HOST_KEY),
});
